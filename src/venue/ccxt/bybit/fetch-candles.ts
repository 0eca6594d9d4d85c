/** Closed candles of the trade price: rows of seven places, newest first. */
import type { Candle } from '../../../domain/candle.ts';
import type { Reading } from '../../../domain/venue.ts';
import { unknown } from '../answer-list.ts';
import { byPlace, candlesByPage } from '../candle-pages.ts';
import type { InstrumentRegistry } from '../instrument-registry.ts';
import type { CandleRequest } from '../live-venue.ts';
import { askResult } from './bybit-answer.ts';
import type { BybitClient } from './bybit-client.ts';

const MOST = 1_000;
const DAILY: Readonly<Record<string, string>> = { '1d': 'D', '1w': 'W' };

export function fetchCandles(
  client: BybitClient,
  registry: InstrumentRegistry,
  request: CandleRequest,
): Promise<Reading<Candle>> {
  return candlesByPage(registry, request, {
    most: MOST,
    ask: async ({ venueId, from, until, step }) => {
      const answer = await askResult(client, 'publicGetV5MarketKline', {
        ...{ category: 'linear', symbol: venueId, limit: String(MOST) },
        // Minutes, but for days and weeks.
        interval: DAILY[request.timeframe] ?? String(step / 60_000),
        ...{ start: String(from), end: String(until) },
      });
      if (answer.read === 'unknown') return answer;
      const { list } = answer.result;
      return Array.isArray(list) ? list.map(byPlace) : unknown('the answer has no list');
    },
  });
}
