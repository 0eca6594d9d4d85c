/**
 * Writing the forensic database: one file of another bot at a time, all of it or nothing. A file that is
 * there already, unchanged and read by the same map, is left alone; one that changed replaces its own rows.
 */
import { basename, dirname } from 'node:path';
import type { Ms } from '../domain/clock.ts';
import { TradectlError } from '../domain/errors.ts';
import { shellWord } from '../domain/shell-word.ts';
import { inOurWords, openDatabase, openReadonly, type Db } from './database.ts';
import {
  FOREIGN_APPLICATION_ID,
  FOREIGN_MIGRATIONS,
  FOREIGN_SCHEMA_VERSION,
} from './foreign-schema.ts';
import { STATE_APPLICATION_ID } from './schema.ts';

export type ForeignKind = 'events' | 'positions' | 'signals' | 'log' | 'notes';

/** A column's value; a row has the columns of its table, the rest are null. */
export type ForeignRow = Readonly<Record<string, string | number | null>>;

export interface ForeignFile {
  readonly name: string;
  readonly path: string;
  readonly kind: ForeignKind;
  readonly sha256: string;
  readonly mapSha256: string;
  /** Length of the file; null for one that was imported before this was kept. */
  readonly bytes: number | null;
}

export interface ForeignWriter {
  /** Adds a row; returns why not when its number is taken. */
  readonly add: (row: ForeignRow) => string | null;
  /** The highest number before this file; a file without numbers goes on from it. */
  readonly lastSeq: number;
  /** `isKept`: the row was added all the same, without what could not be read. */
  readonly bad: (row: BadRowNote) => void;
}

export interface BadRowNote {
  readonly line: number;
  readonly why: string;
  readonly raw: string;
  readonly isKept?: boolean;
}

export interface FileCounts {
  readonly rows: number;
  readonly badRows: number;
}

const REFERENCES =
  'symbol, position_id, client_order_id, venue_order_id, trade_id, signal_id, correlation_id';
const FOUND = 'file_id, line, raw';
const TABLES: Record<ForeignKind, { table: string; columns: string }> = {
  events: {
    table: 'events',
    columns: `seq, numbered, ts_ms, recorded_ms, recorded_by, type, means, pid, ${REFERENCES}, ${FOUND}`,
  },
  positions: {
    table: 'positions',
    columns: `ts_ms, closed_ms, side, status, quantity, entry_price, stop_price, targets, ${REFERENCES}, ${FOUND}`,
  },
  signals: {
    table: 'signals',
    columns: `ts_ms, side, entry_price, stop_price, ${REFERENCES}, ${FOUND}`,
  },
  log: { table: 'log', columns: logColumns() },
  notes: { table: 'log', columns: logColumns() },
};
const BUSY_TIMEOUT_MS = 5_000;

/** Opens or creates; throws STORE_CORRUPT for a database that is not forensic, such as a bot's own. */
export function openForeignStore(path: string): Db {
  return inForensicWords(path, () =>
    openDatabase(path, {
      applicationId: FOREIGN_APPLICATION_ID,
      migrations: FOREIGN_MIGRATIONS,
      durability: 'full',
      busyTimeoutMs: BUSY_TIMEOUT_MS,
    }),
  );
}

/** Opens for reading only; throws STORE_MISSING or STORE_CORRUPT. */
export function openForeignReadonly(path: string): Db {
  return inForensicWords(path, () =>
    openReadonly(path, {
      applicationId: FOREIGN_APPLICATION_ID,
      schemaVersion: FOREIGN_SCHEMA_VERSION,
    }),
  );
}

/**
 * SQLite's errors in our words, with what helps here: nobody is told to move away the journal that a bot lives
 * on, and what was imported can be imported again.
 */
