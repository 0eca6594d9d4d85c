/**
 * The last few bars of a market in one flat array. Bars are addressed by their index since the start
 * of the history, so code reads like the definition; a bar that fell out reads as NaN, which fails
 * every comparison.
 */
import type { Candle } from '../domain/candle.ts';

export interface Bars {
  /** Bars taken so far; the newest has index `count() - 1`. */
  count(): number;
  openMs(index: number): number;
  open(index: number): number;
  high(index: number): number;
  low(index: number): number;
  close(index: number): number;
}

export interface BarRing extends Bars {
  push(candle: Candle): void;
}

const FIELDS = 5;

export function createBarRing(capacity: number): BarRing {
  const data = new Float64Array(capacity * FIELDS);
  let count = 0;
  const read = (index: number, field: number): number => {
    if (index < 0 || index >= count || index < count - capacity) return Number.NaN;
    return data[(index % capacity) * FIELDS + field] ?? Number.NaN;
  };
  return {
    push(candle) {
      const at = (count % capacity) * FIELDS;
      data[at] = candle.openMs;
      data[at + 1] = candle.open;
      data[at + 2] = candle.high;
      data[at + 3] = candle.low;
      data[at + 4] = candle.close;
      count += 1;
    },
    count: () => count,
    openMs: (index) => read(index, 0),
    open: (index) => read(index, 1),
    high: (index) => read(index, 2),
    low: (index) => read(index, 3),
    close: (index) => read(index, 4),
  };
}
