/**
 * Puts a backup in the place of a home's journal. Everything that can fail happens on a copy beside: it is
 * migrated, its chain and its tables are proven by folding it. The lock is held from the first look to the
 * end, so that what is said about the loss is what is lost.
 */
import { existsSync, realpathSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { copyState } from '../../core/copy-state.ts';
import { withState } from '../../core/open-state.ts';
import { openDatabase, type Db } from '../../core/database.ts';
import { replaceFile } from '../../core/durable-file.ts';
import { GENESIS, type Head } from '../../core/event-row.ts';
import { readHighWaterMark } from '../../core/high-water-mark.ts';
import { homePaths, type HomePaths } from '../../core/home.ts';
import { hashAt, readHead } from '../../core/head.ts';
import { acquireLock, type Lock } from '../../core/lock.ts';
import { readMeta } from '../../core/meta.ts';
import { carryEnds, recentRuns, type RunLife } from '../../core/runs.ts';
import { processFacts } from '../../core/process-facts.ts';
import { besidePath, replaceState, tidyUp, type Relation } from '../../core/replace-state.ts';
import { STATE_APPLICATION_ID, STATE_MIGRATIONS } from '../../core/schema.ts';
import { foldAll } from '../../core/verify.ts';
import { isoTime, type Clock } from '../../domain/clock.ts';
import { TradectlError } from '../../domain/errors.ts';
import { packageFacts } from '../../host/package-facts.ts';
import type { Operator } from './operator.ts';

/** What a restore would do, known before it is confirmed. */
export interface RestoreFacts {
  readonly file: string;
  /** Of the bot the backup was made of. */
  readonly account: string;
  readonly head: Head;
  /** When the last event of the backup was recorded; null for an empty journal. */
  readonly headMs: number | null;
  readonly relation: Relation;
  /** The end of the journal that goes, read from it or from its mark; null when nobody knows. */
  readonly replacedSeq: number | null;
  /** Events that go and are not in the backup, by type; empty when they cannot be read. */
  readonly lost: Readonly<Record<string, number>>;
}

export interface PreparedRestore {
  readonly facts: RestoreFacts;
  /** Puts it in place; returns the files that were kept. `onStep` is for tests that kill. */
  commit(by: Operator, onStep?: (step: string) => void): readonly string[];
  /** Removes the copy, gives the lock back; after a commit only the latter. */
  close(): void;
}

const BUSY_TIMEOUT_MS = 250;

/**
 * Throws USAGE for a file that is missing or the home's own, LOCK_HELD naming the bot that runs, STORE_CORRUPT
 * for a backup that is not what its events say. Nothing of the home is changed.
 */
export function prepareRestore(home: string, from: string, wall: Clock): PreparedRestore {
  const file = resolve(from);
  const paths = homePaths(home);
  refuseNoFile(file, paths);
  const lock = acquireLock(paths, processFacts(packageFacts().version), wall.now(), 'restore');
  const beside = besidePath(paths);
  const close = (): void => {
    for (const ending of ['', '-wal', '-shm']) rmSync(beside + ending, { force: true });
    lock.release();
  };
  try {
    tidyUp(paths);
    copyOf(file, beside);
    const going = goingJournal(paths);
    const { hashAtGoing, ...coming } = proven(file, beside, going.head?.seq ?? 0);
    carryEndsOf(paths, beside);
    const facts = {
      file,
      ...coming,
      ...compared(paths, going, { head: coming.head, hashAtGoing }),
    };
    return { facts, close, commit: committing(paths, { facts, wall, lock, beside }) };
  } catch (error) {
    close();
    throw error;
  }
}

interface Committing {
  readonly facts: RestoreFacts;
  readonly wall: Clock;
  readonly lock: Lock;
  readonly beside: string;
}

function committing(
  paths: HomePaths,
  { facts, wall, lock, beside }: Committing,
): PreparedRestore['commit'] {
  return (by, onStep) => {
    const now = wall.now();
    const stamp = isoTime(now).replaceAll(':', '-');
    const { head, relation } = facts;
    const kept = replaceState(paths, {
      beside,
      head,
      relation,
      stamp,
      ...(onStep === undefined ? {} : { onStep }),
    });
    if (relation === 'first') return kept;
    // Nothing in the new journal tells of it; this does, beside what was replaced.
    const record = join(paths.archive, `${stamp}-restore.json`);
    const told = { schema: 'tradectl.restored/1', at_ms: now, by, pid: lock.owner.pid, ...facts };
    replaceFile(record, `${JSON.stringify(told, null, 2)}\n`);
    return [...kept, record];
  };
}

/** What is wrong with the backup is not said of the journal: that one is as it was. */
function copyOf(file: string, beside: string): void {
  try {
    copyState(file, beside, { olderIsFine: true });
  } catch (error) {
    if (!(error instanceof TradectlError) || error.code !== 'STORE_CORRUPT') throw error;
    const hint = 'nothing was changed; name another backup';
    throw new TradectlError(error.code, error.message, { hint, cause: error });
  }
}

function refuseNoFile(file: string, { state }: HomePaths): void {
  if (!existsSync(file)) {
    throw new TradectlError('USAGE', `${file} does not exist`, { hint: 'name a backup' });
  }
  if (existsSync(state) && realpathSync(file) === realpathSync(state)) {
    throw new TradectlError('USAGE', `${file} is the journal of this home`, {
      hint: 'name a backup of it',
    });
  }
}

interface Coming {
  readonly account: string;
  readonly head: Head;
  readonly headMs: number | null;
  /** Of its event with the number of the head that goes; null when it has none. */
  readonly hashAtGoing: string | null;
}

function openBeside(beside: string): Db {
  return openDatabase(beside, {
    applicationId: STATE_APPLICATION_ID,
    migrations: STATE_MIGRATIONS,
    durability: 'full',
    busyTimeoutMs: BUSY_TIMEOUT_MS,
  });
}

/** Migrates the copy where it is older, folds every event of it, and leaves it as one file. */
function proven(file: string, beside: string, goingSeq: number): Coming {
  const db = openBeside(beside);
  try {
    const { differences } = foldAll(db);
    const [first] = differences;
    if (first !== undefined) {
      const more = differences.length > 1 ? ` (and ${differences.length - 1} more)` : '';
      throw new TradectlError(
        'STORE_CORRUPT',
        `${file} is not what its events say: ${first}${more}`,
        { hint: 'nothing was changed; take another backup' },
      );
    }
    const last = db.prepare('SELECT max(recorded_ms) FROM events').pluck().get() as number | null;
    const account = readMeta(db, 'account') ?? 'paper';
    return { account, head: readHead(db), headMs: last, hashAtGoing: hashAt(db, goingSeq) };
  } finally {
    // The last connection puts the log into the file and removes it.
    db.close();
  }
}

/** A life that ended after the backup was made did end: without it the next start would find it dead. */
function carryEndsOf({ state }: HomePaths, beside: string): void {
  let known: RunLife[];
  try {
    known = withState(state, {}, (db) => recentRuns(db, Number.MAX_SAFE_INTEGER));
  } catch {
    // There is none that goes, or it cannot be read: then the log may still tell.
    return;
  }
  const db = openBeside(beside);
  try {
    carryEnds(db, known);
  } finally {
    db.close();
  }
}

/** The journal that goes: its head, null when there is none or when it cannot be read. */
interface Going {
  readonly exists: boolean;
  readonly head: Head | null;
}

function goingJournal({ state }: HomePaths): Going {
  if (!existsSync(state)) return { exists: false, head: null };
  try {
    return { exists: true, head: withState(state, { olderIsFine: true }, readHead) };
  } catch {
    // Often the reason for the restore.
    return { exists: true, head: null };
  }
}

/** Both are chained by hashes: one equal event proves that all before it are equal. */
function compared(
  paths: HomePaths,
  going: Going,
  coming: Pick<Coming, 'head' | 'hashAtGoing'>,
): Pick<RestoreFacts, 'relation' | 'replacedSeq' | 'lost'> {
  const { head } = coming;
  const old = going.head;
  if (!going.exists) return { relation: 'first', replacedSeq: null, lost: {} };
  if (old === null) {
    const mark = readHighWaterMark(paths.highWaterMark);
    // The mark beside it knows how far it had come.
    const replacedSeq = mark.state === 'read' ? mark.mark.seq : null;
    return { relation: 'unreadable', replacedSeq, lost: {} };
  }
  const known = { replacedSeq: old.seq, lost: {} };
  if (old.seq === head.seq && old.hash === head.hash) return { relation: 'same', ...known };
  if (old.seq === GENESIS.seq || coming.hashAtGoing === old.hash) {
    return { relation: 'newer', ...known };
  }
  try {
    return withState(paths.state, { olderIsFine: true }, (db) => {
      const isBeginning = head.seq === GENESIS.seq || hashAt(db, head.seq) === head.hash;
      const lost = countAfter(db, isBeginning ? head.seq : 0);
      return { relation: isBeginning ? 'older' : 'other', replacedSeq: old.seq, lost };
    });
  } catch {
    // Its end can be read, something before it cannot.
    return { relation: 'unreadable', ...known };
  }
}

function countAfter(db: Db, seq: number): Record<string, number> {
  const rows = db
    .prepare<[number], { type: string; n: number }>(
      'SELECT type, count(*) AS n FROM events WHERE seq > ? GROUP BY type ORDER BY n DESC, type',
    )
    .all(seq);
  return Object.fromEntries(rows.map(({ type, n }) => [type, n]));
}
