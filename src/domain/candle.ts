/**
 * A closed candle. Prices are doubles: the strategy computes on them and never sizes anything with
 * them. A price that leaves the strategy goes through {@link priceOfCandle}, whose shortest
 * round-trip text is exactly the decimal the venue wrote (imports refuse more than 15 digits).
 */
import { price, type Price } from './decimal.ts';
import { DAY, HOUR, MINUTE, ms, type Ms } from './clock.ts';
import { TradectlError } from './errors.ts';

export interface Candle {
  /** Open time, UTC, on the grid of the timeframe. */
  readonly openMs: Ms;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

export const TIMEFRAMES = {
  '1m': MINUTE,
  '5m': ms(5 * MINUTE),
  '15m': ms(15 * MINUTE),
  '1h': HOUR,
  '4h': ms(4 * HOUR),
  '1d': DAY,
} as const;

export type Timeframe = keyof typeof TIMEFRAMES;

export function timeframeMs(timeframe: Timeframe): Ms {
  return TIMEFRAMES[timeframe];
}

/** Throws USAGE for a timeframe the program does not know. */
export function parseTimeframe(written: string): Timeframe {
  if (written in TIMEFRAMES) return written as Timeframe;
  throw new TradectlError('USAGE', `unknown timeframe ${JSON.stringify(written)}`, {
    hint: `use one of ${Object.keys(TIMEFRAMES).join(', ')}`,
  });
}

export function closeMs(candle: Pick<Candle, 'openMs'>, timeframe: Timeframe): Ms {
  return ms(candle.openMs + TIMEFRAMES[timeframe]);
}

/** The exact decimal of a candle's price. */
export function priceOfCandle(value: number): Price {
  return price(String(value));
}
