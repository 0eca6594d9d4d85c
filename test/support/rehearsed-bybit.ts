/**
 * A local Bybit for the conformance tests: the calls that the bot makes on linear perpetuals, with real
 * signatures, pages, and the codes the venue answers with. Test only: it is no command.
 */
import { createHmac } from 'node:crypto';
import type { Ms } from '../../src/domain/clock.ts';
import { ms, wallClock } from '../../src/domain/clock.ts';
import { decimal, isMultipleOf } from '../../src/domain/decimal.ts';
import type { LiveVenue, VenueOptions } from '../../src/venue/ccxt/live-venue.ts';
import { openVenue } from '../../src/venue/ccxt/open-venue.ts';
import {
  fillRow,
  fundingRow,
  instrumentRow,
  klines,
  orderRow,
  OTHERS,
  positionRow,
  STEPS,
  transferRow,
  wallet,
} from './bybit-shapes.ts';
import type { Refusal, Wish } from './small-exchange.ts';
import { isOpen, SmallExchange } from './small-exchange.ts';
import type { VenueAnswer, VenueRequest, VenueServer } from './venue-server.ts';
import { startVenueServer } from './venue-server.ts';

export const BYBIT_KEY = 'canary-bybit-key-0123456789';
export const BYBIT_SECRET = 'canary-bybit-secret-0123456789';

export interface BybitWorld {
  hedged: boolean;
  /** Added to the venue's clock. */
  clockAheadMs: number;
  /** Looks at an order before it is to be seen. */
  hiddenLooks: number;
  /** Rows per page, less than any client asks for. */
  mostRows: number;
  key: Record<string, unknown>;
  symbols: string[];
}

export interface RehearsedBybit {
  readonly server: VenueServer;
  readonly exchange: SmallExchange;
  readonly world: BybitWorld;
  venue(options?: Partial<VenueOptions>): Promise<LiveVenue>;
  close(): Promise<void>;
}

const clock = wallClock();
const MARKS = { BTCUSDT: '60000', ETHUSDT: '3000', GALAUSDT: '0.02' };

export async function rehearseBybit(): Promise<RehearsedBybit> {
  const world: BybitWorld = {
    hedged: false,
    clockAheadMs: 0,
    hiddenLooks: 0,
    mostRows: 200,
    key: {
      ...{ note: 'the bot', readOnly: 0, uta: 1, userID: 4711, ips: ['203.0.113.7'] },
      permissions: { ContractTrade: ['Order', 'Position'], Wallet: [], Spot: [] },
    },
    symbols: Object.keys(MARKS),
  };
  const now = (): Ms => ms(clock.now() + world.clockAheadMs);
  const exchange = new SmallExchange(now, MARKS);
  const server = await startVenueServer({
    answer: (request) => answer({ exchange, world, now }, request),
    distort,
  });
  const venues: LiveVenue[] = [];
  return {
    ...{ server, exchange, world },
    venue: async (options = {}) => {
      const venue = await openVenue('bybit', {
        credentials: { apiKey: secret(BYBIT_KEY), apiSecret: secret(BYBIT_SECRET) },
        clock,
        version: '0',
        rehearse: server.url,
        ...options,
      });
      venues.push(venue);
      return venue;
    },
    close: async () => {
      for (const venue of venues) venue.close();
      await server.close();
    },
  };
}

function secret(value: string): { reveal(): string } {
  return { reveal: () => value };
}

interface Bybit {
  readonly exchange: SmallExchange;
  readonly world: BybitWorld;
  readonly now: () => Ms;
}

class Refused extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

function answer(of: Bybit, request: VenueRequest): VenueAnswer {
  const envelope = (retCode: number, retMsg: string, result: unknown): VenueAnswer => ({
    body: { retCode, retMsg, result, retExtInfo: {}, time: of.now() },
  });
  try {
    if (!request.path.startsWith('/v5/market/')) authenticate(of, request);
    const route = ROUTES[`${request.method} ${request.path}`];
    if (route === undefined) return { status: 404, body: '' };
    return envelope(0, 'OK', route(of, request));
  } catch (error) {
    if (error instanceof Refused) return envelope(error.code, error.message, {});
    throw error;
  }
}

