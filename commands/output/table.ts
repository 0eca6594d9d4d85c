/**
 * Tables. On a terminal: borderless through cli-table3, never wider than the terminal or 80 columns,
 * the widest columns shortened first. Piped: the same columns as plain aligned text, nothing cut, so
 * that `grep` and `awk` see whole values. Every cell is made safe here.
 */
import type { Context } from '../context.ts';
import { safeText } from './safe-text.ts';

export interface Column {
  readonly header: string;
  readonly align?: 'left' | 'right';
}

const WIDEST = 80;
const GAP = 2;
export const NARROWEST = 6;

export async function printTable(
  context: Context,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  const safe = rows.map((row) => row.map((cell) => safeText(cell)));
  if (!context.terminal.outIsTty) return context.out(alignedText(columns, safe));
  context.out(await terminalTable(columns, safe, Math.min(WIDEST, context.columns)));
}

/** Plain text in columns; no line ends in white space. */
export function alignedText(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const widths = naturalWidths(columns, rows);
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, at) => {
        const cell = cells[at] ?? '';
        const width = widths[at] ?? 0;
        return align === 'right' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  return [columns.map(({ header }) => header), ...rows].map((cells) => `${line(cells)}\n`).join('');
}

/** Widths that fit `available` columns: the widest gives way first, none below six. */
export function fittedWidths(natural: readonly number[], available: number): number[] {
  const widths = [...natural];
  let over = widths.reduce((sum, width) => sum + width, GAP * (widths.length - 1)) - available;
  while (over > 0) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) return widths;
    widths[widths.indexOf(widest)] = widest - 1;
    over -= 1;
  }
  return widths;
}

async function terminalTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const widths = fittedWidths(naturalWidths(columns, rows), width);
  const last = widths.length - 1;
  const table = new Table({
    head: columns.map(({ header }) => header),
    colWidths: widths.map((each, at) => each + (at === last ? 0 : GAP)),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    chars: BORDERLESS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
  });
  // The gap belongs to the cell: a right-aligned figure must not touch its neighbour.
  const spaced = (cells: readonly string[]): string[] =>
    cells.map((cell, at) => cut(cell, widths[at] ?? 0) + (at === last ? '' : ' '.repeat(GAP)));
  table.options.head = spaced(columns.map(({ header }) => header));
  for (const row of rows) table.push(spaced(row));
  return `${table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
}

function cut(cell: string, width: number): string {
  return cell.length <= width ? cell : `${cell.slice(0, Math.max(0, width - 1))}…`;
}

function naturalWidths(columns: readonly Column[], rows: readonly (readonly string[])[]): number[] {
  return columns.map(({ header }, at) =>
    rows.reduce((widest, row) => Math.max(widest, (row[at] ?? '').length), header.length),
  );
}

const BORDERLESS = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left'],
    ...['bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((name) => [name, '']),
);
