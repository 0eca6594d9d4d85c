/** What the chart draws of our own positions: a moved stop as its steps, a dropped target not at all. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { chartData } from '../../../src/forensics/page/chart-data.ts';
import { homePaths } from '../../../src/core/home.ts';
import {
  cancelled,
  covered,
  of,
  smallLife,
  stopAt,
  type SmallLife,
} from '../../support/small-life.ts';

let life: SmallLife;
afterEach(() => life.home.remove());

const dropped = of('TARGET_DROPPED', { level: 1, reason: 'below_minimum', merged_into: null });

test('each stop stands as long as its order stood', () => {
  life = smallLife('open', stopAt('stop-1', '1.9'), [covered], stopAt('stop-2', '2.1'), [
    cancelled,
  ]);
  const { lines, segments } = chartData(life.traced(), null);
  expect(lines.map(({ title, price }) => `${title} ${price}`)).toEqual(['entry 2', 'TP1 2.4']);
  expect(segments.map(({ kind, price, from, until }) => [kind, price, until - from])).toEqual([
    ['stop', 1.9, 3],
    ['stop', 2.1, 1],
  ]);
});

test('a target that was dropped is no line', () => {
  life = smallLife('open', [dropped], [covered]);
  expect(chartData(life.traced(), null).lines.map(({ title }) => title)).toEqual(['entry', 'stop']);
});

test('candles that cannot be read leave the page without them, and it says why', () => {
  life = smallLife('open', [covered]);
  const { candles } = homePaths(life.home.dir);
  mkdirSync(life.home.dir, { recursive: true });
  appendFileSync(candles, 'no database '.repeat(100));
  const data = chartData(life.traced(), life.home.dir);
  expect([data.candles, data.timeframe]).toEqual([[], null]);
  expect(data.without).toMatch(/candles\.db: file is not a database/);
  expect(data.prices.length).toBeGreaterThan(0);
});
