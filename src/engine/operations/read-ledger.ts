/**
 * A legacy ledger as rows: a JSON array, `{"positions": [...]}`, JSON lines, or CSV with a header. Nothing is
 * judged here and no row is left out: a row of size zero has to reach quarantine to be seen. What cannot
 * be a ledger at all is refused with its line, and then nothing is imported.
 */
import type { Json } from '../../domain/canonical-json.ts';
import type { RawRow } from '../../domain/staged-row.ts';
import type { LedgerRow } from '../../reconcile/stage-ledger.ts';
import { ledgerCsv } from './ledger-csv.ts';
import { fileInvalid, readTextFile } from './read-text-file.ts';

const LARGEST_MB = 64;

/** Throws FILE_INVALID, with the line where one is known. */
export function readLedger(path: string): LedgerRow[] {
  const text = readTextFile(path, LARGEST_MB);
  if (text.trim() === '') throw fileInvalid(path, 'is empty');
  return rowsOf(path, text).map(ledgerRow);
}

function rowsOf(path: string, text: string): RawRow[] {
  if (/\.csv$/i.test(path)) return ledgerCsv(path, text);
  switch (text.trimStart()[0]) {
    case '[':
      return rowsOfArray(path, parsed(path, text), 'row');
    case '{':
      return isLines(text) ? rowsOfLines(path, text) : rowsOfDocument(path, parsed(path, text));
    default:
      return ledgerCsv(path, text);
  }
}

/** JSON lines: the first line is an object of its own, and none of `{"positions": [...]}` in one line. */
function isLines(text: string): boolean {
  const first = text.trimStart().split('\n', 1)[0] ?? '';
  try {
    const value = JSON.parse(first) as unknown;
    return isRecord(value) && !Array.isArray(value['positions']);
  } catch {
    return false;
  }
}

function rowsOfLines(path: string, text: string): RawRow[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    return [rowOf(path, parsed(path, line, index + 1), `line ${index + 1}`, index + 1)];
  });
}

function rowsOfDocument(path: string, document: Json): RawRow[] {
  const positions = isRecord(document) ? document['positions'] : undefined;
  return rowsOfArray(path, positions, 'positions');
}

function rowsOfArray(path: string, rows: Json | undefined, name: string): RawRow[] {
  if (!Array.isArray(rows)) throw fileInvalid(path, 'has no list "positions"', 1);
  return (rows as Json[]).map((row, index) => rowOf(path, row, `${name} ${index + 1}`, null));
}

function rowOf(path: string, row: Json, name: string, line: number | null): RawRow {
  if (isRecord(row)) return row;
  throw fileInvalid(path, `${name} is no object`, line);
}

/** JSON, `line` being where the text begins in its file; null for the whole file. */
function parsed(path: string, text: string, line: number | null = null): Json {
  try {
    return JSON.parse(text, refuseInfinity) as Json;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw fileInvalid(path, `is no JSON: ${error.message}`, line ?? brokenLine(text));
  }
}

/** `1e400` is JSON and no number of ours. */
function refuseInfinity(key: string, value: unknown): unknown {
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  throw new SyntaxError(`${JSON.stringify(key)} is too large`);
}

/** The first line that is no JSON: the engine says where only sometimes. Null when all lines are. */
function brokenLine(text: string): number | null {
  const lines = text.trimEnd().split('\n');
  let [low, high] = [1, lines.length];
  if (!breaksWithin(text)) return isJson(text) ? null : high;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (breaksWithin(lines.slice(0, middle).join('\n'))) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** True for what no end could mend; false for JSON and for the beginning of it. */
function breaksWithin(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return false;
  } catch (error) {
    const said = (error as Error).message;
    const at = /position (\d+)/.exec(said)?.[1];
    if (/^Unterminated string/.test(said)) return false;
    return at === undefined
      ? said.startsWith('Unexpected token')
      : Number(at) < beginning.trimEnd().length;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * `events`, where a row has it, is how many events of its ledger are about it; `"event": false` says that
 * none is. Neither is part of the row.
 */
function ledgerRow(written: RawRow): LedgerRow {
  const { event, events, ...row } = written;
  const isCount = typeof events === 'number' && Number.isSafeInteger(events) && events >= 0;
  if (event === false) return { row, events: 0 };
  return { row, events: isCount ? events : 1 };
}

function isRecord(value: unknown): value is RawRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
