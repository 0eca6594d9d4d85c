/**
 * Candles of any timeframe at the clock's time: recorded ones where the recording has them, sums of
 * smaller ones otherwise, and the one that goes on, as far as its minutes went. Prices set by hand are
 * only in that last one, because they are in no recording.
 */
import { timeframeMs, type Candle } from '../../domain/candle.ts';
import { ms, MINUTE, type Ms } from '../../domain/clock.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { Book } from './book.ts';
import { minuteFloor } from './minute-bars.ts';

export interface ChartRange {
  readonly stepMs: Ms;
  /** First and last open time; both inclusive. */
  readonly from: Ms;
  readonly to: Ms;
}

/** Oldest first. */
export function chartCandles(
  book: Book,
  symbol: Symbol,
  { stepMs, from, to }: ChartRange,
): Candle[] {
  const now = book.now();
  const runningMs = floorTo(now, stepMs);
  const first = ms(Math.ceil(from / stepMs) * stepMs);
  const closedTo = ms(Math.min(to + 1, runningMs));
  const closed =
    closedTo > first ? closedCandles(book, symbol, { stepMs, from: first, to: closedTo }) : [];
  if (runningMs < first || runningMs > to) return closed;
  return [...closed, ...sums(runningMinutes(book, symbol, runningMs), stepMs)];
}

/** `to` is exclusive here, and all of it has closed. */
function closedCandles(book: Book, symbol: Symbol, { stepMs, from, to }: ChartRange): Candle[] {
  const market = book.tape.markets.find((each) => each.symbol === symbol);
  const source = market?.timeframes.find((each) => stepMs % timeframeMs(each) === 0);
  // The last sum must be whole, so its last part is read too.
  const end = ms(Math.ceil(to / stepMs) * stepMs);
  if (source === undefined) return sums(book.bars.bars(symbol, from, end), stepMs);
  const { shift } = book;
  const recorded = book.tape.read(symbol, source, ms(from - shift), ms(end - shift));
  return sums(
    recorded.map((candle) => ({ ...candle, openMs: ms(candle.openMs + shift) })),
    stepMs,
  );
}

/** The minutes since `from`; of the one that goes on only its open is known. */
function runningMinutes(book: Book, symbol: Symbol, from: Ms): Candle[] {
  const minuteMs = minuteFloor(book.now());
  const minutes = [...book.bars.bars(symbol, from, minuteMs)];
  const current = book.bars.bar(symbol, minuteMs);
  if (current === null) return minutes;
  const { open } = current;
  return [...minutes, { openMs: minuteMs, open, high: open, low: open, close: open, volume: 0 }];
}

function sums(parts: readonly Candle[], stepMs: Ms): Candle[] {
  const found: Candle[] = [];
  for (const part of parts) {
    const openMs = floorTo(part.openMs, stepMs);
    const last = found.at(-1);
    if (last?.openMs !== openMs) {
      found.push({ ...part, openMs });
      continue;
    }
    found[found.length - 1] = {
      openMs,
      open: last.open,
      high: Math.max(last.high, part.high),
      low: Math.min(last.low, part.low),
      close: part.close,
      volume: last.volume + part.volume,
    };
  }
  return found;
}

function floorTo(at: Ms, stepMs: Ms): Ms {
  return ms(Math.floor(at / stepMs) * stepMs);
}

/** Chart resolutions of the venue, in milliseconds. */
export const RESOLUTIONS: Readonly<Record<string, Ms>> = {
  '1m': MINUTE,
  '5m': ms(5 * MINUTE),
  '15m': ms(15 * MINUTE),
  '30m': ms(30 * MINUTE),
  '1h': ms(60 * MINUTE),
  '4h': ms(240 * MINUTE),
  '12h': ms(720 * MINUTE),
  '1d': ms(1_440 * MINUTE),
  '1w': ms(10_080 * MINUTE),
};
