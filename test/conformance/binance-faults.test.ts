/** Binance USDⓈ-M: every refusal, error and fault as a reading or an outcome, through the real library. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ms } from '../../src/domain/clock.ts';
import { price, quantity } from '../../src/domain/decimal.ts';
import { symbol } from '../../src/domain/symbol.ts';
import type { Reading } from '../../src/domain/venue.ts';
import type { LiveVenue } from '../../src/venue/ccxt/live-venue.ts';
import type { RehearsedBinance } from '../support/rehearsed-binance.ts';
import { BINANCE_KEY, rehearseBinance } from '../support/rehearsed-binance.ts';
import { BTC, never, order, rowsOf } from './order-world.ts';

let binance: RehearsedBinance;
let venue: LiveVenue;
const since = ms(Date.now() - 60_000);
beforeEach(async () => {
  binance = await rehearseBinance();
  venue = await binance.venue();
});
afterEach(async () => {
  expect(binance.server.defects).toEqual([]);
  await binance.close();
});

describe('an order that could only fail is denied: nothing leaves', () => {
  it.each([
    ['another market', order('entry', { symbol: symbol('NOPE/USDT:USDT') }), 'UNKNOWN_INSTRUMENT'],
    ['half a step', order('entry', { quantity: quantity('0.0005') }), 'QUANTITY_OFF_STEP'],
    ['off the tick', order('entry', { type: 'limit', price: price('50000.05') }), 'PRICE_INVALID'],
    ['a stop without a level', order('stop', { type: 'stop' }), 'STOP_PRICE_INVALID'],
    [
      'a long name',
      order('entry', { clientOrderId: 'x'.repeat(37) as never }),
      'CLIENT_ID_INVALID',
    ],
    [
      'too little worth',
      order('entry', { type: 'limit', quantity: quantity('0.001'), price: price('1000') }),
      'NOTIONAL_BELOW_MINIMUM',
    ],
  ])('%s', async (_what, intent, code) => {
    await venue.reader.instruments();
    binance.server.clear();
    expect(await venue.trader.place(intent, never)).toEqual({ kind: 'denied', code });
    expect(binance.server.asked).toEqual([]);
  });
});

describe('what the venue refuses by itself', () => {
  it('an exit without a position, and a stop that would fire at once', async () => {
    expect(await venue.trader.place(order('exit'), never)).toEqual({
      kind: 'rejected',
      reason: '-2022 ReduceOnly Order is rejected.',
    });
    await venue.trader.place(order('entry'), never);
    const stop = order('stop', { type: 'stop', stopPrice: price('61000') });
    expect(await venue.trader.place(stop, never)).toEqual({
      kind: 'rejected',
      reason: '-2021 Order would immediately trigger.',
    });
  });

  it('an id that is taken is in doubt: it is proof that the order exists', async () => {
    const resting = order('entry', { type: 'limit', price: price('50000') });
    await venue.trader.place(resting, never);
    expect(await venue.trader.place(resting, never)).toMatchObject({ kind: 'in_doubt' });
    expect(rowsOf(await venue.reader.openOrders())).toHaveLength(1);
  });

  it('a wrong secret: no reading, and an order that was not placed', async () => {
    const wrong = { reveal: () => 'wrong' };
    const apiKey = { reveal: () => BINANCE_KEY };
    const other = await binance.venue({ credentials: { apiKey, apiSecret: wrong } });
    expect(await other.reader.positions()).toMatchObject({ read: 'unknown' });
    const reason = 'auth: -1022 Signature for this request is not valid.';
    expect(await other.reader.account()).toEqual({ read: 'unknown', reason });
    expect(await other.trader.place(order('entry'), never)).toMatchObject({ kind: 'denied' });
    expect(binance.exchange.orders).toEqual([]);
  });
});

describe('every row of the error table, for a read and for an order', () => {
  it.each<[number, number, string, string]>([
    // code, HTTP status; of a read, of an order. The last is a code of tomorrow.
    [-1000, 400, 'unreachable', 'in_doubt'],
    [-1001, 500, 'unreachable', 'in_doubt'],
    [-1002, 401, 'auth', 'rejected'],
    [-1003, 429, 'rate limited', 'rejected'],
    [-1003, 418, 'rate limited', 'rejected'],
    [-1006, 500, 'unreachable', 'in_doubt'],
    [-1007, 503, 'maintenance', 'in_doubt'],
    [-1008, 503, 'rate limited', 'rejected'],
    [-1015, 400, 'rate limited', 'rejected'],
    [-1016, 503, 'maintenance', 'in_doubt'],
    [-1021, 400, 'clock', 'rejected'],
    [-1022, 400, 'auth', 'rejected'],
    [-1111, 400, 'rejected', 'rejected'],
    [-1121, 400, 'rejected', 'rejected'],
    [-2010, 400, 'rejected', 'rejected'],
    [-2011, 400, 'rejected', 'rejected'],
    [-2013, 400, 'rejected', 'rejected'],
    [-2014, 401, 'auth', 'rejected'],
    [-2015, 401, 'auth', 'rejected'],
    [-2018, 400, 'rejected', 'rejected'],
    [-2019, 400, 'rejected', 'rejected'],
    [-2021, 400, 'rejected', 'rejected'],
    [-2022, 400, 'rejected', 'rejected'],
    [-4003, 400, 'rejected', 'rejected'],
    [-4116, 400, 'unreachable', 'in_doubt'],
    [-4120, 400, 'rejected', 'rejected'],
    [-4164, 400, 'rejected', 'rejected'],
    [-5022, 400, 'rejected', 'rejected'],
    [-5028, 400, 'clock', 'rejected'],
    [-20132, 400, 'unreachable', 'in_doubt'],
    [-9999, 400, 'unreachable', 'in_doubt'],
  ])('%i (HTTP %i): a read is %s, an order %s', async (code, status, read, placed) => {
    await venue.reader.instruments();
    const body = { code, msg: 'as the venue says' };
    binance.server.fault({ status, body }, 'account');
    const reading = await venue.reader.account();
    expect(reading).toMatchObject({ read: 'unknown' });
    expect((reading as { reason: string }).reason).toMatch(new RegExp(`^${read}: `));
    const fresh = await binance.venue();
    await fresh.reader.instruments();
    binance.server.fault({ status, body }, 'order', 'POST');
    expect(await fresh.trader.place(order('entry'), never)).toMatchObject({ kind: placed });
    expect(binance.exchange.orders).toEqual([]);
  });

  it.each([403, 404, 408, 500, 502, 504, 520, 523, 524])(
    'HTTP %i with a page: no reading, an order in doubt',
    async (status) => {
      await venue.reader.instruments();
      binance.server.fault({ status, body: '<html>no</html>' }, 'positionRisk');
      expect((await venue.reader.positions()).read).toBe('unknown');
      binance.server.fault({ status, body: '<html>no</html>' }, 'order', 'POST');
      expect(await venue.trader.place(order('entry'), never)).toMatchObject({ kind: 'in_doubt' });
    },
  );
});

describe('a fault of a read', () => {
  type Read = (of: LiveVenue) => Promise<Reading<unknown>>;
  const paths: readonly (readonly [string, Read])[] = [
    ['positionRisk', ({ reader }) => reader.positions()],
    ['positionSide/dual', ({ reader }) => reader.positions()],
    ['openOrders', ({ reader }) => reader.openOrders()],
    ['openAlgoOrders', ({ reader }) => reader.openOrders()],
    ['userTrades', ({ reader }) => reader.fills(since)],
    ['income', ({ reader }) => reader.fills(since)],
    ['allOrders', ({ reader }) => reader.orderHistory(since)],
    ['allAlgoOrders', ({ reader }) => reader.orderHistory(since)],
    ['account', ({ reader }) => reader.account()],
    ['premiumIndex', ({ reader }) => reader.marks()],
    ['apiRestrictions', (of) => of.checkKey()],
  ];
  const faults = [
    'hang',
    'stall-after-headers',
    'reset',
    'truncate',
    'maintenance',
    'omit-list-key',
  ];
  const cases = paths.flatMap(([path, read]) => faults.map((name) => [name, path, read] as const));
  it.each(cases)('%s of %s is unknown, and the next read is whole again', async (...given) => {
    const [action, path, read] = given;
    const hasty = await binance.venue({ timeoutMs: ms(300) });
    await hasty.trader.place(order('entry'), never);
    binance.server.fault(action, path);
    expect((await read(hasty)).read).toBe('unknown');
    expect((await read(hasty)).read).toBe('complete');
  });

  it.each(['<html>no</html>', '{}', 'null', '[1]', '"text"', '[{"symbol":"BTCUSDT"}]', ''])(
    'a positive answer that is %j is never flat',
    async (body) => {
      await venue.trader.place(order('entry'), never);
      await venue.reader.positions();
      binance.server.fault({ status: 200, body }, 'positionRisk');
      const reading = await venue.reader.positions();
      const isFlat = reading.read === 'complete' && (reading.malformed ?? []).length === 0;
      expect(isFlat).toBe(false);
    },
  );

  it.each(['zero-size-rows', 'duplicate-rows', 'gzip'])('%s does no harm', async (action) => {
    await venue.trader.place(order('entry'), never);
    await venue.reader.positions();
    binance.server.fault(action, 'positionRisk');
    expect(rowsOf(await venue.reader.positions())).toMatchObject([{ symbol: BTC }]);
  });
});

describe('a fault of an order', () => {
  it.each([
    ['hang', 'order', false],
    ['reset', 'order', false],
    ['maintenance', 'order', false],
    ['stall-after-headers', 'order', true],
    ['truncate', 'order', true],
    ['execute-then-drop-the-answer', 'order', true],
    ['omit-list-key', 'order', true],
    ['hang', 'algoOrder', false],
    ['truncate', 'algoOrder', true],
    ['execute-then-drop-the-answer', 'algoOrder', true],
  ])('%s of %s leaves it in doubt, and the lists tell whether it acted: %s', async (...given) => {
    const [action, path, acted] = given;
    const hasty = await binance.venue({ timeoutMs: ms(300) });
    await hasty.trader.place(order('entry'), never);
    const intent =
      path === 'order'
        ? order('entry', { type: 'limit', price: price('50000') })
        : order('stop', { type: 'stop', stopPrice: price('50000') });
    binance.server.fault(action, path, 'POST');
    expect(await hasty.trader.place(intent, never)).toMatchObject({ kind: 'in_doubt' });
    const open = rowsOf(await venue.reader.openOrders());
    expect(open.some((row) => row.clientOrderId === intent.clientOrderId)).toBe(acted);
    expect(binance.exchange.orders.length).toBe(acted ? 2 : 1);
  });

  it.each([
    ['no id', { status: 'NEW' }],
    ["another's id", { orderId: 1, clientOrderId: 'other', status: 'NEW' }],
    ['a word of tomorrow', { orderId: 1, status: 'ACCEPTED' }],
    ['a list', []],
  ])('an answer with %s is in doubt', async (_what, body) => {
    await venue.reader.instruments();
    const intent = order('entry');
    const own = Array.isArray(body) ? body : { clientOrderId: intent.clientOrderId, ...body };
    binance.server.fault({ status: 200, body: own }, 'order', 'POST');
    expect(await venue.trader.place(intent, never)).toMatchObject({ kind: 'in_doubt' });
  });
});
