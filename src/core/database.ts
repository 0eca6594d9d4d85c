/**
 * The only place that opens a SQLite file. Every connection gets the same pragmas in the same order,
 * and what SQLite would do silently is refused aloud: better-sqlite3 is compiled so that WAL turns
 * `synchronous` down to NORMAL (a power cut then loses acknowledged commits), a file without write
 * permission opens read-only, and a directory without shared memory answers another journal mode.
 */
import { statfsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import Database from 'better-sqlite3';
import { assert, TradectlError, type ErrorCode, messageOf } from '../domain/errors.ts';
import { readHighWaterMark } from './high-water-mark.ts';
import { homePaths } from './home.ts';
import { isThere } from './is-there.ts';

export type Db = Database.Database;

export interface OpenOptions {
  /** Four bytes that say whose file this is; another id is refused, never written. */
  readonly applicationId: number;
  /** SQL of schema version 1, 2, ...; what the file lacks is applied, each in one transaction. */
  readonly migrations: readonly string[];
  /** `full`: fsync on each commit, asserted. `normal`: may lose the last commits in a power cut. */
  readonly durability: 'full' | 'normal';
  readonly busyTimeoutMs: number;
}

export interface ReadonlyOptions {
  readonly applicationId: number;
  readonly schemaVersion: number;
  /** For copying: whoever only copies a file need not know its tables. */
  readonly olderIsFine?: boolean;
}

/** 3.51.3 fixed the WAL-reset bug: two connections that checkpoint at once could corrupt the file. */
const OLDEST_SQLITE = [3, 51, 3] as const;
const NO_SPACE_HINT = 'free disk space; stops and targets stay at the venue';
/** Readers share an index beside the file, made anew where the last one ended in order. */
const SHARED_INDEX_BYTES = 32_768;
const NO_ROOM_TO_READ = 'the disk is full, and reading needs an index of 32 KB beside it';
const SYNCHRONOUS = { full: 2, normal: 1 } as const;

/**
 * Opens or creates a database for writing, mode 0600, migrated to the newest schema. Throws STORE_NEWER,
 * STORE_CORRUPT, STORE_UNWRITABLE, STORE_FULL or STORE_BUSY; a file it refuses is not changed.
 */
export function openDatabase(path: string, options: OpenOptions): Db {
  const db = connect(path, { timeout: options.busyTimeoutMs });
  try {
    const version = checkOwner(db, path, options.applicationId);
    if (version > options.migrations.length) throw newer(path, version, options.migrations.length);
    configure(db, path, options.durability);
    migrate(db, version, options);
    const level = db.pragma('synchronous', { simple: true });
    assert(
      level === SYNCHRONOUS[options.durability],
      `synchronous is ${String(level)} after a write`,
    );
    return db;
  } catch (error) {
    db.close();
    throw storeError(error, path);
  }
}

/**
 * Opens a database for reading only, whether or not its bot is alive. Throws STORE_MISSING,
 * STORE_OLDER, STORE_NEWER, STORE_CORRUPT or STORE_UNWRITABLE.
 */
export function openReadonly(path: string, options: ReadonlyOptions): Db {
  const db = connect(path, { readonly: true, fileMustExist: true, timeout: 5000 });
  try {
    const version = checkOwner(db, path, options.applicationId);
    if (version === 0 && hasNoTables(db)) throw empty(path);
    if (version > options.schemaVersion) throw newer(path, version, options.schemaVersion);
    if (version < options.schemaVersion && options.olderIsFine !== true) {
      throw new TradectlError(
        'STORE_OLDER',
        `${path} has schema ${version}, this tradectl reads schema ${options.schemaVersion}`,
        { hint: 'start the bot once with this version: it migrates the file' },
      );
    }
    db.exec('PRAGMA query_only=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON');
    // A reader walks or looks up: more pages were measured to make neither faster.
    db.exec('PRAGMA cache_size=-1000; PRAGMA mmap_size=0');
    return db;
  } catch (error) {
    db.close();
    throw storeError(error, path);
  }
}

/**
 * Opens any SQLite file for one query that a person wrote. `prepare` gets the application id and may create TEMP
 * objects; after it nothing may be written, not even those. Throws as {@link openReadonly} does.
 */
export function openForQuery(path: string, prepare: (db: Db, applicationId: number) => void): Db {
  const db = connect(path, { readonly: true, fileMustExist: true, timeout: 5000 });
  try {
    db.exec('PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON');
    // Sorts go to files: in memory they would take what the bot needs.
    db.exec('PRAGMA temp_store=FILE; PRAGMA cache_size=-1000; PRAGMA mmap_size=0');
    prepare(db, db.pragma('application_id', { simple: true }) as number);
    db.exec('PRAGMA query_only=ON');
    return db;
  } catch (error) {
    db.close();
    throw storeError(error, path);
  }
}

/** A database for this process alone, on disk beyond a few megabytes, gone when it is closed. */
export function openScratch(): Db {
  const db = new Database('');
  db.exec('PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-2000');
  return db;
}

/**
 * Writes the whole log of a file into it, so that the file alone is the database. Throws STORE_BUSY while
 * another process still reads from the log.
 */
export function checkpoint(path: string): void {
  const db = connect(path, { fileMustExist: true, timeout: 5000 });
  try {
    const [result] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
    if (result?.busy !== 1) return;
    throw new TradectlError('STORE_BUSY', `another process reads ${path}`, {
      hint: 'let it end, then try again',
    });
  } catch (error) {
    throw storeError(error, path);
  } finally {
    db.close();
  }
}

/** What a statement throws, before {@link storeError} has put it into our words. */
export function isSqliteError(error: unknown): error is Error {
  return error instanceof Database.SqliteError;
}

/** The disk failed below SQLite: what the connection that met it believes may not be on the disk. */
export function isIoError(error: unknown): error is Error {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_IOERR');
}

/** Runs `work` on the open database of `path`; only what SQLite throws is about the file, the rest passes. */
export function inOurWords<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw isSqliteError(error) ? storeError(error, path) : error;
  }
}

