/**
 * What one bar does to the orders of one market. Pure, and conservative wherever the bar is silent:
 * gaps fill at the open, the adverse extreme comes before the favourable one, a limit needs a trade
 * through it by a tick, a stop is triggered by a touch, and the bar a position was opened in gives it no
 * target.
 */
import { priceOfCandle, type Candle } from '../../domain/candle.ts';
import { ms, type Ms } from '../../domain/clock.ts';
import {
  maxDecimal,
  minDecimal,
  roundPriceToTick,
  ZERO,
  ZERO_QUANTITY,
  type Decimal,
  type Price,
  type Quantity,
} from '../../domain/decimal.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { exitSide, type Side } from '../../domain/order.ts';
import {
  isLive,
  leavesQuantity,
  type Execution,
  type PaperOrder,
  type PaperPosition,
} from './book.ts';

export interface MatchInput {
  readonly bar: Candle;
  readonly timeframeMs: Ms;
  readonly orders: readonly PaperOrder[];
  readonly position: PaperPosition | null;
  readonly instrument: Instrument;
  readonly slippage: Decimal;
}

interface Prices {
  readonly open: Price;
  readonly high: Price;
  readonly low: Price;
}

/**
 * The next execution of the bar, or null when it has none left. The caller applies it and asks again
 * with the new book: after a fill everything else is judged anew.
 */
export function nextExecution(input: MatchInput): Execution | null {
  const prices = pricesOf(input.bar);
  const acting = input.orders.filter((order) => isLive(order) && actsIn(order, input));
  const stops = acting.filter((order) => order.type === 'stop');
  const rest = entriesFirst(acting.filter((order) => order.type !== 'stop'));
  return (
    first(stops, (order) => stopAtOpen(order, input, prices)) ??
    first(rest, (order) => restAtOpen(order, input, prices)) ??
    first(nearestFirst(stops), (order) => stopInside(order, input, prices)) ??
    first(rest, (order) => limitInside(order, input, prices))
  );
}

/** Where a market order or an IOC trades at a bar's open; null when its limit does not allow it. */
export function takerPrice(
  order: Pick<PaperOrder, 'side' | 'type' | 'price'>,
  bar: Candle,
  { instrument, slippage }: Pick<MatchInput, 'instrument' | 'slippage'>,
): Price | null {
  const prices = pricesOf(bar);
  const limit = order.type === 'limit' ? order.price : null;
  if (limit !== null && isWorse(order.side, prices.open, limit)) return null;
  const slipped = slip(order.side, prices.open, { instrument, slippage, prices });
  if (limit === null) return slipped;
  return isWorse(order.side, slipped, limit) ? limit : slipped;
}

function actsIn(order: PaperOrder, { bar, position }: MatchInput): boolean {
  if (order.actsFromMs <= bar.openMs) return true;
  // The stop of an entry that filled inside this bar is judged in what is left of it.
  const isOfThisBar = position !== null && position.openedBarMs === bar.openMs;
  return order.type === 'stop' && isOfThisBar;
}

function stopAtOpen(order: PaperOrder, input: MatchInput, prices: Prices): Execution | null {
  if (order.actsFromMs > input.bar.openMs || !isTriggered(order, prices.open)) return null;
  const price = stopFill(order, prices.open, { ...input, prices });
  if (price === null) return null;
  return execution(order, input, {
    price,
    tsMs: atOpen(order, input),
    liquidity: 'taker',
  });
}

function restAtOpen(order: PaperOrder, input: MatchInput, prices: Prices): Execution | null {
  if (isTargetOfThisBar(order, input)) return null;
  const isTaker = order.type === 'market' || order.timeInForce === 'ioc';
  if (isTaker) {
    const price = takerPrice(order, input.bar, input);
    if (price === null) return null;
    return execution(order, input, { price, tsMs: atOpen(order, input), liquidity: 'taker' });
  }
  const level = levelOf(order);
  if (level === null || !isThrough(order.side, prices.open, level, input.instrument)) return null;
  // A limit that crossed on arrival took liquidity; one that was resting before the gap gave it.
  const crossed = order.type === 'limit' && order.acceptedMs >= input.bar.openMs;
  return execution(order, input, {
    price: prices.open,
    tsMs: atOpen(order, input),
    liquidity: crossed ? 'taker' : 'maker',
  });
}

function stopInside(order: PaperOrder, input: MatchInput, prices: Prices): Execution | null {
  const extreme = order.side === 'sell' ? prices.low : prices.high;
  const { stopPrice } = order;
  if (stopPrice === null || !isTriggered(order, extreme)) return null;
  // It fired at the open already, where its limit kept it from trading.
  if (order.actsFromMs <= input.bar.openMs && isTriggered(order, prices.open)) return null;
  // Placed after the market had passed it (inside this bar): it trades at the worse of the two.
  const passed =
    order.side === 'sell' ? minDecimal(stopPrice, prices.open) : maxDecimal(stopPrice, prices.open);
  const reference = order.actsFromMs <= input.bar.openMs ? stopPrice : passed;
  const price = stopFill(order, reference, { ...input, prices });
  if (price === null) return null;
  return execution(order, input, {
    price,
    tsMs: inside(order, input),
    liquidity: 'taker',
  });
}

/**
 * Stops with a limit that fired in this bar and that their limit kept from trading: they rest as limits
 * from the next bar on. Asked when the bar has no execution left.
 */
