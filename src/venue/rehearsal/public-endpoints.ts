/** What anyone may read: instruments, tickers, book, candles, funding and fees. */
import { HOUR, isoTime, ms, SECOND } from '../../domain/clock.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { Book } from './book.ts';
import { failure, success, type Answer, type Call } from './call.ts';
import { chartCandles, RESOLUTIONS } from './chart-candles.ts';
import { fundingRateOf } from './funding.ts';
import { FEE_SCHEDULE } from './listing.ts';
import type { Row } from './shapes.ts';
import { uuidOf } from './uuid-of.ts';

/** The venue gives no more candles at once. */
const MOST_CANDLES = 2_000;
const FUNDING_HOURS = 48;
const BOOK_LEVELS = 10;

export function instruments(book: Book): Answer {
  return success({ instruments: book.listing.rows });
}

export function tickers(book: Book): Answer {
  return success({ tickers: [...book.listing.markets.keys()].map((id) => tickerRow(book, id)) });
}

export function ticker(book: Book, { path }: Call): Answer {
  const id = path.split('/').at(-1) ?? '';
  if (!book.listing.markets.has(id)) return failure('contractNotFound');
  return success({ ticker: tickerRow(book, id) });
}

/** Of all markets, or of the one in the path. */
export function instrumentStatus(book: Book, { path }: Call): Answer {
  const id = /instruments\/([^/]+)\/status$/.exec(path)?.[1] ?? null;
  const rowOf = (tradeable: string): Row => ({
    ...{ tradeable, experiencingDislocation: false, priceDislocationDirection: null },
    ...{ experiencingExtremeVolatility: false, extremeVolatilityInitialMarginMultiplier: 1 },
  });
  if (id === null)
    return success({ instrumentStatus: [...book.listing.markets.keys()].map(rowOf) });
  return book.listing.markets.has(id) ? success(rowOf(id)) : failure('contractNotFound');
}

export function tickerRow(book: Book, id: string): Row {
  const symbol = book.listing.markets.get(id) ?? null;
  const instrument = symbol === null ? undefined : book.listing.instruments.get(symbol);
  if (symbol === null || instrument === undefined) return otherRow(book, id);
  const now = book.bars.priceNow(symbol);
  const latest = book.bars.latest(symbol);
  const last = now ?? latest?.close;
  if (last === undefined) return { tag: 'perpetual', symbol: id, suspended: true };
  const tick = instrument.tickSize.toNumber();
  const volumeQuote = book.bars.quoteVolume24h(symbol) ?? 0;
  const funding = fundingRateOf(book, symbol).mul(last).toNumber();
  return {
    tag: 'perpetual',
    pair: `${symbol.split('/')[0] ?? ''}:USD`,
    symbol: id,
    markPrice: last,
    bid: onTick(last - tick, instrument),
    bidSize: lots(instrument, 100),
    ask: onTick(last + tick, instrument),
    askSize: lots(instrument, 100),
    vol24h: volumeQuote / last,
    volumeQuote,
    openInterest: lots(instrument, 10_000),
    open24h: last,
    high24h: last,
    low24h: last,
    indexPrice: last,
    last,
    lastTime: isoTime(now === null && latest !== null ? latest.closeMs : book.now()),
    lastSize: lots(instrument, 1),
    suspended: now === null || book.listing.isSuspended(symbol),
    postOnly: false,
    fundingRate: funding,
    fundingRatePrediction: funding,
    change24h: 0,
  };
}

/** Listed without a market: an index has a value, everything else is suspended. */
function otherRow(book: Book, id: string): Row {
  const last = book.bars.priceNow('BTC/USD:USD' as Symbol) ?? 1;
  if (id.startsWith('in_')) return { symbol: id, last, lastTime: isoTime(book.now()) };
  const tag = id.startsWith('P') ? 'perpetual' : 'month';
  return { tag, symbol: id, markPrice: 1, last: 1, lastTime: isoTime(book.now()), suspended: true };
}

export function orderbook(book: Book, { params }: Call): Answer {
  const id = params.get('symbol');
  if (id === null) return failure('requiredArgumentMissing');
  const symbol = book.listing.markets.get(id);
  if (symbol === undefined) return failure('contractNotFound');
  const instrument = symbol === null ? undefined : book.listing.instruments.get(symbol);
  const price = symbol === null ? null : book.bars.priceNow(symbol);
  if (instrument === undefined || price === null)
    return success({ orderBook: { bids: [], asks: [] } });
  const tick = instrument.tickSize.toNumber();
  const side = (direction: 1 | -1): number[][] =>
    Array.from({ length: BOOK_LEVELS }, (_, index) => [
      onTick(price + direction * (index + 1) * tick, instrument),
      lots(instrument, 100 * (index + 1)),
    ]);
  return success({ orderBook: { bids: side(-1), asks: side(1) } });
}

