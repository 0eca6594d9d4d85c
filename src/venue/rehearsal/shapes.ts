/** Rows of the v3 answers, field by field as Kraken Futures writes them. Pure. */
import { isoTime, type Ms } from '../../domain/clock.ts';
import { text, type Decimal, type Quantity } from '../../domain/decimal.ts';
import type { VenueFill } from '../../domain/fill.ts';
import type { VenueOrder, VenuePosition } from '../../domain/venue.ts';
import { isTriggerOrder } from './book.ts';
import type { KnownOrder, SentOrder } from './ledger.ts';
import { uuidOf } from './uuid-of.ts';

export type Row = Readonly<Record<string, unknown>>;

/** A JSON number, as the venue writes figures; exact up to 15 digits. */
export function figure(value: Decimal): number {
  return Number(text(value));
}

export function leavesOf({ quantity, filled }: VenueOrder): Quantity {
  return quantity.minus(filled) as Quantity;
}

/** A row of `openOrders`. */
export function openOrderRow(order: KnownOrder, id: string): Row {
  const { now } = order;
  const isTrigger = isTriggerOrder(now);
  return {
    order_id: order.orderId,
    ...named('cliOrdId', order.cliOrdId),
    symbol: id,
    side: now.side,
    orderType: openType(order),
    ...named('limitPrice', limitOf(order)),
    ...(isTrigger
      ? { ...named('stopPrice', figureOrNull(now.stopPrice)), triggerSignal: order.triggerSignal }
      : {}),
    unfilledSize: figure(leavesOf(now)),
    filledSize: figure(now.filled),
    receivedTime: isoTime(order.receivedMs),
    status: now.filled.isZero() ? 'untouched' : 'partiallyFilled',
    reduceOnly: now.reduceOnly,
    lastUpdateTime: isoTime(now.updatedMs),
  };
}

function openType({ wireType, now }: KnownOrder): string {
  if (now.type === 'stop') return 'stop';
  return wireType === 'stp' ? 'lmt' : wireType;
}

/** A row of `openPositions`. */
export function positionRow(
  { side, quantity, entryPrice }: VenuePosition,
  of: { id: string; fillMs: Ms; leverage: number | null; funding: Decimal },
): Row {
  const { id, fillMs, leverage, funding } = of;
  return {
    side,
    symbol: id,
    price: figureOrNull(entryPrice),
    fillTime: isoTime(fillMs),
    size: figure(quantity),
    unrealizedFunding: figure(funding),
    pnlCurrency: 'USD',
    ...named('maxFixedLeverage', leverage),
  };
}

/** A row of `fills`. */
export function fillRow(
  fill: VenueFill,
  { id, order }: { id: string; order: KnownOrder | null },
): Row {
  return {
    fill_id: uuidOf(`fill|${fill.tradeId}`),
    order_id: order?.orderId ?? uuidOf(`order of|${fill.tradeId}`),
    ...named('cliOrdId', order?.cliOrdId ?? null),
    symbol: id,
    side: fill.side,
    size: figure(fill.quantity),
    price: figure(fill.price),
    fillTime: isoTime(fill.tsMs),
    fillType: fill.kind === 'trade' ? fill.liquidity : fill.kind,
    fee_paid: figure(fill.fee),
    fee_currency: 'USD',
  };
}

/** A row of `orders/status`. */
export function statusRow(order: KnownOrder, id: string): Row {
  const { now } = order;
  const trigger = isTriggerOrder(now);
  return {
    order: {
      type: trigger ? 'TRIGGER_ORDER' : 'ORDER',
      orderId: order.orderId,
      cliOrdId: order.cliOrdId,
      symbol: id,
      side: now.side,
      quantity: figure(trigger ? leavesOf(now) : now.quantity),
      filled: figure(now.filled),
      limitPrice: limitOf(order),
      ...(trigger ? { priceTriggerOptions: triggerOptions(order) } : {}),
      reduceOnly: now.reduceOnly,
      timestamp: isoTime(order.receivedMs),
      lastUpdateTimestamp: isoTime(now.updatedMs),
    },
    status: statusWord(now, trigger),
    updateReason: null,
    error: null,
  };
}

function statusWord({ state, filled }: VenueOrder, trigger: boolean): string {
  if (state === 'filled') return 'FULLY_EXECUTED';
  if (state === 'cancelled' || state === 'expired') return 'CANCELLED';
  if (trigger) return 'TRIGGER_PLACED';
  return filled.isZero() ? 'ENTERED_BOOK' : 'PARTIALLY_FILLED';
}

function triggerOptions(order: KnownOrder): Row {
  return {
    triggerPrice: figureOrNull(order.now.stopPrice),
    triggerSide: triggerSide(order.now),
    triggerSignal: `${order.triggerSignal.toUpperCase()}_PRICE`,
  };
}

/** A stop acts against its position, a take-profit with it. */
export function triggerSide({ type, side }: Pick<VenueOrder, 'type' | 'side'>): string {
  const below = (type === 'stop') === (side === 'sell');
  return below ? 'trigger_below' : 'trigger_above';
}

/** The limit price as it stands: edits of a resting order change it, a trigger order keeps its own. */
export function limitOf(order: SentOrder & { readonly now?: VenueOrder }): number | null {
  const price = order.now?.price ?? order.limitPrice;
  return figureOrNull(price);
}

export function figureOrNull(value: Decimal | null): number | null {
  return value === null ? null : figure(value);
}

/** A field that is absent where there is nothing to say. */
export function named(key: string, value: unknown): Row {
  return value === null ? {} : { [key]: value };
}
