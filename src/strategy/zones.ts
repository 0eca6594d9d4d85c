/**
 * Price zones: fair value gaps while they are open, and the bands of a leg in which an entry may be
 * made. A gap is known at the close of its third candle and leaves the list when price has crossed
 * all of it; the list is capped, the oldest goes first.
 */
import type { Bars } from './bar-ring.ts';
import { legSize, priceAtRetracement, RETRACE_SLACK, type Leg } from './leg.ts';
import type { StrategySettings } from './settings.ts';
import type { Direction } from './swings.ts';

export interface FairValueGap {
  readonly dir: Direction;
  readonly bottom: number;
  readonly top: number;
  /** Index of the first of its three candles. */
  readonly firstIndex: number;
  /** Index of the third, at whose close it is known. */
  readonly knownIndex: number;
  readonly state: 'open' | 'touched' | 'half';
}

/** More open gaps than this in one market is a trend so long that the oldest no longer matter. */
const MAX_OPEN_GAPS = 50;

export interface GapList {
  /** Applies the newest bar to the open gaps, then returns the gap it completes, if any. */
  push(bars: Bars, minSize: number): FairValueGap | null;
  /** Gaps not yet filled, oldest first. */
  open(): readonly FairValueGap[];
}

export function createGapList(): GapList {
  const gaps: FairValueGap[] = [];
  return {
    push(bars, minSize) {
      const index = bars.count() - 1;
      age(gaps, bars.high(index), bars.low(index));
      const found = gapAt(bars, index, minSize);
      if (found === null) return null;
      gaps.push(found);
      if (gaps.length > MAX_OPEN_GAPS) gaps.shift();
      return found;
    },
    open: () => gaps,
  };
}

/** Three candles that leave a hole between the first and the third, the middle one moving with it. */
function gapAt(bars: Bars, index: number, minSize: number): FairValueGap | null {
  const firstIndex = index - 2;
  if (firstIndex < 0) return null;
  const body = bars.close(index - 1) - bars.open(index - 1);
  const zone =
    body > 0 && bars.low(index) > bars.high(firstIndex)
      ? { dir: 1 as const, bottom: bars.high(firstIndex), top: bars.low(index) }
      : body < 0 && bars.high(index) < bars.low(firstIndex)
        ? { dir: -1 as const, bottom: bars.high(index), top: bars.low(firstIndex) }
        : null;
  if (zone === null || zone.top - zone.bottom < minSize) return null;
  return { ...zone, firstIndex, knownIndex: index, state: 'open' };
}

function age(gaps: FairValueGap[], high: number, low: number): void {
  let kept = 0;
  for (const gap of gaps) {
    const next = afterBar(gap, high, low);
    if (next !== null) gaps[kept++] = next;
  }
  gaps.length = kept;
}

/** The gap after a bar reached into it; null when it is filled. */
function afterBar(gap: FairValueGap, high: number, low: number): FairValueGap | null {
  const { dir, bottom, top } = gap;
  const reach = dir === 1 ? low : high;
  const near = dir === 1 ? top : bottom;
  const far = dir === 1 ? bottom : top;
  if (dir * reach > dir * near) return gap;
  if (dir * reach <= dir * far) return null;
  const state = dir * reach <= dir * ((bottom + top) / 2) ? 'half' : 'touched';
  return gap.state === state || gap.state === 'half' ? gap : { ...gap, state };
}

/** Prices from `low` to `high` at which an entry may be made, and the price that proves it wrong. */
export interface EntryBand {
  readonly low: number;
  readonly high: number;
  /** The stop goes behind this. */
  readonly invalidation: number;
  readonly source: 'ote' | 'half' | 'order_block' | 'fair_value_gap';
}

/** The optimal trade entry zone itself, without tolerance. */
export function oteOf(leg: Leg, settings: StrategySettings): { low: number; high: number } {
  return between(leg, settings.oteFrom, settings.oteTo);
}

/**
 * The order block and the unfilled gaps made inside the leg that overlap the entry zone: what
 * makes a market tight. Far edges never reach beyond the origin, because all were made after it.
 */
export function tightZones(
  leg: Leg,
  gaps: readonly FairValueGap[],
  settings: StrategySettings,
): EntryBand[] {
  const ote = oteOf(leg, settings);
  const found: EntryBand[] = [];
  const low = Math.min(leg.origin, leg.originFar);
  const high = Math.max(leg.origin, leg.originFar);
  if (overlaps({ low, high }, ote)) {
    found.push({ low, high, invalidation: leg.origin, source: 'order_block' });
  }
  for (const gap of gaps) {
    if (gap.dir !== leg.dir || gap.firstIndex < leg.originIndex) continue;
    if (!overlaps({ low: gap.bottom, high: gap.top }, ote)) continue;
    const far = leg.dir === 1 ? gap.bottom : gap.top;
    found.push({ low: gap.bottom, high: gap.top, invalidation: far, source: 'fair_value_gap' });
  }
  return found;
}

/**
 * The bands in which an entry passes: the zone (widened by the key-fib tolerance at its edges, since
 * its edges are key fibs) and, when allowed, the half retracement. Tight markets take their overlap
 * with each order block and gap.
 */
export function entryBands(
  leg: Leg,
  tight: readonly EntryBand[] | null,
  settings: StrategySettings,
): EntryBand[] {
  const tolerance = settings.keyFibTol;
  const allowed: EntryBand[] = [
    {
      ...between(leg, settings.oteFrom - tolerance, settings.oteTo + tolerance),
      invalidation: leg.origin,
      source: 'ote',
    },
  ];
  if (settings.allowHalfRetrace) {
    const half = between(leg, 0.5 - tolerance, 0.5 + tolerance);
    allowed.push({ ...half, invalidation: leg.origin, source: 'half' });
  }
  if (tight === null) return allowed;
  return tight.flatMap((zone) =>
    allowed
      .filter((band) => overlaps(zone, band))
      .map((band) => ({
        ...zone,
        low: Math.max(zone.low, band.low),
        high: Math.min(zone.high, band.high),
      })),
  );
}

/**
 * The band that holds `price`, null when none does. Of several the one whose invalidation is furthest
 * away: a stop behind a nearer zone would fire while a wider one still holds.
 */
export function bandAt(bands: readonly EntryBand[], leg: Leg, price: number): EntryBand | null {
  const slack = legSize(leg) * RETRACE_SLACK;
  let best: EntryBand | null = null;
  for (const band of bands) {
    if (price < band.low - slack || price > band.high + slack) continue;
    if (best === null || leg.dir * band.invalidation < leg.dir * best.invalidation) best = band;
  }
  return best;
}

/** The band whose nearer edge is closest to `price`; null only when there are none. */
export function nearestBand(bands: readonly EntryBand[], price: number): EntryBand | null {
  let best: EntryBand | null = null;
  for (const band of bands) {
    if (best === null || distance(band, price) < distance(best, price)) best = band;
  }
  return best;
}

function distance(band: EntryBand, price: number): number {
  return Math.max(band.low - price, price - band.high, 0);
}

function between(leg: Leg, from: number, to: number): { low: number; high: number } {
  const a = priceAtRetracement(leg, from);
  const b = priceAtRetracement(leg, to);
  return { low: Math.min(a, b), high: Math.max(a, b) };
}

interface Interval {
  readonly low: number;
  readonly high: number;
}

function overlaps(a: Interval, b: Interval): boolean {
  return a.low <= b.high && b.low <= a.high;
}
