/**
 * One file of another bot into the forensic database: streaming, all of it or nothing. A row that cannot be
 * read is kept as it was found and counted; the same file again changes nothing.
 */
import type { Db } from '../../core/database.ts';
import {
  heldBytes,
  heldFile,
  writeFile,
  type FileCounts,
  type ForeignFile,
  type ForeignWriter,
} from '../../core/foreign-store.ts';
import type { Ms } from '../../domain/clock.ts';
import { TradectlError } from '../../domain/errors.ts';
import { sha256Stream } from '../../domain/random.ts';
import { matched, type Match } from './bounded-matching.ts';
import type { FieldMap } from './field-map.ts';
import { foundRows, type FoundRow } from './found-rows.ts';
import { valueAt } from './found-values.ts';
import { logEntries } from './log-entries.ts';
import { readRow, saidInRow, type RowAs } from './read-row.ts';
import { textLines } from './text-lines.ts';
import { understoodRows } from './understood.ts';

export interface ImportedFile extends FileCounts, Pick<ForeignFile, 'name' | 'path' | 'kind'> {
  /** `unchanged`: it was there; `replaced`: it was there with other content or another map. */
  readonly outcome: 'imported' | 'unchanged' | 'replaced';
  /** Lines that are no UTF-8 and were read as Windows-1252. */
  readonly foreignLines: number;
  /** Rows of events and of a log whose words have a meaning here; null for other kinds. */
  readonly understood: number | null;
  /** Columns that the map names and that no row has: `events.seq = "idd"`. */
  readonly columnsNotFound: readonly string[];
}

/** Of a bad row's text; the whole of it is in its file. */
const KEPT_OF_BAD = 2_000;

/**
 * Throws FILE_INVALID for a file that cannot be read, or of which a pattern of the map takes too long; DENIED for one
 * that is no longer what was imported under its path and more, unless it may `replace` that.
 */
export function importFile(
  db: Db,
  found: Pick<ForeignFile, 'name' | 'path' | 'kind'>,
  map: FieldMap,
  { nowMs, replace }: { readonly nowMs: Ms; readonly replace: boolean },
): ImportedFile {
  const { name, path, kind } = found;
  const { sha256, foreignLines, bytes, beginning } = examined(path, heldBytes(db, path));
  const file: ForeignFile = { name, path, kind, sha256, mapSha256: map.sha256, bytes };
  const held = heldFile(db, file);
  const about = { name, path, kind, foreignLines };
  if (held !== null && sameContent(held, file)) {
    const { rows, badRows } = held;
    const understood = understoodRows(db, held.path, kind);
    return { ...about, outcome: 'unchanged', rows, badRows, understood, columnsNotFound: [] };
  }
  const goesOn = held === null || held.sha256 === sha256 || held.sha256 === beginning;
  if (!goesOn && held.rows > 0 && !replace) throw noContinuation(path, held.rows);
  let columnsNotFound: readonly string[] = [];
  const counts = writeFile(db, file, { nowMs, replaces: held?.path ?? null }, (writer) => {
    if (kind === 'log') fillLog(path, map, writer);
    else columnsNotFound = fillRows(path, { kind, map }, writer);
  });
  const outcome = held === null ? 'imported' : 'replaced';
  const understood = understoodRows(db, path, kind);
  return { ...about, outcome, understood, columnsNotFound, ...counts };
}

function sameContent(held: ForeignFile, file: ForeignFile): boolean {
  return (
    held.sha256 === file.sha256 && held.mapSha256 === file.mapSha256 && held.kind === file.kind
  );
}

/** A log that was rotated has the name of the one before it, and none of its lines. */
function noContinuation(path: string, rows: number): TradectlError {
  const what = rows === 1 ? 'the row that was' : `the ${rows} rows that were`;
  return new TradectlError(
    'DENIED',
    `${path} does not go on where the file of that name ended that was imported: ${what} read from it would be lost`,
    { hint: 'to keep both give it another name; to put it in their place: --replace' },
  );
}

interface Examined {
  readonly sha256: string;
  readonly foreignLines: number;
  readonly bytes: number;
  /** Digest of as many bytes as the file had before; null when it has fewer or that is not known. */
  readonly beginning: string | null;
}

function examined(path: string, before: number | null): Examined {
  const [whole, first] = [sha256Stream(), sha256Stream()];
  let [foreignLines, bytes] = [0, 0];
  const each = (chunk: Uint8Array): void => {
    whole.update(chunk);
    if (before !== null && bytes < before) first.update(chunk.subarray(0, before - bytes));
    bytes += chunk.length;
  };
  for (const { isForeign } of textLines(path, each)) {
    if (isForeign) foreignLines += 1;
  }
  const beginning = before === null || bytes < before ? null : first.digest();
  return { sha256: whole.digest(), foreignLines, bytes, beginning };
}

/** Returns the columns of the map that no row has. */
function fillRows(path: string, as: RowAs, writer: ForeignWriter): readonly string[] {
  let lastSeq = writer.lastSeq;
  let missing = as.map.named.filter(({ kind }) => kind === as.kind);
  const reading = {
    path,
    read: (found: FoundRow, match: Match) =>
      'row' in found ? saidInRow(found.row, as, match) : null,
    size: ({ raw }: FoundRow) => raw.length,
  };
  for (const [found, said] of matched(foundRows(path), reading)) {
    const { line, raw } = found;
    const kept = raw.slice(0, KEPT_OF_BAD);
    if ('why' in found) {
      writer.bad({ line, why: found.why, raw: kept });
      continue;
    }
    missing = missing.filter(({ column }) => valueAt(found.row, column) === undefined);
    const read = readRow(found.row, as, { said, lastSeq });
    const why = typeof read === 'string' ? read : writer.add({ ...read.row, line, raw });
    if (typeof read === 'string' || why !== null) writer.bad({ line, why: why ?? '', raw: kept });
    else {
      if (read.unread !== null) writer.bad({ line, why: read.unread, raw: kept, isKept: true });
      if (typeof read.row['seq'] === 'number') lastSeq = read.row['seq'];
    }
  }
  return missing.map(({ kind, key, column }) => `${kind}.${key} = ${JSON.stringify(column)}`);
}

function fillLog(path: string, map: FieldMap, writer: ForeignWriter): void {
  for (const entry of logEntries(path, textLines(path), map)) {
    if ('row' in entry) writer.add(entry.row);
    else writer.bad({ ...entry, raw: entry.raw.slice(0, KEPT_OF_BAD) });
  }
}
