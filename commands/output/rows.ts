/**
 * Rows whose columns nobody knew before: aligned, drawn as a box, or a column a line when they are too many for
 * the screen. On a terminal a value is cut to what fits; piped it never is.
 */
import { safeText } from './safe-text.ts';
import { fittedWidths, NARROWEST } from './table.ts';

export interface Rows {
  readonly columns: readonly string[];
  /** Null is NULL. */
  readonly rows: readonly (readonly (string | null)[])[];
}

export interface RowStyle {
  readonly box: boolean;
  /** Characters of a line; null when nothing may be cut. */
  readonly width: number | null;
  readonly unicode: boolean;
}

const FIGURE = /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/;

/** Every cell is made safe here. */
export function rowsText(given: Rows, style: RowStyle): string {
  const { columns, rows } = {
    columns: given.columns.map((name) => safeText(name)),
    rows: given.rows.map((row) => row.map((cell) => (cell === null ? 'NULL' : safeText(cell)))),
  };
  const natural = columns.map((name, at) =>
    rows.reduce((widest, row) => Math.max(widest, row[at]?.length ?? 0), name.length),
  );
  const edge = style.box ? 3 : 2;
  const least = natural.reduce((sum, width) => sum + Math.min(width, NARROWEST) + edge, 0);
  if (style.width !== null && least > style.width) return records(columns, rows, style);
  // `fittedWidths` counts gaps of two; a box has three more characters a line and one more a column.
  const room = style.width === null ? null : style.width - (style.box ? columns.length + 3 : 0);
  const widths = room === null ? natural : fittedWidths(natural, room);
  const right = columns.map((_, at) => {
    const cells = rows.map((row) => row[at] ?? 'NULL').filter((cell) => cell !== 'NULL');
    return cells.length > 0 && cells.every((cell) => FIGURE.test(cell));
  });
  const line = (cells: readonly string[]): string[] =>
    cells.map((cell, at) => {
      const shown = cut(cell, widths[at] ?? 0, style);
      return right[at] === true ? shown.padStart(widths[at] ?? 0) : shown.padEnd(widths[at] ?? 0);
    });
  if (style.box) return boxed([columns, ...rows].map(line), widths, style.unicode);
  return [columns, ...rows].map((cells) => `${line(cells).join('  ').trimEnd()}\n`).join('');
}

function boxed(lines: readonly string[][], widths: readonly number[], unicode: boolean): string {
  const [bar, dash, ...corners] = unicode ? '│─┌┬┐├┼┤└┴┘' : '|-+++++++++';
  const rule = (from: number): string => {
    const [left, middle, end] = corners.slice(from, from + 3);
    return `${left}${widths.map((width) => dash!.repeat(width + 2)).join(middle)}${end}\n`;
  };
  const body = lines.map((cells) => `${bar} ${cells.join(` ${bar} `)} ${bar}\n`);
  return `${rule(0)}${body[0] ?? ''}${rule(3)}${body.slice(1).join('')}${rule(6)}`;
}

/** A column a line: what thirty columns look like on eighty characters. */
function records(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  style: RowStyle,
): string {
  const label = columns.reduce((widest, name) => Math.max(widest, name.length), 0);
  const room = Math.max(NARROWEST, (style.width ?? 80) - label - 2);
  return rows
    .map((row, number) => {
      const lines = columns.map(
        (name, at) => `${name.padEnd(label)}  ${cut(row[at] ?? '', room, style)}`.trimEnd() + '\n',
      );
      return `-- row ${number + 1}\n${lines.join('')}`;
    })
    .join('');
}

function cut(cell: string, width: number, { width: limit, unicode }: RowStyle): string {
  if (limit === null || cell.length <= width) return cell;
  const mark = unicode ? '…' : '~';
  return `${cell.slice(0, Math.max(0, width - 1))}${mark}`;
}
