/** What the engine does with candles that are wrong, repeated, revised or missing. */
import { describe, expect, it } from 'vitest';
import type { Candle } from '../../../src/domain/candle.ts';
import { createStructure } from '../../../src/strategy/structure.ts';
import { DEFAULT_STRATEGY } from '../../../src/strategy/settings.ts';
import { structureReport } from '../../../src/strategy/structure-report.ts';
import { recordStructure } from './recorded-structure.ts';
import { fourHourCandles, FOUR_HOURS_MS, QUIET_BARS, SETTINGS } from './walk-market.ts';

const walk = fourHourCandles(16);
const good = walk[0]!;
const later = (candle: Candle, bars: number): Candle => ({
  ...candle,
  openMs: (candle.openMs + bars * FOUR_HOURS_MS) as Candle['openMs'],
});

describe('a bad bar', () => {
  it.each([
    ['a NaN high', { high: Number.NaN }, /not a finite number/],
    ['an infinite close', { close: Number.POSITIVE_INFINITY }, /not a finite number/],
    ['a high below the close', { high: good.close - 0.1 }, /high .* is below/],
    ['a low above the open', { low: good.open + 0.1 }, /low .* is above its open or close/],
    ['a low of zero', { low: 0 }, /low 0 is not above zero/],
    ['an open time off the grid', { openMs: (good.openMs + 1) as Candle['openMs'] }, /multiple/],
  ])('%s is a fault of the market, and stays one', (_name, change, problem) => {
    const engine = createStructure(DEFAULT_STRATEGY);
    expect(engine.push({ ...good, ...change })).toBe('bad_bar');
    expect(engine.fault()?.problem).toMatch(problem);
    expect(engine.push(later(good, 1))).toBe('bad_bar');
    expect(engine.bars.count()).toBe(0);
  });
});

describe('the same bar again', () => {
  it('is ignored when it is the newest and unchanged', () => {
    const engine = createStructure(DEFAULT_STRATEGY);
    engine.push(good);
    expect(engine.push({ ...good })).toBe('duplicate');
    expect(engine.bars.count()).toBe(1);
    expect(engine.push(later(good, 1))).toBe('accepted');
  });

  it.each([
    ['the newest with another close', (): Candle => ({ ...later(good, 1), close: 50.25 })],
    ['an older one', (): Candle => good],
  ])('revises history when it is %s', (_name, again) => {
    const engine = createStructure(DEFAULT_STRATEGY);
    engine.push(good);
    engine.push(later(good, 1));
    expect(engine.push(again())).toBe('history_revised');
    expect(engine.push(later(good, 2))).toBe('history_revised');
  });
});

describe('missing bars', () => {
  const missing = (bars: number): Candle[] =>
    walk.map((candle, at) => (at < QUIET_BARS + 3 ? candle : later(candle, bars)));

  it.each([1, 3])('%d of them change nothing but the times', (bars) => {
    const plain = recordStructure(walk, SETTINGS);
    const holed = recordStructure(missing(bars), SETTINGS);
    expect(holed.bars).toEqual(plain.bars);
    expect(holed.events.map((event) => event.actionable)).toEqual([true, true]);
  });

  it('after more, events do not count before 2L + 1 new bars', () => {
    const recorded = recordStructure(missing(4), SETTINGS);
    // The first break is the fifth bar after the gap, the second the thirteenth.
    expect(recorded.events.map((event) => event.actionable)).toEqual([false, true]);
    const engine = createStructure(SETTINGS);
    const left = missing(4).map((candle) => {
      engine.push(candle);
      return engine.rewarmBars();
    });
    expect(left.slice(QUIET_BARS + 2, QUIET_BARS + 9)).toEqual([0, 5, 4, 3, 2, 1, 0]);
  });

  it('an event of before the gap no longer counts', () => {
    const engine = createStructure(SETTINGS);
    for (const candle of walk.slice(0, QUIET_BARS + 9)) engine.push(candle);
    expect(engine.eventCounts()).toBe(true);
    engine.push(later(walk[QUIET_BARS + 9]!, 4));
    expect(engine.eventCounts()).toBe(false);
  });
});

describe('structure report', () => {
  it('prints swings and events with the fields of the document', () => {
    const report = structureReport(walk, SETTINGS);
    expect(report.swings.at(-1)).toEqual({
      pivot_index: QUIET_BARS + 8,
      confirm_index: QUIET_BARS + 10,
      type: 1,
      price: 58,
      used_as_reference: true,
    });
    expect(report.events[0]).toEqual({
      break_index: QUIET_BARS + 7,
      kind: 'BOS',
      dir: 1,
      initial: true,
      level: 53,
      pivot_index: QUIET_BARS + 2,
      pivot_confirm_index: QUIET_BARS + 4,
    });
  });

  it('names the candle that breaks the contract', () => {
    expect(() => structureReport([good, later(good, 1), good], SETTINGS)).toThrow(
      /candle 2 \(2024-10-04T00:00:00.000Z\): .* older than the newest/,
    );
  });
});
