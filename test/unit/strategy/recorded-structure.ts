/** Runs the engine over candles and keeps everything it says: its log, and its state after each bar. */
import type { Candle, Timeframe } from '../../../src/domain/candle.ts';
import { legSize, retracement } from '../../../src/strategy/leg.ts';
import type { StrategySettings } from '../../../src/strategy/settings.ts';
import {
  createStructure,
  type StructureEvent,
  type Sweep,
} from '../../../src/strategy/structure.ts';
import type { Swing } from '../../../src/strategy/swings.ts';
import type { FairValueGap } from '../../../src/strategy/zones.ts';

export interface BarState {
  readonly trend: number;
  readonly refHigh: number | null;
  readonly refLow: number | null;
  readonly legDir: number | null;
  readonly legLow: number | null;
  readonly legHigh: number | null;
  readonly retrace: number | null;
  readonly events: number;
}

export interface Recorded {
  readonly swings: Swing[];
  readonly events: StructureEvent[];
  readonly sweeps: Sweep[];
  readonly gaps: FairValueGap[];
  readonly bars: BarState[];
}

export function recordStructure(
  candles: readonly Candle[],
  settings: StrategySettings,
  timeframe: Timeframe = '4h',
): Recorded {
  const recorded: Recorded = { swings: [], events: [], sweeps: [], gaps: [], bars: [] };
  const engine = createStructure(settings, {
    timeframe,
    observer: {
      swing: (swing) => recorded.swings.push(swing),
      event: (event) => recorded.events.push(event),
      sweep: (sweep) => recorded.sweeps.push(sweep),
      gap: (gap) => recorded.gaps.push(gap),
    },
  });
  for (const candle of candles) {
    engine.push(candle);
    const fault = engine.fault();
    if (fault !== null) throw new Error(fault.problem);
    const leg = engine.leg();
    recorded.bars.push({
      trend: engine.trend(),
      refHigh: engine.referencePrice(1),
      refLow: engine.referencePrice(-1),
      legDir: leg?.dir ?? null,
      legLow: leg === null ? null : Math.min(leg.origin, leg.extreme),
      legHigh: leg === null ? null : Math.max(leg.origin, leg.extreme),
      retrace: leg === null || legSize(leg) === 0 ? null : retracement(leg, candle.close),
      events: recorded.events.length,
    });
  }
  return recorded;
}

/** Candles from `[open, high, low, close]` rows, 4H apart, starting at a round time. */
export function candlesFrom(
  rows: readonly (readonly number[])[],
  startMs = 1_672_531_200_000,
  stepMs = 14_400_000,
): Candle[] {
  return rows.map(([open = 0, high = 0, low = 0, close = 0], index) => ({
    openMs: (startMs + index * stepMs) as Candle['openMs'],
    open,
    high,
    low,
    close,
    volume: 1,
  }));
}
