/**
 * What we refuse to send, decided before the request exists: an order that the venue must reject is
 * not tried, and one that could open risk by mistake is not sent. Pure.
 */
import type { Decimal } from '../domain/decimal.ts';
import { isMultipleOf } from '../domain/decimal.ts';
import type { Instrument } from '../domain/instrument.ts';
import { notional } from '../domain/instrument.ts';
import type { OrderIntent } from '../domain/order.ts';
import { entrySide, exitSide, isTerminal } from '../domain/order.ts';
import type { Position } from '../domain/position.ts';
import type { Registry } from '../domain/registry.ts';

export type OrderDenial =
  | 'UNKNOWN_INSTRUMENT'
  | 'QUANTITY_NOT_POSITIVE'
  | 'QUANTITY_OFF_STEP'
  | 'QUANTITY_BELOW_MINIMUM'
  | 'NOTIONAL_BELOW_MINIMUM'
  | 'PRICE_INVALID'
  | 'STOP_PRICE_INVALID'
  | 'CLIENT_ORDER_ID_INVALID'
  | 'ENTRY_REDUCE_ONLY'
  | 'ENTRY_IN_FLIGHT'
  | 'ALREADY_HELD'
  | 'NOT_REDUCE_ONLY'
  | 'NO_POSITION'
  | 'SIDE_DOES_NOT_REDUCE'
  | 'EXCEEDS_POSITION';

/** Every input of the decision; equal inputs are denied alike. */
export interface OrderContext {
  readonly instrument: Instrument | null;
  /** The open position on the symbol, ours. */
  readonly position: Position | null;
  /** True when an entry of ours on the symbol has not ended. */
  readonly entryOpen: boolean;
}

const CLIENT_ORDER_ID = /^[0-9A-Za-z-]{1,36}$/;

export function contextOf(
  registry: Registry,
  instrument: Instrument | null,
  intent: Pick<OrderIntent, 'symbol'>,
): OrderContext {
  const entries = [...registry.orders.values()].filter(
    (order) => order.symbol === intent.symbol && order.role === 'entry',
  );
  return {
    instrument,
    position: registry.positions.get(intent.symbol) ?? null,
    entryOpen: entries.some((order) => !isTerminal(order.state)),
  };
}

/** Why this order may not be sent; null when it may. */
export function validateOrder(intent: OrderIntent, context: OrderContext): OrderDenial | null {
  const { instrument } = context;
  if (instrument === null) return 'UNKNOWN_INSTRUMENT';
  if (!CLIENT_ORDER_ID.test(intent.clientOrderId)) return 'CLIENT_ORDER_ID_INVALID';
  return (
    validateSize(intent, instrument) ??
    validatePrices(intent, instrument) ??
    (intent.role === 'entry' ? validateEntry(intent, context) : validateReducing(intent, context))
  );
}

function validateSize(intent: OrderIntent, instrument: Instrument): OrderDenial | null {
  const { quantity } = intent;
  // NaN fails every comparison, so the rule is stated as what must hold.
  if (!quantity.isFinite() || !quantity.gt(0)) return 'QUANTITY_NOT_POSITIVE';
  if (!isMultipleOf(quantity, instrument.lotStep)) return 'QUANTITY_OFF_STEP';
  if (quantity.lt(instrument.minQuantity)) return 'QUANTITY_BELOW_MINIMUM';
  const price = intent.price ?? intent.stopPrice;
  if (instrument.minNotional === null || price === null || intent.reduceOnly) return null;
  const small = notional(quantity, price, instrument).lt(instrument.minNotional);
  return small ? 'NOTIONAL_BELOW_MINIMUM' : null;
}

function validatePrices(intent: OrderIntent, { tickSize }: Instrument): OrderDenial | null {
  const onTick = (price: Decimal | null): boolean =>
    price !== null && price.isFinite() && price.gt(0) && isMultipleOf(price, tickSize);
  if (intent.type === 'limit' ? !onTick(intent.price) : intent.price !== null)
    return 'PRICE_INVALID';
  const triggered = intent.type === 'stop' || intent.type === 'take_profit';
  const stopIsRight = triggered ? onTick(intent.stopPrice) : intent.stopPrice === null;
  return stopIsRight ? null : 'STOP_PRICE_INVALID';
}

/** One entry at a time, and never onto a position: an entry in doubt counts as one on its way. */
function validateEntry(intent: OrderIntent, context: OrderContext): OrderDenial | null {
  if (intent.reduceOnly) return 'ENTRY_REDUCE_ONLY';
  if (context.position !== null) return 'ALREADY_HELD';
  return context.entryOpen ? 'ENTRY_IN_FLIGHT' : null;
}

function validateReducing(intent: OrderIntent, { position }: OrderContext): OrderDenial | null {
  if (!intent.reduceOnly) return 'NOT_REDUCE_ONLY';
  if (position === null || position.positionId !== intent.positionId) return 'NO_POSITION';
  if (intent.side === entrySide(position.side)) return 'SIDE_DOES_NOT_REDUCE';
  return intent.quantity.gt(position.quantity) ? 'EXCEEDS_POSITION' : null;
}

/** Everything the decision rests on, as text: the memory of a denial is keyed by it. */
export function denialKey(intent: OrderIntent, context: OrderContext): string {
  const { instrument, position, entryOpen } = context;
  const order = [intent.symbol, intent.role, intent.purpose, intent.side, intent.type];
  const figures = [intent.quantity, intent.price, intent.stopPrice];
  const rules = instrument && [instrument.lotStep, instrument.minQuantity, instrument.tickSize];
  const held = position && [position.positionId, exitSide(position.side), position.quantity];
  const facts = [...order, intent.signalId, ...figures, ...(rules ?? ['-']), ...(held ?? ['-'])];
  return [...facts, instrument?.minNotional ?? '-', entryOpen].map(String).join('|');
}
