/**
 * The journal as execution sees it. Entries need it written first; protection and exits do not wait
 * for a full disk (design, idea 3). What cannot be written is kept in order, folded into a registry in
 * memory so that the next decision knows of it, and written before anything else once the store works.
 *
 * Invariants: events reach the journal in the order they happened; only a store failure is survived,
 * a broken rule is not; keeping and catching up are both said aloud.
 */
import { asStored } from '../core/preview.ts';
import type { Clock } from '../domain/clock.ts';
import { TradectlError } from '../domain/errors.ts';
import type { Committed, NewEvent, StoredEvent } from '../domain/event.ts';
import type { PositionId, SignalId } from '../domain/ids.ts';
import type { OrderRole } from '../domain/order.ts';
import type { Registry } from '../domain/registry.ts';

/** What execution needs of the core; `append` throws STORE_* when it could not commit. */
export interface JournalPort {
  append(batch: readonly NewEvent[]): Committed;
  registry(): Registry;
  /** How many orders this owner and role ever had, denied and rejected ones included. */
  countIntents(owner: SignalId | PositionId, role: OrderRole): number;
}

export interface BacklogJournal extends Omit<JournalPort, 'append'> {
  /** Committed before it returns; throws STORE_* when it could not be, and then nothing happened. */
  append(batch: readonly NewEvent[]): Committed;
  /** Committed, or kept for later. For facts that already happened, and for protection and exits. */
  appendOrKeep(batch: readonly NewEvent[]): void;
  /**
   * Facts that nothing acts on by themselves: committed by the next append, before its events and in
   * its transaction. Every request has its intent appended first, so a decision is durable before
   * anything is sent, and a cycle that sends nothing costs one commit. Lost when the process dies
   * before: then the cycle did not happen either, and is run again.
   */
  note(events: readonly NoteEvent[]): void;
  /** Writes what was kept; true when nothing is kept any more. */
  flush(): boolean;
  /** What is not durable yet, oldest first. */
  keptEvents(): readonly NewEvent[];
}

/** Events that tell of a decision and change nothing in the registry. */
export type NoteEvent = Extract<
  NewEvent,
  {
    type:
      'SIGNAL' | 'REJECTION' | 'MARKET_TIER' | 'MARKET_PINNED' | 'AUCTION_LOST' | 'ENTRY_DENIED';
  }
>;

export interface BacklogOptions {
  readonly journal: JournalPort;
  readonly fold: (state: Registry, event: StoredEvent) => Registry;
  readonly clock: Clock;
  /** Called when events are first kept and when all of them are durable again. */
  readonly onAlarm: (message: string) => void;
  /**
   * The disk is full: called each time, when what had to be kept is kept, so it may append itself.
   * What it throws comes out of the append.
   */
  readonly onFull?: () => void;
}

export function createBacklogJournal(options: BacklogOptions): BacklogJournal {
  const { journal, clock, onAlarm } = options;
  const batches: (readonly NewEvent[])[] = [];
  let notes: readonly NoteEvent[] = [];
  /** The registry as it will be once the kept events are written; null while nothing is kept. */
  let ahead: Registry | null = null;

  const keep = (batch: readonly NewEvent[], why: TradectlError): void => {
    // A kept event happened now, not when the disk has room again.
    const stamped = batch.map((event) => stampedAt(event, clock));
    if (batches.length === 0) {
      onAlarm(
        `journal cannot be written (${why.code}): protection goes on, events are kept in memory`,
      );
    }
    batches.push(stamped);
    ahead = stamped.reduce(
      (state, event) => options.fold(state, asStored(event, state, clock.now())),
      ahead ?? journal.registry(),
    );
  };

  const writeKept = (): void => {
    if (batches.length === 0) return;
    const count = countOf(batches);
    for (let next = batches[0]; next !== undefined; next = batches[0]) {
      journal.append(next);
      batches.shift();
    }
    ahead = null;
    onAlarm(
      `journal works again: ${count === 1 ? '1 kept event is' : `${count} kept events are`} durable`,
    );
  };

  const heed = (failure: TradectlError): void => {
    if (failure.code === 'STORE_FULL') options.onFull?.();
  };

  /** Notes stay pending when the append throws: then nothing was committed, they neither. */
  const append = (batch: readonly NewEvent[]): Committed => {
    writeKept();
    const committed = journal.append([...notes, ...batch]);
    const seqFirst = committed.seqFirst + notes.length;
    notes = [];
    return { ...committed, seqFirst };
  };

  return {
    append: (batch) => {
      try {
        return append(batch);
      } catch (error) {
        if (isStoreFailure(error)) heed(error);
        throw error;
      }
    },
    appendOrKeep: (batch) => {
      const failure = attempt(() => append(batch));
      if (failure === null) return;
      keep([...notes, ...batch], failure);
      notes = [];
      heed(failure);
    },
    note: (events) => {
      notes = [...notes, ...events.map((event) => stampedAt(event, clock))];
    },
    flush: () => attempt(writeKept) === null,
    keptEvents: () => batches.flat(),
    registry: () => ahead ?? journal.registry(),
    countIntents: (owner, role) =>
      journal.countIntents(owner, role) + countKeptIntents(batches, owner, role),
  };
}

/** The store's own failure is an answer; a broken rule is thrown. */
function attempt(write: () => void): TradectlError | null {
  try {
    write();
    return null;
  } catch (error) {
    if (isStoreFailure(error)) return error;
    throw error;
  }
}

function stampedAt<T extends NewEvent>(event: T, clock: Clock): T {
  return { ...event, tsMs: event.tsMs ?? clock.now() };
}

export function isStoreFailure(error: unknown): error is TradectlError {
  return error instanceof TradectlError && error.code.startsWith('STORE_');
}

function countOf(batches: readonly (readonly NewEvent[])[]): number {
  return batches.reduce((sum, batch) => sum + batch.length, 0);
}

function countKeptIntents(
  batches: readonly (readonly NewEvent[])[],
  owner: SignalId | PositionId,
  role: OrderRole,
): number {
  return batches
    .flat()
    .filter((event) => event.type === 'ORDER_INTENDED' && event.payload.role === role)
    .filter((event) => (role === 'entry' ? event.signalId : event.positionId) === owner).length;
}
