/**
 * The watch calls of the unmodified library over its own WebSocket code, with real signatures, and what
 * its users meet: a dropped connection, and a wrong secret.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadFeeds } from '../../src/venue/ccxt/load-exchange.ts';
import { ms, wallClock } from '../../src/domain/clock.ts';
import { createFetch } from '../../src/venue/ccxt/fetch.ts';
import { KRAKEN_HOST } from '../../src/venue/ccxt/kraken/open-kraken.ts';
import type { RehearsedKraken } from './rehearsed-kraken.ts';
import { rehearseKraken } from './rehearsed-kraken.ts';

type Watcher = Readonly<Record<string, (...values: unknown[]) => Promise<unknown>>>;

const BTC = 'BTC/USD:USD';
let kraken: RehearsedKraken;
let watcher: Watcher;
const closing: (() => Promise<unknown> | void)[] = [];

beforeAll(async () => {
  kraken = await rehearseKraken('library feeds');
  watcher = await open(kraken.rehearsal.apiSecret);
});
beforeEach(() => kraken.control('POST', 'clear'));
afterAll(async () => {
  for (const close of closing) await close();
  await kraken.close();
});

async function open(secret: string): Promise<Watcher> {
  const { url, apiKey } = kraken.rehearsal;
  const hostMap = { [KRAKEN_HOST]: url };
  const fetch = createFetch({
    clock: wallClock(),
    timeoutMs: ms(5_000),
    allowedHosts: [],
    hostMap,
  });
  const exchangeClass = await loadFeeds('krakenfutures');
  const exchange = new exchangeClass({ apiKey, secret, enableRateLimit: false }) as {
    urls: { api: { ws: string } };
    loadHttpProxyAgent(): Promise<void>;
    close(): Promise<void>;
  };
  Object.assign(exchange, { fetchImplementation: fetch.fetch });
  exchange.urls.api.ws = `${url.replace('http', 'ws')}/ws/v1`;
  // Without it the library refuses plain ws.
  await exchange.loadHttpProxyAgent();
  closing.push(() => exchange.close().then(() => fetch.close()));
  return exchange as unknown as Watcher;
}

function watch(name: string, ...values: unknown[]): Promise<unknown> {
  const method = watcher[name];
  if (method === undefined) throw new Error(`no ${name}`);
  return method.apply(watcher, values);
}

const order = (fields: object) =>
  kraken.control('POST', 'order', { symbol: 'PF_XBTUSD', size: '0.01', ...fields });
const buy = () => order({ orderType: 'mkt', side: 'buy' });

describe('public watch calls', () => {
  it.each([
    ['watchTicker', [BTC], { symbol: BTC, last: expect.any(Number) as number }],
    ['watchTickers', [['ETH/USD:USD']], { 'ETH/USD:USD': { symbol: 'ETH/USD:USD' } }],
    ['watchBidsAsks', [[BTC]], null],
    ['watchTrades', [BTC], { 0: { symbol: BTC, price: expect.any(Number) as number } }],
    ['watchOrderBook', [BTC], { bids: expect.any(Array) as unknown }],
  ])('%s', async (name, values, shape) => {
    const answer = await watch(name, ...values);
    expect(answer).toBeTypeOf('object');
    if (shape !== null) expect(answer).toMatchObject(shape);
  });
});

describe('watch calls of the account', () => {
  it('watchMyTrades: the fills that were, then each new one', async () => {
    expect(await watch('watchMyTrades')).toEqual([]);
    const next = watch('watchMyTrades');
    await buy();
    expect(await next).toMatchObject([{ symbol: BTC, side: 'buy', amount: 0.01 }]);
  });

  it('watchOrders: an order that rests, and its end', async () => {
    const placed = watch('watchOrders');
    await order({ orderType: 'lmt', side: 'buy', limitPrice: '1000', cliOrdId: 'w-1' });
    expect(await placed).toMatchObject([{ symbol: BTC, side: 'buy', price: 1_000 }]);
    const ended = watch('watchOrders');
    await kraken.control('POST', 'cancel', { cliOrdId: 'w-1' });
    expect(await ended).toMatchObject([{ status: 'canceled' }]);
  });

  it('watchPositions: what is held', async () => {
    expect(await watch('watchPositions')).toMatchObject([{ symbol: BTC, side: 'long' }]);
  });

  it('watchBalance: the balance, and a deposit', async () => {
    // Of the snapshot the library tells the wallet without collateral only.
    expect(await watch('watchBalance')).toBeTypeOf('object');
    const next = watch('watchBalance');
    await kraken.control('POST', 'transfer', { amount: 500 });
    const { flex } = (await next) as { flex: { USD: { total: number } } };
    expect(flex.USD.total).toBeGreaterThan(10_400);
  });
});

it('a dropped connection fails what waits, and the next call subscribes again', async () => {
  await kraken.control('POST', 'faults', [
    { match: { feed: 'fills' }, times: 1, action: 'drop-connection' },
  ]);
  const lost = watch('watchMyTrades');
  lost.catch(() => undefined);
  await buy();
  await expect(lost).rejects.toMatchObject({ name: 'NetworkError' });
  expect(await watch('watchMyTrades')).not.toEqual([]);
});

it.each(['watchMyTrades', 'watchOrders', 'watchPositions', 'watchBalance'])(
  'a wrong secret is refused: %s',
  async (name) => {
    const wrong = await open(Buffer.from('not the secret').toString('base64'));
    await expect(wrong[name]?.()).rejects.toMatchObject({ name: 'ExchangeError' });
  },
);

it('and the server had no defect', () => {
  expect(kraken.defects).toEqual([]);
});
