/** What each endpoint answers, field by field where a client depends on the field. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MINUTE } from '../../../src/domain/clock.ts';
import { rehearsalWorld, START, type RehearsalWorld } from '../../support/rehearsal-world.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const uuid = expect.stringMatching(UUID) as string;
const time = expect.stringMatching(TIME) as string;

/** One venue on which a few things happened: a long with a stop, a resting limit, a short in PEPE. */
let world: RehearsalWorld;
const ids: Record<string, string> = {};

beforeAll(async () => {
  world = await rehearsalWorld();
  const market = { orderType: 'mkt', symbol: 'PF_XBTUSD', side: 'buy', size: '0.02' };
  ids['entry'] = (await world.order({ ...market, cliOrdId: 'tc-1' })).order_id;
  const stop = { orderType: 'stp', stopPrice: '58000', triggerSignal: 'last', reduceOnly: 'true' };
  const sent = { ...market, ...stop, side: 'sell', cliOrdId: 'tc-2' };
  ids['stop'] = (await world.order(sent)).order_id;
  const limit = { ...market, orderType: 'lmt', limitPrice: '55000', cliOrdId: 'tc-3' };
  ids['limit'] = (await world.order(limit)).order_id;
  await world.order({ orderType: 'mkt', symbol: 'PF_PEPEUSD', side: 'sell', size: '3000' });
});
afterAll(() => world.close());

const get = async (path: string, query = '') => (await world.send('GET', path, query).answer).json;

