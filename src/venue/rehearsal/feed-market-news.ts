/** What the feeds of markets tell: ticker, trades and book, and how they changed since the last look. */
import { MINUTE, ms } from '../../domain/clock.ts';
import type { Book } from './book.ts';
import type { FeedMessage } from './feed-account-news.ts';
import { tickerLiteMessage, tickerMessage, tradeRow } from './feed-shapes.ts';
import { minuteFloor } from './minute-bars.ts';
import { orderbook } from './public-endpoints.ts';
import type { Row } from './shapes.ts';

export interface MarketNews {
  snapshot(feed: string, id: string): FeedMessage;
  /** Nothing at the first look at a market: its snapshot told that. */
  news(feed: string, id: string): readonly Row[];
}

const TRADES_OF = ms(10 * MINUTE);

export function createMarketNews(book: Book): MarketNews {
  /** By feed and market, what was told last. */
  const told = new Map<string, string>();
  const isNews = (key: string, text: string): boolean => {
    const before = told.get(key);
    told.set(key, text);
    return before !== undefined && before !== text;
  };
  const bookNews = (key: string, id: string): readonly Row[] => {
    const before = told.get(key);
    const now = levelsOf(book, id);
    if (!isNews(key, JSON.stringify(now)) || before === undefined) return [];
    const shared = { product_id: id, timestamp: book.now() };
    return levelChanges(JSON.parse(before) as Levels, now).map((row) => ({ ...shared, ...row }));
  };
  const news = (feed: string, id: string): readonly Row[] => {
    const key = `${feed}|${id}`;
    if (feed === 'book') return bookNews(key, id);
    if (feed === 'trade') {
      const last = tradesOf(book, id).at(-1);
      return last !== undefined && isNews(key, String(last['time'])) ? [last] : [];
    }
    const message = feed === 'ticker' ? tickerMessage(book, id) : tickerLiteMessage(book, id);
    // Its time alone is no news.
    return isNews(key, JSON.stringify({ ...message, time: 0 })) ? [message] : [];
  };
  return {
    snapshot(feed, id) {
      // What was told last is where its news go on.
      news(feed, id);
      if (feed === 'book') return ['book_snapshot', bookSnapshot(book, id)];
      if (feed === 'ticker') return [feed, tickerMessage(book, id)];
      if (feed === 'ticker_lite') return [feed, tickerLiteMessage(book, id)];
      return ['trade_snapshot', { product_id: id, trades: tradesOf(book, id).reverse() }];
    },
    news,
  };
}

function tradesOf(book: Book, id: string): Row[] {
  const symbol = book.listing.markets.get(id) ?? null;
  if (symbol === null) return [];
  const now = book.now();
  const bars = book.bars.bars(symbol, ms(minuteFloor(now) - TRADES_OF), now);
  return bars.map((bar) => tradeRow(book, id, bar));
}

interface Levels {
  readonly bids: readonly (readonly [number, number])[];
  readonly asks: readonly (readonly [number, number])[];
}

function levelsOf(book: Book, id: string): Levels {
  const params = new URLSearchParams({ symbol: id });
  return orderbook(book, { method: 'GET', path: '', params }).body['orderBook'] as Levels;
}

function bookSnapshot(book: Book, id: string): Row {
  const { bids, asks } = levelsOf(book, id);
  const rows = (levels: Levels['bids']): Row[] => levels.map(([price, qty]) => ({ price, qty }));
  return { product_id: id, timestamp: book.now(), bids: rows(bids), asks: rows(asks) };
}

/** Levels that went, with a quantity of 0, then levels that came or changed. */
function levelChanges(before: Levels, now: Levels): Row[] {
  return (['bids', 'asks'] as const).flatMap((name) => {
    const side = name === 'bids' ? 'buy' : 'sell';
    const gone = before[name].filter(([price]) => !now[name].some((each) => each[0] === price));
    const came = now[name].filter(
      ([price, qty]) => !before[name].some((each) => each[0] === price && each[1] === qty),
    );
    return [
      ...gone.map(([price]) => ({ side, price, qty: 0 })),
      ...came.map(([price, qty]) => ({ side, price, qty })),
    ];
  });
}
