/** Ask less bid, as a share of the middle; null when a side of the book is empty or crossed. */
import type { Decimal, Price } from '../../domain/decimal.ts';

export function spreadOf(bid: Price | null, ask: Price | null): Decimal | null {
  if (bid === null || ask === null || ask.lt(bid)) return null;
  return ask.minus(bid).div(ask.plus(bid).div(2));
}
