/**
 * The recording as one-minute bars that open each minute of the clock, so that an order trades at once
 * at a price of now. Each recorded bar is walked as a fixed path, open -> low -> high -> close when it
 * rose and open -> high -> low -> close when it fell, so its minutes add up to it exactly. A price set
 * by hand holds from the current minute on, as flat bars. `bars` ends with the last minute that closed.
 */
import type { BarSource, ClosedBar } from '../../domain/bar-source.ts';
import { timeframeMs, type Candle, type Timeframe } from '../../domain/candle.ts';
import { DAY, MINUTE, ms, type Clock, type Ms } from '../../domain/clock.ts';
import type { Price } from '../../domain/decimal.ts';
import { TradectlError } from '../../domain/errors.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { Tape, TapeMarket } from './tape.ts';

export interface MinuteBars extends BarSource {
  /** Holds the price of a market from the current minute on; null lets the recording go on. */
  pin(symbol: Symbol, price: Price | null): void;
  unpinAll(): void;
  /** Where a market trades in the current minute; null in a gap and after the recording. */
  priceNow(symbol: Symbol): number | null;
}

interface Pin {
  readonly fromMs: Ms;
  readonly price: number;
}

/** How far back the last traded minute is looked for. */
const LOOK_BACK = ms(2 * DAY);

/** `shift` is what to add to recorded time; see shiftInto. */
export function createMinuteBars(tape: Tape, shift: Ms, clock: Clock): MinuteBars {
  const markets = new Map(tape.markets.map((market) => [market.symbol, market]));
  const pins = new Map<Symbol, Pin>();
  const marketOf = (symbol: Symbol): TapeMarket => {
    const market = markets.get(symbol);
    if (market !== undefined) return market;
    throw new TradectlError('UNKNOWN_SYMBOL', `the recording does not hold ${symbol}`);
  };
  const recordedBar = cachedReader(tape);

  const bar = (symbol: Symbol, openMs: Ms): Candle | null => {
    const market = marketOf(symbol);
    const pin = pins.get(symbol);
    if (pin !== undefined && openMs >= pin.fromMs) return flat(openMs, pin.price);
    const recorded = recordedBar(market, ms(openMs - shift));
    if (recorded === null) return null;
    const { candle, timeframe } = recorded;
    const index = (openMs - shift - candle.openMs) / MINUTE;
    return minuteOf(candle, { index, of: timeframeMs(timeframe) / MINUTE, openMs, market });
  };
  const bars = (symbol: Symbol, from: Ms, to: Ms): readonly Candle[] => {
    const found: Candle[] = [];
    const first = Math.max(Math.ceil(from / MINUTE) * MINUTE, tape.windowFrom + shift);
    const pin = pins.get(symbol);
    for (let openMs = first; openMs < to; openMs += MINUTE) {
      // The minute that goes on is judged early only where nothing more can happen in it.
      const knownMs = pin !== undefined && openMs >= pin.fromMs ? openMs : openMs + MINUTE;
      if (knownMs > clock.now()) break;
      const each = bar(symbol, ms(openMs));
      if (each !== null) found.push(each);
    }
    return found;
  };

  return {
    symbols: () => [...markets.keys()],
    matchingTimeframe: (symbol) => {
      marketOf(symbol);
      return '1m';
    },
    bar,
    bars,
    latest: (symbol) => latestOf(clock.now(), (openMs) => bar(symbol, openMs)),
    quoteVolume24h: (symbol) => quoteVolume(tape, marketOf(symbol), ms(clock.now() - shift)),
    pin(symbol, price) {
      marketOf(symbol);
      if (price === null) pins.delete(symbol);
      else pins.set(symbol, { fromMs: minuteFloor(clock.now()), price: price.toNumber() });
    },
    unpinAll: () => pins.clear(),
    priceNow: (symbol) => bar(symbol, minuteFloor(clock.now()))?.open ?? null,
  };
}

export function minuteFloor(at: Ms): Ms {
  return ms(Math.floor(at / MINUTE) * MINUTE);
}

interface RecordedBar {
  readonly candle: Candle;
  readonly timeframe: Timeframe;
}

/** The bar of the smallest timeframe around a recorded time; the last one per market stays at hand. */
function cachedReader(tape: Tape): (market: TapeMarket, at: Ms) => RecordedBar | null {
  const last = new Map<Symbol, { openMs: Ms; bar: RecordedBar | null }>();
  return (market, at) => {
    const timeframe = market.timeframes.at(-1) ?? '4h';
    const step = timeframeMs(timeframe);
    const openMs = ms(Math.floor(at / step) * step);
    const held = last.get(market.symbol);
    if (held?.openMs === openMs) return held.bar;
    const candle = tape.read(market.symbol, timeframe, openMs, ms(openMs + 1))[0];
    const bar = candle === undefined ? null : { candle, timeframe };
    last.set(market.symbol, { openMs, bar });
    return bar;
  };
}

interface MinutePlace {
  readonly index: number;
  /** Minutes of the recorded bar. */
  readonly of: number;
  /** Open time of the minute by the clock. */
  readonly openMs: Ms;
  readonly market: TapeMarket;
}

function minuteOf(candle: Candle, { index, of, openMs, market }: MinutePlace): Candle {
  if (of === 1) return { ...candle, openMs };
  const at = (minute: number): number => pathPrice(candle, { minute, of, market });
  const [open, close] = [at(index), at(index + 1)];
  const [low, high] = open < close ? [open, close] : [close, open];
  return { openMs, open, high, low, close, volume: candle.volume / of };
}

/** Price of the path after so many minutes: exact at its four corners, on the tick between them. */
function pathPrice(
  candle: Candle,
  { minute, of, market }: { minute: number; of: number; market: TapeMarket },
): number {
  const rose = candle.close >= candle.open;
  const corners = [
    [0, candle.open],
    [Math.floor(of / 3), rose ? candle.low : candle.high],
    [Math.floor((2 * of) / 3), rose ? candle.high : candle.low],
    [of, candle.close],
  ] as const;
  const next = corners.findIndex(([place]) => place >= minute);
  const [toPlace, to] = corners[Math.max(next, 0)] ?? corners[3];
  if (toPlace === minute) return to;
  const [fromPlace, from] = corners[next - 1] ?? corners[0];
  const exact = from + ((to - from) * (minute - fromPlace)) / (toPlace - fromPlace);
  const { tickSize } = market.instrument;
  const tick = tickSize.toNumber();
  const rounded = Number((Math.round(exact / tick) * tick).toFixed(tickSize.decimalPlaces()));
  return Math.min(candle.high, Math.max(candle.low, rounded));
}

function flat(openMs: Ms, price: number): Candle {
  return { openMs, open: price, high: price, low: price, close: price, volume: 0 };
}

function latestOf(now: Ms, bar: (openMs: Ms) => Candle | null): ClosedBar | null {
  const newest = minuteFloor(now) - MINUTE;
  for (let openMs = newest; openMs > newest - LOOK_BACK; openMs -= MINUTE) {
    const found = bar(ms(openMs));
    if (found !== null) return { ...found, closeMs: ms(openMs + MINUTE) };
  }
  return null;
}

/** Volume times close of the last full recorded day; null where that day has no candle. */
function quoteVolume(tape: Tape, { symbol, timeframes }: TapeMarket, at: Ms): number | null {
  if (!timeframes.includes('1d')) return null;
  const today = Math.floor(at / DAY) * DAY;
  const day = tape.read(symbol, '1d', ms(today - DAY), ms(today))[0];
  return day === undefined ? null : day.volume * day.close;
}