function authenticate({ now }: Bybit, { headers, method, query, body }: VenueRequest): void {
  const header = (name: string): string => String(headers[`x-bapi-${name}`] ?? '');
  if (header('api-key') !== BYBIT_KEY) throw new Refused(10003, 'API key is invalid.');
  const payload = method === 'POST' ? body : query;
  const signed = header('timestamp') + header('api-key') + header('recv-window') + payload;
  const expected = createHmac('sha256', BYBIT_SECRET).update(signed).digest('hex');
  if (header('sign') !== expected) throw new Refused(10004, 'error sign!');
  const late = now() - Number(header('timestamp'));
  if (late > Number(header('recv-window')) || late < -1_000) {
    throw new Refused(10002, 'invalid request, please check your server timestamp');
  }
}

type Asked = Readonly<Record<string, string | number | boolean | undefined>>;

type Route = (of: Bybit, request: VenueRequest) => unknown;

const ROUTES: Readonly<Record<string, Route>> = {
  'GET /v5/market/time': ({ now }) => ({ timeSecond: String(Math.floor(now() / 1000)) }),
  'GET /v5/market/instruments-info': (of, { params }) =>
    page(of, params, [...of.world.symbols.map(instrumentRow), ...OTHERS]),
  'GET /v5/market/tickers': (of, { params }) =>
    page(of, params, [...tickers(of.exchange), { symbol: 'BTCPERP', markPrice: '1' }]),
  'GET /v5/market/kline': (_of, { params }) => ({ category: 'linear', list: klines(params) }),
  'GET /v5/user/query-api': ({ world }) => world.key,
  'GET /v5/account/wallet-balance': ({ exchange }) => ({ list: [wallet(exchange)] }),
  'GET /v5/account/transaction-log': (of, { params }) => {
    const rows = of.exchange.transfers
      .map(transferRow)
      .filter((row) => row.type === params.get('type'));
    return page(of, params, rows.filter(within(params, 'transactionTime')));
  },
  'GET /v5/position/list': (of, { params }) => {
    const { exchange, world } = of;
    const one = params.get('symbol');
    const markets = one === null ? [...exchange.held.keys()] : [one];
    const indexes = world.hedged ? ([1, 2] as const) : ([0] as const);
    return page(
      of,
      params,
      markets.flatMap((market) => indexes.map((index) => positionRow(exchange, market, index))),
    );
  },
  'GET /v5/order/realtime': (of, { params }) => {
    const { exchange, world } = of;
    const id = params.get('orderLinkId');
    if (id !== null && world.hiddenLooks > 0) {
      world.hiddenLooks -= 1;
      return page(of, params, []);
    }
    const all = exchange.orders.filter((order) => id === null || order.clientId === id);
    const shown = id === null && params.get('openOnly') !== '1' ? all.filter(isOpen) : all;
    return page(of, params, shown.map(orderRow));
  },
  'GET /v5/order/history': (of, { params }) => {
    const ended = of.exchange.orders.filter((order) => !isOpen(order)).map(orderRow);
    return page(of, params, ended.filter(within(params, 'createdTime')));
  },
  'GET /v5/execution/list': (of, { params }) => {
    const { exchange, now } = of;
    const funding = [...exchange.held.keys()].map((market) => fundingRow(market, now() - 1));
    const rows = [...exchange.fills.map(fillRow), ...funding].reverse();
    return page(of, params, rows.filter(within(params, 'execTime')));
  },
  'POST /v5/order/create': (of, request) => create(of, bodyOf(request)),
  'POST /v5/order/cancel': ({ exchange }, request) => {
    const id = String(bodyOf(request)['orderLinkId']);
    const ended = exchange.cancel(id);
    if (ended === null) throw new Refused(110001, 'order not exists or too late to cancel');
    return { orderId: ended.number, orderLinkId: id };
  },
  'POST /v5/order/amend': ({ exchange }, request) => {
    const asked = bodyOf(request);
    const order = exchange.byClientId(String(asked['orderLinkId']));
    if (order === null || !isOpen(order))
      throw new Refused(110001, 'order not exists or too late to replace');
    for (const [from, to] of [
      ['qty', 'quantity'],
      ['price', 'price'],
      ['triggerPrice', 'trigger'],
    ] as const) {
      if (asked[from] !== undefined) Object.assign(order, { [to]: decimal(String(asked[from])) });
    }
    return { orderId: order.number, orderLinkId: order.clientId };
  },
};

/** A page of a list; the next one is named by its first row. */
function page({ world }: Bybit, params: URLSearchParams, rows: readonly unknown[]): unknown {
  const from = Number(params.get('cursor') ?? 0);
  const most = Math.min(world.mostRows, Number(params.get('limit') ?? 50));
  const list = rows.slice(from, from + most);
  const next = from + most < rows.length ? String(from + most) : '';
  return { category: params.get('category') ?? '', list, nextPageCursor: next };
}