export function restingStopLimits(input: MatchInput): readonly PaperOrder[] {
  const { open, high, low } = pricesOf(input.bar);
  return input.orders.filter((order) => {
    if (order.type !== 'stop' || order.price === null) return false;
    if (!isLive(order) || !actsIn(order, input)) return false;
    return isTriggered(order, open) || isTriggered(order, order.side === 'sell' ? low : high);
  });
}

/** Where a stop that fired at `reference` trades; null when its own limit does not allow it. */
function stopFill(
  { side, price: limit }: PaperOrder,
  reference: Price,
  how: Pick<MatchInput, 'instrument' | 'slippage'> & { prices: Prices },
): Price | null {
  if (limit !== null && isWorse(side, reference, limit)) return null;
  const slipped = slip(side, reference, how);
  return limit !== null && isWorse(side, slipped, limit) ? limit : slipped;
}

function limitInside(order: PaperOrder, input: MatchInput, prices: Prices): Execution | null {
  const level = levelOf(order);
  if (level === null || order.timeInForce === 'ioc' || isTargetOfThisBar(order, input)) return null;
  const extreme = order.side === 'sell' ? prices.high : prices.low;
  if (!isThrough(order.side, extreme, level, input.instrument)) return null;
  return execution(order, input, { price: level, tsMs: inside(order, input), liquidity: 'maker' });
}

/** Entry and target in one bar: nobody knows which came first, so the target did not. */
function isTargetOfThisBar(order: PaperOrder, { position, bar }: MatchInput): boolean {
  if (!order.reduceOnly || order.type === 'market' || order.timeInForce === 'ioc') return false;
  return position !== null && position.openedBarMs === bar.openMs;
}

function execution(
  order: PaperOrder,
  { position }: MatchInput,
  how: { price: Price; tsMs: Ms; liquidity: 'maker' | 'taker' },
): Execution | null {
  const leaves = leavesQuantity(order);
  const quantity = order.reduceOnly ? minDecimal(leaves, reducible(order, position)) : leaves;
  if (quantity.isZero()) return null;
  return { order, quantity, ...how };
}

function reducible({ side }: PaperOrder, position: PaperPosition | null): Quantity {
  if (position === null || side !== exitSide(position.side)) return ZERO_QUANTITY;
  return position.quantity;
}

function isTriggered({ side, stopPrice }: PaperOrder, price: Price): boolean {
  if (stopPrice === null) return false;
  return side === 'sell' ? price.lte(stopPrice) : price.gte(stopPrice);
}

/** True when the market traded beyond `level` by at least a tick, in the order's favour. */
function isThrough(side: Side, price: Price, level: Price, { tickSize }: Instrument): boolean {
  return side === 'buy' ? price.lte(level.minus(tickSize)) : price.gte(level.plus(tickSize));
}

function isWorse(side: Side, price: Decimal, than: Decimal): boolean {
  return side === 'buy' ? price.gt(than) : price.lt(than);
}

/** Takes liquidity: worse by the slippage, rounded against us, never outside what the bar traded. */
function slip(
  side: Side,
  reference: Price,
  {
    instrument,
    slippage,
    prices,
  }: Pick<MatchInput, 'instrument' | 'slippage'> & { prices: Prices },
): Price {
  const away = reference.mul(slippage);
  if (side === 'buy') {
    const price = roundPriceToTick(reference.plus(away), instrument.tickSize, 'up');
    return minDecimal(price, maxDecimal(prices.high, reference));
  }
  const price = roundPriceToTick(reference.minus(away), instrument.tickSize, 'down');
  return maxDecimal(price, minDecimal(prices.low, reference));
}

function atOpen(order: PaperOrder, { bar }: MatchInput): Ms {
  return ms(Math.max(bar.openMs, order.acceptedMs));
}

/** Nobody knows when inside a bar: the middle, never before the order was there, never after it. */
function inside(order: PaperOrder, { bar, timeframeMs }: MatchInput): Ms {
  const middle = Math.max(bar.openMs + Math.floor(timeframeMs / 2), order.acceptedMs + 1);
  return ms(Math.min(middle, bar.openMs + timeframeMs - 2));
}

/** The stop that the market meets first: the highest of a long's, the lowest of a short's. */
function nearestFirst(stops: readonly PaperOrder[]): readonly PaperOrder[] {
  return stops.toSorted((a, b) => {
    const order = (b.stopPrice ?? b.quantity).comparedTo(a.stopPrice ?? a.quantity);
    return a.side === 'sell' ? order : -order;
  });
}

/** Entries before targets, buys before sells, then the level the market reaches first. */
function entriesFirst(orders: readonly PaperOrder[]): readonly PaperOrder[] {
  return orders.toSorted((a, b) => {
    if (a.reduceOnly !== b.reduceOnly) return a.reduceOnly ? 1 : -1;
    if (a.side !== b.side) return a.side === 'buy' ? -1 : 1;
    const order = (levelOf(a) ?? ZERO).comparedTo(levelOf(b) ?? ZERO);
    return a.side === 'sell' ? order : -order;
  });
}

/** What the market must trade through. */
function levelOf(order: PaperOrder): Price | null {
  return order.type === 'take_profit' ? order.stopPrice : order.price;
}

function first(
  orders: readonly PaperOrder[],
  judge: (order: PaperOrder) => Execution | null,
): Execution | null {
  for (const order of orders) {
    const found = judge(order);
    if (found !== null) return found;
  }
  return null;
}

function pricesOf(bar: Candle): Prices {
  return {
    open: priceOfCandle(bar.open),
    high: priceOfCandle(bar.high),
    low: priceOfCandle(bar.low),
  };
}
