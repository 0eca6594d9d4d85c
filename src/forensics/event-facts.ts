/**
 * Everything about one event (`tradectl.event_facts/1`): what it says, its place in the hash chain, how late it
 * was recorded, which life of the bot wrote it, what caused it and what it caused, what it belongs to.
 */
import { TradectlError } from '../domain/errors.ts';
import type { EventMark, JournalSource, SourceEvent, SourceRun } from './journal-source.ts';

/** The events around one, as a {@link JournalSource} for one home can find them quickly. */
export interface EventNeighbours {
  readonly causedBy: (seq: number) => readonly SourceEvent[];
  /** Events that share the strongest thing it names, around it. */
  readonly related: (event: SourceEvent) => {
    readonly by: string;
    readonly total: number;
    readonly events: readonly SourceEvent[];
  } | null;
  readonly runOf: (seq: number) => { readonly run: SourceRun | null; readonly why: string };
}

export interface ShortEvent {
  readonly seq: number;
  readonly ts_ms: number | null;
  readonly type: string;
  readonly symbol: string | null;
}

export interface EventFacts {
  readonly schema: 'tradectl.event_facts/1';
  readonly event: {
    readonly seq: number;
    readonly run_id: string | null;
    readonly ts_ms: number | null;
    readonly recorded_ms: number | null;
    readonly type: string;
    readonly symbol: string | null;
    readonly position_id: string | null;
    readonly client_order_id: string | null;
    readonly signal_id: string | null;
    readonly correlation_id: string | null;
    readonly causation_seq: number | null;
    readonly payload: Readonly<Record<string, unknown>>;
    readonly hash: string | null;
  };
  /** Why its payload could not be read; null when it could. */
  readonly damage: string | null;
  readonly hash_check: EventMark['link'];
  readonly previous_seq: number | null;
  readonly previous_hash: string | null;
  readonly lag_ms: number | null;
  readonly run: {
    readonly pid: number | null;
    readonly host: string | null;
    readonly started_ms: number;
    readonly ended_ms: number | null;
    readonly end_reason: string | null;
    readonly liveness: 'alive' | 'ended' | 'died';
  } | null;
  /** How the run is known, or why it is not. */
  readonly run_known_by: string;
  readonly cause: ShortEvent | null;
  readonly caused: readonly ShortEvent[];
  /** What it shares with the events below: a position, an order, a signal, a correlation. */
  readonly related_by: string | null;
  readonly related_total: number;
  readonly related: readonly ShortEvent[];
  readonly before: ShortEvent | null;
  readonly after: ShortEvent | null;
}

/** Throws NOT_FOUND for a number that the journal does not have. */
export function eventFacts(source: JournalSource, near: EventNeighbours, seq: number): EventFacts {
  const event = source.eventAt(seq);
  if (event === null) throw absent(source, seq);
  const mark = source.marks(seq - 1, 1)[0];
  const before = source.eventAt(seq - 1);
  const related = near.related(event);
  const { run, why } = near.runOf(seq);
  const cause = event.causationSeq === null ? null : source.eventAt(event.causationSeq);
  const { tsMs, recordedMs } = event;
  return {
    schema: 'tradectl.event_facts/1',
    event: documented(event),
    damage: event.damage,
    hash_check: mark?.link ?? 'unhashed',
    previous_seq: before?.seq ?? null,
    previous_hash: before?.hash ?? null,
    lag_ms: tsMs === null || recordedMs === null ? null : recordedMs - tsMs,
    run: run === null ? null : runFacts(run),
    run_known_by: why,
    cause: cause === null ? null : short(cause),
    caused: near.causedBy(seq).map(short),
    related_by: related?.by ?? null,
    related_total: related?.total ?? 0,
    related: (related?.events ?? []).map(short),
    before: before === null ? null : short(before),
    after: nextOf(source, seq),
  };
}

function nextOf(source: JournalSource, seq: number): ShortEvent | null {
  const next = source.events(seq, 1)[0];
  return next === undefined ? null : short(next);
}

function absent(source: JournalSource, seq: number): TradectlError {
  const ends = source.ends();
  const range =
    ends === null ? 'the journal is empty' : `it has ${ends.first.seq} to ${ends.last.seq}`;
  return new TradectlError('NOT_FOUND', `the journal has no event ${seq}: ${range}`, {
    hint: 'tradectl events gap says whether it is missing',
  });
}

function short({ seq, tsMs, type, symbol }: SourceEvent): ShortEvent {
  return { seq, ts_ms: tsMs, type, symbol };
}

function documented(event: SourceEvent): EventFacts['event'] {
  return {
    seq: event.seq,
    run_id: event.runId,
    ts_ms: event.tsMs,
    recorded_ms: event.recordedMs,
    type: event.type,
    symbol: event.symbol,
    position_id: event.positionId,
    client_order_id: event.clientOrderId,
    signal_id: event.signalId,
    correlation_id: event.correlationId,
    causation_seq: event.causationSeq,
    payload: event.payload,
    hash: event.hash,
  };
}

function runFacts(run: SourceRun): NonNullable<EventFacts['run']> {
  const open = run.isAlive ? 'alive' : 'died';
  return {
    pid: run.pid,
    host: run.host,
    started_ms: run.startedMs,
    ended_ms: run.endedMs,
    end_reason: run.endReason,
    liveness: run.endedMs === null ? open : 'ended',
  };
}