/** Says in our words what SQLite could not do; errors that are ours already pass unchanged. */
export function storeError(error: unknown, path: string): TradectlError {
  if (error instanceof TradectlError) return error;
  if (isNoSpace(error)) {
    return new TradectlError('STORE_FULL', `${path}: ${messageOf(error)}`, {
      hint: NO_SPACE_HINT,
      cause: error,
    });
  }
  if (!(error instanceof Database.SqliteError)) {
    return unopened(path, error);
  }
  if (error.code.startsWith('SQLITE_IOERR_SHM') && isFull(path)) {
    return new TradectlError('STORE_FULL', `${path}: ${NO_ROOM_TO_READ} (${error.code})`, {
      hint: NO_SPACE_HINT,
      cause: error,
    });
  }
  const { code, hint } = translate(error.code);
  return new TradectlError(code, `${path}: ${error.message} (${error.code})`, {
    hint,
    cause: error,
  });
}

function unopened(path: string, cause: unknown): TradectlError {
  return new TradectlError('STORE_UNWRITABLE', `${path} cannot be opened: ${messageOf(cause)}`, {
    hint: 'check that the directory exists and belongs to this user',
    cause,
  });
}

function connect(path: string, options: Database.Options): Db {
  // -wal and -shm inherit the mode of the main file, so only its creation needs the mask.
  const mask = process.umask(0o077);
  try {
    return new Database(path, options);
  } catch (error) {
    if (options.fileMustExist === true && isAbsence(error)) {
      if (isThere(path)) throw unopened(path, error);
      throw new TradectlError('STORE_MISSING', `${path} does not exist`, {
        hint: 'run `tradectl run` first, or name the right directory with --home',
        cause: error,
      });
    }
    throw storeError(error, path);
  } finally {
    process.umask(mask);
  }
}

/** Returns the schema version, 0 for an empty file; throws for a file that is not ours. */
function checkOwner(db: Db, path: string, applicationId: number): number {
  const sqlite = db.prepare('SELECT sqlite_version()').pluck().get() as string;
  assert(isRecentEnough(sqlite), `SQLite ${sqlite} is older than ${OLDEST_SQLITE.join('.')}`);
  const id = db.pragma('application_id', { simple: true }) as number;
  const empty = id === 0 && hasNoTables(db);
  if (id !== applicationId && !empty) {
    throw new TradectlError('STORE_CORRUPT', `${path} is a database of another program`, {
      hint: 'move it away, or name the right directory with --home',
      details: { application_id: id, expected: applicationId },
    });
  }
  return db.pragma('user_version', { simple: true }) as number;
}

