/**
 * What became of orders whose end we have not seen: pure, from open orders, order history and fills.
 * Asked after the fills of the same observation were folded.
 *
 * Invariants: a row of the venue decides; absence decides only when every reading is complete, twice,
 * some seconds apart, and not before the request could have arrived; an accepted stop of an open position is
 * absent only beside a younger one that is listed; `cancelled, filled 0` is not believed until fills were read;
 * two candidates decide nothing and block.
 */
import type { Ms } from '../domain/clock.ts';
import { MINUTE } from '../domain/clock.ts';
import { text, textOrNull } from '../domain/decimal.ts';
import type { NewEvent } from '../domain/event.ts';
import type { ClientOrderId, VenueOrderId } from '../domain/ids.ts';
import type { Order, OrderIntent, OrderState } from '../domain/order.ts';
import { isInFlight, isTerminal } from '../domain/order.ts';
import type { Finding } from '../domain/plan.ts';
import { wasSeenApart, type Sighting, type Sightings } from '../domain/sightings.ts';
import type { Reading, Snapshot, VenueOrder } from '../domain/venue.ts';
import { isSame } from '../domain/compare-values.ts';
import type { Desk } from './desk.ts';

export interface OrdersWorld {
  readonly snapshot: Pick<Snapshot, 'takenMs' | 'openOrders' | 'orderHistory' | 'fills'>;
  readonly rows: OrderRows;
  /** Every living order of ours, on any market. */
  readonly living: ReadonlyMap<ClientOrderId, Order>;
  readonly sightings: Sightings;
  readonly now: Sighting;
  readonly timing: Timing;
}

export interface Timing {
  /** How long after its last event a request may still act at the venue. */
  readonly settleMs: Ms;
  /** Distance of the two observations that prove absence; the rules say five seconds. */
  readonly apartMs: Ms;
}

/** The rows of open orders and of history, by what they name; see {@link indexOrderRows}. */
export interface OrderRows {
  readonly byClientId: ReadonlyMap<ClientOrderId, readonly VenueOrder[]>;
  readonly byVenueId: ReadonlyMap<VenueOrderId, readonly VenueOrder[]>;
  /** True when every row names its client id, and no two the same. */
  readonly isOneEach: boolean;
}

const NO_ROWS: readonly VenueOrder[] = [];

/** An order the venue once accepted does not vanish without a word: history may lag behind. */
const VANISHED_MS = MINUTE;

export function absenceKey(id: ClientOrderId): string {
  return `order ${id}`;
}

/** Judges each living order of the desk; returns the keys of those this observation did not show. */
export function planOrders(desk: Desk, world: OrdersWorld): string[] {
  const absent: string[] = [];
  for (const order of desk.registry().orders.values()) {
    const candidates = candidatesOf(world.rows, order);
    const distinct = [...new Set(candidates.map((row) => row.venueOrderId))];
    if (distinct.length > 1) {
      const evidence = `${order.clientOrderId} may be any of ${distinct.join(', ')}`;
      desk.report(findingOf(order, 'order.in-doubt', evidence), 'blocks');
      continue;
    }
    const row = mostAdvanced(candidates);
    if (row === null) {
      if (judgeAbsent(desk, world, order)) absent.push(absenceKey(order.clientOrderId));
    } else if (isTerminal(row.state)) judgeEnded(desk, world, { order, row });
    else judgeOpen(desk, order, row);
  }
  return absent;
}

interface Match {
  readonly order: Order;
  readonly row: VenueOrder;
}

function judgeOpen(desk: Desk, order: Order, row: VenueOrder): void {
  if (isInFlight(order.state)) {
    resolve(desk, order, { state: 'live', row, evidence: `listed open as ${row.venueOrderId}` });
  }
  if (isAmended(order, row)) amend(desk, { order, row });
}

