/**
 * A local Binance USDⓈ-M for the conformance tests: the calls that the bot makes, with real signatures, both
 * order services, and the errors the venue answers with. Test only: it is no command.
 */
import { createHmac } from 'node:crypto';
import type { Ms } from '../../src/domain/clock.ts';
import { ms, wallClock } from '../../src/domain/clock.ts';
import type { Decimal } from '../../src/domain/decimal.ts';
import { decimal, isMultipleOf } from '../../src/domain/decimal.ts';
import type { LiveVenue, VenueOptions } from '../../src/venue/ccxt/live-venue.ts';
import { openVenue } from '../../src/venue/ccxt/open-venue.ts';
import {
  STEPS,
  orderRow,
  engineOrders,
  algoRow,
  tradeRow,
  income,
  within,
  account,
  positions,
  listed,
  DATED,
  bracket,
  klines,
  distort,
} from './binance-shapes.ts';
import type { Refusal, Wish } from './small-exchange.ts';
import { isOpen, isWaiting, SmallExchange } from './small-exchange.ts';
import type { VenueAnswer, VenueRequest, VenueServer } from './venue-server.ts';
import { startVenueServer } from './venue-server.ts';

export const BINANCE_KEY = 'canary-binance-key-0123456789';
export const BINANCE_SECRET = 'canary-binance-secret-0123456789';

export interface RehearsedBinance {
  readonly server: VenueServer;
  readonly exchange: SmallExchange;
  /** What a test changes: the account, the key, the venue's clock. */
  readonly world: BinanceWorld;
  venue(options?: Partial<VenueOptions>): Promise<LiveVenue>;
  close(): Promise<void>;
}

export interface BinanceWorld {
  hedged: boolean;
  /** Added to the venue's clock. */
  clockAheadMs: number;
  feeCoin: string;
  rights: Record<string, boolean>;
  /** Weight told in the header; null: no header. */
  symbols: string[];
}

