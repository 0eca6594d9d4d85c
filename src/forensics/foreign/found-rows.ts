/**
 * Rows of JSONL and CSV as they are found: the row's text, its line, and what it holds by name. A row that
 * cannot be read says why; the rows around it are read all the same.
 */
import { TradectlError } from '../../domain/errors.ts';
import { textLines, type TextLine } from './text-lines.ts';

export type FoundRow =
  | { readonly line: number; readonly raw: string; readonly row: Readonly<Record<string, unknown>> }
  | { readonly line: number; readonly raw: string; readonly why: string };

/** A quoted field may go on over lines; this many are more than any field has. */
const LONGEST_RECORD_LINES = 1_000;
const TOO_LONG = 'the line is too long';

export function* jsonRows(lines: Iterable<TextLine>): Generator<FoundRow> {
  for (const { line, text } of lines) {
    if (text === null) yield { line, raw: '', why: TOO_LONG };
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

/** The first record is the header; it tells what stands between two fields. */
export function* csvRows(lines: Iterable<TextLine>): Generator<FoundRow> {
  let [names, header]: [readonly string[] | null, string] = [null, ''];
  for (const { line, raw, cells } of records(lines)) {
    if (cells === null)
      yield { line, raw, why: raw === '' ? TOO_LONG : 'a quoted field does not end' };
    else if (names === null) [names, header] = [cells.map((name) => name.trim()), raw];
    else if (raw === header) yield { line, raw, why: 'is the header again' };
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
  /** Null when its quotes do not close, or it is too long. */
  readonly cells: readonly string[] | null;
}

function* records(lines: Iterable<TextLine>): Generator<CsvRecord> {
  let open: { line: number; pieces: string[]; quotes: number } | null = null;
  let delimiter: string | null = null;
  for (const { line, text } of lines) {
    const held: { line: number; pieces: string[]; quotes: number } = open ?? {
      line,
      pieces: [],
      quotes: 0,
    };
    if (text === null && open === null) {
      yield { line, raw: '', cells: null };
      continue;
    }
    held.pieces.push(text ?? '');
    held.quotes += text?.match(/"/g)?.length ?? 0;
    const isOpen = held.quotes % 2 === 1;
    open = isOpen && held.pieces.length < LONGEST_RECORD_LINES ? held : null;
    if (open !== null) continue;
    const raw = held.pieces.join('\n');
    // A spreadsheet may say first what it writes between fields.
    const said: string | undefined = delimiter === null ? /^sep=(.)$/.exec(raw)?.[1] : undefined;
    if (said !== undefined) delimiter = said;
    else if (raw.trim() !== '') {
      delimiter ??= delimiterOf(raw);
      yield { line: held.line, raw, cells: isOpen ? null : fields(raw, delimiter) };
    }
  }
  if (open !== null) yield { line: open.line, raw: open.pieces.join('\n'), cells: null };
}

/** The one of the usual that the header has most of, outside of quotes. */
function delimiterOf(header: string): string {
  const bare = header.replaceAll(/"[^"]*"/g, '');
  const counted = [',', ';', '\t', '|'].map((each) => ({ each, count: bare.split(each).length }));
  return counted.toSorted((a, b) => b.count - a.count)[0]?.each ?? ',';
}

function fields(record: string, delimiter: string): string[] {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    if (record[at] !== '"') {
      const end = record.indexOf(delimiter, at);
      cells.push(record.slice(at, end === -1 ? undefined : end));
      if (end === -1) return cells;
      at = end + 1;
      continue;
    }
    let end = record.indexOf('"', at + 1);
    while (record[end + 1] === '"') end = record.indexOf('"', end + 2);
    // What follows a closed quote belongs to the field, as spreadsheets read it.
    const next = record.indexOf(delimiter, end + 1);
    const tail = record.slice(end + 1, next === -1 ? undefined : next);
    cells.push(record.slice(at + 1, end).replaceAll('""', '"') + tail);
    if (next === -1) return cells;
    at = next + 1;
  }
}

/**
 * Rows of a file by the ending of its name, else by its first letter: a table with a header, or a JSON object
 * per line. Throws FILE_INVALID for one array over the whole file.
 */
export function foundRows(path: string): Iterable<FoundRow> {
  if (/\.[ct]sv$/i.test(path)) return csvRows(textLines(path));
  const begins = firstLetter(path);
  if (begins === '[') {
    throw new TradectlError('FILE_INVALID', `${path}: is one JSON array, not an object per line`, {
      hint: "make lines of it: jq -c '.[]' FILE > events.jsonl",
    });
  }
  const isJson = begins === '{' || begins === '' || /\.(jsonl?|ndjson)$/i.test(path);
  return isJson ? jsonRows(textLines(path)) : csvRows(textLines(path));
}

function firstLetter(path: string): string {
  for (const { text } of textLines(path)) {
    const begins = text?.trimStart().charAt(0) ?? '{';
    if (begins !== '') return begins;
  }
  return '';
}
