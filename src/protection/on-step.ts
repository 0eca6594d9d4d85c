/**
 * Is a value on its step already? Nearly every price and size is, and nearly every step is 1, 0.1, 0.01
 * and so on: there the number of decimals tells, without a division. Three divisions per order were a third
 * of the time of a large plan.
 */
import type { Decimal, Price } from '../domain/decimal.ts';
import { roundPriceToTick, text } from '../domain/decimal.ts';

/** True only when that is certain: false says nothing, then a division has to tell. */
export function isPlainlyOnStep(value: Decimal, step: Decimal): boolean {
  const decimals = decimalsOf(step);
  // More digits than arithmetic keeps would be rounded by a division.
  return decimals !== null && value.dp() <= decimals && value.sd() <= MOST_DIGITS;
}

/** The same as `roundPriceToTick`, and the price itself where it is on the tick already. */
export function toTick(value: Decimal, tick: Decimal, direction: 'down' | 'up'): Price {
  if (isPlainlyOnStep(value, tick)) return value as Price;
  return roundPriceToTick(value, tick, direction);
}

const MOST_DIGITS = 40;
const PLAIN_STEP = /^(1|0\.0*1)$/;

/** The steps of an instrument never change, so each is written out once. */
const DECIMALS = new WeakMap<Decimal, number | null>();

/** How many decimals the multiples of a step have; null where that does not tell a multiple. */
function decimalsOf(step: Decimal): number | null {
  const known = DECIMALS.get(step);
  if (known !== undefined) return known;
  const decimals = PLAIN_STEP.test(text(step)) ? step.dp() : null;
  DECIMALS.set(step, decimals);
  return decimals;
}
