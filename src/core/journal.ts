/**
 * The journal: every fact is appended here, durably, before anyone is told that it happened.
 *
 * One decision is one batch is one transaction: its events, the rows folded from them and the hash
 * chain are committed together or not at all, and memory changes only after COMMIT. Only the holder of
 * the bot's lock appends; a head that moved without us means somebody else did, and stops everything.
 */
import Database from 'better-sqlite3';
import type { Clock } from '../domain/clock.ts';
import { assert, TradectlError } from '../domain/errors.ts';
import type { Committed, NewEvent, StoredEvent } from '../domain/event.ts';
import type { RunId } from '../domain/ids.ts';
import type { Registry } from '../domain/registry.ts';
import { storeError, type Db } from './database.ts';
import { EVENT_COLUMNS, eventRow, GENESIS, storedEvent } from './event-row.ts';
import type { EventRow, Head } from './event-row.ts';
import { HEAD_SQL, readHead } from './head.ts';
import { fold } from './fold.ts';
import { openMarkWriter } from './high-water-mark.ts';
import { collect, noChanges, prepareProjection } from './projection.ts';
import { restoreRegistry } from './restore.ts';
import type { RestoreProblem } from './restore-problem.ts';

export interface JournalOptions {
  /** Opened with durability `full`; this journal is its only writer of events. */
  readonly db: Db;
  /** The trading clock: it stamps `recorded_ms`, and `ts_ms` where an event has none. */
  readonly clock: Clock;
  readonly runId: RunId;
  /** Compared with the head before the journal is opened; from then on it follows the head. */
  readonly highWaterFile: string;
  /** After a lost tail: the first seq to give out (high water + 1), so that the gap stays visible. */
  readonly nextSeq?: number;
  /** Told after COMMIT, in order: for the log. What it throws comes out of `append`. */
  readonly onCommitted?: (events: readonly StoredEvent[]) => void;
  /** The mark could not be written. The commit stands; a lost tail would go unnoticed. */
  readonly onMarkFailed?: (error: TradectlError) => void;
}

export interface Journal {
  /**
   * Commits a batch, synchronously. Throws STORE_FULL, STORE_UNWRITABLE, STORE_BUSY or STORE_CORRUPT,
   * or INTERNAL for a batch that breaks a rule; nothing has happened then, in memory or on disk.
   */
  readonly append: (batch: readonly NewEvent[]) => Committed;
  /** The registry as of the last commit. */
  readonly registry: () => Registry;
  readonly head: () => Head;
  /** What the restart found wrong: to be logged, and to be mended before the first trade. */
  readonly problems: readonly RestoreProblem[];
  /** Stops following the mark; the database belongs to the caller. */
  readonly close: () => void;
}

interface Staged {
  readonly events: readonly StoredEvent[];
  readonly registry: Registry;
  readonly head: Head;
}

export function openJournal(options: JournalOptions): Journal {
  const { db } = options;
  let head = readHead(db);
  const restored = restoreRegistry(db);
  let { registry } = restored;
  // A lost tail keeps its mark until the event that names the loss is committed.
  const firstSeq = Math.max(options.nextSeq ?? 1, head.seq + 1);
  const mark = openMarkWriter(options.highWaterFile, firstSeq > head.seq + 1 ? null : head);
  const stage = prepareStage(options, firstSeq);

  const advanceMark = (): void => {
    try {
      mark.write(head);
    } catch (error) {
      options.onMarkFailed?.(storeError(error, options.highWaterFile));
    }
  };

  return {
    append: (batch) => {
      assert(batch.length > 0, 'a batch has at least one event');
      let staged: Staged;
      try {
        staged = stage(batch, { head, registry });
      } catch (error) {
        throw error instanceof Database.SqliteError ? storeError(error, db.name) : error;
      }
      ({ head, registry } = staged);
      advanceMark();
      options.onCommitted?.(staged.events);
      return { seqFirst: head.seq - batch.length + 1, seqLast: head.seq, headHash: head.hash };
    },
    registry: () => registry,
    head: () => head,
    problems: restored.problems,
    close: () => mark.close(),
  };
}

type Stage = (batch: readonly NewEvent[], memory: { head: Head; registry: Registry }) => Staged;

/** Prepares everything once; the returned function is one transaction. */
function prepareStage({ db, clock, runId }: JournalOptions, firstSeq: number): Stage {
  const selectHead = db.prepare<[], Head>(HEAD_SQL);
  const places = EVENT_COLUMNS.replaceAll(/\w+/g, '@$&');
  const insert = db.prepare<[EventRow]>(`INSERT INTO events (${EVENT_COLUMNS}) VALUES (${places})`);
  const project = prepareProjection(db);
  const transaction = db.transaction<Stage>((batch, memory) => {
    let head = selectHead.get() ?? GENESIS;
    refuseForeignHead(head, memory.head, db.name);
    const recordedMs = clock.now();
    const changes = noChanges();
    const events: StoredEvent[] = [];
    let { registry } = memory;
    for (const event of batch) {
      const seq = Math.max(head.seq + 1, firstSeq);
      const row = eventRow(event, { seq, runId, recordedMs, previousHash: head.hash });
      insert.run(row);
      const stored = storedEvent(row);
      registry = fold(registry, stored);
      collect(changes, registry.touched);
      events.push(stored);
      head = { seq, hash: row.hash };
    }
    project(changes);
    return { events, registry, head };
  });
  return (batch, memory) => transaction.immediate(batch, memory);
}

function refuseForeignHead(onDisk: Head, inMemory: Head, path: string): void {
  if (onDisk.seq === inMemory.seq && onDisk.hash === inMemory.hash) return;
  throw new TradectlError(
    'STORE_CORRUPT',
    `${path} ends at event ${onDisk.seq}, this process wrote up to ${inMemory.seq}`,
    { hint: 'somebody else appended to the journal: stop every bot of this home and look' },
  );
}
