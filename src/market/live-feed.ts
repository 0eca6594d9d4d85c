/**
 * Candles of a live venue. A market is asked only when a candle must have closed since its last one, and
 * days are made of six four-hour candles, so four hours cost one request a market. What arrives is stored
 * first and handed out by the next cycle; nothing here waits for a cycle, and no cycle for this.
 */
import type { CandleStore } from '../core/candle-store.ts';
import { closeMs, timeframeMs, type Candle, type Timeframe } from '../domain/candle.ts';
import { DAY, ms, type Clock, type Ms } from '../domain/clock.ts';
import { TradectlError } from '../domain/errors.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { Reading } from '../domain/venue.ts';
import { createCandleHealth, type CandleHealth, type CandleNews } from './candle-health.ts';
import {
  ASKED,
  dueOpen,
  isDue,
  isSeriesCurrent,
  nextOpen,
  noteAsked,
  type AskedTimeframe,
  type Series,
} from './candle-schedule.ts';
import { dayOf } from './day-candle.ts';
import type { MarketCandles, NewCandles, TimedCandle } from './recording-feed.ts';

export interface CandleQuestion {
  readonly symbol: Symbol;
  readonly timeframe: Timeframe;
  /** Candles that open at or after this and have closed by `to`. */
  readonly since: Ms;
  readonly to: Ms;
}

export interface LiveFeedOptions {
  readonly store: CandleStore;
  readonly clock: Clock;
  readonly ask: (question: CandleQuestion) => Promise<Reading<Candle>>;
  /** Requests on the way at once. */
  readonly concurrency: number;
  readonly onNews: (news: CandleNews) => void;
}

export interface LiveFeed {
  /** The markets that are asked for from now on. */
  watch(symbols: Iterable<Symbol>): void;
  /** Visits what is stored of a market, oldest first. */
  warmUp(symbol: Symbol, visit: (timed: TimedCandle) => void): void;
  /** Asks for what is due; returns when nothing is, or at the signal. */
  fetchDue(signal: AbortSignal): Promise<void>;
  /** What arrived since the last call. */
  take(at: Ms): NewCandles;
  /** True when the newest four-hour candle that can have closed is here, or the venue has none. */
  isCurrent(symbol: Symbol): boolean;
  /** Markets whose last request failed. */
  failing(): number;
}

interface Market {
  readonly symbol: Symbol;
  readonly day: Series;
  readonly fourHour: Series;
  /** Open of the newest candle of each that was handed out. */
  readonly handed: Record<AskedTimeframe, Ms | null>;
}

/** What the feed holds between two calls. */
interface State {
  readonly markets: Map<Symbol, Market>;
  readonly health: CandleHealth;
  watched: ReadonlySet<Symbol>;
  /**
   * Markets with candles that were not handed out, and how many. The candles lie in the store: those of
   * 243 markets' first hours as objects were 75 MB.
   */
  arrived: Map<Symbol, number>;
}

export function createLiveFeed(options: LiveFeedOptions): LiveFeed {
  const { clock, store } = options;
  const state: State = {
    markets: new Map(),
    health: createCandleHealth(),
    watched: new Set(),
    arrived: new Map(),
  };
  return {
    watch(symbols) {
      state.watched = new Set(symbols);
      for (const symbol of state.watched) {
        const { handed, fourHour } = marketOf(store, state, symbol);
        if (handed['4h'] === null && fourHour.lastMs !== null && !state.arrived.has(symbol)) {
          state.arrived.set(symbol, 0);
        }
      }
    },
    warmUp(symbol, visit) {
      const market = marketOf(store, state, symbol);
      Object.assign(market.handed, { '1d': null, '4h': null });
      for (const timed of handOut(store, market)) visit(timed);
    },
    async fetchDue(signal) {
      for (let due = dueNow(options, state); due.length > 0; due = dueNow(options, state)) {
        const queue = due.values();
        const worker = async (): Promise<void> => {
          for (const [market, series] of queue) {
            if (signal.aborted) return;
            await askFor(options, state, { market, series });
          }
        };
        await Promise.all(Array.from({ length: options.concurrency }, worker));
        if (signal.aborted) return;
      }
    },
    take(at) {
      const { arrived } = state;
      state.arrived = new Map();
      const count = [...arrived.values()].reduce((sum, candles) => sum + candles, 0);
      return { at, count, markets: handOutAll(store, state, arrived.keys()) };
    },
    isCurrent(symbol) {
      const market = state.markets.get(symbol);
      return market !== undefined && isSeriesCurrent(market.fourHour, clock.now());
    },
    failing: () => state.health.failing(),
  };
}

