/**
 * The orders and positions of a scenario's venue once the sent orders act on them. It knows one price per
 * market, the mark: what is on its far side executes at once, all else rests for ever. Netting: a side
 * turns when more is executed against it than there is, which reduce-only orders cannot do.
 */
import type { Ms } from '../../src/domain/clock.ts';
import {
  minDecimal,
  quantity,
  ZERO,
  ZERO_QUANTITY,
  type Price,
  type Quantity,
} from '../../src/domain/decimal.ts';
import type { VenueFill } from '../../src/domain/fill.ts';
import type { ClientOrderId, TradeId, VenueOrderId } from '../../src/domain/ids.ts';
import {
  entrySide,
  exitSide,
  isTerminal,
  type OrderIntent,
  type Outcome,
  type Side,
} from '../../src/domain/order.ts';
import type { Symbol } from '../../src/domain/symbol.ts';
import type { VenueOrder, VenuePosition } from '../../src/domain/venue.ts';

/** State of the venue; lists are replaced, never changed in place. */
export interface Book {
  positions: readonly VenuePosition[];
  /** Living and ended ones. */
  orders: readonly VenueOrder[];
  fills: readonly VenueFill[];
}

export interface Market {
  readonly mark: Price | null;
  readonly now: Ms;
  /** False where the file keeps the positions unread: then nobody can say that none is there. */
  readonly positionsKnown: boolean;
}

/** What the venue answers to an order, after it acted on the book. */
export function placeInBook(book: Book, intent: OrderIntent, market: Market): Outcome {
  const refused = refusal(book, intent, market);
  if (refused !== null) return { kind: 'rejected', reason: refused };
  const order = accepted(intent, market.now);
  const at = executionPrice(book, intent, market);
  if (at !== null) execute(book, order, at, market.now);
  else if (restsInBook(intent)) book.orders = [...book.orders, order];
  else book.orders = [...book.orders, { ...order, state: 'cancelled' }];
  return { kind: 'accepted', venueOrderId: order.venueOrderId, serverMs: market.now };
}

export function amendInBook(
  book: Book,
  id: ClientOrderId,
  change: Partial<Pick<VenueOrder, 'quantity' | 'price' | 'stopPrice'>>,
  now: Ms,
): Outcome {
  return changeLiving(book, id, now, (order) => ({ ...order, ...change }));
}

export function cancelInBook(book: Book, id: ClientOrderId, now: Ms): Outcome {
  return changeLiving(book, id, now, (order) => ({ ...order, state: 'cancelled' }));
}

function changeLiving(
  book: Book,
  id: ClientOrderId,
  now: Ms,
  change: (order: VenueOrder) => VenueOrder,
): Outcome {
  const found = book.orders.find((one) => one.clientOrderId === id && !isTerminal(one.state));
  if (found === undefined) return { kind: 'rejected', reason: 'notFound' };
  book.orders = book.orders.map((one) =>
    one === found ? { ...change(one), updatedMs: now } : one,
  );
  return { kind: 'accepted', venueOrderId: found.venueOrderId, serverMs: now };
}

function refusal(book: Book, intent: OrderIntent, market: Market): string | null {
  if (book.orders.some((one) => one.clientOrderId === intent.clientOrderId)) {
    return 'clientOrderIdAlreadyExist';
  }
  if (intent.reduceOnly && market.positionsKnown && reducible(book, intent) === undefined) {
    return 'wouldNotReducePosition';
  }
  if (intent.type === 'market' && market.mark === null) return 'marketUnavailable';
  const crosses = intent.type === 'limit' && executionPrice(book, intent, market) !== null;
  return intent.postOnly && crosses ? 'postWouldExecute' : null;
}

function accepted(intent: OrderIntent, now: Ms): VenueOrder {
  return {
    clientOrderId: intent.clientOrderId,
    venueOrderId: `v-${intent.clientOrderId}` as VenueOrderId,
    symbol: intent.symbol,
    side: intent.side,
    type: intent.type,
    quantity: intent.quantity,
    filled: ZERO_QUANTITY,
    price: intent.price,
    stopPrice: intent.stopPrice,
    reduceOnly: intent.reduceOnly,
    state: 'live',
    updatedMs: now,
  };
}

