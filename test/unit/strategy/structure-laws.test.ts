/** What must hold for every history: nothing repaints, and no direction or price scale is special. */
import { describe, expect, it } from 'vitest';
import type { Candle } from '../../../src/domain/candle.ts';
import { seededRandom } from '../../../src/domain/random.ts';
import { DEFAULT_STRATEGY } from '../../../src/strategy/settings.ts';
import { batchStructure } from './batch-structure.ts';
import { candlesFrom, recordStructure } from './recorded-structure.ts';

/** A random walk on a grid of 1/8 between 1 and 1023: sums and mirrors of its prices are exact. */
function randomCandles(seed: string, count: number): Candle[] {
  const random = seededRandom(seed);
  const step = (range: number): number => Math.floor(random.next() * range) / 8;
  let close = 512;
  const rows = Array.from({ length: count }, () => {
    const open = close + (random.next() < 0.1 ? step(60) - 3.75 : 0);
    close = Math.min(960, Math.max(64, open + step(81) - 5));
    return [open, Math.max(open, close) + step(24), Math.min(open, close) - step(24), close];
  });
  return candlesFrom(rows);
}

const mapPrices = (candles: readonly Candle[], of: (price: number) => number): Candle[] =>
  candles.map((candle) => {
    const [a, b] = [of(candle.high), of(candle.low)];
    return {
      ...candle,
      open: of(candle.open),
      close: of(candle.close),
      high: Math.max(a, b),
      low: Math.min(a, b),
    };
  });

const SEEDS = Array.from({ length: 12 }, (_, at) => `walk ${at}`);
const SETTINGS = [2, 3, 5, 10].map((swingLength) => ({ ...DEFAULT_STRATEGY, swingLength }));

describe.each(SEEDS)('%s', (seed) => {
  const candles = randomCandles(seed, 600);

  it.each(SETTINGS)(
    'equals the definition over the whole history, L = $swingLength',
    (settings) => {
      const batch = batchStructure(candles, settings.swingLength);
      const recorded = recordStructure(candles, settings);
      expect(
        recorded.swings.map(({ pivotIndex, type, price, usedAsReference }) => ({
          pivotIndex,
          type,
          price,
          usedAsReference,
        })),
      ).toEqual(batch.swings);
      expect(
        recorded.events.map(({ kind, dir, breakIndex, level, leg }) => ({
          kind,
          dir,
          breakIndex,
          level,
          origin: leg.origin,
          originIndex: leg.originIndex,
          extreme: leg.extreme,
        })),
      ).toEqual(batch.events);
      expect(batch.events.length).toBeGreaterThan(5);
    },
  );

  it('a prefix of the candles gives a prefix of the log, and the same state', () => {
    const whole = recordStructure(candles, DEFAULT_STRATEGY);
    for (let k = 1; k <= candles.length; k += 13) {
      const part = recordStructure(candles.slice(0, k), DEFAULT_STRATEGY);
      expect(part.bars).toEqual(whole.bars.slice(0, k));
      expect(part.swings).toEqual(whole.swings.slice(0, part.swings.length));
      expect(part.events).toEqual(whole.events.slice(0, part.events.length));
      expect(part.sweeps).toEqual(whole.sweeps.slice(0, part.sweeps.length));
      expect(part.gaps).toEqual(whole.gaps.slice(0, part.gaps.length));
    }
  });

  it('the mirror image turns every direction', () => {
    const plain = recordStructure(candles, DEFAULT_STRATEGY);
    const turned = recordStructure(
      mapPrices(candles, (price) => 1024 - price),
      DEFAULT_STRATEGY,
    );
    const signs = (r: typeof plain, sign: number): unknown =>
      r.bars.map((bar) => [bar.trend * sign + 0, bar.legDir === null ? null : bar.legDir * sign]);
    expect(signs(turned, -1)).toEqual(signs(plain, 1));
    expect(turned.bars.map((bar) => bar.retrace)).toEqual(plain.bars.map((bar) => bar.retrace));
    expect(turned.events.map((e) => [e.breakIndex, e.kind, -e.dir])).toEqual(
      plain.events.map((e) => [e.breakIndex, e.kind, e.dir]),
    );
  });

  it.each([8, 2 ** -27, 2 ** 20])('prices times %d give the same structure', (factor) => {
    const plain = recordStructure(candles, DEFAULT_STRATEGY);
    const scaled = recordStructure(
      mapPrices(candles, (price) => price * factor),
      DEFAULT_STRATEGY,
    );
    expect(scaled.events.map((e) => [e.breakIndex, e.kind, e.dir, e.leg.originIndex])).toEqual(
      plain.events.map((e) => [e.breakIndex, e.kind, e.dir, e.leg.originIndex]),
    );
    expect(scaled.bars.map((bar) => bar.retrace)).toEqual(plain.bars.map((bar) => bar.retrace));
  });
});

describe('a break long after its swing', () => {
  it('takes its leg from the swing, far outside the bars that are kept', () => {
    const quiet = Array.from({ length: 400 }, (_, at) => [20, 21, at === 200 ? 10 : 19, 20]);
    const rows = [
      [20, 21, 19, 20],
      [20, 22, 19, 21],
      [21, 25, 20, 22],
      [22, 23, 20, 21],
      [21, 22, 19, 20],
      ...quiet,
      [20, 26, 20, 25.5],
    ];
    const recorded = recordStructure(candlesFrom(rows), { ...DEFAULT_STRATEGY, swingLength: 2 });
    expect(recorded.events).toHaveLength(1);
    expect(recorded.events[0]).toMatchObject({
      breakIndex: 405,
      pivotIndex: 2,
      leg: { origin: 10, originIndex: 205, originFar: 21, extreme: 26, extremeIndex: 405 },
    });
  });
});
