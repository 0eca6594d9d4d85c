/**
 * Is a position covered? Cover is the open quantity of live reduce-only stops on its exit side;
 * it matches when the difference is strictly below one lot (rule 11). A foreign reduce-only stop
 * counts, is reported, and is never touched (rule 14).
 *
 * What is live: with open orders read, what the reading lists, plus our orders that it cannot tell of yet. A
 * stop that was accepted and is missing from a list is not gone by that: what it covers is unconfirmed until
 * its end is told or its absence proven. The incident: a list that stayed empty made a new stop each second.
 * With open orders unknown, what the registry believes; the planner says when not to.
 */
import type { Ms } from '../domain/clock.ts';
import type { Decimal, Price, Quantity } from '../domain/decimal.ts';
import { ZERO, ZERO_QUANTITY, quantity } from '../domain/decimal.ts';
import type { ClientOrderId, VenueOrderId } from '../domain/ids.ts';
import { isOurs } from '../domain/ids.ts';
import type { Order, OrderPurpose, OrderRole } from '../domain/order.ts';
import { exitSide } from '../domain/order.ts';
import type { Position } from '../domain/position.ts';
import type { VenueOrder } from '../domain/venue.ts';
import { isSame } from '../domain/compare-values.ts';
import type { EvidenceIndex } from './index-evidence.ts';

/** An order that is live as far as we know, with what is left of it. */
export interface LiveOrder {
  readonly clientOrderId: ClientOrderId | null;
  readonly venueOrderId: VenueOrderId | null;
  readonly role: OrderRole | null;
  readonly purpose: OrderPurpose | null;
  readonly remaining: Quantity;
  readonly price: Price | null;
  readonly stopPrice: Price | null;
  readonly updatedMs: Ms;
}

/** Everything live that reduces one position, by whose it is. */
export interface LiveProtection {
  readonly stops: readonly LiveOrder[];
  readonly targets: readonly LiveOrder[];
  readonly exits: readonly LiveOrder[];
  readonly foreignStops: readonly LiveOrder[];
  /** Stops of ours that were accepted, and that the list does not show. */
  readonly unlistedStops: readonly LiveOrder[];
}

export interface Cover {
  /** `unconfirmed`: covered only if stops that were accepted and are not listed are live. */
  readonly state: 'covered' | 'under' | 'over' | 'unconfirmed';
  /** Sum of our stops and, where the position is not covered without them, foreign ones. */
  readonly covered: Quantity;
  /** `both`: neither ours nor the foreign ones do it alone. */
  readonly by: 'own' | 'foreign' | 'both' | 'none';
}

/**
 * Compares stops with the quantity they have to cover; `lotStep` is the tolerance, exclusive. Ours
 * alone decide what is too much: a foreign stop fills what they leave open, and is never in the way.
 */
export function coverOf(
  open: Quantity,
  live: Pick<LiveProtection, 'stops' | 'foreignStops' | 'unlistedStops'>,
  lotStep: Quantity,
): Cover {
  const own = sumRemaining(live.stops);
  const by = own.isZero() ? 'none' : 'own';
  if (isWithinLot(own, open, lotStep)) return { state: 'covered', covered: own, by };
  if (own.gt(open)) return { state: 'over', covered: own, by };
  if (live.foreignStops.length > 0) {
    const together = quantity(own.plus(sumRemaining(live.foreignStops)));
    if (open.minus(together).lt(lotStep)) {
      return { state: 'covered', covered: together, by: own.isZero() ? 'foreign' : 'both' };
    }
  }
  if (live.unlistedStops.length > 0) {
    const all = [...live.stops, ...live.foreignStops, ...live.unlistedStops];
    if (open.minus(sumRemaining(all)).lt(lotStep)) {
      return { state: 'unconfirmed', covered: own, by };
    }
  }
  return { state: 'under', covered: own, by };
}

/** True when the two match by rule 11. Most are equal, and that is by far the cheapest to see. */
export function isWithinLot(a: Decimal, b: Decimal, lotStep: Quantity): boolean {
  return isSame(a, b) || a.minus(b).abs().lt(lotStep);
}