describe('public endpoints', () => {
  it('instruments: steps, margin levels, mixed case, and markets that cannot be traded', async () => {
    const { result, serverTime, instruments } = await world.get('instruments');
    expect({ result, serverTime }).toEqual({ result: 'success', serverTime: time });
    expect(instruments).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          symbol: 'PF_XBTUSD',
          pair: 'BTC:USD',
          type: 'flexible_futures',
          tickSize: 1,
          contractSize: 1,
          contractValueTradePrecision: 4,
          tradeable: true,
          marginLevels: [
            { numNonContractUnits: 0, initialMargin: 0.02, maintenanceMargin: 0.01 },
            { numNonContractUnits: 500_000, initialMargin: 0.04, maintenanceMargin: 0.02 },
          ],
        }),
        expect.objectContaining({ symbol: 'PF_PEPEUSD', contractValueTradePrecision: -3 }),
        // The venue can only announce powers of ten: the recording's lot of 250 becomes one of 100,
        // and its minimum of 250 the next whole lot.
        expect.objectContaining({
          ...{ symbol: 'PF_TONUSD', contractValueTradePrecision: -2, minimumTradeSize: 300 },
        }),
        expect.objectContaining({ symbol: 'PF_AAPLxUSD' }),
        expect.objectContaining({ symbol: 'PF_LUNA2USD', tradeable: false }),
        expect.objectContaining({ symbol: 'PI_XBTUSD', type: 'futures_inverse' }),
        expect.objectContaining({ lastTradingTime: '2030-12-27T16:00:00.000Z' }),
        expect.objectContaining({ symbol: 'in_xbtusd', type: 'spot index' }),
      ]),
    );
  });

  it('tickers: price, book and volume of every listed market', async () => {
    const { tickers } = await world.get('tickers');
    const rows = tickers as { symbol: string }[];
    expect(rows.find(({ symbol }) => symbol === 'PF_XBTUSD')).toMatchObject({
      tag: 'perpetual',
      ...{ markPrice: 60_000, last: 60_000, bid: 59_999, ask: 60_001, suspended: false },
      volumeQuote: 240 * 60_000,
      lastTime: time,
    });
    expect(rows.find(({ symbol }) => symbol === 'in_xbtusd')).toEqual({
      symbol: 'in_xbtusd',
      last: 60_000,
      lastTime: time,
    });
  });

  it('tickers/{symbol}: one row, and a word for an unknown market', async () => {
    expect(await world.get('tickers/PF_PEPEUSD')).toMatchObject({ ticker: { last: 0.00001 } });
    const unknown = await world.get('tickers/pf_xbtusd');
    expect(unknown).toEqual({ result: 'error', error: 'contractNotFound', serverTime: time });
  });

  it('orderbook: best first', async () => {
    const { orderBook } = await world.get('orderbook', 'symbol=PF_XBTUSD');
    const { bids, asks } = orderBook as { bids: number[][]; asks: number[][] };
    expect([bids[0]?.[0], bids[1]?.[0], asks[0]?.[0]]).toEqual([59_999, 59_998, 60_001]);
  });

  it.each(['1m', '5m', '15m', '30m', '1h', '4h', '12h', '1d', '1w'])(
    'charts in %s: oldest first, as text, the last one still going on',
    async (resolution) => {
      const path = `/api/charts/v1/trade/PF_XBTUSD/${resolution}`;
      const answer = await get(path);
      expect(answer).toMatchObject({ more_candles: false, serverTime: time });
      expect(answer).not.toHaveProperty('result');
      const { candles } = answer as { candles: { time: number; open: string }[] };
      const last = candles.at(-1);
      expect(last?.open).toBe('60000');
      expect(last?.time).toBeLessThanOrEqual(START);
      const times = candles.map((candle) => candle.time);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(new Set(times).size).toBe(times.length);
    },
  );

  it('charts: both ends are inclusive, and no more than 2000 at once', async () => {
    const to = Math.floor(START / MINUTE) * 60;
    const two = await get('/api/charts/v1/mark/PF_XBTUSD/1m', `from=${to - 120}&to=${to - 60}`);
    expect(two?.['candles']).toHaveLength(2);
    const many = await get('/api/charts/v1/trade/PF_XBTUSD/1m', `from=${to - 60 * 3_000}&to=${to}`);
    expect(many).toMatchObject({ more_candles: true });
    expect(many?.['candles']).toHaveLength(2_000);
  });

  it('historicalfundingrates are of version 4, feeschedules in percent', async () => {
    const rates = await get('/derivatives/api/v4/historicalfundingrates', 'symbol=PF_XBTUSD');
    expect((rates?.['rates'] as unknown[])[0]).toEqual({
      timestamp: time,
      fundingRate: expect.any(Number) as number,
      relativeFundingRate: 0.000004,
    });
    expect(await world.get('feeschedules')).toMatchObject({
      feeSchedules: [{ name: 'PGB', tiers: [{ makerFee: 0.02, takerFee: 0.05, usdVolume: 0 }] }],
    });
  });

  it('an unknown path is 404', async () => {
    const answer = await world.send('GET', '/derivatives/api/v3/nothing').answer;
    expect(answer).toMatchObject({ status: 404, json: { result: 'error', error: 'notFound' } });
  });
});

