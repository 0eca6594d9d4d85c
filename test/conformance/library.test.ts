/**
 * Every call of the protocol, by the unmodified library, with real signatures: the rehearsal server is a
 * Kraken Futures as far as the library can tell, and a wrong secret is refused.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Library, RehearsedKraken } from './rehearsed-kraken.ts';
import { rehearseKraken } from './rehearsed-kraken.ts';

const BTC = 'BTC/USD:USD';
let kraken: RehearsedKraken;
let library: Library;
let btc = 0;
beforeAll(async () => {
  kraken = await rehearseKraken('conformance');
  library = await kraken.library();
  await call('loadMarkets');
  const ticker = (await call('fetchTicker', BTC)) as { last: number };
  btc = ticker.last;
});
afterAll(() => kraken.close());

function call(name: string, ...values: unknown[]): Promise<unknown> {
  const method = library[name];
  if (method === undefined) throw new Error(`no ${name}`);
  return method.apply(library, values);
}

/** A level a share away from the last price, on the tick. */
const level = (share: number): number => Math.round(btc * share);
const hourAgo = (): number => Date.now() - 3_600_000;

type Step = readonly [string, () => readonly unknown[], object | null];

describe('public calls', () => {
  it.each<Step>([
    ['fetchLeverageTiers', () => [], null],
    ['fetchTickers', () => [], null],
    ['fetchTicker', () => [BTC], { symbol: BTC }],
    ['fetchFundingRates', () => [[BTC]], null],
    ['fetchOHLCV', () => [BTC, '1h', undefined, 3], null],
    ['fetchOHLCV', () => [BTC, '1h', Date.now() - 10 * 3_600_000, 3], null],
    ['fetchOHLCV', () => [BTC, '1h', undefined, 3, { price: 'mark' }], null],
    ['fetchOrderBook', () => [BTC], { symbol: BTC }],
    ['fetchFundingRateHistory', () => [BTC], null],
    ['fetchTrades', () => [BTC], null],
    ['fetchTradingFees', () => [], null],
  ])('%s is answered', async (name, values, shape) => {
    const answer = await call(name, ...values());
    expect(answer).toBeTypeOf('object');
    if (shape !== null) expect(answer).toMatchObject(shape);
  });
});

