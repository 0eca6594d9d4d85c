/**
 * Rows of JSONL and CSV as they are found: the row's text, its line, and what it holds by name. A row that
 * cannot be read says why; the rows around it are read all the same.
 */
import { textLines, type TextLine } from './text-lines.ts';

export type FoundRow =
  | { readonly line: number; readonly raw: string; readonly row: Readonly<Record<string, unknown>> }
  | { readonly line: number; readonly raw: string; readonly why: string };

/** A quoted field may go on over lines; this many are more than any field has. */
const LONGEST_RECORD_LINES = 1_000;

export function* jsonRows(lines: Iterable<TextLine>): Generator<FoundRow> {
  for (const { number: line, text } of lines) {
    if (text === null) yield { line, raw: '', why: 'the line is too long' };
    else if (text.trim() !== '') yield jsonRow(line, text);
  }
}

function jsonRow(line: number, raw: string): FoundRow {
  try {
    const row: unknown = JSON.parse(raw, exactNumber);
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) {
      return { line, raw, row: row as Record<string, unknown> };
    }
    return { line, raw, why: 'is not one JSON object per line' };
  } catch (error) {
    return { line, raw, why: `is not JSON: ${error instanceof Error ? error.message : ''}` };
  }
}

/** An id of more than 2^53 keeps its digits as text, and a price keeps the digits it was written with. */
function exactNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  return context?.source ?? value;
}

/** The first record is the header. */
export function* csvRows(lines: Iterable<TextLine>): Generator<FoundRow> {
  let names: readonly string[] | null = null;
  for (const { line, raw, cells } of records(lines)) {
    if (cells === null) yield { line, raw, why: 'a quoted field does not end' };
    else if (names === null) names = cells.map((name) => name.trim());
    else if (cells.length !== names.length) {
      yield { line, raw, why: `has ${cells.length} fields, the header has ${names.length}` };
    } else {
      const pairs = names.map((name, at): [string, unknown] => [name, cells[at] || null]);
      yield { line, raw, row: Object.fromEntries(pairs) };
    }
  }
}

interface CsvRecord {
  readonly line: number;
  readonly raw: string;
  /** Null when its quotes do not close. */
  readonly cells: readonly string[] | null;
}

function* records(lines: Iterable<TextLine>): Generator<CsvRecord> {
  let open: { line: number; pieces: string[] } | null = null;
  for (const { number, text } of lines) {
    const held: { line: number; pieces: string[] } = open ?? { line: number, pieces: [] };
    held.pieces.push(text ?? '');
    const raw: string = held.pieces.join('\n');
    const isOpen = (raw.match(/"/g)?.length ?? 0) % 2 === 1;
    open = isOpen && held.pieces.length < LONGEST_RECORD_LINES ? held : null;
    if (open === null && raw.trim() !== '') {
      yield { line: held.line, raw, cells: isOpen ? null : fields(raw) };
    }
  }
  if (open !== null) yield { line: open.line, raw: open.pieces.join('\n'), cells: null };
}

function fields(record: string): string[] {
  const cells: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^,]*))(,|$)/gy;
  for (let match = pattern.exec(record); match !== null; match = pattern.exec(record)) {
    cells.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'));
    if (match[3] === '') return cells;
  }
  return cells;
}

/** Rows of a file by the ending of its name: `.csv` has a header, all else is a JSON object per line. */
export function foundRows(path: string, each?: (bytes: Uint8Array) => void): Iterable<FoundRow> {
  const lines = textLines(path, each);
  return /\.csv$/i.test(path) ? csvRows(lines) : jsonRows(lines);
}
