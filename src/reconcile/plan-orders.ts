/**
 * What became of orders whose end we have not seen: pure, from open orders, order history and fills.
 * To be called after the fills of the same observation were folded.
 *
 * Invariants: a row of the venue decides; absence decides only when every reading is complete, twice,
 * at least five seconds apart, and not before the request could have arrived; `cancelled, filled 0`
 * is not believed until fills were read; two candidates decide nothing and block.
 */
import type { Ms } from '../domain/clock.ts';
import { text } from '../domain/decimal.ts';
import type { VenueFill } from '../domain/fill.ts';
import type { ClientOrderId, VenueOrderId } from '../domain/ids.ts';
import { factId } from '../domain/ids.ts';
import type { Order, OrderState } from '../domain/order.ts';
import { isInFlight, isTerminal } from '../domain/order.ts';
import type { Finding, Plan, RepairAction } from '../domain/plan.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { Reading, VenueOrder } from '../domain/venue.ts';

export interface OrdersInput {
  readonly baseSeq: number;
  /** Orders of the registry that are not terminal, fills of this observation folded in. */
  readonly orders: readonly Order[];
  readonly openOrders: Reading<VenueOrder>;
  readonly orderHistory: Reading<VenueOrder>;
  readonly fills: Reading<VenueFill>;
  /** When the first of the readings was asked for. */
  readonly takenMs: Ms;
  /** When each order was first missing from a complete observation; see `absent` of the result. */
  readonly absentSince: ReadonlyMap<ClientOrderId, Ms>;
  /** How long after its last event a request may still act at the venue. */
  readonly settleMs: Ms;
  /** Distance of the two observations that prove absence; the rules say five seconds. */
  readonly apartMs: Ms;
}

export interface OrdersPlan extends Plan<RepairAction> {
  /** Orders that this complete observation did not show; the caller keeps since when. */
  readonly absent: readonly ClientOrderId[];
  /** Symbols whose orders are not understood: no entries there. */
  readonly blocked: ReadonlySet<Symbol>;
}

export function planOrders(input: OrdersInput): OrdersPlan {
  const index = indexRows(input);
  const verdicts = input.orders.map((order) => judge(input, index, order));
  const actions = verdicts.flatMap((verdict) => (verdict.action === null ? [] : [verdict.action]));
  return {
    planId: factId(
      'plan',
      'orders',
      String(input.baseSeq),
      ...actions.map((a) => (a.action === 'resolve-order' ? `${a.clientOrderId} ${a.state}` : '')),
    ),
    baseSeq: input.baseSeq,
    findings: verdicts.flatMap((verdict) => (verdict.finding === null ? [] : [verdict.finding])),
    actions,
    absent: verdicts.flatMap((verdict) => (verdict.absent === null ? [] : [verdict.absent])),
    blocked: new Set(verdicts.flatMap((v) => (v.blocks && v.finding ? [v.finding.symbol] : []))),
  };
}

interface Verdict {
  readonly action: RepairAction | null;
  readonly finding: Finding | null;
  readonly absent: ClientOrderId | null;
  readonly blocks: boolean;
}

const SETTLED: Verdict = { action: null, finding: null, absent: null, blocks: false };

function judge(input: OrdersInput, index: RowIndex, order: Order): Verdict {
  const rows = candidates(index, order);
  const distinct = [...new Set(rows.map((row) => row.venueOrderId))];
  if (distinct.length > 1) {
    const evidence = `${order.clientOrderId} may be any of ${distinct.join(', ')}`;
    return waits(order, 'order.ambiguous', evidence);
  }
  const row = mostAdvanced(rows);
  if (row === null) return judgeAbsent(input, order);
  if (!isTerminal(row.state)) return judgeOpen(order, row);
  return judgeEnded(input, order, row);
}

function judgeOpen(order: Order, row: VenueOrder): Verdict {
  if (!isInFlight(order.state)) return SETTLED;
  return resolve(order, 'live', row.venueOrderId, `listed open as ${row.venueOrderId}`);
}

