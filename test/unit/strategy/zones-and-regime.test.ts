/** Gaps while they are filled, the bands of an entry, the life of a leg, and the order of regimes. */
import { describe, expect, it } from 'vitest';
import { createBarRing } from '../../../src/strategy/bar-ring.ts';
import type { Leg } from '../../../src/strategy/leg.ts';
import { regimeOf } from '../../../src/strategy/regime.ts';
import { DEFAULT_STRATEGY } from '../../../src/strategy/settings.ts';
import { createStructure } from '../../../src/strategy/structure.ts';
import {
  bandAt,
  createGapList,
  entryBands,
  tightZones,
  type FairValueGap,
} from '../../../src/strategy/zones.ts';
import { candlesFrom } from './recorded-structure.ts';
import { fourHourCandles, QUIET_BARS, SETTINGS } from './walk-market.ts';

const LEG: Leg = {
  dir: 1,
  origin: 100,
  originIndex: 10,
  originFar: 101,
  extreme: 110,
  extremeIndex: 15,
  breakIndex: 14,
  blockTouchedIndex: null,
};

describe('a fair value gap', () => {
  const after = (rows: readonly number[][]): readonly FairValueGap[] => {
    const bars = createBarRing(10);
    const gaps = createGapList();
    const start = [
      [10, 11, 9, 10.5],
      [10.5, 14, 10.5, 13.5],
      [13.5, 15, 13, 14.5],
    ];
    for (const candle of candlesFrom([...start, ...rows])) {
      bars.push(candle);
      gaps.push(bars, 0);
    }
    return gaps.open();
  };

  it('is open at the close of its third candle', () => {
    expect(after([])).toEqual([
      { dir: 1, bottom: 11, top: 13, firstIndex: 0, knownIndex: 2, state: 'open' },
    ]);
  });

  it.each([
    ['above it', 13.01, 'open'],
    ['at its top', 13, 'touched'],
    ['at its middle', 12, 'half'],
    ['just above its bottom', 11.01, 'half'],
  ])('a low %s leaves it %s', (_name, low, state) => {
    expect(after([[14, 15, low, 14.5]]).map((gap) => gap.state)).toEqual([state]);
  });

  it('a low at its bottom fills it, and it is gone', () => {
    expect(after([[14, 15, 11, 14.5]])).toEqual([]);
  });

  it('stays half filled when later bars only touch it', () => {
    const found = after([
      [14, 15, 12, 14.5],
      [14, 15, 12.9, 14.5],
    ]);
    expect(found.map((gap) => gap.state)).toEqual(['half']);
  });
});

describe('tight zones', () => {
  const gap = (change: Partial<FairValueGap>): FairValueGap => ({
    dir: 1,
    bottom: 102.5,
    top: 103,
    firstIndex: 11,
    knownIndex: 13,
    state: 'open',
    ...change,
  });

  it.each([
    ['made inside the leg, over its zone', gap({}), 1],
    ['that began before the origin', gap({ firstIndex: 9 }), 0],
    ['of the other direction', gap({ dir: -1 }), 0],
    ['above the zone', gap({ bottom: 103.9, top: 104.5 }), 0],
    ['that touches the edge of the zone', gap({ bottom: 102, top: 102.14 }), 1],
  ])('a gap %s', (_name, one, count) => {
    expect(tightZones(LEG, [one], DEFAULT_STRATEGY)).toHaveLength(count);
  });

  it('the entry band is the overlap of gap and zone, invalid behind the gap', () => {
    const zones = tightZones(LEG, [gap({ bottom: 103, top: 105 })], DEFAULT_STRATEGY);
    const [band] = entryBands(LEG, zones, DEFAULT_STRATEGY);
    expect(band).toMatchObject({ low: 103, invalidation: 103, source: 'fair_value_gap' });
    // The zone's shallow edge with the key-fib tolerance: r = 0.603.
    expect(band?.high).toBeCloseTo(103.97, 9);
  });

  it('of two bands at the price the wider stop wins', () => {
    const wide = { low: 102, high: 104, invalidation: 100, source: 'order_block' } as const;
    const near = { low: 102, high: 104, invalidation: 102, source: 'fair_value_gap' } as const;
    expect(bandAt([near, wide], LEG, 103)).toBe(wide);
    expect(bandAt([wide, near], LEG, 103)).toBe(wide);
    expect(bandAt([wide, near], LEG, 104.01)).toBeNull();
  });
});

describe('a leg', () => {
  it('lives to its maximum age and no longer', () => {
    const engine = createStructure({ ...SETTINGS, maxLegAge: 20 });
    const quiet = Array.from({ length: 21 }, () => [56, 56.5, 55.5, 56]);
    const alive = fourHourCandles(9, { more: quiet }).map((candle) => {
      engine.push(candle);
      return engine.leg() !== null;
    });
    const breakIndex = QUIET_BARS + 7;
    expect(alive.slice(breakIndex - 1, breakIndex + 1)).toEqual([false, true]);
    expect(alive.slice(breakIndex + 20, breakIndex + 22)).toEqual([true, false]);
  });
});

describe('regime', () => {
  const quiet = {
    efficiency: 0.3,
    chochCount: 0,
    rangeAtr: 1,
    legAtr: 3,
    hasTightZone: true,
  };
  it.each([
    ['tight_smc', {}],
    ['tight_smc', { legAtr: 4.5 }],
    ['wide_smc', { legAtr: 4.51 }],
    ['wide_smc', { hasTightZone: false }],
    ['extended', { legAtr: 10.01 }],
    ['wide_smc', { legAtr: 10 }],
    ['leg_too_small', { legAtr: 1.49 }],
    ['range', { efficiency: 0.119, chochCount: 3 }],
    ['tight_smc', { efficiency: 0.119, chochCount: 2 }],
    ['tight_smc', { efficiency: 0.12, chochCount: 5 }],
    ['shock', { rangeAtr: 4.01, efficiency: 0, chochCount: 5, legAtr: 20 }],
    ['tight_smc', { rangeAtr: 4 }],
    ['range', { efficiency: 0, chochCount: 5, legAtr: 20 }],
  ])('%s for %j', (regime, change) => {
    expect(regimeOf({ ...quiet, ...change }, DEFAULT_STRATEGY)).toBe(regime);
  });

  it('counts the CHoCH of the last five events only', () => {
    // A saw of falling and rising swings: every event turns the trend, so all five are CHoCH.
    const saw = Array.from({ length: 30 }, (_, wave) => {
      const size = 5 + wave;
      const dir = wave % 2 === 0 ? 1 : -1;
      return Array.from({ length: 4 }, (_step, n) => {
        const close = 500 + dir * size * (n < 2 ? n + 1 : 4 - n) * 2;
        return [close, close + 1, close - 1, close];
      });
    }).flat();
    let events = 0;
    const engine = createStructure(
      { ...DEFAULT_STRATEGY, swingLength: 2 },
      { observer: { event: () => void (events += 1) } },
    );
    for (const candle of candlesFrom(saw)) engine.push(candle);
    expect(events).toBeGreaterThan(10);
    expect(engine.chochCount()).toBe(5);
  });
});
