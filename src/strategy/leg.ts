/**
 * The impulse leg of a break: from the origin (the lowest low since the broken swing high, the last of
 * equals) to the extreme, which later closed bars extend. Down mirrored. It dies when a bar closes
 * beyond the origin or by age. The origin is tracked while the swing stands, so that a break a
 * thousand bars later needs no look back.
 */
import type { Bars } from './bar-ring.ts';
import type { Direction } from './swings.ts';

export interface Leg {
  readonly dir: Direction;
  readonly origin: number;
  readonly originIndex: number;
  /** The other end of the origin candle; with `origin` it is the order block. */
  readonly originFar: number;
  readonly extreme: number;
  readonly extremeIndex: number;
  readonly breakIndex: number;
  /** First bar after the break that came back to the order block; null while none has. */
  readonly blockTouchedIndex: number | null;
}

/** Slack for comparing retracements: 0.618 can come out as 0.6180000000000007. */
export const RETRACE_SLACK = 1e-9;

/** The origin and extreme of a break that has not happened yet. */
export interface LegTracker {
  readonly dir: Direction;
  origin: number;
  originIndex: number;
  originFar: number;
  extreme: number;
  extremeIndex: number;
}

/** Starts tracking at the swing that a break in direction `dir` would break, up to the newest bar. */
export function trackLeg(bars: Bars, pivotIndex: number, dir: Direction): LegTracker {
  const tracker: LegTracker = {
    dir,
    origin: dir * Number.POSITIVE_INFINITY,
    originIndex: pivotIndex,
    originFar: Number.NaN,
    extreme: Number.NaN,
    extremeIndex: pivotIndex,
  };
  for (let index = pivotIndex; index < bars.count(); index += 1) follow(tracker, bars, index);
  return tracker;
}

/** Takes the bar at `index` into account. */
export function follow(tracker: LegTracker, bars: Bars, index: number): void {
  const { dir } = tracker;
  const back = dir === 1 ? bars.low(index) : bars.high(index);
  const front = dir === 1 ? bars.high(index) : bars.low(index);
  if (dir * back <= dir * tracker.origin) {
    tracker.origin = back;
    tracker.originIndex = index;
    tracker.originFar = front;
    tracker.extreme = front;
    tracker.extremeIndex = index;
  } else if (dir * front > dir * tracker.extreme) {
    tracker.extreme = front;
    tracker.extremeIndex = index;
  }
}

/** The leg at the moment of the break. */
export function legAtBreak(tracker: LegTracker, breakIndex: number): Leg {
  return { ...tracker, breakIndex, blockTouchedIndex: null };
}

/**
 * The leg after one more closed bar: extended, or null when the bar closed beyond the origin or the
 * leg is older than `maxAge` bars.
 */
export function continueLeg(leg: Leg, bars: Bars, index: number, maxAge: number): Leg | null {
  const { dir } = leg;
  if (dir * bars.close(index) < dir * leg.origin) return null;
  if (index - leg.breakIndex > maxAge) return null;
  const back = dir === 1 ? bars.low(index) : bars.high(index);
  const front = dir === 1 ? bars.high(index) : bars.low(index);
  const longer = dir * front > dir * leg.extreme;
  const touches = leg.blockTouchedIndex === null && dir * back <= dir * leg.originFar;
  if (!longer && !touches) return leg;
  return {
    ...leg,
    extreme: longer ? front : leg.extreme,
    extremeIndex: longer ? index : leg.extremeIndex,
    blockTouchedIndex: touches ? index : leg.blockTouchedIndex,
  };
}

export function legSize(leg: Leg): number {
  return Math.abs(leg.extreme - leg.origin);
}

/** How far `price` has come back: 0 at the extreme, 1 at the origin, above 1 beyond it. */
export function retracement(leg: Leg, price: number): number {
  const back = leg.dir === 1 ? leg.extreme - price : price - leg.extreme;
  return back / legSize(leg);
}

/** The price at retracement `r`; a negative `r` is an extension beyond the extreme. */
export function priceAtRetracement(leg: Leg, r: number): number {
  return leg.extreme - leg.dir * r * legSize(leg);
}
