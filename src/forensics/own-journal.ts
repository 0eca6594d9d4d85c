/**
 * Our own journal as a {@link JournalSource}: `state.db` on one read-only connection without a standing
 * transaction, and in a home the high-water mark, the lock and the log beside it. Nothing here writes.
 */
import { statSync } from 'node:fs';
import { inOurWords, isSqliteError, storeError, type Db } from '../core/database.ts';
import { EVENT_COLUMNS, type EventRow } from '../core/event-row.ts';
import { readHighWaterMark } from '../core/high-water-mark.ts';
import { homePaths, type HomePaths } from '../core/home.ts';
import { isThere } from '../core/is-there.ts';
import { isRunning, lockState, runningBot, type RunningBot } from '../core/lock.ts';
import { restoreRecords } from '../core/restore-records.ts';
import { recentRuns, type RunLife } from '../core/runs.ts';
import { noBotHasRun, openStateReadonly } from '../core/open-state.ts';
import { messageOf } from '../domain/errors.ts';
import { logIdentityOf, readLogLines } from './log-lines.ts';
import { foldAll, type Verification } from '../core/verify.ts';
import {
  CUT,
  type HighWater,
  type JournalSource,
  type SourceEvent,
  type SourceRun,
} from './journal-source.ts';
import { ownContradictions } from './own-contradictions.ts';
import { ownMarks } from './own-marks.ts';
import type { JournalKnowledge } from './venue-gaps.ts';

export interface OwnJournal extends JournalSource {
  readonly db: Db;
  /** True while a process holds the lock of this home: what is on its way is not yet missing. */
  readonly isHeld: () => boolean;
  /** Folds every event and compares every row. */
  readonly fold: () => Verification;
  /** What the registry has of what a venue names. */
  readonly knowledge: JournalKnowledge;
  /** What the registry holds now. */
  readonly openPositions: () => readonly OpenPosition[];
  readonly close: () => void;
}

export interface OpenPosition {
  readonly symbol: string;
  readonly side: string;
  readonly quantity: string;
}

/** Throws STORE_MISSING, STORE_OLDER, STORE_NEWER, STORE_CORRUPT or STORE_UNWRITABLE. */
export function openOwnJournal(home: string): OwnJournal {
  const paths = homePaths(home);
  if (!isThere(paths.state)) throw noBotHasRun(home);
  return openState(paths.state, besideOf(paths));
}

/** A copy of a `state.db` by itself, such as `backup` makes. Throws as {@link openOwnJournal} does. */
export function openCopy(file: string): OwnJournal {
  return openState(file, NOTHING_BESIDE);
}

/** What stands around a journal. */
type Beside = Pick<
  OwnJournal,
  'isHome' | 'isHeld' | 'highWater' | 'restores' | 'logIdentity' | 'logLines'
> & {
  /** Oldest first. */
  readonly livesOf: (newestFirst: readonly RunLife[]) => SourceRun[];
};

function besideOf(paths: HomePaths): Beside {
  return {
    isHome: true,
    isHeld: () => lockState(paths).held,
    highWater: () => highWaterOf(paths),
    restores: () => restoreRecords(paths),
    logIdentity: () => logIdentityOf(paths.log),
    logLines: (files) => readLogLines(files, paths.log),
    livesOf: (lives) => livesBeside(lives, runningBot(lockState(paths))),
  };
}

const NOTHING_BESIDE: Beside = {
  isHome: false,
  isHeld: () => false,
  highWater: () => ({ state: 'none', why: 'a copy has no high-water mark' }),
  logIdentity: () => null,
  logLines: (files) => (files === null ? [] : readLogLines(files, '')),
  livesOf: copiedLives,
};

function openState(path: string, { livesOf, ...beside }: Beside): OwnJournal {
  const db = openStateReadonly(path);
  const guard = <T>(read: () => T): T => inOurWords(path, read);
  const page = db.prepare<[number, number], EventRow>(
    `SELECT ${EVENT_COLUMNS} FROM events WHERE seq > ? ORDER BY seq LIMIT ?`,
  );
  const end = (order: string) =>
    db.prepare<[], { seq: number; hash: string }>(
      `SELECT seq, hash FROM events ORDER BY seq ${order} LIMIT 1`,
    );
  const [oldest, newest] = [end('ASC'), end('DESC')];
  const marks = ownMarks(db);
  return {
    ...beside,
    db,
    name: path,
    kind: 'own',
    heartbeats: ['CYCLE_END'],
    venueLagMs: venueLag(db),
    identity: () => guard(() => identityOf(path, db)),
    ends: () =>
      guard(() => {
        const [first, last] = [oldest.get(), newest.get()];
        return first === undefined || last === undefined ? null : { first, last };
      }),
    marks: (afterSeq, limit) => guard(() => marks(afterSeq, limit)),
    events: (afterSeq, limit) => guard(() => page.all(afterSeq, limit).map(sourceEvent)),
    eventAt: (seq) =>
      guard(() => {
        const row = page.get(seq - 1, 1);
        return row?.seq === seq ? sourceEvent(row) : null;
      }),
    contradictions: () => guardedRows(ownContradictions(db), path),
    runs: () => guard(() => livesOf(recentRuns(db, Number.MAX_SAFE_INTEGER))),
    fold: () => guard(() => foldAll(db)),
    knowledge: knowledgeOf(db, guard),
    openPositions: () =>
      guard(() =>
        db
          .prepare<[], OpenPosition>(
            "SELECT symbol, side, quantity FROM positions WHERE status = 'open'",
          )
          .all(),
      ),
    close: () => db.close(),
  };
}

