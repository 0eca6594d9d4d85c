/**
 * One file of another bot into the forensic database: streaming, all of it or nothing. A row that cannot be
 * read is kept as it was found and counted; the same file again changes nothing.
 */
import { basename, resolve } from 'node:path';
import type { Db } from '../../core/database.ts';
import {
  heldFile,
  writeFile,
  type FileCounts,
  type ForeignFile,
  type ForeignKind,
  type ForeignRow,
  type ForeignWriter,
} from '../../core/foreign-store.ts';
import type { Ms } from '../../domain/clock.ts';
import { TradectlError } from '../../domain/errors.ts';
import { sha256Stream } from '../../domain/random.ts';
import { kindOf, saidBy, type FieldMap } from './field-map.ts';
import { foundRows, type FoundRow } from './found-rows.ts';
import { momentOf, textOf, valueAt, wholeOf } from './found-values.ts';
import { logEntries } from './log-entries.ts';
import { textLines } from './text-lines.ts';

export interface ImportedFile extends FileCounts {
  readonly file: string;
  readonly kind: ForeignKind;
  /** `unchanged`: it was there; `replaced`: it was there with other content or another map. */
  readonly outcome: 'imported' | 'unchanged' | 'replaced';
}

const REFERENCES = [
  'symbol',
  'position_id',
  'client_order_id',
  'venue_order_id',
  'trade_id',
  'signal_id',
  'correlation_id',
] as const;
/** Of a bad row's text; the whole of it is in its file. */
const KEPT_OF_BAD = 2_000;

/** Throws FILE_INVALID for a file that cannot be read or whose kind cannot be told. */
export function importFile(db: Db, path: string, map: FieldMap, nowMs: Ms): ImportedFile {
  const full = resolve(path);
  const name = basename(full);
  const kind = kindOf(map, name);
  if (kind === null) {
    throw new TradectlError('FILE_INVALID', `${path}: neither events, positions, signals nor log`, {
      hint: 'name it so (events.jsonl, bot.log), or give a map with files = "..." for its kind',
    });
  }
  const file = { name, path: full, kind, sha256: digestOf(full), mapSha256: map.sha256 };
  const held = heldFile(db, full);
  if (held !== null && sameContent(held, file)) {
    return { file: name, kind, outcome: 'unchanged', rows: held.rows, badRows: held.badRows };
  }
  const counts = writeFile(db, file, nowMs, (writer) => {
    if (kind === 'log') fillLog(full, map, writer);
    else fillRows(foundRows(full), { kind, map }, writer);
  });
  return { file: name, kind, outcome: held === null ? 'imported' : 'replaced', ...counts };
}

function sameContent(held: ForeignFile, file: ForeignFile): boolean {
  return (
    held.sha256 === file.sha256 && held.mapSha256 === file.mapSha256 && held.kind === file.kind
  );
}

function digestOf(path: string): string {
  const digest = sha256Stream();
  const lines = textLines(path, (bytes) => digest.update(bytes));
  while (lines.next().done !== true);
  return digest.digest();
}

function fillRows(
  rows: Iterable<FoundRow>,
  as: { kind: Exclude<ForeignKind, 'log'>; map: FieldMap },
  writer: ForeignWriter,
): void {
  let lastSeq = writer.lastSeq;
  for (const found of rows) {
    const kept = found.raw.slice(0, KEPT_OF_BAD);
    if ('why' in found) {
      writer.bad(found.line, found.why, kept);
      continue;
    }
    const read = readRow(found.row, as, lastSeq);
    const why = typeof read === 'string' ? read : writer.add({ ...read, ...place(found) });
    if (why !== null) writer.bad(found.line, why, kept);
    else if (typeof read !== 'string' && typeof read['seq'] === 'number') lastSeq = read['seq'];
  }
}

function place({ line, raw }: FoundRow): ForeignRow {
  return { line, raw };
}

/** The row's columns, or why it is none. */
function readRow(
  row: Readonly<Record<string, unknown>>,
  { kind, map }: { kind: Exclude<ForeignKind, 'log'>; map: FieldMap },
  lastSeq: number,
): ForeignRow | string {
  const columns = map.columns[kind];
  const find = (name: string): unknown =>
    (columns[name] ?? []).map((path) => valueAt(row, path)).find((value) => textOf(value) !== null);
  const references = Object.fromEntries(REFERENCES.map((name) => [name, textOf(find(name))]));
  const written = find('ts');
  const ts = momentOf(written, map.zone);
  if (written !== undefined && ts === null) return `no time can be read from ${textOf(written)}`;
  const figures = {
    ts_ms: ts,
    side: textOf(find('side')),
    entry_price: textOf(find('entry_price')),
    stop_price: textOf(find('stop_price')),
  };
  if (kind === 'signals') return { ...references, ...figures };
  if (kind === 'notes') return noteRow(textOf(find('text')), { references, ts, find, map });
  if (kind === 'events') return eventRow({ references, ts, find, map }, lastSeq);
  if (references['position_id'] === null) return 'names no position id';
  const targets = ['target_1', 'target_2', 'target_3'].map((name) => textOf(find(name)));
  return {
    ...references,
    ...figures,
    closed_ms: momentOf(find('closed'), map.zone),
    status: textOf(find('status'))?.toLowerCase() ?? null,
    quantity: textOf(find('quantity')),
    targets: JSON.stringify(targets.filter((target) => target !== null)),
  };
}

interface RowReading {
  readonly references: ForeignRow;
  readonly ts: Ms | null;
  readonly find: (name: string) => unknown;
  readonly map: FieldMap;
}

function eventRow({ references, ts, find, map }: RowReading, lastSeq: number): ForeignRow | string {
  const type = textOf(find('type'));
  if (type === null) return 'names no type of event';
  const number = find('seq');
  const seq = number === undefined ? lastSeq + 1 : wholeOf(number);
  if (seq === null) return `the number ${textOf(number)} is no whole number`;
  const recorded = momentOf(find('recorded'), map.zone);
  return {
    ...references,
    seq,
    numbered: number === undefined ? 0 : 1,
    ts_ms: ts,
    recorded_ms: recorded,
    recorded_by: recorded === null ? null : 'told',
    type,
    means: saidBy(map.says.events, type).means,
    pid: wholeOf(find('pid')),
  };
}

function noteRow(
  text: string | null,
  { references, ts, find, map }: RowReading,
): ForeignRow | string {
  if (text === null) return 'holds no text';
  const { means, groups } = saidBy(map.says.notes, text);
  return {
    ...references,
    symbol: references['symbol'] ?? groups['symbol'] ?? null,
    source: 'note',
    ts_ms: ts,
    means,
    author: textOf(find('author')),
    wrote: wholeOf(groups['count']),
    text,
  };
}

function fillLog(path: string, map: FieldMap, writer: ForeignWriter): void {
  for (const entry of logEntries(textLines(path), map)) {
    if ('row' in entry) writer.add(entry.row);
    else writer.bad(entry.line, entry.why, entry.raw.slice(0, KEPT_OF_BAD));
  }
}
