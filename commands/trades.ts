/** `tradectl trades`: closed positions, newest first. */
import { duration } from '../src/domain/duration.ts';
import { readTrades } from '../src/engine/operations/read-positions.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { averagePrice, signedMoney, utcMinute } from './output/numbers.ts';
import { printShownOf } from './output/shown-of.ts';
import { printTable } from './output/table.ts';

export async function trades(context: Context, flags: { limit: number }): Promise<number> {
  const document = readTrades(context.home, { limit: flags.limit, asOfMs: context.clock.now() });
  if (context.json) context.out(jsonLine(document));
  else if (document.trades.length === 0) context.out('No closed trades.\n');
  else {
    await printTable(
      context,
      [
        { header: 'CLOSED' },
        { header: 'SYMBOL' },
        { header: 'SIDE' },
        { header: 'ENTRY', align: 'right' },
        { header: 'EXIT', align: 'right' },
        { header: 'REASON' },
        { header: 'NET', align: 'right' },
        { header: 'HELD', align: 'right' },
      ],
      document.trades.map((trade) => [
        utcMinute(trade.closed_ms).slice(0, 10),
        trade.symbol,
        trade.side,
        averagePrice(trade.entry_price),
        averagePrice(trade.exit_price),
        trade.exit_reason,
        signedMoney(trade.net_pnl),
        duration(trade.held_ms),
      ]),
    );
    printShownOf(context, document.trades.length, document.total);
  }
  return 0;
}
