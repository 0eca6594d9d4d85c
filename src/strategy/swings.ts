/**
 * Swings: a bar whose high is above the L highs before it and not below the L highs after it (lows
 * mirrored). The strict left side makes the earliest bar of a plateau its one swing. A swing is known
 * L bars later and never changes after that.
 */
import type { Bars } from './bar-ring.ts';

/** Up or high is 1, down or low is -1. */
export type Direction = 1 | -1;

export interface Swing {
  readonly type: Direction;
  readonly price: number;
  readonly pivotIndex: number;
  /** The bar at whose close the swing became known. */
  readonly confirmIndex: number;
  readonly pivotMs: number;
  /** Close time of that bar. */
  readonly confirmedMs: number;
  /** Whether it became the level that a close must break. */
  readonly usedAsReference: boolean;
}

/** True when bar `p` is a swing of the type given; needs `length` bars on both sides of it. */
export function isPivot(bars: Bars, p: number, length: number, type: Direction): boolean {
  if (p < length || p + length >= bars.count()) return false;
  return type === 1 ? isPivotHigh(bars, p, length) : isPivotLow(bars, p, length);
}

function isPivotHigh(bars: Bars, p: number, length: number): boolean {
  const high = bars.high(p);
  for (let k = 1; k <= length; k += 1) {
    if (bars.high(p - k) >= high || bars.high(p + k) > high) return false;
  }
  return true;
}

function isPivotLow(bars: Bars, p: number, length: number): boolean {
  const low = bars.low(p);
  for (let k = 1; k <= length; k += 1) {
    if (bars.low(p - k) <= low || bars.low(p + k) < low) return false;
  }
  return true;
}