/** `/api/charts/v1/{trade|mark|spot}/{symbol}/{resolution}?from=&to=`, seconds, inclusive. */
export function charts(book: Book, { path, params }: Call): Answer {
  const [id = '', resolution = ''] = path.split('/').slice(-2);
  const symbol = book.listing.markets.get(id);
  const stepMs = RESOLUTIONS[resolution];
  if (symbol === undefined || stepMs === undefined) return failure('notFound', 404);
  if (symbol === null) return { body: { candles: [], more_candles: false } };
  const to = secondsOf(params, 'to') ?? book.now();
  const from = secondsOf(params, 'from') ?? ms(to - (MOST_CANDLES - 1) * stepMs);
  const found = chartCandles(book, symbol, { stepMs, from, to });
  const candles = found.slice(0, MOST_CANDLES).map((candle) => ({
    time: candle.openMs,
    open: String(candle.open),
    high: String(candle.high),
    low: String(candle.low),
    close: String(candle.close),
    volume: candle.volume.toFixed(4),
  }));
  return { body: { candles, more_candles: found.length > MOST_CANDLES } };
}

function secondsOf(params: URLSearchParams, name: string): ReturnType<typeof ms> | null {
  const written = Number(params.get(name) ?? Number.NaN);
  return Number.isFinite(written) ? ms(written * SECOND) : null;
}

export function historicalFundingRates(book: Book, { params }: Call): Answer {
  const symbol = book.listing.markets.get(params.get('symbol') ?? '');
  if (symbol === undefined) return failure('contractNotFound');
  const price = (symbol === null ? null : book.bars.latest(symbol)?.close) ?? 1;
  const hour = Math.floor(book.now() / HOUR) * HOUR;
  const rate = symbol === null ? 0 : fundingRateOf(book, symbol).toNumber();
  const rates = Array.from({ length: FUNDING_HOURS }, (_, index) => ({
    timestamp: isoTime(ms(hour - (FUNDING_HOURS - 1 - index) * HOUR)),
    fundingRate: price * rate,
    relativeFundingRate: rate,
  }));
  return success({ rates });
}

/** Trades of others: one at each of the last minutes, newest first. */
export function marketExecutions(book: Book, { path }: Call): Answer {
  const id = path.split('/').at(-2) ?? '';
  const symbol = book.listing.markets.get(id);
  if (symbol === undefined) return failure('contractNotFound');
  const to = book.now();
  const bars = symbol === null ? [] : book.bars.bars(symbol, ms(to - HOUR), to);
  const elements = bars.toReversed().map((bar) => {
    const uid = uuidOf(`trade|${id}|${bar.openMs}`);
    const execution = {
      ...{ uid, timestamp: bar.openMs, price: String(bar.open), quantity: bar.volume.toFixed(4) },
      takerOrder: { direction: bar.close >= bar.open ? 'Buy' : 'Sell', tradeable: id },
    };
    return { uid, timestamp: bar.openMs, event: { Execution: { execution } } };
  });
  return { body: { elements, len: elements.length } };
}

/** The same trades in the words of version 3. */
export function tradeHistory(book: Book, { params }: Call): Answer {
  const id = params.get('symbol');
  if (id === null) return failure('requiredArgumentMissing');
  const symbol = book.listing.markets.get(id);
  if (symbol === undefined) return failure('contractNotFound');
  const to = book.now();
  const bars = symbol === null ? [] : book.bars.bars(symbol, ms(to - HOUR), to);
  const history = bars.toReversed().map((bar) => ({
    ...{ uid: uuidOf(`trade|${id}|${bar.openMs}`), time: isoTime(bar.openMs), price: bar.open },
    ...{ size: bar.volume, side: bar.close >= bar.open ? 'buy' : 'sell', type: 'fill' },
  }));
  return success({ history });
}

/** In percent. */
export function feeSchedules(book: Book): Answer {
  const { makerFee, takerFee } = book.settings;
  const tier = { makerFee: makerFee.mul(100).toNumber(), takerFee: takerFee.mul(100).toNumber() };
  const tiers = [{ ...tier, usdVolume: 0 }];
  return success({ feeSchedules: [{ uid: FEE_SCHEDULE, name: 'PGB', tiers }] });
}

function onTick(price: number, { tickSize }: Instrument): number {
  return Number(price.toFixed(tickSize.decimalPlaces()));
}

function lots({ lotStep }: Instrument, count: number): number {
  return lotStep.mul(count).toNumber();
}
