/**
 * Fills of all markets that may have traded, with our ids: a trade tells the venue's number of its order, which
 * is looked up in both services. A number that cannot be looked up makes the reading unknown: a fill of ours
 * that seems a stranger's would be booked as one.
 */
import type { Ms } from '../../../domain/clock.ts';
import type { Decimal } from '../../../domain/decimal.ts';
import type { VenueFill } from '../../../domain/fill.ts';
import type { VenueOrderId } from '../../../domain/ids.ts';
import type { Reading } from '../../../domain/venue.ts';
import { DAY, ms } from '../../../domain/clock.ts';
import type { Unknown } from '../answer-list.ts';
import { complete, unknown } from '../answer-list.ts';
import type { Names } from '../instrument-registry.ts';
import type { JsonRow } from '../lossless-json.ts';
import { priceOf, wordOf } from '../row-fields.ts';
import { askObject } from './binance-answer.ts';
import type { BinanceClient } from './binance-client.ts';
import { foreignFeeCoin, quoteOf, readFills } from './read-fills.ts';
import type { Span } from './read-market-orders.ts';
import { readMarketOrders, spanSince } from './read-market-orders.ts';
import { readTrades } from './read-trades.ts';
import type { MarketSources } from './traded-markets.ts';
import { tradedMarkets } from './traded-markets.ts';

/** Orders may have been made this long before they trade; then from the trade's number alone. */
const BEFORE_TRADE = ms(6 * DAY);

export async function fillsSince(
  sources: MarketSources,
  names: Names,
  since: Ms,
): Promise<Reading<VenueFill>> {
  const { client, known } = sources;
  const serverMs = client.time.serverNow();
  const span = spanSince(since, serverMs);
  const markets = await tradedMarkets(sources, names, since);
  if ('read' in markets) return markets;
  const rows: JsonRow[] = [];
  for (const symbol of markets) {
    const venueId = names.bySymbol.get(symbol)?.venueId ?? '';
    const trades = await readTrades(client, venueId, span);
    if ('read' in trades) return trades;
    const before = { ...span, since: ms(since - BEFORE_TRADE) };
    const why = await lookUpOrders(sources, venueId, trades, before);
    if (why !== null) return why;
    rows.push(...trades);
  }
  const values = await feeValues(client, names, rows);
  if ('read' in values) return values;
  const parsed = readFills(rows, names.aliases, {
    clientIdOf: (id) => known.clientIdOf(id),
    valueOf: (coin, quote) => values.get(`${coin}${quote}`) ?? null,
  });
  parsed.rows.sort((a, b) => a.tsMs - b.tsMs);
  return complete(parsed, serverMs);
}

/** Null when every number of the trades has been told. */
async function lookUpOrders(
  { client, known }: MarketSources,
  venueId: string,
  trades: readonly JsonRow[],
  span: Span,
): Promise<Unknown | null> {
  const numbers = new Set(trades.map((row) => wordOf(row, 'orderId') as VenueOrderId | null));
  const isKnown = (id: VenueOrderId | null): boolean =>
    id === null || known.clientIdOf(id) !== undefined;
  if ([...numbers].every(isKnown)) return null;
  const orders = await readMarketOrders(client, known, venueId, span);
  if ('read' in orders) return orders;
  const strange = [...numbers].filter((id) => !isKnown(id));
  // Of an order older than the lists reach: the bot's own rest for days at most.
  for (const id of strange) {
    const answer = await askObject(client, 'fapiPrivateGetOrder', {
      symbol: venueId,
      orderId: id ?? '',
    });
    if (answer.read === 'unknown') return unknown(`order ${id} of a trade: ${answer.reason}`);
    if (id !== null) known.link(id, wordOf(answer.body, 'clientOrderId'));
  }
  return null;
}

/** Prices of the coins that fees were paid in, in the quote currencies of the trades: marks of now. */
async function feeValues(
  client: BinanceClient,
  names: Names,
  rows: readonly JsonRow[],
): Promise<ReadonlyMap<string, Decimal> | Unknown> {
  const wanted = new Set<string>();
  for (const row of rows) {
    const symbol = names.aliases.get(wordOf(row, 'symbol') ?? '');
    if (symbol === undefined) continue;
    const quote = quoteOf(symbol);
    const coin = foreignFeeCoin(row, quote);
    if (coin !== null) wanted.add(`${coin}${quote}`);
  }
  const values = new Map<string, Decimal>();
  for (const market of wanted) {
    const answer = await askObject(client, 'fapiPublicGetPremiumIndex', { symbol: market });
    if (answer.read === 'unknown') return unknown(`the price of ${market}: ${answer.reason}`);
    const price = priceOf(answer.body, 'markPrice');
    if (price !== null) values.set(market, price);
  }
  return values;
}
