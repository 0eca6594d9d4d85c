/**
 * A partial close on the screen: per position what is open, asked for, sent and left, one outcome, and below it
 * why and by which rules of the market. At 80 columns without cutting anything: a row too wide for the table is told in
 * lines. The incident: half of one contract was asked for 46 times and nobody saw the minimum.
 */
import type { PartialCloseRow } from '../../src/engine/operations/partial-close-row.ts';
import { paragraph } from './plan-lines.ts';
import { safeText } from './safe-text.ts';
import { alignedText, type Column } from './table.ts';

export interface CloseLook {
  readonly dryRun: boolean;
  readonly columns: number;
}

const WIDEST = 80;
const right = 'right' as const;

export function closeText(rows: readonly PartialCloseRow[], look: CloseLook): string {
  const width = Math.min(WIDEST, look.columns);
  const table = alignedText(
    columnsOf(look),
    rows.map((row) => cellsOf(row, look).map((cell) => safeText(cell))),
  ).split('\n');
  const isTable = table.every((line) => line.length <= width);
  const [header = '', ...lines] = table;
  const shown = rows.flatMap((row, at) => [
    ...(isTable ? [lines[at] ?? ''] : stacked(row, look, width)),
    ...belowOf(row).flatMap((line) => paragraph(line, { indent: 4, width })),
  ]);
  return [...(isTable ? [header] : []), ...shown].map((line) => `${line}\n`).join('');
}

/** What became of a position, in one word: what the venue did with the order counts before its sizing. */
export function outcomeWord({ sent, outcome }: PartialCloseRow): string {
  if (sent === null || sent === 'accepted') return outcome;
  return sent.split(':')[0] ?? sent;
}

function columnsOf({ dryRun }: CloseLook): Column[] {
  return [
    { header: 'SYMBOL' },
    { header: 'SIDE' },
    { header: 'OPEN', align: right },
    { header: 'ASKED', align: right },
    { header: 'CLOSE', align: right },
    { header: 'LEFT', align: right },
    ...(dryRun ? [] : [{ header: 'STOP', align: right }]),
    { header: 'OUTCOME' },
  ];
}

function cellsOf(row: PartialCloseRow, { dryRun }: CloseLook): string[] {
  return [
    row.symbol,
    row.side,
    row.remaining,
    row.requested,
    row.quantity,
    row.remaining_after ?? row.remainder,
    ...(dryRun ? [] : [row.stop_quantity_after ?? '-']),
    outcomeWord(row),
  ];
}

function stacked(row: PartialCloseRow, look: CloseLook, width: number): string[] {
  const [symbol = '', side = '', ...figures] = cellsOf(row, look);
  const names = columnsOf(look).slice(2);
  const told = figures.map((figure, at) => `${names[at]?.header.toLowerCase() ?? ''} ${figure}`);
  return [
    ...paragraph(`${symbol} ${side}`, { indent: 0, width }),
    ...paragraph(told.join(', '), { indent: 4, width }),
  ];
}

/** Why it is not simply done, then the rules it was sized by. */
function belowOf(row: PartialCloseRow): string[] {
  const why = whyOf(row);
  return why === null ? [rulesOf(row)] : [why, rulesOf(row)];
}

function whyOf(row: PartialCloseRow): string | null {
  if (row.sent !== null && row.sent !== 'accepted') return row.sent;
  if (row.refusal === null) return null;
  const near = row.nearest.length === 0 ? 'none' : row.nearest.join(', ');
  return `refused: ${row.refusal}; nearest valid: ${near}`;
}

function rulesOf({ lot_step: step, minimum, minimum_notional: notional }: PartialCloseRow): string {
  if (step === null) return 'the rules of this market are not known';
  const parts = [`lot step ${step}`, `minimum ${minimum ?? 'unknown'}`];
  return [...parts, ...(notional === null ? [] : [`minimum notional ${notional}`])].join(', ');
}