/** A time without an end is told for a day, as the venue does. */
function within(params: URLSearchParams, key: string): (row: object) => boolean {
  const from = Number(params.get('startTime') ?? 0);
  const to = Number(params.get('endTime') ?? from + 86_400_000);
  return (row) => {
    const at = Number((row as Readonly<Record<string, unknown>>)[key]);
    return at >= from && at <= to;
  };
}

function bodyOf({ body }: VenueRequest): Asked {
  return JSON.parse(body) as Asked;
}

function create({ exchange, world }: Bybit, asked: Asked): unknown {
  const market = String(asked['symbol']);
  const rules = STEPS[market];
  if (rules === undefined || asked['category'] !== 'linear')
    throw new Refused(10001, 'params error: symbol invalid');
  // Types matter here: a flag as text is refused by the real venue.
  if (typeof asked['reduceOnly'] !== 'boolean' || asked['positionIdx'] !== 0) {
    throw new Refused(10001, 'params error');
  }
  if (world.hedged) throw new Refused(10001, 'position idx not match position mode');
  const figure = (key: string) => (asked[key] === undefined ? null : decimal(String(asked[key])));
  const [quantity, price, trigger] = [figure('qty'), figure('price'), figure('triggerPrice')];
  if (quantity === null || !isMultipleOf(quantity, decimal(rules[0])))
    throw new Refused(10001, 'Qty invalid');
  for (const level of [price, trigger]) {
    if (level !== null && !isMultipleOf(level, decimal(rules[1])))
      throw new Refused(10001, 'price invalid');
  }
  const side = asked['side'] === 'Buy' ? 'buy' : 'sell';
  const isUp = asked['triggerDirection'] === 1;
  if (trigger !== null && !isUp && asked['triggerDirection'] !== 2)
    throw new Refused(10001, 'TriggerDirection invalid');
  const waiting = isUp === (side === 'buy') ? 'stop' : 'take_profit';
  const plain = asked['orderType'] === 'Market' ? 'market' : 'limit';
  const wish: Wish = {
    ...{ market, quantity, price, trigger, side },
    clientId: String(asked['orderLinkId']),
    kind: trigger === null ? plain : waiting,
    immediate: asked['timeInForce'] === 'IOC',
    postOnly: asked['timeInForce'] === 'PostOnly',
    reduceOnly: asked['reduceOnly'],
  };
  const order = exchange.place(wish);
  if (typeof order === 'string') throw new Refused(...REFUSALS[order]);
  return { orderId: order.number, orderLinkId: order.clientId };
}

const REFUSALS: Readonly<Record<Refusal, [code: number, message: string]>> = {
  duplicate: [110072, 'OrderLinkedID is duplicate'],
  'nothing-to-reduce': [110017, 'current position is zero, cannot fix reduce-only order qty'],
  'no-funds': [110007, 'ab not enough for new order'],
  'would-execute': [110003, 'post only would execute'],
  'would-fire': [110093, 'expect Falling, but trigger_price >= current'],
};

function tickers(exchange: SmallExchange): readonly object[] {
  return [...exchange.marks].map(([symbol, mark]) => ({
    ...{ symbol, lastPrice: String(mark), markPrice: String(mark), turnover24h: '1000000' },
    ...{ bid1Price: String(mark.mul('0.9999')), ask1Price: String(mark.mul('1.0001')) },
  }));
}

/** Lists that are missing, of another category, with flat rows or rows twice. */
function distort(word: string, path: string, body: unknown): unknown {
  const whole = body as { result?: { list?: unknown[] } };
  const { result } = whole;
  if (word === 'omit-list-key') return { ...whole, result: { unexpected: true } };
  if (word === 'lower-case-symbols')
    return { ...whole, result: { ...result, category: 'inverse' } };
  if (result?.list === undefined) return body;
  const { list } = result;
  const told = (rows: readonly unknown[]): unknown => ({
    ...whole,
    result: { ...result, list: rows },
  });
  if (word === 'empty-instruments') return path.endsWith('instruments-info') ? told([]) : body;
  if (word === 'duplicate-rows') return told([...list, ...list]);
  if (word !== 'zero-size-rows') return body;
  return told([...list, { symbol: 'ETHUSDT', positionIdx: 0, side: '', size: '0', avgPrice: '0' }]);
}
