/** The averages against their textbook definition, and the daily bias around its band. */
import { describe, expect, it } from 'vitest';
import { createBias } from '../../../src/strategy/bias.ts';
import { createAtr, createEma, trueRange } from '../../../src/strategy/indicators.ts';
import { DEFAULT_STRATEGY } from '../../../src/strategy/settings.ts';
import { candlesFrom } from './recorded-structure.ts';
import { DAY_MS, START_MS } from './walk-market.ts';

describe('EMA', () => {
  it('is undefined before its period, then the mean, then follows with 2 / (period + 1)', () => {
    const ema = createEma(3);
    expect([2, 4, 9, 13, 1].map((value) => ema.push(value))).toEqual([null, null, 5, 9, 5]);
    expect(ema.count()).toBe(5);
  });
});

describe('ATR', () => {
  it('counts the first bar by its own range, gaps by the close before', () => {
    const atr = createAtr(2);
    expect(atr.push(11, 10, 10)).toBeNull();
    // Range 2 but 5 from the close before: mean of 1 and 5.
    expect(atr.push(15, 13, 14)).toBe(3);
    expect(atr.push(15, 14, 14.5)).toBe(2);
  });

  it.each([
    ['above the close before', [15, 13, 10], 5],
    ['below the close before', [8, 7, 10], 3],
    ['around the close before', [11, 9, 10], 2],
  ] as const)('true range of a bar %s', (_name, [high, low, before], range) => {
    expect(trueRange(high, low, before)).toBe(range);
  });
});

describe('daily bias', () => {
  const biasOf = (
    closes: readonly number[],
    gapAt = Infinity,
  ): ReturnType<ReturnType<typeof createBias>['bias']> => {
    const engine = createBias({ ...DEFAULT_STRATEGY, emaPeriod: 4, matureDays: 8, atrPeriod: 2 });
    const rows = closes.map((close) => [close, close + 1, close - 1, close]);
    for (const [at, candle] of candlesFrom(rows, START_MS, DAY_MS).entries()) {
      const shift = at >= gapAt ? 10 * DAY_MS : 0;
      engine.push({ ...candle, openMs: (candle.openMs + shift) as typeof candle.openMs });
    }
    return engine.bias();
  };
  const level = (count: number, last: number): number[] => [
    ...Array<number>(count).fill(100),
    last,
  ];

  it('needs its period of days', () => {
    expect(biasOf([100, 100, 100])).toBeNull();
    expect(biasOf([100, 100, 100, 100])).toMatchObject({ dir: 0, ema: 100, mature: false });
  });

  it.each([
    [100.17, 1],
    [100.16, 0],
    [99.84, 0],
    [99.83, -1],
  ])('a mature average is left by 10 bps: close %d gives %d', (close, dir) => {
    // The average follows 2 / 5 of the move, so 0.6 of it is the distance.
    expect(biasOf(level(9, close))).toMatchObject({ dir, mature: true });
  });

  it.each([
    [100.9, 1],
    [100.8, 0],
    [99.2, 0],
    [99.1, -1],
  ])('an immature one by a quarter of the daily ATR: close %d gives %d', (close, dir) => {
    expect(biasOf(level(5, close))).toMatchObject({ dir, mature: false });
  });

  it('a gap makes a mature average immature until a period of new days', () => {
    const days = Array<number>(14).fill(100);
    expect(biasOf(days, 11)?.mature).toBe(false);
    expect(biasOf(days, 10)?.mature).toBe(true);
  });
});
