/**
 * The regime of a market, from closed 4H bars: whether its structure can be traded at all, and with a
 * tight or a wide stop. The first criterion that fits wins. The inputs go out with every decision, so that
 * the thresholds can be recalibrated from the journal.
 */
import type { Bars } from './bar-ring.ts';
import { trueRange } from './indicators.ts';
import { legSize, type Leg } from './leg.ts';
import type { StrategySettings } from './settings.ts';

export type Regime = 'shock' | 'range' | 'leg_too_small' | 'extended' | 'tight_smc' | 'wide_smc';

/** Bars of the efficiency ratio. */
export const RANGE_BARS = 20;
const SHOCK_BARS = 3;

export interface RegimeInputs {
  /** Net move over the sum of moves of the last 20 bars: 1 is a straight line, 0 goes nowhere. */
  readonly efficiency: number;
  /** CHoCH among the last five events. */
  readonly chochCount: number;
  /** Largest true range of the last three bars, in ATRs. */
  readonly rangeAtr: number;
  /** Size of the leg, in ATRs. */
  readonly legAtr: number;
  /** An order block or open gap made inside the leg overlaps its entry zone. */
  readonly hasTightZone: boolean;
}

/** Names the regime; no structure and no data are told apart before this is asked. */
export function regimeOf(inputs: RegimeInputs, settings: StrategySettings): Regime {
  if (inputs.rangeAtr > settings.shockAtr) return 'shock';
  if (
    inputs.efficiency < settings.rangeEfficiency &&
    inputs.chochCount >= settings.rangeChochCount
  ) {
    return 'range';
  }
  if (inputs.legAtr < settings.minLegAtr) return 'leg_too_small';
  if (inputs.legAtr > settings.maxLegAtr) return 'extended';
  if (inputs.legAtr <= settings.tightLegAtr && inputs.hasTightZone) return 'tight_smc';
  return 'wide_smc';
}

/** Efficiency ratio of the last 20 bars; 0 when the price did not move at all. */
export function efficiencyRatio(bars: Bars): number {
  const newest = bars.count() - 1;
  let path = 0;
  for (let index = newest - RANGE_BARS + 1; index <= newest; index += 1) {
    path += Math.abs(bars.close(index) - bars.close(index - 1));
  }
  if (path === 0) return 0;
  return Math.abs(bars.close(newest) - bars.close(newest - RANGE_BARS)) / path;
}

/** The largest true range of the last three bars. */
export function largestRecentRange(bars: Bars): number {
  const newest = bars.count() - 1;
  let largest = 0;
  for (let index = newest - SHOCK_BARS + 1; index <= newest; index += 1) {
    const range = trueRange(bars.high(index), bars.low(index), bars.close(index - 1));
    if (range > largest) largest = range;
  }
  return largest;
}

export function legInAtr(leg: Leg, atr: number): number {
  return legSize(leg) / atr;
}
