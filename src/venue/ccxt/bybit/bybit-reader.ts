/** The reading half of Bybit's linear perpetuals in USDT: every list is whole, of our category, and dated. */
import { isTerminal } from '../../../domain/order.ts';
import type { AliasTable, Symbol } from '../../../domain/symbol.ts';
import type { Reading, VenueMark } from '../../../domain/venue.ts';
import type { Ms } from '../../../domain/clock.ts';
import type { VenueReader } from '../../port.ts';
import type { AnswerList, ParsedRows, Unknown } from '../answer-list.ts';
import { complete, parseRows, unknown } from '../answer-list.ts';
import type { Deposits } from '../deposits.ts';
import type { InstrumentRegistry } from '../instrument-registry.ts';
import type { KnownOrders } from '../known-orders.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow } from '../lossless-json.ts';
import { decimalOf, priceOf, wordOf } from '../row-fields.ts';
import { spreadOf } from '../spread.ts';
import { askLinear, askResult, askSince } from './bybit-answer.ts';
import type { BybitClient } from './bybit-client.ts';
import { moneyIn, readAccount } from './read-account.ts';
import { readFills } from './read-fills.ts';
import { readOrders } from './read-orders.ts';
import { HEDGE_MODE, isHedged, readPositions } from './read-positions.ts';

export interface ReaderOptions {
  readonly client: BybitClient;
  readonly registry: InstrumentRegistry;
  readonly deposits: Deposits;
  readonly known: KnownOrders;
}

/** Contracts that settle in USDT; the others are not listed either. */
const USDT = { settleCoin: 'USDT' };

export function createBybitReader({
  client,
  registry,
  deposits,
  known,
}: ReaderOptions): VenueReader {
  const read = async <T>(
    ask: () => Promise<AnswerList | Unknown>,
    parse: (list: AnswerList, names: AliasTable) => ParsedRows<T> | string,
  ): Promise<Reading<T>> => {
    const names = await registry.names();
    if (names.read === 'unknown') return unknown(`instruments: ${names.reason}`);
    const list = await ask();
    if (list.read === 'unknown') return list;
    const parsed = parse(list, names.aliases);
    return typeof parsed === 'string' ? unknown(parsed) : complete(parsed, list.serverMs);
  };
  return {
    positions: () =>
      read(
        () => askLinear(client, 'privateGetV5PositionList', { ...USDT, limit: '200' }),
        ({ rows }, names) => (isHedged(rows) ? HEDGE_MODE : readPositions(rows, names)),
      ),
    openOrders: () =>
      read(
        () => openNow(client),
        ({ rows }, names) => {
          const parsed = readOrders(rows, names);
          for (const { clientOrderId, symbol } of parsed.rows) {
            if (clientOrderId !== null) known.add(clientOrderId, { symbol, isConditional: false });
          }
          return parsed;
        },
      ),
    marks: () =>
      read(
        () => askLinear(client, 'publicGetV5MarketTickers', {}),
        ({ rows, serverMs }, names) => readMarks(rows, names, serverMs),
      ),
    fills: (since) =>
      read(
        () => sinceThen(client, 'privateGetV5ExecutionList', since, '100'),
        ({ rows }, names) => readFills(rows, names),
      ),
    orderHistory: (since) =>
      read(
        () => endedSince(client, since),
        ({ rows }, names) => {
          const { rows: parsed, malformed } = readOrders(rows, names);
          const ended = parsed.filter((row) => isTerminal(row.state) && row.updatedMs >= since);
          return { rows: ended, malformed };
        },
      ),
    instruments: () => registry.refresh(),
    account: async () => {
      const answer = await askResult(client, 'privateGetV5AccountWalletBalance', {
        accountType: 'UNIFIED',
      });
      if (answer.read === 'unknown') return answer;
      const { list } = answer.result;
      const row: unknown = Array.isArray(list) ? list[0] : undefined;
      if (!isRow(row)) return unknown('the answer has no unified account');
      const total = await deposits.total(moneyIn(row), answer.serverMs);
      if ('read' in total) return unknown(`transfers: ${total.reason}`);
      const account = readAccount(row, total);
      if (typeof account === 'string') return unknown(account);
      return { read: 'complete', rows: [account], serverMs: answer.serverMs };
    },
  };
}

/** Resting and conditional orders; the list has them together. */
export function openNow(client: BybitClient): Promise<AnswerList | Unknown> {
  return askLinear(client, 'privateGetV5OrderRealtime', { ...USDT, openOnly: '0', limit: '50' });
}

/** The history lags; what ended just now is told by the list of recent orders. */
async function endedSince(client: BybitClient, since: Ms): Promise<AnswerList | Unknown> {
  const recent = await askLinear(client, 'privateGetV5OrderRealtime', {
    ...{ ...USDT, openOnly: '1', limit: '50' },
  });
  if (recent.read === 'unknown') return recent;
  const history = await sinceThen(client, 'privateGetV5OrderHistory', since, '50');
  if (history.read === 'unknown') return history;
  return { ...recent, rows: [...history.rows, ...recent.rows] };
}

function sinceThen(
  client: BybitClient,
  name: 'privateGetV5ExecutionList' | 'privateGetV5OrderHistory',
  since: Ms,
  limit: string,
): Promise<AnswerList | Unknown> {
  return askSince(client, name, { category: 'linear', ...USDT, limit, since: String(since) });
}

/** Contracts that are not ours pass by. */
function readMarks(
  rows: readonly unknown[],
  names: AliasTable,
  serverMs: Ms,
): ParsedRows<VenueMark> {
  const known = rows.filter((row) => isRow(row) && names.has(wordOf(row, 'symbol') ?? ''));
  return parseRows(known, 'symbol', names, (row, symbol) => markOf(row, symbol, serverMs));
}

function markOf(row: JsonRow, symbol: Symbol, tsMs: Ms): VenueMark | string {
  const mark = priceOf(row, 'markPrice');
  if (mark === null) return 'no markPrice';
  return {
    symbol,
    mark,
    last: priceOf(row, 'lastPrice') ?? mark,
    tsMs,
    quoteVolume24h: decimalOf(row, 'turnover24h'),
    spread: spreadOf(priceOf(row, 'bid1Price'), priceOf(row, 'ask1Price')),
  };
}
