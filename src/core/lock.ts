/**
 * The right to append and to trade: an exclusive SQLite lock on `lock.db`, held as long as the
 * connection is open. The kernel frees it the instant the holder dies, so there is no stale lock and
 * no --force. Who holds it stands in `lock.json`, for people only. `lock.db` is never opened with
 * `fs`: closing any descriptor of it would release the lock of this process.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { isoTime, type Ms } from '../domain/clock.ts';
import { TradectlError } from '../domain/errors.ts';
import { storeError } from './database.ts';
import { replaceFile } from './durable-file.ts';
import type { HomePaths } from './home.ts';
import { isThere } from './is-there.ts';
import type { ProcessFacts } from './process-facts.ts';

export interface LockOwner {
  readonly pid: number;
  /** Wall clock. */
  readonly started_ms: Ms;
  readonly boot_id: string;
  readonly host: string;
  readonly version: string;
  /** What it does: `run`, or the command that took the lock for itself. */
  readonly purpose: string;
}

/** The purpose of a bot: it takes commands from its inbox, everybody else does not. */
export const RUN_PURPOSE = 'run';

export type LockState =
  | { readonly held: false }
  /** `owner` is null for the moment between taking the lock and saying so. */
  | { readonly held: true; readonly owner: LockOwner | null };

export interface Lock {
  readonly owner: LockOwner;
  /** Gives the lock back; calling it again does nothing. */
  release(): void;
}

/** Long enough for a status probe to let go, short enough to answer a second start at once. */
const PATIENCE_MS = 250;

/** Keeps held connections reachable: better-sqlite3 closes a collected one, and the lock with it. */
const HELD = new Set<Database.Database>();

/**
 * Takes the lock of a home, creating the home when needed. Throws LOCK_HELD naming the owner, or
 * STORE_UNWRITABLE.
 */
export function acquireLock(
  home: HomePaths,
  facts: ProcessFacts,
  startedMs: Ms,
  purpose = RUN_PURPOSE,
): Lock {
  const db = open(home);
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (isBusy(error)) throw lockHeld(home, readLockOwner(home));
    throw storeError(error, home.lock);
  }
  const owner: LockOwner = {
    pid: facts.pid,
    started_ms: startedMs,
    boot_id: facts.bootId,
    host: facts.host,
    version: facts.version,
    purpose,
  };
  try {
    replaceFile(home.lockOwner, `${JSON.stringify(owner)}\n`);
  } catch (error) {
    db.close();
    throw storeError(error, home.lockOwner);
  }
  HELD.add(db);
  return {
    owner,
    release() {
      if (!db.open) return;
      HELD.delete(db);
      rmSync(home.lockOwner, { force: true });
      db.close();
    },
  };
}

/**
 * Asks SQLite whether the lock is held; the owner file alone proves nothing. Throws STORE_UNWRITABLE where this
 * user may not ask: a lock that cannot be seen is not free.
 */
export function lockState(home: HomePaths): LockState {
  if (!isThere(home.lock)) return { held: false };
  let db: Database.Database;
  try {
    db = new Database(home.lock, { readonly: true, fileMustExist: true, timeout: 0 });
  } catch (error) {
    throw storeError(error, home.lock);
  }
  try {
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return { held: false };
  } catch (error) {
    if (isBusy(error)) return { held: true, owner: readLockOwner(home) };
    throw storeError(error, home.lock);
  } finally {
    db.close();
  }
}

/**
 * The bot that holds the lock. `starting`: the holder has not said yet who it is, and may be one. A command
 * that took the lock for itself is none.
 */
export type RunningBot = 'none' | 'starting' | { readonly pid: number };

export function runningBot(lock: LockState): RunningBot {
  if (!lock.held) return 'none';
  if (lock.owner === null) return 'starting';
  return lock.owner.purpose === RUN_PURPOSE ? { pid: lock.owner.pid } : 'none';
}

/** Whether the process of a life without an end may be that bot. Ask it of the newest life only. */
export function isRunning(bot: RunningBot, pid: number | null): boolean {
  return bot === 'starting' || (bot !== 'none' && bot.pid === pid);
}

function open(home: HomePaths): Database.Database {
  const mask = process.umask(0o077);
  try {
    mkdirSync(home.dir, { recursive: true });
    const db = new Database(home.lock, { timeout: PATIENCE_MS });
    return db;
  } catch (error) {
    throw storeError(error, home.lock);
  } finally {
    process.umask(mask);
  }
}

/** Who the lock was taken by last; a process that gave it back in order took its name off. */
export function readLockOwner(home: HomePaths): LockOwner | null {
  try {
    const read = JSON.parse(readFileSync(home.lockOwner, 'utf8')) as Partial<LockOwner>;
    const { pid, started_ms, boot_id, host, version, purpose } = read;
    if (typeof pid !== 'number' || typeof started_ms !== 'number') return null;
    if (typeof host !== 'string') return null;
    return {
      pid,
      started_ms,
      boot_id: boot_id ?? 'unknown',
      host,
      version: version ?? 'unknown',
      purpose: purpose ?? RUN_PURPOSE,
    };
  } catch {
    return null;
  }
}

export function lockHeld(home: HomePaths, owner: LockOwner | null): TradectlError {
  if (owner === null) {
    return new TradectlError('LOCK_HELD', `${home.dir} is in use by a bot that has just started`, {
      hint: 'try again in a second: it will say who it is',
    });
  }
  const { pid, host, purpose } = owner;
  const what = purpose === RUN_PURPOSE ? '' : ` (tradectl ${purpose})`;
  return new TradectlError(
    'LOCK_HELD',
    `${home.dir} is in use by pid ${pid}${what} since ${isoTime(owner.started_ms)} on host ${host}`,
    {
      hint:
        purpose === RUN_PURPOSE
          ? `stop it on ${host} with: kill -TERM ${pid}   (its stops and targets stay at the venue)`
          : 'wait until it is done, then look again: tradectl status',
      details: { pid, started_ms: owner.started_ms, host, purpose },
    },
  );
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}
