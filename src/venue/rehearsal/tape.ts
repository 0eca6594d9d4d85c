/**
 * A recording as the rehearsal venue plays it: candles in recorded time, and the whole days between
 * that time and the clock's. Whole days keep the time of day, so candles stay on their grid and
 * funding hours stay hours.
 */
import type { Candle, Timeframe } from '../../domain/candle.ts';
import { DAY, ms, type Ms } from '../../domain/clock.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { Symbol } from '../../domain/symbol.ts';

export interface TapeMarket {
  readonly symbol: Symbol;
  readonly instrument: Instrument;
  /** Longest first; the last one is what minutes are made of. */
  readonly timeframes: readonly Timeframe[];
}

export interface Tape {
  /** Sorted by symbol. */
  readonly markets: readonly TapeMarket[];
  /** The recorded window that is traded. */
  readonly windowFrom: Ms;
  readonly windowTo: Ms;
  /** Recorded candles with `from <= open < to`, recorded time, oldest first. */
  read(symbol: Symbol, timeframe: Timeframe, from: Ms, to: Ms): readonly Candle[];
}

/**
 * What to add to recorded time so that `now` falls on the middle day of the window, at the same time
 * of day: as much history as future on a short recording, and the same prices every day it is started.
 */
export function shiftInto(tape: Pick<Tape, 'windowFrom' | 'windowTo'>, now: Ms): Ms {
  const middle = tape.windowFrom + (tape.windowTo - tape.windowFrom) / 2;
  return ms((Math.floor(now / DAY) - Math.floor(middle / DAY)) * DAY);
}
