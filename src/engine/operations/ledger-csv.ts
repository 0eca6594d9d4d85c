/**
 * A ledger in CSV with a header. Figures stay text, so that none loses a digit; an empty cell is a key that
 * the row does not have. Quoted fields may hold commas, quotes (doubled) and line ends.
 */
import type { Json } from '../../domain/canonical-json.ts';
import type { RawRow } from '../../domain/staged-row.ts';
import { fileInvalid } from './read-text-file.ts';

interface CsvRecord {
  readonly cells: readonly string[];
  /** The line it begins on. */
  readonly line: number;
}

/** Throws FILE_INVALID with the line of the first bad record. */
export function ledgerCsv(path: string, text: string): RawRow[] {
  const [header, ...records] = csvRecords(path, text);
  const names = (header?.cells ?? []).map((name) => name.trim());
  if (header === undefined || !names.includes('symbol')) {
    const hint = 'has no header with a column "symbol"';
    throw fileInvalid(path, hint, header?.line ?? 1);
  }
  const twice = names.find((name, index) => name === '' || names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw fileInvalid(path, `column ${JSON.stringify(twice)} has no name of its own`, header.line);
  }
  return records.map((record) => rowOf(path, names, record));
}

function rowOf(path: string, names: readonly string[], { cells, line }: CsvRecord): RawRow {
  if (cells.length !== names.length) {
    throw fileInvalid(path, `has ${cells.length} fields, the header has ${names.length}`, line);
  }
  const pairs = names.flatMap((name, index): [string, Json][] => {
    const cell = (cells[index] ?? '').trim();
    return cell === '' ? [] : [[name, cellValue(name, cell)]];
  });
  return Object.fromEntries(pairs);
}

/** Text, but for the three columns that are none in JSON either. */
function cellValue(name: string, cell: string): Json {
  if ((name === 'opened_ms' || name === 'events') && /^\d{1,15}$/.test(cell)) return Number(cell);
  if (name === 'event' && /^(true|false)$/i.test(cell)) return cell.toLowerCase() === 'true';
  return cell;
}

/** Records with the lines they begin on; blank lines are none. */
function csvRecords(path: string, text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const { cells, next, lines } = readRecord(path, text, { at, line });
    if (cells.length > 1 || cells[0]?.trim() !== '') records.push({ cells, line });
    at = next;
    line += lines;
  }
  return records;
}

function readRecord(
  path: string,
  text: string,
  start: { readonly at: number; readonly line: number },
): { cells: string[]; next: number; lines: number } {
  const cells: string[] = [];
  let at = start.at;
  let lines = 0;
  for (;;) {
    const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at);
    if (field === null) throw fileInvalid(path, 'a quoted field is not closed', start.line + lines);
    cells.push(field.value);
    lines += field.value.split('\n').length - 1;
    at = field.end;
    if (text[at] === ',') {
      at += 1;
      continue;
    }
    const ended = /\r?\n|$/y;
    ended.lastIndex = at;
    if (!ended.test(text)) {
      throw fileInvalid(path, 'a field goes on after its end', start.line + lines);
    }
    return { cells, next: at === text.length ? at : ended.lastIndex, lines: lines + 1 };
  }
}

function plainField(text: string, at: number): { value: string; end: number } {
  const field = /[^,\r\n]*/y;
  field.lastIndex = at;
  const value = field.exec(text)?.[0] ?? '';
  return { value, end: at + value.length };
}

/** Null when its closing quote is missing. */
function quotedField(text: string, at: number): { value: string; end: number } | null {
  let quote = text.indexOf('"', at + 1);
  while (quote !== -1 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2);
  if (quote === -1) return null;
  return { value: text.slice(at + 1, quote).replaceAll('""', '"'), end: quote + 1 };
}
