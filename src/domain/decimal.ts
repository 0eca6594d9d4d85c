/**
 * Money arithmetic: one configured decimal.js clone, canonical text, and rounding only in named
 * functions that say the direction. Nothing else in the project imports decimal.js.
 */
import { Decimal as Base } from 'decimal.js';
import type { Brand } from './brand.ts';
import { TradectlError } from './errors.ts';

/** 60 digits hold every product of a price (1e-10) and a quantity (1e12) exactly. */
export const Decimal = Base.clone({
  precision: 60,
  rounding: Base.ROUND_HALF_EVEN,
  toExpNeg: -40,
  toExpPos: 40,
});
export type Decimal = Base;

/** Canonical decimal text: no exponent, no trailing zeros, no `-0`. The form in SQL and JSON. */
export type DecimalText = Brand<string, 'DecimalText'>;
/** A quantity in base units or contracts, never negative; the side says the direction. */
export type Quantity = Brand<Decimal, 'Quantity'>;
/** A price in quote units per base unit, above zero. */
export type Price = Brand<Decimal, 'Price'>;

export const ZERO: Decimal = new Decimal(0);
export const ZERO_QUANTITY = ZERO as Quantity;

const DECIMAL_TEXT = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/i;

/** Returns the decimal written in `text`; throws VALUE_INVALID for anything that is not one. */
export function decimal(text: string | number | Decimal): Decimal {
  if (text instanceof Base) return text;
  const written = String(text).trim();
  if (!DECIMAL_TEXT.test(written)) {
    throw new TradectlError('VALUE_INVALID', `expected a decimal number, was ${quoted(written)}`);
  }
  return new Decimal(written);
}

/** Returns a quantity; throws VALUE_INVALID when it is negative or not a number. */
export function quantity(value: string | number | Decimal): Quantity {
  const parsed = decimal(value);
  if (parsed.isNegative() && !parsed.isZero()) {
    throw new TradectlError(
      'VALUE_INVALID',
      `expected a quantity of zero or more, was ${text(parsed)}`,
    );
  }
  return parsed as Quantity;
}

/** Returns a price; throws VALUE_INVALID when it is not above zero. */
export function price(value: string | number | Decimal): Price {
  const parsed = decimal(value);
  if (parsed.lte(0)) {
    throw new TradectlError('VALUE_INVALID', `expected a price above zero, was ${text(parsed)}`);
  }
  return parsed as Price;
}

/** Canonical text of a decimal; see {@link DecimalText}. */
export function text(value: Decimal): DecimalText {
  return (value.isZero() ? '0' : value.toFixed()) as DecimalText;
}

/** Canonical text, or null for an unknown value. */
export function textOrNull(value: Decimal | null): DecimalText | null {
  return value === null ? null : text(value);
}

/** The largest multiple of `step` that is not above `value`. */
export function floorToStep(value: Decimal, step: Decimal): Quantity {
  return quantity(value.div(step).floor().mul(step));
}

/** The smallest multiple of `step` that is not below `value`. */
export function ceilToStep(value: Decimal, step: Decimal): Quantity {
  return quantity(value.div(step).ceil().mul(step));
}

/** Rounds a price to the instrument's tick in the direction named; may return zero for `down`. */
export function roundPriceToTick(value: Decimal, tick: Decimal, direction: 'down' | 'up'): Price {
  const ticks = value.div(tick);
  return (direction === 'down' ? ticks.floor() : ticks.ceil()).mul(tick) as Price;
}

export function isMultipleOf(value: Decimal, step: Decimal): boolean {
  return value.mod(step).isZero();
}

export function minDecimal<T extends Decimal>(a: T, b: T): T {
  return a.lte(b) ? a : b;
}

export function maxDecimal<T extends Decimal>(a: T, b: T): T {
  return a.gte(b) ? a : b;
}

function quoted(written: string): string {
  return JSON.stringify(written.length > 40 ? `${written.slice(0, 40)}…` : written);
}
