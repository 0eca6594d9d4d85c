/**
 * What must not leave: an order that could only fail, or mean something else than it says. The library
 * would truncate a quantity in silence, and no venue's own refusal is as cheap as this one.
 */
import type { Decimal } from '../../domain/decimal.ts';
import { isMultipleOf } from '../../domain/decimal.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { notional } from '../../domain/instrument.ts';
import type { OrderIntent } from '../../domain/order.ts';

/** Why the order is denied, or null. Nothing is ever rounded here. */
export function denialOf(intent: OrderIntent, instrument: Instrument): string | null {
  const { quantity, price, stopPrice, type } = intent;
  if (!quantity.isFinite() || !quantity.gt(0)) return 'QUANTITY_NOT_POSITIVE';
  if (!isMultipleOf(quantity, instrument.lotStep)) return 'QUANTITY_OFF_STEP';
  if (quantity.lt(instrument.minQuantity)) return 'QUANTITY_BELOW_MINIMUM';
  if (!onTick(price, instrument) || (type === 'limit' && price === null)) return 'PRICE_INVALID';
  if (!onTick(stopPrice, instrument) || isTrigger(intent) !== (stopPrice !== null)) {
    return 'STOP_PRICE_INVALID';
  }
  return isTooSmall(intent, instrument) ? 'NOTIONAL_BELOW_MINIMUM' : null;
}

/** An order that waits for a price before it is one. */
export function isTrigger({ type }: Pick<OrderIntent, 'type'>): boolean {
  return type === 'stop' || type === 'take_profit';
}

/** Reducing orders are exempt; without a price of its own an order's worth is the venue's to judge. */
function isTooSmall({ quantity, price, reduceOnly }: OrderIntent, instrument: Instrument): boolean {
  const { minNotional } = instrument;
  if (minNotional === null || price === null || reduceOnly) return false;
  return notional(quantity, price, instrument).lt(minNotional);
}

function onTick(price: Decimal | null, { tickSize }: Instrument): boolean {
  if (price === null) return true;
  return price.isFinite() && price.gt(0) && isMultipleOf(price, tickSize);
}
