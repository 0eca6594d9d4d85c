/**
 * From doubles to what leaves the strategy: decimals for prices, short numbers for ratios. Twelve
 * significant digits drop the noise of double arithmetic (99.34999999999999 is 99.35), which
 * a directed rounding to the tick would otherwise turn into a whole tick.
 */
import { decimal, text, type Decimal } from '../domain/decimal.ts';

/** The decimal that a computed price stands for. */
export function decimalOf(value: number): Decimal {
  return decimal(Number(value.toPrecision(12)));
}

/** A price for the decision's numbers: canonical decimal text, 8 significant digits. */
export function priceFigure(value: number | null): string | null {
  if (value === null) return null;
  const short = String(Number(value.toPrecision(8)));
  // Doubles write very small and very large numbers with an exponent; canonical text has none.
  return short.includes('e') ? text(decimal(short)) : short;
}

/** A ratio for the decision's numbers, 6 significant digits. */
export function ratioFigure(value: number): number {
  return Number(value.toPrecision(6));
}
