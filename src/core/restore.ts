/**
 * The registry at a start, read from the tables instead of folding every event ever: open positions,
 * living orders and the few last events that hold the rest. A test keeps it equal to the full fold.
 */
import { decimal } from '../domain/decimal.ts';
import { ms, type Ms } from '../domain/clock.ts';
import type { EventPayloads, EventType, PlanPayload } from '../domain/event.ts';
import type { ClientOrderId, PositionId } from '../domain/ids.ts';
import { isTerminal, ORDER_STATES } from '../domain/order.ts';
import type { ProtectionPlan } from '../domain/position.ts';
import type { RecordedFill, Registry } from '../domain/registry.ts';
import type { Db } from './database.ts';
import { EVENT_COLUMNS, storedEvent, type EventRow } from './event-row.ts';
import { EMPTY_REGISTRY, fold } from './fold.ts';
import { planOfPayload } from '../domain/plan-payload.ts';
import { fillOf, orderOf, positionOf, stagedRowOf, type Row } from './registry-rows.ts';

/** Orders that may still act, as an SQL list; the index over them has the very same condition. */
export const ALIVE_ORDER = `state IN (${ORDER_STATES.filter((state) => !isTerminal(state))
  .map((state) => `'${state}'`)
  .join(', ')})`;

/** Rows that are neither retired nor released; the index over them has the very same condition. */
export const WAITING_ROW = "state IN ('staged', 'quarantined')";

export function restoreRegistry(db: Db): Registry {
  const seq = db.prepare('SELECT coalesce(max(seq), 0) FROM events').pluck().get() as number;
  const rows = (sql: string): Row[] => db.prepare<[], Row>(sql).all();
  const positions = rows("SELECT * FROM positions WHERE status = 'open' ORDER BY opened_seq");
  const orders = rows(`SELECT * FROM orders WHERE ${ALIVE_ORDER} ORDER BY intent_seq`);
  const staged = rows(`SELECT * FROM staged_rows WHERE ${WAITING_ROW} ORDER BY staged_seq`);
  const cycle = lastEvent(db, 'CYCLE_END');
  return {
    ...EMPTY_REGISTRY,
    seq,
    state: lastEvent(db, 'STATE_CHANGED')?.payload.to ?? EMPTY_REGISTRY.state,
    positions: new Map(positions.map(positionOf).map((open) => [open.symbol, open])),
    orders: new Map(orders.map(orderOf).map((order) => [order.clientOrderId, order])),
    plans: plansOfLivingOrders(db),
    pendingFills: fillsWithoutPosition(db, cycle?.seq ?? 0),
    peakEquity: peakEquity(db),
    lastFillMs: ms(lastFillMs(db)),
    cycles: cycle?.payload.cycle ?? 0,
    lastCycleMs: cycle?.tsMs ?? null,
    staged: new Map(staged.map(stagedRowOf).map((row) => [row.rowId, row])),
    attention: attention(db),
  };
}

/** There are few of these events ever, and they fold on their own. */
function attention(db: Db): Registry['attention'] {
  const rows = db.prepare<[], EventRow>(
    `SELECT ${EVENT_COLUMNS} FROM events
     WHERE type IN ('ACKNOWLEDGEMENT_NEEDED', 'ACKNOWLEDGED') ORDER BY seq`,
  );
  const fromNothing = EMPTY_REGISTRY;
  return rows.all().map(storedEvent).reduce(fold, fromNothing).attention;
}

interface Last<T extends EventType> {
  readonly seq: number;
  readonly tsMs: Ms;
  readonly payload: EventPayloads[T];
}

function lastEvent<T extends EventType>(db: Db, type: T): Last<T> | null {
  const row = db
    .prepare<[string], { seq: number; ts_ms: Ms; payload: string }>(
      'SELECT seq, ts_ms, payload FROM events WHERE type = ? ORDER BY seq DESC LIMIT 1',
    )
    .get(type);
  if (row === undefined) return null;
  const payload = JSON.parse(row.payload) as EventPayloads[T];
  return { seq: row.seq, tsMs: row.ts_ms, payload };
}

/** The last event that told a peak: a cycle that could read the account, or a cleared halt. */
function peakEquity(db: Db): Registry['peakEquity'] {
  const last = db.prepare<[string], { seq: number; peak: string }>(
    `SELECT seq, payload ->> '$.peak_equity' AS peak FROM events
     WHERE type = ? AND payload ->> '$.peak_equity' IS NOT NULL ORDER BY seq DESC LIMIT 1`,
  );
  const cycle = last.get('CYCLE_END');
  const cleared = last.get('HALT_CLEARED');
  const newest = (cleared?.seq ?? 0) > (cycle?.seq ?? 0) ? cleared : cycle;
  return newest === undefined ? null : decimal(newest.peak);
}

function plansOfLivingOrders(db: Db): Map<ClientOrderId, ProtectionPlan> {
  const rows = db
    .prepare<[], { id: ClientOrderId; plan: string }>(
      `SELECT o.client_order_id AS id, e.payload -> '$.plan' AS plan
       FROM orders o JOIN events e ON e.seq = o.intent_seq
       WHERE o.${ALIVE_ORDER} AND e.payload ->> '$.plan' IS NOT NULL ORDER BY o.intent_seq`,
    )
    .all();
  return new Map(rows.map(({ id, plan }) => [id, planOfPayload(JSON.parse(plan) as PlanPayload)]));
}

/** Fills since the last cycle whose position was not open when they came, and did not open since. */
function fillsWithoutPosition(db: Db, afterSeq: number): Registry['pendingFills'] {
  const rows = db
    .prepare<[number], Row>(
      `SELECT f.* FROM fills f WHERE f.seq > ? AND f.position_id IS NOT NULL AND NOT EXISTS (
         SELECT 1 FROM positions p WHERE p.position_id = f.position_id AND NOT EXISTS (
           SELECT 1 FROM events c WHERE c.type = 'POSITION_CLOSED'
             AND c.position_id = f.position_id AND c.seq < f.seq))
       ORDER BY f.seq`,
    )
    .all(afterSeq);
  const pending = new Map<PositionId, RecordedFill[]>();
  for (const fill of rows.map(fillOf)) {
    if (fill.positionId === null) continue;
    pending.set(fill.positionId, [...(pending.get(fill.positionId) ?? []), fill]);
  }
  return pending;
}

function lastFillMs(db: Db): number {
  return db.prepare('SELECT coalesce(max(ts_ms), 0) FROM fills').pluck().get() as number;
}