function restsInBook(intent: OrderIntent): boolean {
  return intent.timeInForce === 'gtc' && intent.type !== 'market';
}

/** The price it executes at now, or null when the mark has not reached it. */
function executionPrice(book: Book, intent: OrderIntent, { mark }: Market): Price | null {
  if (mark === null) return null;
  if (intent.reduceOnly && reducible(book, intent) === undefined) return null;
  return reached(intent, mark) ? mark : null;
}

function reached({ type, side, price, stopPrice }: OrderIntent, mark: Price): boolean {
  switch (type) {
    case 'market':
      return true;
    case 'limit':
      return price === null || (side === 'buy' ? mark.lte(price) : mark.gte(price));
    case 'stop':
      return stopPrice !== null && (side === 'buy' ? mark.gte(stopPrice) : mark.lte(stopPrice));
    case 'take_profit':
      return stopPrice !== null && (side === 'buy' ? mark.lte(stopPrice) : mark.gte(stopPrice));
  }
}

/** The position that an order of this side would make smaller. */
function reducible(
  book: Book,
  { symbol, side }: { readonly symbol: Symbol; readonly side: Side },
): VenuePosition | undefined {
  return book.positions.find(
    (one) => one.symbol === symbol && exitSide(one.side) === side && one.quantity.gt(0),
  );
}

function execute(book: Book, order: VenueOrder, at: Price, now: Ms): void {
  const against = reducible(book, order);
  const most = order.reduceOnly && against !== undefined ? against.quantity : order.quantity;
  const done = minDecimal(order.quantity, most);
  book.fills = [...book.fills, fillOfOrder(order, done, at, now)];
  book.orders = [...book.orders, { ...order, filled: done, state: 'filled' }];
  book.positions =
    against === undefined
      ? grown(book.positions, order, done, at)
      : reduced(book.positions, { against, order, done, at });
}

function fillOfOrder(order: VenueOrder, done: Quantity, at: Price, now: Ms): VenueFill {
  return {
    tradeId: `sim-${order.venueOrderId}` as TradeId,
    clientOrderId: order.clientOrderId,
    venueOrderId: order.venueOrderId,
    symbol: order.symbol,
    side: order.side,
    quantity: done,
    price: at,
    fee: ZERO,
    liquidity: 'taker',
    kind: 'trade',
    tsMs: now,
  };
}

function grown(
  positions: readonly VenuePosition[],
  order: VenueOrder,
  done: Quantity,
  at: Price,
): readonly VenuePosition[] {
  const held = positions.find(
    (one) => one.symbol === order.symbol && entrySide(one.side) === order.side,
  );
  if (held === undefined || held.quantity.isZero()) {
    const side = order.side === 'buy' ? 'long' : 'short';
    const others = positions.filter((one) => one !== held);
    return [...others, { symbol: order.symbol, side, quantity: done, entryPrice: at }];
  }
  const total = quantity(held.quantity.add(done));
  const paid = held.entryPrice?.mul(held.quantity).add(at.mul(done)) ?? null;
  const entryPrice = paid === null ? null : (paid.div(total) as Price);
  return positions.map((one) => (one === held ? { ...one, quantity: total, entryPrice } : one));
}

function reduced(
  positions: readonly VenuePosition[],
  {
    against,
    order,
    done,
    at,
  }: {
    readonly against: VenuePosition;
    readonly order: VenueOrder;
    readonly done: Quantity;
    readonly at: Price;
  },
): readonly VenuePosition[] {
  if (done.lt(against.quantity)) {
    const rest = quantity(against.quantity.sub(done));
    return positions.map((one) => (one === against ? { ...one, quantity: rest } : one));
  }
  const others = positions.filter((one) => one !== against);
  const over = quantity(done.sub(against.quantity));
  return over.isZero() ? others : grown(others, order, over, at);
}
