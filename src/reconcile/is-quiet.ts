/**
 * A market where registry and venue agree in everything. Most do, at every look: planning them all at a desk
 * took most of the time of a large account. They get none, and stay as they are.
 *
 * Invariant: a quiet market planned at a desk comes to `equal`, without a finding and without an action. What
 * is not plainly so is not quiet: the desk decides.
 */
import type { Instrument } from '../domain/instrument.ts';
import { isInFlight, isTerminal, type Order } from '../domain/order.ts';
import type { Position } from '../domain/position.ts';
import type { VenueOrder } from '../domain/venue.ts';
import type { Pile } from './piles.ts';
import { candidatesOf, isAmended, type OrderRows } from './plan-orders.ts';
import { isSamePrice, isSameSize } from './plan-position.ts';
import { isKnown } from './plan-strangers.ts';

export interface QuietWorld {
  readonly held: Position | undefined;
  readonly instrument: Instrument | undefined;
  readonly rows: OrderRows;
}

/** True when nothing is to be said or done about a market, and its position equals the venue's. */
export function isQuiet(pile: Pile, { held, instrument, rows }: QuietWorld): boolean {
  if (held === undefined || instrument === undefined) return false;
  return (
    hasNothingNew(pile) &&
    isPositionQuiet(pile, held, instrument) &&
    pile.orders.every((order) => isOrderQuiet(order, pile, rows)) &&
    pile.openOrders.every((row) => isKnown(row, pile.orders))
  );
}

function hasNothingNew({ fills, differing, staged, malformed, isUnsettled }: Pile): boolean {
  if (isUnsettled || fills.length > 0 || differing.length > 0) return false;
  return staged.length === 0 && malformed.length === 0;
}

function isPositionQuiet({ positions }: Pile, held: Position, instrument: Instrument): boolean {
  const [row, second] = positions;
  if (row === undefined || second !== undefined || row.side !== held.side) return false;
  return isSameSize(held, row, instrument) && isSamePrice(held, row, instrument);
}

/** Told once, as open, and as it was sent. */
function isOrderQuiet(order: Order, { openOrders }: Pile, rows: OrderRows): boolean {
  if (isInFlight(order.state)) return false;
  const row = rows.isOneEach ? rowAmong(openOrders, order) : onlyRow(rows, order);
  return row !== undefined && !isTerminal(row.state) && !isAmended(order, row);
}

/** Where no two rows have one name, the row that names the order is the only one. */
function rowAmong(open: readonly VenueOrder[], order: Order): VenueOrder | undefined {
  return open.find((row) => row.clientOrderId === order.clientOrderId);
}

function onlyRow(rows: OrderRows, order: Order): VenueOrder | undefined {
  const [row, second] = candidatesOf(rows, order);
  return second === undefined ? row : undefined;
}