function* guardedRows<T>(rows: Iterable<T>, path: string): Iterable<T> {
  try {
    yield* rows;
  } catch (error) {
    throw isSqliteError(error) ? storeError(error, path) : error;
  }
}

/**
 * The file, and how often its schema was changed: who edits an event must first drop the triggers that
 * refuse it, and that counts. A page that the disk changed does not: `--full` finds it.
 */
function identityOf(path: string, db: Db): string {
  const { dev, ino } = statSync(path);
  return `${dev}:${ino}:${String(db.pragma('schema_version', { simple: true }))}`;
}

export function sourceEvent(row: EventRow): SourceEvent {
  const { payload, damage } = parsed(row.payload);
  return {
    seq: row.seq,
    type: row.type,
    runId: row.run_id,
    tsMs: row.ts_ms,
    recordedMs: row.recorded_ms,
    symbol: row.symbol,
    positionId: row.position_id,
    clientOrderId: row.client_order_id,
    signalId: row.signal_id,
    correlationId: row.correlation_id,
    causationSeq: row.causation_seq,
    payload,
    damage,
    hash: row.hash,
    where: `state.db event ${row.seq}`,
  };
}

function parsed(text: string): Pick<SourceEvent, 'payload' | 'damage'> {
  try {
    const payload = JSON.parse(text) as unknown;
    if (typeof payload === 'object' && payload !== null && !Array.isArray(payload)) {
      return { payload: payload as Record<string, unknown>, damage: null };
    }
    return { payload: {}, damage: 'the payload is not a JSON object' };
  } catch (error) {
    return { payload: {}, damage: `the payload cannot be parsed: ${messageOf(error)}` };
  }
}

/** A bar of the simulated venue closes up to a day after what happened in it. */
const BAR_MS = 86_400_000;

/** On a damaged file the shorter one: then more is called late, nothing is missed. */
function venueLag(db: Db): number {
  try {
    return isRecording(db) ? BAR_MS : 0;
  } catch {
    return 0;
  }
}

function isRecording(db: Db): boolean {
  const digest = db
    .prepare<[], string | null>(
      `SELECT payload ->> '$.feed_digest' FROM events WHERE type = 'RUN_STARTED'
       AND json_valid(payload) ORDER BY seq DESC LIMIT 1`,
    )
    .pluck()
    .get();
  return digest !== null && digest !== undefined;
}

function livesBeside(newestFirst: readonly RunLife[], bot: RunningBot): SourceRun[] {
  return newestFirst
    .map((life, age) => ({
      ...life,
      isAlive: age === 0 && life.endedMs === null && isRunning(bot, life.pid),
    }))
    .reverse();
}

/** Of the newest life the copy only ends: whether it died later, or runs still, is not in it. */
function copiedLives(newestFirst: readonly RunLife[]): SourceRun[] {
  return newestFirst
    .map((life, age) => {
      const isCut = age === 0 && life.endedMs === null;
      const cut = isCut ? { endedMs: life.lastBeatMs, endReason: CUT } : {};
      return { ...life, ...cut, isAlive: false };
    })
    .reverse();
}

function highWaterOf(paths: HomePaths): HighWater {
  const reading = readHighWaterMark(paths.highWaterMark);
  if (reading.state === 'absent') {
    return { state: 'none', why: `${paths.highWaterMark} is not there` };
  }
  return reading.state === 'read' ? { state: 'read', ...reading.mark } : reading;
}

function knowledgeOf(db: Db, guard: <T>(read: () => T) => T): JournalKnowledge {
  const trade = db.prepare<[string]>('SELECT 1 FROM fills WHERE trade_id = ?');
  const order = db.prepare<[string, string | null]>(
    'SELECT 1 FROM orders WHERE venue_order_id = ? OR client_order_id = ?',
  );
  return {
    hasTrade: (id) => guard(() => trade.get(id)) !== undefined,
    hasOrder: (venueId, clientId) => guard(() => order.get(venueId, clientId)) !== undefined,
  };
}
