/**
 * What is wrong with the stored candles: gaps, times off the grid, candles that are not over. A gap
 * may be the market's own (a halt, a delisting); it is named, never filled. Candles that the venue
 * revised never get in, so they are refused at import and not found here.
 */
import { timeframeMs } from '../domain/candle.ts';
import { ms, type Ms } from '../domain/clock.ts';
import type { CandleStore, SeriesFacts, SeriesKey } from './candle-store.ts';

export interface CandleFinding extends SeriesKey {
  readonly finding: 'gap' | 'off_grid' | 'unfinished';
  /** Open time of the first candle concerned: missing, off the grid, or not over. */
  readonly fromMs: Ms;
  /** Open time of the last one. */
  readonly toMs: Ms;
  readonly candles: number;
}

export interface CandleVerification {
  readonly series: readonly SeriesFacts[];
  readonly findings: readonly CandleFinding[];
}

/** Reads every stored candle once; `now` is the time by which a candle must have closed. */
export function verifyCandles(store: CandleStore, now: Ms): CandleVerification {
  const series = store.series();
  return { series, findings: series.flatMap((facts) => verifySeries(store, facts, now)) };
}

function verifySeries(store: CandleStore, key: SeriesKey, now: Ms): CandleFinding[] {
  const step = timeframeMs(key.timeframe);
  const { symbol, timeframe } = key;
  const findings: CandleFinding[] = [];
  let expected: Ms | null = null;
  for (const { openMs } of store.iterate(key)) {
    const one = { symbol, timeframe, fromMs: openMs, toMs: openMs, candles: 1 };
    if (openMs % step !== 0) {
      findings.push({ ...one, finding: 'off_grid' });
      continue;
    }
    if (openMs + step > now) findings.push({ ...one, finding: 'unfinished' });
    if (expected !== null && openMs > expected) {
      const candles = (openMs - expected) / step;
      const toMs = ms(openMs - step);
      findings.push({ symbol, timeframe, finding: 'gap', fromMs: expected, toMs, candles });
    }
    expected = ms(openMs + step);
  }
  return findings;
}
