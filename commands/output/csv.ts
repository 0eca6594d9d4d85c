/**
 * CSV that a spreadsheet cannot be tricked with: every field quoted, text that a spreadsheet would take for a
 * formula marked with a leading apostrophe, control characters written as escapes, one row one line. Only NULL
 * is not quoted: it is an empty field, and empty text is `""`. Exact values are in `--json`.
 */
import { safeText } from './safe-text.ts';

/** Plain figures stay figures; a sign alone makes no formula. */
const NUMBER = /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/;
/** What spreadsheets take for the start of a formula, in either width, behind anything invisible. */
const FORMULA = /^[\s\p{Cc}\p{Cf}"']*[=+\-@\uff1d\uff0b\uff0d\uff20]/u;

export function csvLine(cells: readonly (string | null)[]): string {
  return `${cells.map((cell) => (cell === null ? '' : csvField(cell))).join(',')}\n`;
}

function csvField(text: string): string {
  const risky = (FORMULA.test(text) || /^[\t\r\n]/.test(text)) && !NUMBER.test(text);
  return `"${risky ? "'" : ''}${safeText(text).replaceAll('"', '""')}"`;
}
