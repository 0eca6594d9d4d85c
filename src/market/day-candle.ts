/** A day made of its six four-hour candles: one request less per market and day, and the same figures. */
import { timeframeMs, type Candle } from '../domain/candle.ts';
import { DAY, type Ms } from '../domain/clock.ts';

/** Null when one of the six is missing. `parts` are those of the day, oldest first. */
export function dayOf(openMs: Ms, parts: readonly Candle[]): Candle | null {
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined) return null;
  if (parts.length !== DAY / timeframeMs('4h') || first.openMs !== openMs) return null;
  return {
    openMs,
    open: first.open,
    high: Math.max(...parts.map(({ high }) => high)),
    low: Math.min(...parts.map(({ low }) => low)),
    close: last.close,
    volume: parts.reduce((sum, { volume }) => sum + volume, 0),
  };
}