/** An end is believed once the fills it speaks of are ours too; fills are read last. */
function judgeEnded(desk: Desk, { snapshot }: OrdersWorld, { order, row }: Match): void {
  const says = `${row.venueOrderId} ended ${row.state}, filled ${text(row.filled)}`;
  const { fills } = snapshot;
  if (fills.read === 'unknown') {
    waits(desk, order, `${says}; fills unreadable: ${fills.reason}`);
  } else if (row.filled.gt(order.filled)) {
    waits(desk, order, `${says}; its fills were not read yet`);
  } else resolve(desk, order, { state: row.state, row, evidence: says });
}

/** True when the order was looked for everywhere and not found. */
function judgeAbsent(desk: Desk, world: OrdersWorld, order: Order): boolean {
  const { snapshot, sightings, now, timing } = world;
  const flying = isInFlight(order.state);
  const unread = unreadable(snapshot);
  if (unread !== null) {
    if (flying) waits(desk, order, `outcome unknown; ${unread}`);
    return false;
  }
  // Younger than the observation, or still able to arrive: not being seen says nothing.
  if (snapshot.takenMs < order.updatedMs + timing.settleMs) {
    if (flying) waits(desk, order, 'outcome unknown; the request may still arrive');
    return false;
  }
  const key = absenceKey(order.clientOrderId);
  // A list that is empty, or lags, says the same at every look: only what it shows speaks for it.
  const isHeldStop = !flying && isStopOfHeld(desk, order);
  if (isHeldStop && !showsYounger(world, order)) return false;
  const apartMs = flying || isHeldStop ? timing.apartMs : VANISHED_MS;
  const first = sightings.get(key);
  if (first === undefined || !wasSeenApart(sightings, key, { now, apartMs })) {
    if (flying) waits(desk, order, 'not open, not in history, no fills; to be seen twice');
    return true;
  }
  const apart = `${now.atMs - first.atMs} ms apart`;
  const evidence = `not open, not in history, no fills, twice, ${apart}`;
  // With fills of its own it did act, and what is left of it is gone.
  const state = order.filled.isZero() ? 'absent' : 'expired';
  resolve(desk, order, { state, row: null, evidence });
  return true;
}

/** True for a stop of the position that is open. */
export function isStopOfHeld(desk: Desk, { role, positionId }: Order): boolean {
  return role === 'stop' && positionId !== null && positionId === desk.held()?.positionId;
}

/** A later stop of ours is on the list, so it is neither empty by mistake nor as old as this one. */
function showsYounger({ living, rows, snapshot: { takenMs } }: OrdersWorld, order: Order): boolean {
  for (const other of living.values()) {
    if (other.role !== 'stop' || other.clientOrderId === order.clientOrderId) continue;
    // One that is news to this very look may have been taken over by it: when it was placed is not known.
    if (other.intendedMs < order.updatedMs || other.updatedMs >= takenMs) continue;
    if (candidatesOf(rows, other).some((row) => !isTerminal(row.state))) return true;
  }
  return false;
}

function unreadable({ openOrders, orderHistory, fills }: OrdersWorld['snapshot']): string | null {
  if (openOrders.read === 'unknown') return `open orders unreadable: ${openOrders.reason}`;
  if (orderHistory === undefined) return 'order history was not asked for';
  if (orderHistory.read === 'unknown') return `order history unreadable: ${orderHistory.reason}`;
  return fills.read === 'unknown' ? `fills unreadable: ${fills.reason}` : null;
}

interface Resolution {
  readonly state: OrderState;
  readonly row: VenueOrder | null;
  readonly evidence: string;
}

function resolve(desk: Desk, order: Order, { state, row, evidence }: Resolution): void {
  const finding = findingOf(
    order,
    desk.wasInFlight(order.clientOrderId) ? 'order.in-doubt' : 'order.ended',
    evidence,
  );
  const events = [orderStateEvent(order, { state, row, evidence })];
  const summary = `${order.role} ${order.clientOrderId} is ${state}`;
  desk.act({ action: 'resolve-order', summary, finding, events });
}

export function orderStateEvent(
  order: Order,
  { state, row, evidence }: { state: OrderState; row: VenueOrder | null; evidence: string },
): NewEvent {
  const payload = { state, venue_order_id: row?.venueOrderId ?? null, evidence };
  return { type: 'ORDER_STATE', ...orderRefs(order), payload };
}

