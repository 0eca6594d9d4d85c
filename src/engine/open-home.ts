/**
 * Opens one bot's home for writing: the lock first, then the journal, checked against its high-water
 * mark. Nothing is written before the lock is held, and whatever was opened is closed again when a
 * later step fails.
 */
import { mkdirSync } from 'node:fs';
import { releaseBallast } from '../core/ballast.ts';
import { openDatabase, type Db } from '../core/database.ts';
import { compareWithHead, readHighWaterMark, type MarkVerdict } from '../core/high-water-mark.ts';
import { openEventLog, type EventLog } from '../core/event-log.ts';
import type { HomePaths } from '../core/home.ts';
import { hashAt, readHead } from '../core/head.ts';
import { openJournal, type Journal } from '../core/journal.ts';
import { lastingDatabase } from '../core/lasting-database.ts';
import { acquireLock, type Lock } from '../core/lock.ts';
import type { LogLimits } from '../core/log-file.ts';
import { processFacts, type ProcessFacts } from '../core/process-facts.ts';
import { registryView, type RegistryView } from '../core/registry-view.ts';
import { STATE_APPLICATION_ID, STATE_MIGRATIONS } from '../core/schema.ts';
import type { Clock } from '../domain/clock.ts';
import { messageOf, TradectlError } from '../domain/errors.ts';
import type { RunId } from '../domain/ids.ts';

export interface OpenHome {
  readonly paths: HomePaths;
  readonly lock: Lock;
  readonly process: ProcessFacts;
  readonly db: Db;
  readonly view: RegistryView;
  /** Follows the journal; lines that no event explains may be added. */
  readonly log: EventLog;
  /** What the high-water mark said before anything was appended. */
  readonly verdict: MarkVerdict;
  /** The disk was full: the ballast had to go before the database could be opened. */
  readonly ballastReleased: boolean;
  close(): void;
}

export interface HomeOptions {
  readonly version: string;
  /** What the lock is taken for. */
  readonly purpose: string;
  readonly logLimits: LogLimits;
  /** Log or database cannot be written, or can be again; the bot goes on. */
  readonly onTrouble: (line: string) => void;
}

export interface JournalHooks {
  readonly clock: Clock;
  readonly runId: RunId;
  readonly onMarkFailed?: (error: TradectlError) => void;
}

const BUSY_TIMEOUT_MS = 250;

/**
 * Catches the log up with the journal. Throws LOCK_HELD, STORE_NEWER, STORE_CORRUPT, STORE_UNWRITABLE or
 * STORE_FULL; the last only when letting go of the ballast did not help: a bot that died on a full disk must
 * come back to protect.
 */
export function openHome(paths: HomePaths, wall: Clock, options: HomeOptions): OpenHome {
  makeDirectory(paths.dir);
  try {
    return { ...openOnce(paths, wall, options), ballastReleased: false };
  } catch (error) {
    if (!isFullDisk(error) || !releaseBallast(paths)) throw error;
    return { ...openOnce(paths, wall, options), ballastReleased: true };
  }
}

function isFullDisk(error: unknown): boolean {
  return error instanceof TradectlError && error.code === 'STORE_FULL';
}

function openOnce(
  paths: HomePaths,
  wall: Clock,
  options: HomeOptions,
): Omit<OpenHome, 'ballastReleased'> {
  const process = processFacts(options.version);
  const lock = acquireLock(paths, process, wall.now(), options.purpose);
  try {
    let told: EventLog | null = null;
    const db = lastingDatabase({
      open: () => openState(paths),
      verify: (fresh) => refuseLoss(paths, fresh),
      clock: wall,
      say: (line) => {
        told?.note('warn', line);
        options.onTrouble(line);
      },
    });
    const view = registryView(db);
    const head = readHead(db);
    const reading = readHighWaterMark(paths.highWaterMark);
    const log = openEventLog({
      file: paths.log,
      limits: options.logLimits,
      db,
      wall,
      pid: process.pid,
      onTrouble: options.onTrouble,
    });
    told = log;
    const close = (): void => {
      log.close();
      db.close();
      lock.release();
    };
    const verdict = compareWithHead(reading, head, (seq) => view.hashAt(seq));
    return { paths, lock, process, db, view, log, verdict, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function openState({ state }: HomePaths): Db {
  return openDatabase(state, {
    applicationId: STATE_APPLICATION_ID,
    migrations: STATE_MIGRATIONS,
    durability: 'full',
    busyTimeoutMs: BUSY_TIMEOUT_MS,
  });
}

/** Throws STORE_CORRUPT for a journal that is opened again and lacks what this process committed. */
export function refuseLoss(
  { state, highWaterMark }: Pick<HomePaths, 'state' | 'highWaterMark'>,
  db: Db,
): void {
  const verdict = compareWithHead(readHighWaterMark(highWaterMark), readHead(db), (seq) =>
    hashAt(db, seq),
  );
  if (verdict.verdict === 'ok') return;
  const why =
    verdict.verdict === 'behind'
      ? `events ${verdict.lostFrom} to ${verdict.lostTo} were committed and are gone`
      : verdict.why;
  throw new TradectlError('STORE_CORRUPT', `${state}: ${why}`, {
    hint: 'start the bot again: it halts, asks the venue and protects what is open',
  });
}

/** The journal of an open home; after a lost tail its numbers go on behind the lost ones. */
export function openHomeJournal(home: OpenHome, hooks: JournalHooks): Journal {
  const { verdict } = home;
  return openJournal({
    db: home.db,
    highWaterFile: home.paths.highWaterMark,
    ...hooks,
    onCommitted: home.log.committed,
    ...(verdict.verdict === 'behind' ? { nextSeq: verdict.lostTo + 1 } : {}),
  });
}

function makeDirectory(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    const why = messageOf(error);
    throw new TradectlError('STORE_UNWRITABLE', `${dir} cannot be created: ${why}`, {
      hint: 'name a directory that this user may write with --home',
      cause: error,
    });
  }
}
