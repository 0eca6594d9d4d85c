/** News of candle requests as the log and the journal tell them: noise is a line, a finding is an event. */
import type { CandleNews } from '../market/candle-health.ts';
import type { Bot } from './bot.ts';
import type { LogLevel } from './run-options.ts';

export interface CandleNewsTeller {
  tell(news: CandleNews): void;
  /** From now on findings are journaled, too. */
  into(bot: Bot): void;
}

export function candleNews(log: (level: LogLevel, line: string) => void): CandleNewsTeller {
  let journaling: Bot | null = null;
  const find = (finding: string, evidence: string): void => {
    log('warn', `${finding}: ${evidence}`);
    journaling?.journal.appendOrKeep([{ type: 'FINDING', payload: { finding, evidence } }]);
  };
  return {
    into(bot) {
      journaling = bot;
    },
    tell(news) {
      switch (news.news) {
        case 'noise':
          return log('info', `${news.symbol}: candles: ${news.why}; asked again`);
        case 'failing': {
          const { symbol, inARow, why } = news;
          return find('candles.failing', `${symbol}: ${inARow} requests in a row failed: ${why}`);
        }
        case 'many_failing': {
          const { failing, of, why } = news;
          const many = `candles of ${failing} of ${of} markets fail at once`;
          return find('candles.unavailable', `${many}: ${why}`);
        }
        case 'recovered':
          return log('info', 'candles arrive again');
      }
    },
  };
}