export function inForensicWords<T>(path: string, ask: () => T): T {
  try {
    return inOurWords(path, ask);
  } catch (error) {
    if (!(error instanceof TradectlError)) throw error;
    if (error.details['application_id'] === STATE_APPLICATION_ID) throw ourJournal(path, error);
    const hint = HINTS[error.code]?.(shellWord(path));
    if (hint === undefined) throw error;
    throw new TradectlError(error.code, error.message, {
      hint,
      details: error.details,
      cause: error,
    });
  }
}

const importInto = (path: string): string =>
  `name the right file, or make it of another bot's files: tradectl import-events FILE... --db ${path}`;
const HINTS: Readonly<Record<string, (path: string) => string>> = {
  STORE_MISSING: importInto,
  STORE_OLDER: importInto,
  STORE_CORRUPT: () =>
    'is it the right file? An incident can be imported again: tradectl import-events FILE... --db NEW_FILE',
};

function ourJournal(path: string, cause: TradectlError): TradectlError {
  const hint =
    basename(path) === 'state.db'
      ? `leave it where it is, and look at it with: --home ${shellWord(dirname(path))}`
      : `for a look at a backup: tradectl restore ${shellWord(path)} --home NEW_DIRECTORY, then --home NEW_DIRECTORY`;
  return new TradectlError('USAGE', `${path} is the journal of a tradectl bot, not of another`, {
    hint,
    cause,
  });
}

/** Runs `read` on the open database, in our words when SQLite throws. */
export function readForeign<T>(path: string, read: (db: Db) => T): T {
  const db = openForeignReadonly(path);
  try {
    return inForensicWords(path, () => db.transaction(read)(db));
  } finally {
    db.close();
  }
}

/** What is held of the file at this path, or of a copy of it elsewhere; null when nothing is. */
export function heldFile(
  db: Db,
  { path, sha256, kind }: ForeignFile,
): (ForeignFile & FileCounts) | null {
  const row = db
    .prepare<[string, string, string, string], ForeignFile & FileCounts>(
      `SELECT name, path, kind, sha256, map_sha256 AS mapSha256, bytes, rows, bad_rows AS badRows FROM files
       WHERE path = ? OR (sha256 = ? AND kind = ?) ORDER BY path = ? DESC LIMIT 1`,
    )
    .get(path, sha256, kind, path);
  return row ?? null;
}

/** Length of the file at this path when it was imported; null when none was, or when nobody kept it. */
export function heldBytes(db: Db, path: string): number | null {
  const bytes = db.prepare('SELECT bytes FROM files WHERE path = ?').pluck().get(path);
  return typeof bytes === 'number' ? bytes : null;
}

export function heldPaths(db: Db): string[] {
  return db.prepare<[], string>('SELECT path FROM files').pluck().all();
}

/** Names may change when a file of the same base name comes in. */
export function renameFiles(db: Db, names: ReadonlyMap<string, string>): void {
  const rename = db.prepare('UPDATE files SET name = ? WHERE path = ? AND name <> ?');
  db.transaction(() => {
    for (const [path, name] of names) rename.run(name, path, name);
  }).immediate();
}

/** Writes one file in one transaction, in place of the one it replaces; what `fill` throws undoes all of it. */
export function writeFile(
  db: Db,
  file: ForeignFile,
  { nowMs, replaces }: { nowMs: Ms; replaces: string | null },
  fill: (writer: ForeignWriter) => void,
): FileCounts {
  return db
    .transaction(() => {
      db.prepare('DELETE FROM files WHERE path = ?').run(replaces);
      const { lastInsertRowid } = db
        .prepare(
          `INSERT INTO files(name, path, kind, sha256, map_sha256, bytes, rows, bad_rows, imported_ms)
           VALUES (@name, @path, @kind, @sha256, @mapSha256, @bytes, 0, 0, @nowMs)`,
        )
        .run({ ...file, nowMs });
      const counts = fillTable(db, file.kind, Number(lastInsertRowid), fill);
      db.prepare('UPDATE files SET rows = ?, bad_rows = ? WHERE file_id = ?').run(
        counts.rows,
        counts.badRows,
        lastInsertRowid,
      );
      return counts;
    })
    .immediate();
}

