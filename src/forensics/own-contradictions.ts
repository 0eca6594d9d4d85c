/**
 * What the tables of our own home say against its events: a position without the signal id that its event
 * names, and references to what is not there. The schema forbids most of it; a hand, another program or
 * a damaged file does not ask the schema.
 */
import type { Db } from '../core/database.ts';
import type { Contradiction } from './journal-source.ts';

/** Positions of one short read. */
const PAGE = 1_000;
/** Seqs of one short read: a scan of the journal's rows without their payload. */
const SPAN = 20_000;

interface PositionRow {
  readonly position_id: string;
  readonly symbol: string | null;
  readonly signal_id: string | null;
  readonly opened_seq: number | null;
  readonly event_type: string | null;
  readonly event_signal: string | null;
  readonly named_seq: number | null;
  readonly named_signal: string | null;
}

export function* ownContradictions(db: Db): Iterable<Contradiction> {
  yield* positions(db);
  yield* rowReferences(db);
  yield* causes(db);
}

/** Each open or closed position beside the event that opened it and the first of its events with a signal. */
function* positions(db: Db): Iterable<Contradiction> {
  const page = db.prepare<[string, number], PositionRow>(
    `SELECT p.position_id, p.symbol, p.signal_id, p.opened_seq, o.type AS event_type,
       o.signal_id AS event_signal, n.seq AS named_seq, n.signal_id AS named_signal
     FROM positions p LEFT JOIN events o ON o.seq = p.opened_seq
     LEFT JOIN events n ON p.signal_id IS NULL AND n.seq = (SELECT min(seq) FROM events e
       WHERE e.position_id = p.position_id AND e.signal_id IS NOT NULL)
     WHERE p.position_id > ? ORDER BY p.position_id LIMIT ?`,
  );
  for (let after = ''; ;) {
    const rows = page.all(after, PAGE);
    for (const row of rows) yield* positionFaults(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.position_id;
  }
}

function* positionFaults(row: PositionRow): Iterable<Contradiction> {
  const { position_id: positionId, symbol, opened_seq: seq } = row;
  const about = { positionId, symbol };
  if (row.event_type === null) {
    const text = `position ${positionId} says event ${seq ?? 'NULL'} opened it; there is none`;
    yield { ...about, kind: 'reference', seq, text };
    return;
  }
  const named = row.event_signal ?? row.named_signal;
  if (named === row.signal_id || (named === null && row.signal_id !== null)) return;
  const from = row.event_signal === null ? row.named_seq : seq;
  const said = row.signal_id === null ? 'no signal' : `signal ${row.signal_id}`;
  const text = `position ${positionId} has ${said}; event ${from ?? '?'} names signal ${named}`;
  yield { ...about, kind: 'signal', seq: from, text };
}

/** Foreign keys of the schema, and the two references that are none: a fill's and an order's position. */
function* rowReferences(db: Db): Iterable<Contradiction> {
  for (const table of ['positions', 'orders', 'fills', 'staged_rows']) {
    const broken = db.pragma(`foreign_key_check(${table})`) as { rowid: number; parent: string }[];
    for (const { rowid, parent } of broken) {
      if (table === 'positions') continue;
      const text = `row ${rowid} of ${table} names an event that is not in ${parent}`;
      yield { kind: 'reference', positionId: null, symbol: null, seq: null, text };
    }
  }
  const orders = db.prepare<[], { id: string; position_id: string; symbol: string }>(
    `SELECT client_order_id AS id, position_id, symbol FROM orders o WHERE role <> 'entry'
       AND position_id IS NOT NULL AND NOT EXISTS
         (SELECT 1 FROM positions p WHERE p.position_id = o.position_id) LIMIT 1000`,
  );
  for (const { id, position_id: positionId, symbol } of orders.all()) {
    const text = `order ${id} protects position ${positionId}; there is no such position`;
    yield { kind: 'reference', positionId, symbol, seq: null, text };
  }
}

/** Events that name as their cause an event that is not there. */
function* causes(db: Db): Iterable<Contradiction> {
  const last = db.prepare<[], number | null>('SELECT max(seq) FROM events').pluck().get() ?? 0;
  const page = db.prepare<[number, number], { seq: number; causation_seq: number }>(
    `SELECT seq, causation_seq FROM events e WHERE seq > ? AND seq <= ?
       AND causation_seq IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM events c WHERE c.seq = e.causation_seq)`,
  );
  for (let after = 0; after < last; after += SPAN) {
    for (const { seq, causation_seq: cause } of page.all(after, after + SPAN)) {
      const text = `event ${seq} says event ${cause} caused it; there is none`;
      yield { kind: 'reference', positionId: null, symbol: null, seq, text };
    }
  }
}