function dueNow({ store, clock }: LiveFeedOptions, state: State): [Market, Series][] {
  const now = clock.now();
  const due: [Market, Series][] = [];
  for (const symbol of state.watched) {
    const market = marketOf(store, state, symbol);
    const { day, fourHour } = market;
    const series = [day, fourHour].find((each) => isDue(each, fourHour, now));
    if (series !== undefined) due.push([market, series]);
  }
  return due;
}

/** One market at a time in memory; the cycle pushes it before the next one is read. */
function* handOutAll(
  store: CandleStore,
  state: State,
  symbols: Iterable<Symbol>,
): Generator<MarketCandles> {
  for (const symbol of symbols) {
    yield { symbol, candles: handOut(store, marketOf(store, state, symbol)) };
  }
}

/** What is stored and was not handed out yet; of those that close together the longest first. */
function handOut(store: CandleStore, { symbol, handed }: Market): TimedCandle[] {
  const found = ASKED.flatMap((timeframe) => {
    const from = ms((handed[timeframe] ?? -1) + 1);
    const candles = store.read({ symbol, timeframe }, from, FOR_EVER);
    handed[timeframe] = candles.at(-1)?.openMs ?? handed[timeframe];
    return candles.map((candle): TimedCandle => ({ timeframe, candle }));
  });
  return found.sort(
    (a, b) =>
      closeMs(a.candle, a.timeframe) - closeMs(b.candle, b.timeframe) ||
      timeframeMs(b.timeframe) - timeframeMs(a.timeframe),
  );
}

const FOR_EVER = ms(Number.MAX_SAFE_INTEGER);

function marketOf(store: CandleStore, state: State, symbol: Symbol): Market {
  const market = state.markets.get(symbol) ?? openMarket(store, symbol);
  state.markets.set(symbol, market);
  return market;
}

/** One request, stored before it is handed on. */
async function askFor(
  { store, clock, ask, onNews }: LiveFeedOptions,
  state: State,
  { market, series }: { market: Market; series: Series },
): Promise<void> {
  const { symbol } = market;
  const { timeframe } = series;
  const now = clock.now();
  const due = dueOpen(series, now);
  const answer = await ask({ symbol, timeframe, since: nextOpen(series, now), to: now });
  const failure =
    answer.read === 'unknown'
      ? answer.reason
      : keepCandles(store, state, { market, series, rows: answer.rows });
  const news =
    failure === null
      ? state.health.answered(symbol)
      : state.health.failed(symbol, failure, state.watched.size);
  news.forEach((each) => onNews(each));
  noteAsked(series, { now, due, isAnswered: failure === null });
}

/** Null when all were kept, else why not. */
function keepCandles(
  store: CandleStore,
  state: State,
  { market, series, rows }: { market: Market; series: Series; rows: readonly Candle[] },
): string | null {
  const { symbol } = market;
  const { timeframe } = series;
  const fresh = rows.filter(({ openMs }) => openMs > (series.lastMs ?? -1));
  const refused = insert(store, { symbol, timeframe }, fresh);
  if (refused !== null) return refused;
  series.lastMs = fresh.at(-1)?.openMs ?? series.lastMs;
  const made = fresh.length + (timeframe === '4h' ? makeDays(store, market) : 0);
  if (made > 0) state.arrived.set(symbol, (state.arrived.get(symbol) ?? 0) + made);
  return null;
}

function openMarket(store: CandleStore, symbol: Symbol): Market {
  const seriesOf = (timeframe: AskedTimeframe): Series => {
    const lastMs = store.last({ symbol, timeframe })?.openMs ?? null;
    return { timeframe, lastMs, notBefore: ms(0), attempts: 0, missingMs: null };
  };
  const handed = { '1d': null, '4h': null };
  return { symbol, day: seriesOf('1d'), fourHour: seriesOf('4h'), handed };
}

/** Null when stored; a venue that changed a candle it once told is not believed either time. */
function insert(
  store: CandleStore,
  key: { symbol: Symbol; timeframe: Timeframe },
  candles: readonly Candle[],
): string | null {
  try {
    store.insertCandles(key, candles);
    return null;
  } catch (error) {
    if (!(error instanceof TradectlError)) throw error;
    return error.message;
  }
}

/** Stores the days whose six four-hour candles are all here; equal to what the venue would tell. */
function makeDays(store: CandleStore, { symbol, day, fourHour }: Market): number {
  const last = fourHour.lastMs;
  if (day.lastMs === null || last === null) return 0;
  let made = 0;
  const until = Math.floor((last + timeframeMs('4h')) / DAY) * DAY;
  for (let openMs = day.lastMs + DAY; openMs < until; openMs += DAY) {
    const parts = store.read({ symbol, timeframe: '4h' }, ms(openMs), ms(openMs + DAY));
    const candle = dayOf(ms(openMs), parts);
    if (candle === null || insert(store, { symbol, timeframe: '1d' }, [candle]) !== null) break;
    day.lastMs = ms(openMs);
    made += 1;
  }
  return made;
}
