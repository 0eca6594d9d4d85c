/**
 * Is a value on its step already? Nearly every price and size is, and nearly every step is 1, 0.1, 0.01
 * and so on: there the number of decimals tells, without a division. Three divisions per order were a third
 * of the time of a large plan.
 */
import type { Decimal, Price } from '../domain/decimal.ts';
import { roundPriceToTick } from '../domain/decimal.ts';

/** True only when that is certain: false says nothing, then a division has to tell. */
export function isPlainlyOnStep(value: Decimal, step: Decimal): boolean {
  // More digits than arithmetic keeps would be rounded by a division.
  return isPlainStep(step) && value.e < MOST_DIGITS && value.dp() <= -step.e;
}

/** The same as `roundPriceToTick`, and the price itself where it is on the tick already. */
export function toTick(value: Decimal, tick: Decimal, direction: 'down' | 'up'): Price {
  if (isPlainlyOnStep(value, tick)) return value as Price;
  return roundPriceToTick(value, tick, direction);
}

const MOST_DIGITS = 20;
/** A decimal holds words of seven digits; a power of ten is one word, and its exponent says which. */
const WORDS: readonly number[] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

/** True for 1, 0.1, 0.01 and so on. */
function isPlainStep({ d: words, e: exponent }: Decimal): boolean {
  if (exponent > 0 || exponent < -MOST_DIGITS || words.length !== 1) return false;
  return words[0] === WORDS[(exponent + 3 * WORDS.length) % WORDS.length];
}
