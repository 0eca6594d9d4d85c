/**
 * Reads a recording in the order of time. The engine gets candles that closed, each once; the paper
 * venue gets the bar that opens now through {@link BarSource}. Warm-up and every later cycle are the
 * same walk, so a resumed run has seen exactly what the uninterrupted one saw.
 */
import type { CandleStore } from '../core/candle-store.ts';
import type { BarSource, ClosedBar } from '../domain/bar-source.ts';
import { closeMs, timeframeMs, type Candle, type Timeframe } from '../domain/candle.ts';
import { DAY, ms, type Ms } from '../domain/clock.ts';
import { TradectlError } from '../domain/errors.ts';
import type { Symbol } from '../domain/symbol.ts';
import { CandleSeries } from './candle-series.ts';
import type { Recording } from './recording.ts';

export interface TimedCandle {
  readonly timeframe: Timeframe;
  readonly candle: Candle;
}

export interface MarketCandles {
  readonly symbol: Symbol;
  /** By close time; of those that close together the longest timeframe first. */
  readonly candles: readonly TimedCandle[];
}

/** What closed since the last look. Markets without news are absent. */
export interface NewCandles {
  readonly at: Ms;
  readonly count: number;
  /** Walk it once: a live feed reads each market when it is its turn. */
  readonly markets: Iterable<MarketCandles>;
}

export interface RecordingFeed extends BarSource {
  /**
   * Visits every candle that closed by `until`, market by market; the next {@link advanceTo} goes on
   * from there. Called once, before any cycle.
   */
  warmUp(until: Ms, visit: (symbol: Symbol, timed: TimedCandle) => void): void;
  /**
   * Makes the prices those of `at`, and keeps the candles for the next {@link advanceTo}: a bot that was
   * killed inside a cycle must not protect by the prices of the cycle before.
   */
  catchUp(at: Ms): void;
  /** Candles that closed after the last call and by `at`. A time that already passed gives none. */
  advanceTo(at: Ms): NewCandles;
  /** The next cycle after `after`; null when the recording is over. */
  nextCycle(after: Ms): Ms | null;
  /** Cycles of the whole window, and the time of the last one. */
  readonly cycles: number;
  readonly lastCycle: Ms;
}

interface Market {
  readonly symbol: Symbol;
  /** Longest timeframe first; the last one is matched on. */
  readonly series: readonly CandleSeries[];
  readonly matching: CandleSeries;
}

/** 3 kB per series: 500 series read ahead in 2 MB. */
const READ_AHEAD = 64;

export function createRecordingFeed(
  recording: Recording,
  store: CandleStore,
  options: { readonly readAhead?: number } = {},
): RecordingFeed {
  const readAhead = options.readAhead ?? READ_AHEAD;
  const markets = new Map(
    recording.markets.map(({ symbol, timeframes }) => {
      return [symbol, openMarket(store, { symbol, timeframes, readAhead })];
    }),
  );
  const base = timeframeMs(recording.baseTimeframe);
  const cycleCount = (until: Ms): number =>
    Math.floor(until / base) - Math.floor(recording.windowFrom / base);
  let now = ms(-1);

  const marketOf = (symbol: Symbol): Market => {
    const market = markets.get(symbol);
    if (market !== undefined) return market;
    throw new TradectlError('UNKNOWN_SYMBOL', `the recording does not hold ${symbol}`);
  };

  /** Caught up with, and not handed out yet. */
  let kept: readonly MarketCandles[] = [];
  const take = (at: Ms): MarketCandles[] => {
    const found: MarketCandles[] = [];
    for (const market of markets.values()) {
      if (!canHaveNews(market, now, at)) continue;
      const candles: TimedCandle[] = [];
      walk(market, at, (timed) => candles.push(timed));
      if (candles.length > 0) found.push({ symbol: market.symbol, candles });
    }
    if (at > now) now = at;
    return found;
  };

  return {
    cycles: cycleCount(recording.windowTo),
    lastCycle: ms(Math.floor(recording.windowTo / base) * base),
    symbols: () => [...markets.keys()],
    matchingTimeframe: (symbol) => marketOf(symbol).matching.key.timeframe,
    latest: (symbol) => latestBar(marketOf(symbol).matching),
    bar: (symbol, openMs) => marketOf(symbol).matching.at(openMs),
    bars: (symbol, from, to) => marketOf(symbol).matching.between(from, to),
    quoteVolume24h: (symbol) => quoteVolume(marketOf(symbol), now),
    warmUp(until, visit) {
      for (const market of markets.values()) {
        walk(market, until, (timed) => visit(market.symbol, timed));
      }
      if (until > now) now = until;
    },
    catchUp(at) {
      kept = merged(kept, take(at));
    },
    advanceTo(at) {
      const found = merged(kept, take(at));
      kept = [];
      const count = found.reduce((sum, { candles }) => sum + candles.length, 0);
      return { at, count, markets: found };
    },
    nextCycle(after) {
      const from = Math.max(after, recording.windowFrom);
      const next = ms((Math.floor(from / base) + 1) * base);
      return next <= recording.windowTo ? next : null;
    },
  };
}

function openMarket(
  store: CandleStore,
  of: { symbol: Symbol; timeframes: readonly Timeframe[]; readAhead: number },
): Market {
  const series = of.timeframes.map(
    (timeframe) => new CandleSeries(store, { symbol: of.symbol, timeframe }, of.readAhead),
  );
  const matching = series.at(-1);
  if (matching === undefined) {
    throw new TradectlError('INTERNAL', `${of.symbol} has no timeframe`);
  }
  return { symbol: of.symbol, series, matching };
}

function merged(
  earlier: readonly MarketCandles[],
  later: readonly MarketCandles[],
): readonly MarketCandles[] {
  if (earlier.length === 0) return later;
  const candles = new Map(earlier.map((market) => [market.symbol, market.candles]));
  for (const { symbol, candles: more } of later) {
    candles.set(symbol, [...(candles.get(symbol) ?? []), ...more]);
  }
  return [...candles].map(([symbol, all]) => ({ symbol, candles: all }));
}

/** Between two grid lines nothing can close: most markets need no look at most hours. */
function canHaveNews(market: Market, after: Ms, at: Ms): boolean {
  const step = timeframeMs(market.matching.key.timeframe);
  return Math.floor(at / step) > Math.floor(after / step);
}

/** Takes every candle of a market that closed by `until`, in the order of time. */
function walk(market: Market, until: Ms, visit: (timed: TimedCandle) => void): void {
  for (;;) {
    let earliest: CandleSeries | null = null;
    let closes = until + 1;
    for (const series of market.series) {
      const openMs = series.nextOpenMs();
      if (openMs === null) continue;
      const close = openMs + timeframeMs(series.key.timeframe);
      // Strictly earlier: of those that close together the longest timeframe stays first.
      if (close >= closes) continue;
      earliest = series;
      closes = close;
    }
    if (earliest === null) return;
    visit({ timeframe: earliest.key.timeframe, candle: earliest.take() });
  }
}

function latestBar(series: CandleSeries): ClosedBar | null {
  const last = series.last();
  return last === null ? null : { ...last, closeMs: closeMs(last, series.key.timeframe) };
}

/** Unknown when the last full day has no candle: a market that is gone has no volume of today. */
function quoteVolume(market: Market, now: Ms): number | null {
  const daily = market.series.find((series) => series.key.timeframe === '1d')?.last() ?? null;
  if (daily === null || now < closeMs(daily, '1d')) return null;
  const today = Math.floor(now / DAY) * DAY;
  return closeMs(daily, '1d') < today ? null : daily.volume * daily.close;
}