describe('signed calls', () => {
  it.each<Step>([
    ['fetchBalance', () => [], { USD: {} }],
    ['fetchPositions', () => [], null],
    ['fetchOpenOrders', () => [], null],
    ['fetchClosedOrders', () => [BTC, hourAgo(), 10], null],
    ['fetchClosedOrders', () => [BTC, hourAgo(), 10, { trigger: true }], null],
    ['fetchCanceledOrders', () => [BTC], null],
    ['fetchMyTrades', () => [], null],
    ['fetchLedger', () => [], null],
    ['fetchFundingHistory', () => [], null],
    ['fetchPositionsHistory', () => [], null],
    ['setLeverage', () => [5, BTC], null],
    ['fetchLeverage', () => [BTC], { symbol: BTC }],
    ['fetchLeverages', () => [], null],
    ['cancelAllOrdersAfter', () => [60_000], null],
    ['cancelAllOrdersAfter', () => [0], null],
  ])('%s is answered', async (name, values, shape) => {
    const answer = await call(name, ...values());
    expect(answer).toBeTypeOf('object');
    if (shape !== null) expect(answer).toMatchObject(shape);
  });

  it.each<Step>([
    ['a market order', () => ['market', 'buy', 0.01, undefined, { clientOrderId: 'c-1' }], {}],
    ['a limit order', () => ['limit', 'buy', 0.0123, level(0.5)], { status: 'open' }],
    [
      'a post-only order',
      () => ['limit', 'buy', 0.01, level(0.5), { postOnly: true }],
      { status: 'open' },
    ],
    [
      'an immediate order',
      () => ['limit', 'buy', 0.01, level(1.05), { orderType: 'ioc' }],
      { symbol: BTC },
    ],
    [
      'a stop',
      () => ['market', 'sell', 0.01, undefined, { stopLossPrice: level(0.5) }],
      { reduceOnly: true },
    ],
    [
      'a stop on the mark',
      () => [
        'market',
        'sell',
        0.01,
        undefined,
        { triggerPrice: level(0.5), reduceOnly: true, triggerSignal: 'mark' },
      ],
      { reduceOnly: true },
    ],
    [
      'a stop with a limit',
      () => ['limit', 'sell', 0.01, level(0.4), { stopLossPrice: level(0.5) }],
      { reduceOnly: true },
    ],
    [
      'a trailing stop',
      () => [
        'market',
        'sell',
        0.01,
        undefined,
        {
          ...{ orderType: 'trailing_stop', reduceOnly: true },
          ...{ trailingStopMaxDeviation: 10, trailingStopDeviationUnit: 'PERCENT' },
        },
      ],
      {},
    ],
    [
      'one that fills whole or not at all',
      () => ['limit', 'buy', 0.01, level(1.05), { orderType: 'fok' }],
      { symbol: BTC },
    ],
    [
      'a target',
      () => ['market', 'sell', 0.01, undefined, { takeProfitPrice: level(1.5) }],
      { reduceOnly: true },
    ],
  ])('createOrder takes %s', async (_what, values, shape) => {
    const order = (await call('createOrder', BTC, ...values())) as { id?: string };
    expect(order.id).toBeTypeOf('string');
    if (shape !== null) expect(order).toMatchObject(shape);
  });

  it('an order is found by id and by our id, edited, cancelled, and then no longer found', async () => {
    const parameters = { clientOrderId: 'c-2' };
    const placed = await call('createOrder', BTC, 'limit', 'buy', 0.01, level(0.5), parameters);
    const { id } = placed as { id: string };
    expect(await call('fetchOrder', id, BTC)).toMatchObject({ id });
    const byOurs = await call('fetchOrders', undefined, undefined, undefined, { cliOrdIds: 'c-2' });
    expect(byOurs).toMatchObject([{ id, clientOrderId: 'c-2' }]);
    await call('editOrder', id, BTC, 'limit', 'buy', 0.02, level(0.4));
    const open = (await call('fetchOpenOrders', BTC)) as { id: string; amount: number }[];
    expect(open.find((order) => order.id === id)?.amount).toBe(0.02);
    expect(await call('cancelOrder', undefined, BTC, { cliOrdId: 'c-2' })).toMatchObject({ id });
    await expect(call('cancelOrder', id, BTC)).rejects.toMatchObject({ name: 'OrderNotFound' });
  });

  it('an id is used once, for ever', async () => {
    const again = call('createOrder', BTC, 'market', 'buy', 0.01, undefined, {
      clientOrderId: 'c-1',
    });
    await expect(again).rejects.toMatchObject({ name: 'DuplicateOrderId' });
  });

  it('batches send and cancel', async () => {
    const order = { symbol: BTC, type: 'limit', side: 'buy', amount: 0.01, price: level(0.5) };
    const sent = (await call('createOrders', [order, order])) as { id: string }[];
    expect(sent).toHaveLength(2);
    const ids = sent.map(({ id }) => id);
    expect(await call('cancelOrders', ids, BTC)).toHaveLength(2);
  });

  it('cancelAllOrders leaves none, which is why the program never calls it', async () => {
    await call('cancelAllOrders', BTC);
    expect(await call('fetchOpenOrders', BTC)).toEqual([]);
  });

  it('the position and the fills are those of the orders', async () => {
    expect(await call('fetchPositions', [BTC])).toMatchObject([{ side: 'long', contracts: 0.03 }]);
    expect(await call('fetchMyTrades', BTC)).toHaveLength(3);
  });

  it('a wrong secret is refused, for reads and for orders', async () => {
    const wrong = await kraken.library(Buffer.from('not the secret').toString('base64'));
    for (const [name, ...values] of [
      ['fetchBalance'],
      ['fetchClosedOrders', BTC],
      ['createOrder', BTC, 'market', 'buy', 0.01],
    ] as const) {
      const refused = wrong[name]?.apply(wrong, [...values]);
      await expect(refused).rejects.toMatchObject({ name: 'AuthenticationError' });
    }
  });

  it('and the server had no defect', () => {
    expect(kraken.defects).toEqual([]);
  });
});