/** Finds what protects `position` now. Orders of other positions on the symbol do not count. */
export function liveProtection(position: Position, index: EvidenceIndex): LiveProtection {
  const live: Sorted = {
    stops: [],
    targets: [],
    exits: [],
    foreignStops: [],
    unlistedStops: [],
  };
  const mine = index.ofPosition(position.positionId);
  const listed = index.ordersRead ? sortListed(live, { position, mine, index }) : NONE_LISTED;
  for (const order of mine) {
    if (order.role === 'entry' || !isBelievedLive(order)) continue;
    if (listed.includes(order.clientOrderId)) continue;
    if (!index.tellsOf(order)) sortIn(live, fromRegistry(order));
    else if (order.role === 'stop') live.unlistedStops.push(fromRegistry(order));
    // A second target would be placed at each look otherwise; of an exit fills tell.
    else if (order.role === 'target') live.targets.push(fromRegistry(order));
  }
  return live;
}

/** Sorts in what the reading lists for the position; returns which orders of the registry that is. */
function sortListed(live: Sorted, { position, mine, index }: Listing): ClientOrderId[] {
  const listed: ClientOrderId[] = [];
  const side = exitSide(position.side);
  const isMine = (order: Order): boolean =>
    order.positionId === position.positionId && order.role !== 'entry';
  for (const row of index.rowsOf(position.symbol)) {
    if (row.side !== side) continue;
    const known = shownAmong(mine, row, index) ?? index.orderOf(row, isMine);
    if (known !== undefined) {
      if (!isMine(known)) continue;
      listed.push(known.clientOrderId);
      sortIn(live, asRead(row, known));
    } else if (row.reduceOnly && row.type === 'stop') {
      // Ours without an intent counts as cover too (rule 16); it is adopted by reconcile.
      const role = isOurs(row.clientOrderId) ? 'stop' : null;
      sortIn(live, asRead(row, { clientOrderId: row.clientOrderId, role, purpose: null }));
    }
  }
  return listed;
}

interface Listing {
  readonly position: Position;
  /** Its orders, its entry included. */
  readonly mine: readonly Order[];
  readonly index: EvidenceIndex;
}

/** Nearly every row shows an order of the position itself: found there, none needs to be looked up. */
function shownAmong(
  mine: readonly Order[],
  { clientOrderId }: VenueOrder,
  { isOneEach }: EvidenceIndex,
): Order | undefined {
  if (!isOneEach || clientOrderId === null || mine.length > FEW) return undefined;
  return mine.find((order) => order.clientOrderId === clientOrderId);
}

/** More than these are looked up by their id. */
const FEW = 8;

type Sorted = { readonly [K in keyof LiveProtection]: LiveOrder[] };

const NONE_LISTED: readonly ClientOrderId[] = [];

function sortIn(live: Sorted, order: LiveOrder): void {
  if (order.role === 'stop') live.stops.push(order);
  else if (order.role === 'target') live.targets.push(order);
  else if (order.role === 'exit') live.exits.push(order);
  else if (order.role === null) live.foreignStops.push(order);
}

function isBelievedLive(order: Order): boolean {
  return order.state === 'live' || order.state === 'partially_filled';
}

/** Whose it is we know; how much of it is left, and where, the venue says. */
function asRead(
  row: VenueOrder,
  { clientOrderId, role, purpose }: Pick<LiveOrder, 'clientOrderId' | 'role' | 'purpose'>,
): LiveOrder {
  return {
    clientOrderId,
    venueOrderId: row.venueOrderId,
    role,
    purpose,
    remaining: remainingOf(row),
    price: row.price,
    stopPrice: row.stopPrice,
    updatedMs: row.updatedMs,
  };
}

function fromRegistry(order: Order): LiveOrder {
  const { clientOrderId, venueOrderId, role, purpose, price, stopPrice, updatedMs } = order;
  const remaining = remainingOf(order);
  return { clientOrderId, venueOrderId, role, purpose, remaining, price, stopPrice, updatedMs };
}

/** An overfilled order has nothing left; it is reported where the fill was read. */
function remainingOf({ quantity: whole, filled }: Pick<Order, 'quantity' | 'filled'>): Quantity {
  if (filled.isZero()) return whole;
  return filled.gte(whole) ? ZERO_QUANTITY : quantity(whole.minus(filled));
}

/** What is left of all of them together. */
export function sumRemaining(orders: readonly LiveOrder[]): Quantity {
  const [only] = orders;
  if (orders.length === 1 && only !== undefined) return only.remaining;
  return quantity(orders.reduce<Decimal>((sum, order) => sum.plus(order.remaining), ZERO));
}