/** A hand moved or resized it at the venue (scenario 5). Less than it has filled is refused (6). */
export function isAmended(order: Order, row: VenueOrder): boolean {
  const moved = (ours: Order['price'], theirs: Order['price']): boolean =>
    ours !== null && theirs !== null && !isSame(ours, theirs);
  const prices = moved(order.price, row.price) || moved(order.stopPrice, row.stopPrice);
  if (!prices && isSame(row.quantity, order.quantity)) return false;
  return !row.quantity.isZero() && !row.quantity.lt(order.filled);
}

function amend(desk: Desk, { order, row }: Match): void {
  const price = row.price === null ? order.price : row.price;
  const stopPrice = row.stopPrice === null ? order.stopPrice : row.stopPrice;
  const terms = (of: Pick<Order, 'quantity' | 'price' | 'stopPrice'>): string =>
    `${text(of.quantity)} at ${textOrNull(of.stopPrice ?? of.price) ?? 'market'}`;
  const now = { quantity: row.quantity, price, stopPrice };
  const evidence = `intended ${terms(order)}, at the venue ${terms(now)}`;
  desk.act({
    action: 'resolve-order',
    summary: `${order.role} ${order.clientOrderId} is ${terms(now)}`,
    finding: findingOf(order, 'order.amended', evidence),
    events: [
      {
        type: 'ORDER_AMENDED',
        ...orderRefs(order),
        payload: {
          quantity: text(row.quantity),
          price: textOrNull(price),
          stop_price: textOrNull(stopPrice),
          evidence,
        },
      },
    ],
  });
}

function waits(desk: Desk, order: Order, evidence: string): void {
  desk.report(findingOf(order, 'order.in-doubt', evidence), 'blocks');
}

export function findingOf(order: Order, finding: string, evidence: string): Finding {
  return { symbol: order.symbol, positionId: order.positionId, finding, evidence };
}

export function orderRefs(
  order: Pick<OrderIntent, 'symbol' | 'positionId' | 'clientOrderId' | 'signalId'>,
) {
  const { symbol, positionId, clientOrderId, signalId } = order;
  return { symbol, positionId, clientOrderId, signalId, correlationId: signalId ?? positionId };
}

/** Built once per plan, so that ten thousand orders against thirty thousand rows stay linear. */
export function indexOrderRows(readings: readonly (Reading<VenueOrder> | undefined)[]): OrderRows {
  const byClientId = new Map<ClientOrderId, VenueOrder[]>();
  const byVenueId = new Map<VenueOrderId, VenueOrder[]>();
  let count = 0;
  for (const reading of readings) {
    if (reading === undefined || reading.read === 'unknown') continue;
    count += reading.rows.length;
    for (const row of reading.rows) {
      if (row.clientOrderId === null) push(byVenueId, row.venueOrderId, row);
      else push(byClientId, row.clientOrderId, row);
    }
  }
  return { byClientId, byVenueId, isOneEach: byClientId.size === count };
}

/** True when the venue also says, in this observation, that the order of an open row ended. */
export function hasEndedBeside(
  rows: OrderRows,
  { clientOrderId, venueOrderId }: VenueOrder,
): boolean {
  const told =
    clientOrderId === null ? rows.byVenueId.get(venueOrderId) : rows.byClientId.get(clientOrderId);
  return told?.some((row) => row.venueOrderId === venueOrderId && isTerminal(row.state)) === true;
}

/** True when the venue said anything of the order in this observation. */
export function isListed(rows: OrderRows, order: Order): boolean {
  return candidatesOf(rows, order).length > 0;
}

/** Every row that may be this order, by either id. */
export function candidatesOf(rows: OrderRows, order: Order): readonly VenueOrder[] {
  const named = rows.byClientId.get(order.clientOrderId) ?? NO_ROWS;
  if (order.venueOrderId === null) return named;
  const unnamed = rows.byVenueId.get(order.venueOrderId);
  return unnamed === undefined ? named : [...named, ...unnamed];
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
