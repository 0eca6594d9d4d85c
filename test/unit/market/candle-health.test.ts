/** One failed candle request is noise; repeated or common ones are a finding, said once with its count. */
import { describe, expect, test } from 'vitest';
import { symbol, type Symbol } from '../../../src/domain/symbol.ts';
import { createCandleHealth } from '../../../src/market/candle-health.ts';

const market = (index: number): Symbol => symbol(`M${index}/USD:USD`);
const WHY = 'no answer in time';

describe('one market', () => {
  test('fails once: a line; again: nothing; a third time: a finding; then nothing more', () => {
    const health = createCandleHealth();
    const told = [1, 2, 3, 4].map(() => health.failed(market(1), WHY, 243));
    expect(told).toEqual([
      [{ news: 'noise', symbol: market(1), why: WHY }],
      [],
      [{ news: 'failing', symbol: market(1), inARow: 3, why: WHY }],
      [],
    ]);
    expect(health.answered(market(1))).toEqual([{ news: 'recovered' }]);
  });

  test('that answers after one failure says nothing of it', () => {
    const health = createCandleHealth();
    health.failed(market(1), WHY, 243);
    expect(health.answered(market(1))).toEqual([]);
    expect(health.failed(market(1), WHY, 243)).toHaveLength(1);
  });
});

describe('many markets', () => {
  test('at once are one finding with the count, not a line each', () => {
    const health = createCandleHealth();
    const told = Array.from({ length: 60 }, (_, index) => health.failed(market(index), WHY, 243));
    const finding = { news: 'many_failing', failing: 10, of: 243, why: WHY };
    expect(told.flat().filter(({ news }) => news !== 'noise')).toEqual([finding]);
    expect(told.slice(10).flat(), 'the rest is the same cause').toEqual([]);
    expect(health.failing()).toBe(60);
  });

  test('of a few are a fifth of them', () => {
    const health = createCandleHealth();
    const told = [1, 2, 3].flatMap((index) => health.failed(market(index), WHY, 12));
    expect(told.map(({ news }) => news)).toContain('many_failing');
  });

  test('have recovered when the last one answers', () => {
    const health = createCandleHealth();
    for (let index = 0; index < 12; index += 1) health.failed(market(index), WHY, 243);
    const told = Array.from({ length: 12 }, (_, index) => health.answered(market(index)));
    expect(told.flat()).toEqual([{ news: 'recovered' }]);
    expect(told.at(-1)).toHaveLength(1);
  });
});