/** An end is believed once the fills it speaks of are ours too; fills are read last. */
function judgeEnded(input: OrdersInput, order: Order, row: VenueOrder): Verdict {
  const says = `${row.venueOrderId} ended ${row.state}, filled ${text(row.filled)}`;
  if (input.fills.read === 'unknown') {
    return waits(order, 'order.in-doubt', `${says}; fills unreadable: ${input.fills.reason}`);
  }
  if (row.filled.gt(order.filled)) {
    return waits(order, 'order.in-doubt', `${says}; its fills were not read yet`);
  }
  return resolve(order, row.state, row.venueOrderId, says);
}

function judgeAbsent(input: OrdersInput, order: Order): Verdict {
  const unread = unreadable(input);
  if (unread !== null) {
    if (!isInFlight(order.state)) return SETTLED;
    return waits(order, 'order.in-doubt', `outcome unknown; ${unread}`);
  }
  // Younger than the observation, or still able to arrive: not being seen says nothing.
  if (input.takenMs < order.updatedMs + input.settleMs) {
    if (!isInFlight(order.state)) return SETTLED;
    return waits(order, 'order.in-doubt', 'outcome unknown; the request may still arrive');
  }
  const since = input.absentSince.get(order.clientOrderId) ?? null;
  if (since === null || input.takenMs - since < input.apartMs) {
    const evidence = 'not open, not in history, no fills; to be seen twice';
    return { ...waits(order, 'order.in-doubt', evidence), absent: order.clientOrderId };
  }
  const evidence = `not open, not in history, no fills, twice, ${input.takenMs - since} ms apart`;
  // With fills of its own it did act, and what is left of it is gone.
  return resolve(order, order.filled.isZero() ? 'absent' : 'expired', null, evidence);
}

function unreadable({ openOrders, orderHistory, fills }: OrdersInput): string | null {
  if (openOrders.read === 'unknown') return `open orders unreadable: ${openOrders.reason}`;
  if (orderHistory.read === 'unknown') return `order history unreadable: ${orderHistory.reason}`;
  return fills.read === 'unknown' ? `fills unreadable: ${fills.reason}` : null;
}

function resolve(
  order: Order,
  state: OrderState,
  venueOrderId: VenueOrderId | null,
  evidence: string,
): Verdict {
  const { symbol, positionId, clientOrderId } = order;
  const kind = isInFlight(order.state) ? 'order.in-doubt' : 'order.ended';
  const finding: Finding = { symbol, positionId, finding: kind, evidence };
  const action: RepairAction = {
    action: 'resolve-order',
    symbol,
    clientOrderId,
    state,
    venueOrderId,
    finding,
  };
  return { action, finding, absent: null, blocks: false };
}

function waits(order: Order, kind: string, evidence: string): Verdict {
  const { symbol, positionId } = order;
  return {
    action: null,
    finding: { symbol, positionId, finding: kind, evidence },
    absent: null,
    blocks: true,
  };
}

interface RowIndex {
  readonly byClientId: ReadonlyMap<ClientOrderId, readonly VenueOrder[]>;
  readonly byVenueId: ReadonlyMap<VenueOrderId, readonly VenueOrder[]>;
}

/** Built once per plan, so that ten thousand orders against thirty thousand rows stay linear. */
function indexRows({ openOrders, orderHistory }: OrdersInput): RowIndex {
  const byClientId = new Map<ClientOrderId, VenueOrder[]>();
  const byVenueId = new Map<VenueOrderId, VenueOrder[]>();
  for (const reading of [openOrders, orderHistory]) {
    if (reading.read === 'unknown') continue;
    for (const row of reading.rows) {
      if (row.clientOrderId === null) push(byVenueId, row.venueOrderId, row);
      else push(byClientId, row.clientOrderId, row);
    }
  }
  return { byClientId, byVenueId };
}

function candidates(index: RowIndex, order: Order): readonly VenueOrder[] {
  const named = index.byClientId.get(order.clientOrderId) ?? [];
  if (order.venueOrderId === null) return named;
  return [...named, ...(index.byVenueId.get(order.venueOrderId) ?? [])];
}

/** Two reports of one order: an end beats being open, then the one that filled more (scenario 8). */
function mostAdvanced(rows: readonly VenueOrder[]): VenueOrder | null {
  const order = (row: VenueOrder): number => (isTerminal(row.state) ? 1 : 0);
  const sorted = rows.toSorted((a, b) => order(b) - order(a) || b.filled.comparedTo(a.filled));
  return sorted[0] ?? null;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const held = map.get(key);
  if (held === undefined) map.set(key, [value]);
  else held.push(value);
}
