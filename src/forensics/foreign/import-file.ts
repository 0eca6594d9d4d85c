/**
 * One file of another bot into the forensic database: streaming, all of it or nothing. A row that cannot be
 * read is kept as it was found and counted; the same file again changes nothing.
 */
import type { Db } from '../../core/database.ts';
import {
  heldFile,
  writeFile,
  type FileCounts,
  type ForeignFile,
  type ForeignWriter,
} from '../../core/foreign-store.ts';
import type { Ms } from '../../domain/clock.ts';
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

/** Throws FILE_INVALID for a file that cannot be read, or of which a pattern of the map takes too long. */
export function importFile(
  db: Db,
  found: Pick<ForeignFile, 'name' | 'path' | 'kind'>,
  map: FieldMap,
  nowMs: Ms,
): ImportedFile {
  const { name, path, kind } = found;
  const { sha256, foreignLines } = examined(path);
  const file: ForeignFile = { name, path, kind, sha256, mapSha256: map.sha256 };
  const held = heldFile(db, file);
  const about = { name, path, kind, foreignLines };
  if (held !== null && sameContent(held, file)) {
    const { rows, badRows } = held;
    const understood = understoodRows(db, held.path, kind);
    return { ...about, outcome: 'unchanged', rows, badRows, understood, columnsNotFound: [] };
  }
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

function examined(path: string): { sha256: string; foreignLines: number } {
  const digest = sha256Stream();
  let foreignLines = 0;
  for (const { isForeign } of textLines(path, (bytes) => digest.update(bytes))) {
    if (isForeign) foreignLines += 1;
  }
  return { sha256: digest.digest(), foreignLines };
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
