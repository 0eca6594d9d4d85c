/**
 * The two averages of the strategy, one candle at a time. EMA: seeded with the SMA of the first
 * `period` values (TA-Lib's default). ATR: Wilder, counting the first bar's own range (TradingView).
 * Both are null until they are defined; neither ever looks back, so a replay gives the same bits.
 */

export interface Ema {
  /** Takes the next value and returns the average, null before `period` values. */
  push(value: number): number | null;
  value(): number | null;
  /** Values taken so far. */
  count(): number;
}

/** Exponential moving average, k = 2 / (period + 1), seeded with the SMA of the first `period`. */
export function createEma(period: number): Ema {
  const weight = 2 / (period + 1);
  let count = 0;
  let sum = 0;
  let average: number | null = null;
  return {
    push(value) {
      count += 1;
      if (average !== null) {
        average += weight * (value - average);
      } else {
        sum += value;
        if (count === period) average = sum / period;
      }
      return average;
    },
    value: () => average,
    count: () => count,
  };
}

export interface Atr {
  push(high: number, low: number, close: number): number | null;
  value(): number | null;
}

/**
 * Wilder's average true range. The seed is the mean of the first `period` true ranges, the first of
 * which is high - low; then `(range + (period - 1) x previous) / period`.
 */
export function createAtr(period: number): Atr {
  let count = 0;
  let sum = 0;
  let previousClose = Number.NaN;
  let average: number | null = null;
  return {
    push(high, low, close) {
      const range = count === 0 ? high - low : trueRange(high, low, previousClose);
      count += 1;
      previousClose = close;
      if (average !== null) {
        average = ((period - 1) * average + range) / period;
      } else {
        sum += range;
        if (count === period) average = sum / period;
      }
      return average;
    },
    value: () => average,
  };
}

/** The range of a bar including the gap from the close before it. */
export function trueRange(high: number, low: number, previousClose: number): number {
  return Math.max(high - low, Math.abs(high - previousClose), Math.abs(low - previousClose));
}
