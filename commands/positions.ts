/** `tradectl positions`: what is open and what protects it, or what was closed. */
import { readPositions, type PositionRow } from '../src/engine/operations/read-positions.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { signedMoney, utcMinute } from './output/numbers.ts';
import { printShownOf } from './output/shown-of.ts';
import { printTable } from './output/table.ts';
import { protectionOf } from './protection-word.ts';

export async function positions(
  context: Context,
  flags: { closed?: boolean; limit: number },
): Promise<number> {
  const document = readPositions(context.home, {
    closed: flags.closed === true,
    limit: flags.limit,
    asOfMs: context.clock.now(),
  });
  if (context.json) context.out(jsonLine(document));
  else if (document.positions.length === 0) {
    context.out(flags.closed === true ? 'No closed positions.\n' : 'No open positions.\n');
  } else if (flags.closed === true) {
    await printClosed(context, document.positions);
    printShownOf(context, document.positions.length, document.total);
  } else await printOpen(context, document.positions);
  return 0;
}

async function printOpen(context: Context, rows: readonly PositionRow[]): Promise<void> {
  await printTable(
    context,
    [
      { header: 'SYMBOL' },
      { header: 'SIDE' },
      { header: 'QUANTITY', align: 'right' },
      { header: 'ENTRY', align: 'right' },
      { header: 'STOP', align: 'right' },
      { header: 'PROTECTION' },
      { header: 'OPENED' },
    ],
    rows.map((row) => [
      row.symbol,
      row.side,
      row.quantity,
      row.entry_price ?? '-',
      row.stop_price ?? '-',
      protectionOf(row),
      utcMinute(row.opened_ms),
    ]),
  );
}

async function printClosed(context: Context, rows: readonly PositionRow[]): Promise<void> {
  await printTable(
    context,
    [
      { header: 'SYMBOL' },
      { header: 'SIDE' },
      { header: 'QUANTITY', align: 'right' },
      { header: 'EXIT' },
      { header: 'PNL', align: 'right' },
      { header: 'CLOSED' },
    ],
    rows.map((row) => [
      row.symbol,
      row.side,
      row.entered_quantity,
      row.exit_reason ?? '-',
      signedMoney(row.realized_pnl),
      utcMinute(row.closed_ms),
    ]),
  );
}