function hasNoTables(db: Db): boolean {
  return db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0;
}

function configure(db: Db, path: string, durability: OpenOptions['durability']): void {
  const mode = db.pragma('journal_mode=WAL', { simple: true }) as string;
  if (mode !== 'wal') {
    throw new TradectlError('STORE_UNWRITABLE', `${path} cannot use a write-ahead log (${mode})`, {
      hint: 'the directory must be writable and on a local disk, not on a network file system',
    });
  }
  // After WAL, never before: entering WAL silently sets NORMAL on each new connection.
  db.pragma(`synchronous=${durability.toUpperCase()}`);
  db.pragma('foreign_keys=ON');
  // Without it REPLACE deletes rows past the append-only trigger.
  db.pragma('recursive_triggers=ON');
  db.pragma('trusted_schema=OFF');
  db.pragma('cell_size_check=ON');
  db.pragma('cache_size=-4000');
  db.pragma('mmap_size=0');
  db.pragma('journal_size_limit=16777216');
  // As many pages as the size limit holds: a recording writes the same index pages again and again, and
  // a checkpoint each 4 MB doubled the time of a run.
  db.pragma('wal_autocheckpoint=4000');
}

/** Applies what is missing, then writes once in any case: that write is what proves `synchronous`. */
function migrate(db: Db, from: number, options: OpenOptions): void {
  const { applicationId, migrations } = options;
  for (let version = from; version < migrations.length; version += 1) {
    db.transaction(() => {
      // Another process may have migrated it while this one waited for the write lock.
      if ((db.pragma('user_version', { simple: true }) as number) > version) return;
      db.exec(migrations[version] ?? '');
      db.pragma(`application_id=${applicationId}`);
      db.pragma(`user_version=${version + 1}`);
    }).immediate();
  }
  db.transaction(() => db.pragma(`user_version=${migrations.length}`)).immediate();
}

/** A file that was cut to nothing looks like one that is about to be made; the mark beside it knows. */
function empty(path: string): TradectlError {
  const paths = homePaths(dirname(path));
  const mark = basename(path) === basename(paths.state) && readHighWaterMark(paths.highWaterMark);
  if (mark === false || mark.state !== 'read' || mark.mark.seq === 0) {
    return new TradectlError('STORE_OLDER', `${path} is empty: nothing was written into it yet`, {
      hint: 'start the bot once, or name the right file',
    });
  }
  return new TradectlError(
    'STORE_CORRUPT',
    `${path} is empty, but events up to ${mark.mark.seq} were committed to it`,
    { hint: 'restore a backup before the bot is started: tradectl restore FILE' },
  );
}

function newer(path: string, version: number, known: number): TradectlError {
  return new TradectlError(
    'STORE_NEWER',
    `${path} has schema ${version}, this tradectl knows schema ${known}`,
    { hint: 'install the newer tradectl again; an older one must not write this file' },
  );
}

function translate(sqlite: string): { code: ErrorCode; hint: string } {
  const family = sqlite.split('_').slice(0, 2).join('_');
  switch (family) {
    case 'SQLITE_FULL':
      return { code: 'STORE_FULL', hint: NO_SPACE_HINT };
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return { code: 'STORE_BUSY', hint: 'another process holds the file; try again' };
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
    case 'SQLITE_FORMAT':
      return { code: 'STORE_CORRUPT', hint: 'keep the file for inspection and restore a backup' };
    case 'SQLITE_READONLY':
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_PERM':
    case 'SQLITE_IOERR':
      return { code: 'STORE_UNWRITABLE', hint: 'check the disk and who owns the directory' };
    default:
      return { code: 'INTERNAL', hint: 'this is a bug: a rule of the schema refused the write' };
  }
}

/** A file system that has no room, or no more of it for this user. */
function isNoSpace(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

function isFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < SHARED_INDEX_BYTES;
  } catch {
    return false;
  }
}

function isAbsence(error: unknown): boolean {
  if (!(error instanceof Database.SqliteError)) return true;
  return error.code.startsWith('SQLITE_CANTOPEN');
}

function isRecentEnough(version: string): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, least] of OLDEST_SQLITE.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