describe('account endpoints', () => {
  it.each([
    'accounts',
    'openpositions',
    'openorders',
    'fills',
    'orders/status',
    'leveragepreferences',
  ])('%s without a signature is refused', async (endpoint) => {
    const path = `/derivatives/api/v3/${endpoint}`;
    const { json } = await world.send('GET', path, '', { credentials: null }).answer;
    expect(json).toEqual({ result: 'error', error: 'authenticationError', serverTime: time });
  });

  it('accounts: the flex account', async () => {
    const { accounts } = await world.get('accounts');
    expect(accounts).toMatchObject({
      cash: { type: 'cashAccount' },
      flex: {
        type: 'multiCollateralMarginAccount',
        currencies: { USD: { quantity: expect.any(Number) as number } },
        // 0.02 x 60000 and the limit's 0.02 x 55000 and PEPE's 0.03, at a leverage of 5.
        initialMargin: 460.006,
      },
    });
  });

  it('openpositions: side, size, average; nothing of a liquidation price', async () => {
    const { openPositions } = await world.get('openpositions');
    expect(openPositions).toEqual([
      {
        ...{ side: 'long', symbol: 'PF_XBTUSD', price: 60_000, fillTime: time, size: 0.02 },
        // 10 seconds of the hour, at 0.0004 % of 1200 USD.
        ...{ unrealizedFunding: -0.000013333333, pnlCurrency: 'USD' },
      },
      expect.objectContaining({ side: 'short', symbol: 'PF_PEPEUSD', size: 3_000, price: 0.00001 }),
    ]);
  });

  it('openorders: limits and triggers in one list', async () => {
    const { openOrders } = await world.get('openorders');
    const shared = { symbol: 'PF_XBTUSD', unfilledSize: 0.02, filledSize: 0, status: 'untouched' };
    const times = { receivedTime: time, lastUpdateTime: time };
    expect(openOrders).toEqual([
      {
        ...{ ...shared, ...times, order_id: ids['stop'], cliOrdId: 'tc-2', side: 'sell' },
        ...{ orderType: 'stop', stopPrice: 58_000, triggerSignal: 'last', reduceOnly: true },
      },
      {
        ...{ ...shared, ...times, order_id: ids['limit'], cliOrdId: 'tc-3', side: 'buy' },
        ...{ orderType: 'lmt', limitPrice: 55_000, reduceOnly: false },
      },
    ]);
  });

  it('fills: newest first, with the fee that was paid', async () => {
    const { fills } = await world.get('fills');
    expect(fills).toEqual([
      expect.objectContaining({ symbol: 'PF_PEPEUSD', side: 'sell', size: 3_000 }),
      {
        ...{ fill_id: uuid, order_id: ids['entry'], cliOrdId: 'tc-1', symbol: 'PF_XBTUSD' },
        ...{ side: 'buy', size: 0.02, price: 60_000, fillTime: time, fillType: 'taker' },
        ...{ fee_paid: 0.6, fee_currency: 'USD' },
      },
    ]);
    expect(fills).not.toHaveProperty('1.cliOrdId', null);
  });

  it('fills before lastFillTime are those that are older', async () => {
    const { fills } = await world.get('fills', `lastFillTime=${new Date(START).toISOString()}`);
    expect(fills).toEqual([]);
  });

  it.each(['GET', 'POST'])('orders/status by %s: open orders by either id', async (method) => {
    const path = '/derivatives/api/v3/orders/status';
    const query = `orderIds=${ids['limit']}&cliOrdIds=tc-2&cliOrdIds=unknown`;
    const { json } = await world.send(method, path, query).answer;
    expect(json?.['orders']).toEqual([
      {
        order: expect.objectContaining({
          ...{ type: 'ORDER', orderId: ids['limit'], cliOrdId: 'tc-3', symbol: 'PF_XBTUSD' },
          ...{ side: 'buy', quantity: 0.02, filled: 0, limitPrice: 55_000, reduceOnly: false },
        }) as unknown,
        ...{ status: 'ENTERED_BOOK', updateReason: null, error: null },
      },
      expect.objectContaining({
        status: 'TRIGGER_PLACED',
        order: expect.objectContaining({
          type: 'TRIGGER_ORDER',
          priceTriggerOptions: {
            ...{ triggerPrice: 58_000, triggerSide: 'trigger_below', triggerSignal: 'LAST_PRICE' },
          },
        }) as unknown,
      }),
    ]);
  });

  it('leveragepreferences: set, told with the position, and taken back', async () => {
    const path = '/derivatives/api/v3/leveragepreferences';
    const put = async (query: string) => (await world.send('PUT', path, query).answer).json;
    expect(await put('symbol=PF_XBTUSD&maxLeverage=5')).toMatchObject({ result: 'success' });
    expect(await world.get('leveragepreferences')).toMatchObject({
      leveragePreferences: [{ symbol: 'PF_XBTUSD', maxLeverage: 5 }],
    });
    const { openPositions } = await world.get('openpositions');
    expect(openPositions).toMatchObject([{ maxFixedLeverage: 5 }, {}]);
    const tooLow = await world.send('PUT', path, 'symbol=PF_XBTUSD&maxLeverage=0.1').answer;
    expect(tooLow).toMatchObject({
      status: 500,
      json: { errors: [{ code: 92, message: 'INSUFFICIENT_MARGIN' }] },
    });
    expect(await put('symbol=PF_XBTUSD')).toMatchObject({ result: 'success' });
    expect(await world.get('leveragepreferences')).toMatchObject({ leveragePreferences: [] });
  });
});