const clock = wallClock();
const MARKS = { BTCUSDT: '60000', ETHUSDT: '3000', GALAUSDT: '0.02', '1000PEPEUSDT': '0.01' };
export async function rehearseBinance(): Promise<RehearsedBinance> {
  const world: BinanceWorld = {
    hedged: false,
    clockAheadMs: 0,
    feeCoin: 'USDT',
    rights: {
      ipRestrict: true,
      enableFutures: true,
      enableWithdrawals: false,
      enableInternalTransfer: false,
      permitsUniversalTransfer: false,
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
      const venue = await openVenue('binanceusdm', {
        credentials: { apiKey: secret(BINANCE_KEY), apiSecret: secret(BINANCE_SECRET) },
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

interface Binance {
  readonly exchange: SmallExchange;
  readonly world: BinanceWorld;
  readonly now: () => Ms;
}

const OPEN = /^\/fapi\/v1\/(time|exchangeInfo|premiumIndex|klines|ticker\/(24hr|bookTicker))$/;

function answer(of: Binance, request: VenueRequest): VenueAnswer {
  if (!OPEN.test(request.path)) {
    const refused = authenticate(of, request);
    if (refused !== null) return refused;
  }
  const route = ROUTES[`${request.method} ${request.path}`];
  if (route === undefined) return failure(404, -5000, 'Path is invalid');
  return route(of, request.params);
}

/** The signature is last; what is signed is everything before it, exactly as it was sent. */
function authenticate({ now }: Binance, request: VenueRequest): VenueAnswer | null {
  const { headers, query, body, method, params } = request;
  if (headers['x-mbx-apikey'] !== BINANCE_KEY)
    return failure(401, -2015, 'Invalid API-key, IP, or permissions for action.');
  const signed = method === 'GET' || method === 'DELETE' ? query : body;
  const [payload = '', signature = ''] = signed.split('&signature=');
  const expected = createHmac('sha256', BINANCE_SECRET).update(payload).digest('hex');
  if (signature !== expected)
    return failure(400, -1022, 'Signature for this request is not valid.');
  const sentAt = Number(params.get('timestamp'));
  const late = now() - sentAt > Number(params.get('recvWindow') ?? 5_000);
  if (late || sentAt - now() > 1_000) {
    return failure(400, -1021, 'Timestamp for this request is outside of the recvWindow.');
  }
  return null;
}

type Route = (of: Binance, params: URLSearchParams) => VenueAnswer;

const ROUTES: Readonly<Record<string, Route>> = {
  'GET /fapi/v1/time': ({ now }) => ({ body: { serverTime: now() } }),
  'GET /fapi/v1/exchangeInfo': ({ world }) => ({
    body: { symbols: [...world.symbols.map(listed), DATED] },
  }),
  'GET /fapi/v1/leverageBracket': ({ world }) => ({ body: world.symbols.map(bracket) }),
  'GET /fapi/v1/premiumIndex': ({ exchange, now }, params) => {
    const one = params.get('symbol');
    if (one === 'BNBUSDT') return { body: { symbol: one, markPrice: '600', time: now() } };
    return {
      body: [...exchange.marks].map(([symbol, mark]) => ({
        symbol,
        markPrice: String(mark),
        time: now(),
      })),
    };
  },
  'GET /fapi/v1/ticker/24hr': ({ exchange, now }) => ({
    body: [...exchange.marks].map(([symbol, mark]) => ({
      ...{ symbol, lastPrice: String(mark), quoteVolume: '1000000', closeTime: now() },
    })),
  }),
  'GET /fapi/v1/ticker/bookTicker': ({ exchange }) => ({
    body: [...exchange.marks].map(([symbol, mark]) => ({
      ...{ symbol, bidPrice: String(mark.mul('0.9999')), askPrice: String(mark.mul('1.0001')) },
    })),
  }),
  'GET /fapi/v1/klines': (_of, params) => ({ body: klines(params) }),
  'GET /fapi/v1/positionSide/dual': ({ world }) => ({ body: { dualSidePosition: world.hedged } }),
  'GET /sapi/v1/account/apiRestrictions': ({ world }) => ({ body: world.rights }),
  'GET /fapi/v3/account': ({ exchange }) => ({ body: account(exchange) }),
  'GET /fapi/v3/positionRisk': ({ exchange, world }) => ({
    body: [...exchange.held.keys()].flatMap((symbol) => positions(exchange, symbol, world.hedged)),
  }),
  'GET /fapi/v1/openOrders': ({ exchange }) => ({
    body: exchange
      .open()
      .filter((order) => !isWaiting(order))
      .map(orderRow),
  }),
  'GET /fapi/v1/openAlgoOrders': ({ exchange }) => ({
    body: exchange.open().filter(isWaiting).map(algoRow),
  }),
  'GET /fapi/v1/allOrders': ({ exchange }, params) => ({
    body: engineOrders(exchange).filter(within(params)),
  }),
  'GET /fapi/v1/allAlgoOrders': ({ exchange }, params) => ({
    body: exchange.orders.filter(isWaiting).map(algoRow).filter(within(params)),
  }),
  'GET /fapi/v1/order': ({ exchange }, params) => {
    const row = engineOrders(exchange).find(
      ({ orderId }) => String(orderId) === params.get('orderId'),
    );
    return row === undefined ? failure(400, -2013, 'Order does not exist.') : { body: row };
  },
  'GET /fapi/v1/userTrades': ({ exchange, world }, params) => ({
    body: exchange.fills.map((fill) => tradeRow(fill, world.feeCoin)).filter(within(params)),
  }),
  'GET /fapi/v1/income': ({ exchange }, params) => ({
    body: income(exchange).filter(within(params)),
  }),
  'POST /fapi/v1/order': (of, params) => place(of, params, 'newClientOrderId'),
  'POST /fapi/v1/algoOrder': (of, params) => place(of, params, 'clientAlgoId'),
  'DELETE /fapi/v1/order': ({ exchange }, params) => {
    const id = params.get('origClientOrderId') ?? '';
    const order = exchange.byClientId(id);
    const isHere = order !== null && !isWaiting(order) && order.market === params.get('symbol');
    const ended = isHere ? exchange.cancel(id) : null;
    return ended === null ? failure(400, -2011, 'Unknown order sent.') : { body: orderRow(ended) };
  },
  'DELETE /fapi/v1/algoOrder': ({ exchange }, params) => {
    const id = params.get('clientAlgoId') ?? '';
    const order = exchange.byClientId(id);
    const ended = order !== null && isWaiting(order) ? exchange.cancel(id) : null;
    if (ended === null) return failure(400, -2011, 'Unknown order sent.');
    return { body: { algoId: ended.number, clientAlgoId: id, code: '200', msg: 'success' } };
  },
  'PUT /fapi/v1/order': ({ exchange }, params) => {
    const order = exchange.byClientId(params.get('origClientOrderId') ?? '');
    if (order === null || !isOpen(order)) return failure(400, -2013, 'Order does not exist.');
    const changed = {
      quantity: decimal(params.get('quantity') ?? '0'),
      price: decimal(params.get('price') ?? '0'),
    };
    return { body: orderRow(Object.assign(order, changed)) };
  },
};

/** Numbers as numbers: what the venue writes as a number must not be text here. */
function place({ exchange }: Binance, params: URLSearchParams, idKey: string): VenueAnswer {
  const market = params.get('symbol') ?? '';
  const rules = STEPS[market];
  if (rules === undefined) return failure(400, -1121, 'Invalid symbol.');
  const type = params.get('type') ?? '';
  const isPlain = type === 'LIMIT' || type === 'MARKET';
  if (isPlain !== (idKey === 'newClientOrderId')) {
    return failure(
      400,
      -4120,
      'Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.',
    );
  }
  const quantity = decimal(params.get('quantity') ?? '0');
  const price = optional(params.get('price'));
  const trigger = optional(params.get('triggerPrice'));
  if (!isMultipleOf(quantity, decimal(rules[0])))
    return failure(400, -1111, 'Precision is over the maximum defined for this asset.');
  for (const level of [price, trigger]) {
    if (level !== null && !isMultipleOf(level, decimal(rules[1])))
      return failure(400, -4014, 'Price not increased by tick size.');
  }
  const reduceOnly = params.get('reduceOnly') === 'true';
  const value = quantity.mul(price ?? exchange.markOf(market));
  if (!reduceOnly && value.lt(5))
    return failure(400, -4164, "Order's notional must be no smaller than 5");
  const wish: Wish = {
    ...{ market, quantity, price, trigger, reduceOnly },
    clientId: params.get(idKey) ?? '',
    side: params.get('side') === 'BUY' ? 'buy' : 'sell',
    kind: kindOf(type),
    immediate: params.get('timeInForce') === 'IOC',
    postOnly: params.get('timeInForce') === 'GTX',
  };
  const placed = exchange.place(wish);
  if (typeof placed === 'string') return REFUSALS[placed];
  return { body: isWaiting(placed) ? algoRow(placed) : orderRow(placed) };
}

function kindOf(type: string): Wish['kind'] {
  if (type === 'LIMIT') return 'limit';
  if (type === 'MARKET') return 'market';
  return type.startsWith('STOP') ? 'stop' : 'take_profit';
}

const REFUSALS: Readonly<Record<Refusal, VenueAnswer>> = {
  duplicate: failure(400, -4116, 'ClientOrderId is duplicated.'),
  'nothing-to-reduce': failure(400, -2022, 'ReduceOnly Order is rejected.'),
  'no-funds': failure(400, -2019, 'Margin is insufficient.'),
  'would-execute': failure(
    400,
    -5022,
    'Due to the order could not be executed as maker, the Post Only order will be rejected.',
  ),
  'would-fire': failure(400, -2021, 'Order would immediately trigger.'),
};

function failure(status: number, code: number, msg: string): VenueAnswer {
  return { status, body: { code, msg } };
}

function optional(written: string | null): Decimal | null {
  return written === null ? null : decimal(written);
}
