/**
 * An event as a row of `events`, and its link in the hash chain: SHA-256 over the previous hash and the
 * canonical bytes of every other column. Who changes, drops or inserts a row breaks all that follow.
 */
import { canonicalJson } from '../domain/canonical-json.ts';
import type { Ms } from '../domain/clock.ts';
import type { NewEvent, StoredEvent } from '../domain/event.ts';
import type { RunId } from '../domain/ids.ts';
import { sha256 } from '../domain/random.ts';

export interface EventRow {
  readonly seq: number;
  readonly run_id: string;
  readonly ts_ms: number;
  readonly recorded_ms: number;
  readonly type: string;
  readonly symbol: string | null;
  readonly position_id: string | null;
  readonly client_order_id: string | null;
  readonly signal_id: string | null;
  readonly correlation_id: string | null;
  readonly causation_seq: number | null;
  readonly payload: string;
  readonly hash: string;
}

/** The last event of a journal; seq 0 and {@link GENESIS_HASH} when there is none. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

export const GENESIS_HASH = '0'.repeat(64);
export const GENESIS: Head = { seq: 0, hash: GENESIS_HASH };

export const EVENT_COLUMNS =
  'seq, run_id, ts_ms, recorded_ms, type, symbol, position_id, client_order_id, signal_id, ' +
  'correlation_id, causation_seq, payload, hash';

/** Where and when an event is committed; `previousHash` is the hash of the event before it. */
export interface Placement {
  readonly seq: number;
  readonly runId: RunId;
  readonly recordedMs: Ms;
  readonly previousHash: string;
}

/** The row of a new event; throws TypeError for a payload that is not JSON. */
export function eventRow(event: NewEvent, at: Placement): EventRow {
  const unhashed: Omit<EventRow, 'hash'> = {
    seq: at.seq,
    run_id: at.runId,
    ts_ms: event.tsMs ?? at.recordedMs,
    recorded_ms: at.recordedMs,
    type: event.type,
    symbol: event.symbol ?? null,
    position_id: event.positionId ?? null,
    client_order_id: event.clientOrderId ?? null,
    signal_id: event.signalId ?? null,
    correlation_id: event.correlationId ?? null,
    causation_seq: event.causationSeq ?? null,
    payload: canonicalJson(event.payload),
  };
  return { ...unhashed, hash: chainHash(at.previousHash, unhashed) };
}

export function chainHash(previousHash: string, row: Omit<EventRow, 'hash'>): string {
  const columns = [
    row.seq,
    row.run_id,
    row.ts_ms,
    row.recorded_ms,
    row.type,
    row.symbol,
    row.position_id,
    row.client_order_id,
    row.signal_id,
    row.correlation_id,
    row.causation_seq,
    row.payload,
  ];
  return sha256(previousHash + JSON.stringify(columns));
}

/**
 * The event of a row. The journal wrote it from the typed catalogue, so it is read back as such: what
 * is folded at once and what a restart folds are the same bytes.
 */
export function storedEvent(row: EventRow): StoredEvent {
  return new RowEvent(row) as unknown as StoredEvent;
}

/**
 * The payload is parsed when first read, because most events only tell. A class, because V8 puts an object with a
 * getter of its own into the old generation at once: a fold of a million events took 40 MB more.
 */
class RowEvent {
  readonly type: string;
  readonly seq: number;
  readonly runId: string;
  readonly tsMs: number;
  readonly recordedMs: number;
  readonly symbol: string | null;
  readonly positionId: string | null;
  readonly clientOrderId: string | null;
  readonly signalId: string | null;
  readonly correlationId: string | null;
  readonly causationSeq: number | null;
  readonly hash: string;
  readonly #written: string;
  #payload: unknown;

  constructor(row: EventRow) {
    this.type = row.type;
    this.seq = row.seq;
    this.runId = row.run_id;
    this.tsMs = row.ts_ms;
    this.recordedMs = row.recorded_ms;
    this.symbol = row.symbol;
    this.positionId = row.position_id;
    this.clientOrderId = row.client_order_id;
    this.signalId = row.signal_id;
    this.correlationId = row.correlation_id;
    this.causationSeq = row.causation_seq;
    this.hash = row.hash;
    this.#written = row.payload;
  }

  get payload(): unknown {
    return (this.#payload ??= JSON.parse(this.#written) as unknown);
  }
}