describe('history endpoints', () => {
  it('v2/orders: newest first; what filled on arrival is placed with what it filled', async () => {
    const { elements, len, accountUid } = (await get('/api/history/v2/orders')) ?? {};
    expect({ len, accountUid }).toEqual({ len: 3, accountUid: uuid });
    expect(elements).toMatchObject([
      { event: { OrderPlaced: { order: { tradeable: 'PF_PEPEUSD', direction: 'Sell' } } } },
      {
        event: {
          OrderPlaced: {
            order: { uid: ids['limit'], quantity: '0.02', filled: '0', limitPrice: '55000' },
            reason: 'new_user_order',
          },
        },
      },
      {
        uid: uuid,
        event: {
          OrderPlaced: {
            order: {
              ...{ uid: ids['entry'], quantity: '0', filled: '0.02', orderType: 'IoC' },
              ...{ clientId: 'tc-1', reduceOnly: false },
            },
          },
        },
      },
    ]);
    const one = await get('/api/history/v2/orders', 'count=1&sort=asc');
    expect(one).toMatchObject({ len: 1, elements: [{ uid: uuid }] });
    const later = await get('/api/history/v2/orders', `since=${START + MINUTE}`);
    expect(later).toMatchObject({ len: 0, elements: [] });
  });

  it('v2/triggers: the stop', async () => {
    expect(await get('/api/history/v2/triggers')).toMatchObject({
      len: 1,
      elements: [
        {
          event: {
            OrderTriggerPlaced: {
              order: { uid: ids['stop'], triggerOptions: { triggerPrice: '58000' } },
            },
          },
        },
      ],
    });
  });

  it('v2/executions: figures as text', async () => {
    const { elements } = (await get('/api/history/v2/executions')) ?? {};
    expect(elements).toMatchObject([
      {},
      {
        event: {
          Execution: {
            execution: { price: '60000', quantity: '0.02', takerOrder: { uid: ids['entry'] } },
          },
        },
      },
    ]);
  });

  it('v3/account-log: two legs per trade, newest first', async () => {
    const { logs } = (await get('/api/history/v3/account-log')) ?? {};
    const rows = logs as Record<string, unknown>[];
    expect(rows).toHaveLength(4);
    expect(rows.at(-2)).toMatchObject({
      ...{ id: 2, asset: 'usd', contract: 'pf_xbtusd', info: 'futures trade', fee: 0.6 },
      ...{ old_balance: 10_000, new_balance: 9_999.4, trade_price: 60_000 },
    });
    expect(rows.at(-1)).toMatchObject({ id: 1, asset: 'pf_xbtusd', new_balance: 0.02 });
  });

  it('v3/positions: every change, or only what closed', async () => {
    const all = await get('/api/history/v3/positions');
    expect(all).toMatchObject({
      len: 2,
      elements: [
        {},
        { event: { PositionUpdate: { newPosition: '0.02', positionChange: 'open' } } },
      ],
    });
    const closed = await get('/api/history/v3/positions', 'closed=true');
    expect(closed).toMatchObject({ len: 0, elements: [] });
  });

  it('is signed, but for the trades of others', async () => {
    const orders = world.send('GET', '/api/history/v2/orders', '', { credentials: null });
    expect((await orders.answer).json).toMatchObject({ error: 'authenticationError' });
    const path = '/api/history/v3/market/PF_XBTUSD/executions';
    const { json } = await world.send('GET', path, '', { credentials: null }).answer;
    expect(json).toMatchObject({ len: 59 });
  });
});
