/**
 * The registry at a start: what is alive is folded from its own events and compared with the tables,
 * the rest is in a few last events. A source of the wrong shape is skipped and named, once; the next
 * sane source is used. Nothing that a row or an event says ends the process. A test keeps the result
 * equal to the full fold.
 */
import { assert } from '../domain/errors.ts';
import { decimal, type Decimal } from '../domain/decimal.ts';
import { ms, type Ms } from '../domain/clock.ts';
import type { EventOf } from '../domain/event.ts';
import type { ClientOrderId, PositionId } from '../domain/ids.ts';
import type { Order } from '../domain/order.ts';
import { planOfPayload } from '../domain/plan-payload.ts';
import type { ProtectionPlan } from '../domain/position.ts';
import type { RecordedFill, Registry } from '../domain/registry.ts';
import type { TradingState } from '../domain/trading-state.ts';
import type { Db } from './database.ts';
import { eventReader, type EventReader } from './event-reader.ts';
import { EMPTY_REGISTRY, fold } from './fold.ts';
import { ENDINGS, OPENINGS } from './fold-one.ts';
import { recordedFill } from './fold-positions.ts';
import type { RestoreProblem } from './restore-problem.ts';
import { restoreOrders, restorePositions, restoreStaged } from './restore-rows.ts';

export interface Restored {
  readonly registry: Registry;
  /** Empty at the start after `mendProjection` and its events. */
  readonly problems: readonly RestoreProblem[];
}

/** The registry alone: for commands that only show it. */
export function restoredRegistry(db: Db): Registry {
  return restoreRegistry(db).registry;
}

/** Reads only. Throws for nothing that a row or an event holds. */
export function restoreRegistry(db: Db): Restored {
  const events = eventReader(db);
  const positions = restorePositions(db);
  const orders = restoreOrders(db);
  const staged = restoreStaged(db);
  const cycle = events.last('CYCLE_END', lastCycle);
  const registry: Registry = {
    ...EMPTY_REGISTRY,
    seq: db.prepare('SELECT coalesce(max(seq), 0) FROM events').pluck().get() as number,
    state: events.last('STATE_CHANGED', ({ payload }) => stateOf(payload.to)) ?? 'NORMAL',
    positions: positions.alive,
    orders: orders.alive,
    plans: plansOf(events, orders.alive.values()),
    pendingFills: fillsWithoutPosition(events, cycle?.seq ?? 0),
    peakEquity: peakEquity(events),
    lastFillMs: ms(db.prepare('SELECT coalesce(max(ts_ms), 0) FROM fills').pluck().get() as number),
    cycles: cycle?.cycles ?? 0,
    lastCycleMs: cycle?.lastCycleMs ?? null,
    staged: staged.alive,
    attention: attention(events),
  };
  const rows = [positions, orders, staged].flatMap(({ problems }) => problems);
  const found = [...rows, ...events.problems()];
  return { registry, problems: found.filter((problem) => !isKnown(db, problem)) };
}

/**
 * Nobody can mend an event: it is told once, as a FINDING that it caused. A row that is still there was
 * not taken out yet and is told again.
 */
function isKnown(db: Db, problem: RestoreProblem): boolean {
  if (!('seq' in problem)) return false;
  if (problem.kind !== 'journal.unreadable' && problem.row !== null) return false;
  const told = db.prepare(
    `SELECT 1 FROM events WHERE type = 'FINDING' AND causation_seq = ?
     AND payload ->> '$.finding' = ?`,
  );
  return told.get(problem.seq, problem.kind) !== undefined;
}

const STATES: readonly TradingState[] = ['NORMAL', 'DEGRADED', 'HALTED'];

function stateOf(written: TradingState): TradingState {
  assert(STATES.includes(written), `${JSON.stringify(written)} is a trading state`);
  return written;
}

function lastCycle(event: EventOf<'CYCLE_END'>): { seq: number; cycles: number; lastCycleMs: Ms } {
  const { cycle } = event.payload;
  assert(Number.isSafeInteger(cycle), `${JSON.stringify(cycle)} is a number of cycles`);
  return { seq: event.seq, cycles: cycle, lastCycleMs: event.tsMs };
}

interface Peak {
  readonly seq: number;
  readonly peak: Decimal;
}

/** The last event that told a peak: a cycle that could read the account, or a cleared halt. */
function peakEquity(events: EventReader): Decimal | null {
  const peakOf = (event: EventOf<'CYCLE_END' | 'HALT_CLEARED'>): Peak | null => {
    const written = event.payload.peak_equity;
    return written === null ? null : { seq: event.seq, peak: decimal(written) };
  };
  const cycle = events.last('CYCLE_END', peakOf);
  const cleared = events.last('HALT_CLEARED', peakOf);
  const newest = (cleared?.seq ?? 0) > (cycle?.seq ?? 0) ? cleared : cycle;
  return newest?.peak ?? null;
}

function plansOf(events: EventReader, orders: Iterable<Order>): Map<ClientOrderId, ProtectionPlan> {
  const plans = new Map<ClientOrderId, ProtectionPlan>();
  for (const { clientOrderId, role, intentSeq } of orders) {
    if (role !== 'entry') continue;
    events.each('seq = ?', [intentSeq], (event) => {
      if (event.type !== 'ORDER_INTENDED' && event.type !== 'ORDER_ADOPTED') return;
      const { plan } = event.payload;
      if (plan !== null) plans.set(clientOrderId, planOfPayload(plan));
    });
  }
  return plans;
}

/** Fills since the last cycle whose position was not open when they came, and did not open since. */
function fillsWithoutPosition(events: EventReader, afterSeq: number): Registry['pendingFills'] {
  const about = 'SELECT 1 FROM events o WHERE o.position_id = e.position_id';
  const fills = events.each(
    `type = 'FILL' AND seq > ? AND position_id IS NOT NULL AND (
       NOT EXISTS (${about} AND +${OPENINGS})
       OR EXISTS (${about} AND +${ENDINGS} AND o.seq < e.seq))`,
    [afterSeq],
    (event) => recordedFill(event as EventOf<'FILL'>),
  );
  const pending = new Map<PositionId, RecordedFill[]>();
  for (const fill of fills) {
    if (fill.positionId === null) continue;
    pending.set(fill.positionId, [...(pending.get(fill.positionId) ?? []), fill]);
  }
  return pending;
}

/** There are few of these events ever, and they fold on their own. */
function attention(events: EventReader): Registry['attention'] {
  let state = EMPTY_REGISTRY;
  events.each("type IN ('ACKNOWLEDGEMENT_NEEDED', 'ACKNOWLEDGED')", [], (event) => {
    state = fold(state, event);
  });
  return state.attention;
}