function fillTable(
  db: Db,
  kind: ForeignKind,
  fileId: number,
  fill: (writer: ForeignWriter) => void,
): FileCounts {
  const { table, columns } = TABLES[kind];
  const names = columns.split(', ');
  const insert = db.prepare(
    `INSERT INTO ${table}(${columns}) VALUES (${names.map((name) => `@${name}`).join(', ')})`,
  );
  const reject = db.prepare(
    'INSERT INTO bad_rows(file_id, line, why, raw, kept) VALUES (?, ?, ?, ?, ?)',
  );
  const taken = db.prepare<[number], { name: string; line: number }>(
    'SELECT name, line FROM events JOIN files USING (file_id) WHERE seq = ?',
  );
  const empty = Object.fromEntries(names.map((name) => [name, null]));
  const lastSeq = db.prepare('SELECT coalesce(max(seq), 0) FROM events').pluck().get() as number;
  let [rows, badRows] = [0, 0];
  fill({
    lastSeq,
    add: (row) => {
      const holder = typeof row['seq'] === 'number' && kind === 'events' && taken.get(row['seq']);
      if (holder) return `number ${row['seq']} is taken by ${holder.name}:${holder.line}`;
      insert.run({ ...empty, ...row, file_id: fileId });
      rows += 1;
      return null;
    },
    bad: ({ line, why, raw, isKept = false }) => {
      reject.run(fileId, line, why, raw, Number(isKept));
      badRows += 1;
    },
  });
  return { rows, badRows };
}

/**
 * When a count of events in the log tells that numbers were written at that moment, says so beside the
 * events whose own row does not. Only where the count continues in the numbers themselves: a count of rows
 * need not be a number.
 */
export function dateByCounts(db: Db): void {
  db.transaction(() => {
    db.exec(`UPDATE events SET recorded_ms = NULL, recorded_by = NULL WHERE recorded_by = 'counted';
      UPDATE events SET recorded_by = 'counted', recorded_ms = b.ts_ms FROM (SELECT ts_ms, count_before,
        count_after FROM log WHERE source = 'log' AND means = 'batch_written' AND ts_ms IS NOT NULL
        AND count_before IS NOT NULL AND count_after IS NOT NULL) b
      WHERE events.recorded_ms IS NULL AND events.numbered = 1
        AND events.seq > b.count_before AND events.seq <= b.count_after AND (events.ts_ms IS NULL OR events.ts_ms <= b.ts_ms)
        AND EXISTS (SELECT 1 FROM events e WHERE e.seq = b.count_before + 1)`);
  }).immediate();
}

/** Replaces the lives of the process, which are derived from everything that was imported. */
export function replaceRuns(db: Db, runs: readonly ForeignRow[]): void {
  db.transaction(() => {
    db.exec('DELETE FROM runs');
    const insert = db.prepare(
      `INSERT INTO runs(life, pid, started_ms, last_sign_ms, last_seq, ended_ms, end_reason, how,
         start_file, start_line)
       VALUES (@life, @pid, @started_ms, @last_sign_ms, @last_seq, @ended_ms, @end_reason, @how,
         @start_file, @start_line)`,
    );
    for (const run of runs) insert.run(run);
  }).immediate();
}

/** Minutes east of UTC in which the imported files write their times; 0 when nothing said. */
export function zoneOf(db: Db): number {
  const value = db.prepare("SELECT value FROM settings WHERE key = 'zone_minutes'").pluck().get();
  return typeof value === 'string' ? Number(value) : 0;
}

export function setZone(db: Db, minutes: number): void {
  db.prepare(
    "INSERT INTO settings VALUES ('zone_minutes', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
  ).run(String(minutes));
}

function logColumns(): string {
  return `source, ts_ms, means, understood, level, author, pid, seq, wrote, count_before, count_after, text, ${REFERENCES}, ${FOUND}`;
}
