/**
 * The reading half of Binance USDⓈ-M. Both services are read wherever orders are meant, and an account in hedge
 * mode is not read at all: its positions would be two per market.
 */
import type { Clock, Ms } from '../../../domain/clock.ts';
import { HOUR } from '../../../domain/clock.ts';
import { isTerminal } from '../../../domain/order.ts';
import type { Reading, VenueMark, VenueOrder, VenuePosition } from '../../../domain/venue.ts';
import type { VenueReader } from '../../port.ts';
import type { Unknown } from '../answer-list.ts';
import { complete, unknown } from '../answer-list.ts';
import type { Deposits } from '../deposits.ts';
import type { InstrumentRegistry, Names } from '../instrument-registry.ts';
import { timeOf, wordOf } from '../row-fields.ts';
import { askList, askObject } from './binance-answer.ts';
import type { BinanceClient } from './binance-client.ts';
import { fillsSince } from './fills-since.ts';
import { readAccount } from './read-account.ts';
import { readMarketOrders, spanSince } from './read-market-orders.ts';
import { readMarks } from './read-marks.ts';
import { readOpenOrders } from './read-open-orders.ts';
import { firedOrderId, readConditional, readOrders } from './read-orders.ts';
import { HEDGE_MODE, isHedged, readPositions } from './read-positions.ts';
import type { MarketSources } from './traded-markets.ts';
import { tradedMarkets } from './traded-markets.ts';

export interface ReaderOptions extends MarketSources {
  readonly registry: InstrumentRegistry;
  readonly deposits: Deposits;
  readonly clock: Clock;
}

export function createBinanceReader(options: ReaderOptions): VenueReader {
  const { client, registry, deposits } = options;
  const oneWay = createModeCheck(client, options.clock);
  const named = async <T>(ask: (names: Names) => Promise<Reading<T>>): Promise<Reading<T>> => {
    const names = await registry.names();
    return names.read === 'unknown' ? unknown(`instruments: ${names.reason}`) : ask(names);
  };
  return {
    positions: () => named(async (names) => (await oneWay()) ?? positionsNow(client, names)),
    openOrders: () => named((names) => readOpenOrders(client, options.known, names)),
    marks: () => named((names) => marksNow(client, names)),
    fills: (since) => named((names) => fillsSince(options, names, since)),
    orderHistory: (since) => named((names) => endedSince(options, names, since)),
    instruments: () => registry.refresh(),
    account: async () => {
      const answer = await askObject(client, 'fapiPrivateV3GetAccount');
      if (answer.read === 'unknown') return answer;
      const money = wordOf(answer.body, 'totalWalletBalance') ?? '';
      // Its time is our idea of the venue's: too coarse to leave a transfer out by.
      const total = await deposits.total(money, null);
      if ('read' in total) return unknown(`transfers: ${total.reason}`);
      const account = readAccount(answer.body, total);
      if (typeof account === 'string') return unknown(account);
      return { read: 'complete', rows: [account], serverMs: answer.serverMs };
    },
  };
}

/** Null when the account is in one-way mode, as it was within the hour. */
function createModeCheck(client: BinanceClient, clock: Clock): () => Promise<Unknown | null> {
  let checkedAt: Ms | null = null;
  return async () => {
    if (checkedAt !== null && clock.monotonic() - checkedAt < HOUR) return null;
    const answer = await askObject(client, 'fapiPrivateGetPositionSideDual');
    if (answer.read === 'unknown') return answer;
    const isDual = answer.body['dualSidePosition'];
    if (isDual === true) return unknown(HEDGE_MODE);
    if (isDual !== false) return unknown('the answer does not tell the position mode');
    checkedAt = clock.monotonic();
    return null;
  };
}

async function positionsNow(client: BinanceClient, names: Names): Promise<Reading<VenuePosition>> {
  const list = await askList(client, 'fapiPrivateV3GetPositionRisk');
  if (list.read === 'unknown') return list;
  if (isHedged(list.rows)) return unknown(HEDGE_MODE);
  return complete(readPositions(list.rows, names.aliases), list.serverMs);
}

async function marksNow(client: BinanceClient, names: Names): Promise<Reading<VenueMark>> {
  const marks = await askList(client, 'fapiPublicGetPremiumIndex');
  if (marks.read === 'unknown') return marks;
  const days = await askList(client, 'fapiPublicGetTicker24hr');
  if (days.read === 'unknown') return days;
  const books = await askList(client, 'fapiPublicGetTickerBookTicker');
  if (books.read === 'unknown') return books;
  const lists = { marks: marks.rows, days: days.rows, books: books.rows };
  return complete(readMarks(lists, names.aliases), marks.serverMs);
}

async function endedSince(
  options: ReaderOptions,
  names: Names,
  since: Ms,
): Promise<Reading<VenueOrder>> {
  const { client, known } = options;
  const serverMs = client.time.serverNow();
  const span = spanSince(since, serverMs);
  const markets = await tradedMarkets(options, names, since);
  if ('read' in markets) return markets;
  const found: { rows: VenueOrder[]; malformed: ReturnType<typeof readOrders>['malformed'] } = {
    rows: [],
    malformed: [],
  };
  for (const symbol of markets) {
    const venueId = names.bySymbol.get(symbol)?.venueId ?? '';
    const orders = await readMarketOrders(client, known, venueId, span);
    if ('read' in orders) return orders;
    const plain = readOrders(orders.plain, names.aliases);
    const byNumber = new Map(plain.rows.map((row) => [row.venueOrderId as string, row]));
    const recent = orders.conditional.filter(
      (row) => (timeOf(row, 'updateTime') ?? since) >= since,
    );
    const conditional = readConditional(recent, names.aliases, byNumber);
    const became = new Set<string | null>(orders.conditional.map(firedOrderId));
    const own = plain.rows.filter((row) => !became.has(row.venueOrderId));
    found.rows.push(...[...own, ...conditional.rows].filter(isEnded(since)));
    found.malformed.push(...plain.malformed, ...conditional.malformed);
  }
  return complete(found, serverMs);
}

function isEnded(since: Ms): (row: VenueOrder) => boolean {
  return ({ state, updatedMs }) => isTerminal(state) && updatedMs >= since;
}
