/** A recording as minutes of now. */
import { describe, expect, it } from 'vitest';
import type { Candle } from '../../../src/domain/candle.ts';
import { DAY, HOUR, MINUTE, ms, virtualClock, type Ms } from '../../../src/domain/clock.ts';
import { price } from '../../../src/domain/decimal.ts';
import { createMinuteBars } from '../../../src/venue/rehearsal/minute-bars.ts';
import { shiftInto } from '../../../src/venue/rehearsal/tape.ts';
import { BTC, START, stillBar, tapeOf } from '../../support/rehearsal-world.ts';

const rising = { open: 100, high: 130, low: 90, close: 120, volume: 480 };
const falling = { open: 100, high: 130, low: 90, close: 95, volume: 480 };

function world(bar: (openMs: Ms) => Candle | null) {
  const tape = tapeOf((of, openMs) => (of === BTC ? bar(openMs) : stillBar(of, openMs)));
  const clock = virtualClock(START);
  const shift = shiftInto(tape, START);
  return { clock, shift, bars: createMinuteBars(tape, shift, clock) };
}

const FOUR = ms(4 * HOUR);
const from = ms(Math.floor(START / FOUR) * FOUR - FOUR);

describe('the shift', () => {
  it('is whole days and lands on the middle of the recording at the same time of day', () => {
    const { shift } = world((openMs) => stillBar(BTC, openMs));
    expect(shift % DAY).toBe(0);
    expect(new Date(START - shift).toISOString()).toBe('2025-01-06T12:00:10.000Z');
  });
});

describe('the minutes of a recorded bar', () => {
  it.each([
    ['rose: low before high', rising, 90, 130],
    ['fell: high before low', falling, 130, 90],
  ])('add up to it exactly where it %s', (_what, shape, first, second) => {
    const { bars } = world((openMs) => ({ openMs, ...shape }));
    const minutes = bars.bars(BTC, from, ms(from + FOUR));
    expect(minutes).toHaveLength(240);
    expect(minutes[0]?.open).toBe(shape.open);
    expect(minutes.at(-1)?.close).toBe(shape.close);
    expect(Math.max(...minutes.map(({ high }) => high))).toBe(shape.high);
    expect(Math.min(...minutes.map(({ low }) => low))).toBe(shape.low);
    expect(minutes.reduce((sum, { volume }) => sum + volume, 0)).toBeCloseTo(shape.volume);
    const closes = minutes.map(({ close }) => close);
    expect(closes.indexOf(first)).toBeLessThan(closes.indexOf(second));
  });

  it('follow on each other without a jump, and every price is on the tick', () => {
    const { bars } = world((openMs) => ({ openMs, ...rising }));
    const minutes = bars.bars(BTC, from, ms(from + FOUR));
    for (const [index, bar] of minutes.entries()) {
      expect(Number.isInteger(bar.open)).toBe(true);
      expect(minutes[index + 1]?.open ?? bar.close).toBe(bar.close);
    }
  });

  it('are the same on every look', () => {
    const look = () => world((openMs) => ({ openMs, ...falling })).bars.bars(BTC, from, START);
    expect(look()).toEqual(look());
  });
});

describe('what is known', () => {
  it('ends with the last minute that closed', () => {
    const { bars } = world((openMs) => stillBar(BTC, openMs));
    const last = bars.bars(BTC, ms(START - HOUR), ms(START + HOUR)).at(-1);
    expect(last?.openMs).toBe(Math.floor(START / MINUTE) * MINUTE - MINUTE);
    expect(bars.latest(BTC)?.openMs).toBe(last?.openMs);
  });

  it('is nothing in a gap: no bar, no price, and the last one before it as the latest', () => {
    const { bars, shift } = world((openMs) => (openMs < untilMs ? stillBar(BTC, openMs) : null));
    const untilMs = START - shift - HOUR;
    expect(bars.priceNow(BTC)).toBeNull();
    expect(bars.bar(BTC, ms(Math.floor(START / MINUTE) * MINUTE))).toBeNull();
    expect(bars.latest(BTC)?.close).toBe(60_000);
  });

  it('is nothing after the recording', () => {
    const { bars, clock } = world((openMs) => stillBar(BTC, openMs));
    clock.advanceTo(ms(START + 20 * DAY));
    expect(bars.priceNow(BTC)).toBeNull();
    expect(bars.latest(BTC)).toBeNull();
    expect(bars.quoteVolume24h(BTC)).toBeNull();
  });
});

describe('a price set by hand', () => {
  it('holds from the current minute on, at once, until it is let go', () => {
    const { bars, clock } = world((openMs) => stillBar(BTC, openMs));
    bars.pin(BTC, price('50000'));
    expect(bars.priceNow(BTC)).toBe(50_000);
    expect(bars.bars(BTC, ms(START - HOUR), ms(START + 1)).at(-1)).toMatchObject({ low: 50_000 });
    clock.advanceTo(ms(START + 10 * MINUTE));
    expect(bars.latest(BTC)?.close).toBe(50_000);
    bars.pin(BTC, null);
    expect(bars.priceNow(BTC)).toBe(60_000);
  });
});
