/** Bybit: every refusal, code and fault as a reading or an outcome, through the real library. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ms } from '../../src/domain/clock.ts';
import { price, quantity } from '../../src/domain/decimal.ts';
import { symbol } from '../../src/domain/symbol.ts';
import type { Reading } from '../../src/domain/venue.ts';
import type { LiveVenue } from '../../src/venue/ccxt/live-venue.ts';
import type { RehearsedBybit } from '../support/rehearsed-bybit.ts';
import { BYBIT_KEY, rehearseBybit } from '../support/rehearsed-bybit.ts';
import { BTC, never, order, rowsOf } from './order-world.ts';

let bybit: RehearsedBybit;
let venue: LiveVenue;
const since = ms(Date.now() - 60_000);
beforeEach(async () => {
  bybit = await rehearseBybit();
  venue = await bybit.venue();
  await venue.reader.instruments();
});
afterEach(async () => {
  expect(bybit.server.defects).toEqual([]);
  await bybit.close();
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
    bybit.server.clear();
    expect(await venue.trader.place(intent, never)).toEqual({ kind: 'denied', code });
    expect(bybit.server.asked).toEqual([]);
  });
});

describe('what the venue refuses by itself', () => {
  it('an exit without a position, and a stop that would fire at once', async () => {
    expect(await venue.trader.place(order('exit'), never)).toMatchObject({
      kind: 'rejected',
      reason: expect.stringMatching(/^110017 /) as string,
    });
    await venue.trader.place(order('entry'), never);
    const stop = order('stop', { type: 'stop', stopPrice: price('61000') });
    expect(await venue.trader.place(stop, never)).toMatchObject({ kind: 'rejected' });
  });

  it('an id that is taken is in doubt: it is proof that the order exists', async () => {
    const resting = order('entry', { type: 'limit', price: price('50000') });
    await venue.trader.place(resting, never);
    expect(await venue.trader.place(resting, never)).toMatchObject({ kind: 'in_doubt' });
    expect(rowsOf(await venue.reader.openOrders())).toHaveLength(1);
  });

  it('a wrong secret: no reading, and an order that was not placed', async () => {
    const apiKey = { reveal: () => BYBIT_KEY };
    const apiSecret = { reveal: () => 'wrong' };
    const other = await bybit.venue({ credentials: { apiKey, apiSecret } });
    const refused = { read: 'unknown', reason: 'auth: 10004 error sign!' };
    expect(await other.reader.positions()).toEqual(refused);
    expect(await other.reader.account()).toEqual(refused);
    expect(await other.checkKey()).toEqual(refused);
    expect(await other.trader.place(order('entry'), never)).toMatchObject({ kind: 'rejected' });
    expect(bybit.exchange.orders).toEqual([]);
  });
});

describe('every row of the error table, for a read and for an order', () => {
  it.each<[number, string, string]>([
    // code; of a read, of an order. The last is a code of tomorrow.
    [-1, 'clock', 'rejected'],
    [10000, 'unreachable', 'in_doubt'],
    [10001, 'rejected', 'rejected'],
    [10002, 'clock', 'rejected'],
    [10003, 'auth', 'rejected'],
    [10004, 'auth', 'rejected'],
    [10005, 'auth', 'rejected'],
    [10006, 'rate limited', 'rejected'],
    [10010, 'auth', 'rejected'],
    [10014, 'unreachable', 'in_doubt'],
    [10016, 'maintenance', 'in_doubt'],
    [10018, 'rate limited', 'rejected'],
    [33004, 'auth', 'rejected'],
    [110001, 'rejected', 'rejected'],
    [110003, 'rejected', 'rejected'],
    [110004, 'rejected', 'rejected'],
    [110007, 'rejected', 'rejected'],
    [110012, 'rejected', 'rejected'],
    [110017, 'rejected', 'rejected'],
    [110020, 'rejected', 'rejected'],
    [110025, 'rejected', 'rejected'],
    [110030, 'unreachable', 'in_doubt'],
    [110043, 'rejected', 'rejected'],
    [110072, 'unreachable', 'in_doubt'],
    [110094, 'rejected', 'rejected'],
    [999999, 'unreachable', 'in_doubt'],
  ])('%i: a read is %s, an order %s', async (retCode, read, placed) => {
    const body = { retCode, retMsg: 'as the venue says', result: {}, time: Date.now() };
    bybit.server.fault({ status: 200, body }, 'wallet-balance');
    const reading = await venue.reader.account();
    expect((reading as { reason: string }).reason).toMatch(new RegExp(`^${read}: `));
    const fresh = await bybit.venue();
    await fresh.reader.instruments();
    bybit.server.fault({ status: 200, body }, 'create');
    expect(await fresh.trader.place(order('entry'), never)).toMatchObject({ kind: placed });
    expect(bybit.exchange.orders).toEqual([]);
  });

  it.each([400, 403, 404, 408, 500, 502, 503, 504, 520, 523, 524])(
    'HTTP %i with a page: no reading, an order in doubt',
    async (status) => {
      bybit.server.fault({ status, body: '<html>no</html>' }, 'list');
      expect((await venue.reader.positions()).read).toBe('unknown');
      bybit.server.fault({ status, body: '<html>no</html>' }, 'create');
      expect(await venue.trader.place(order('entry'), never)).toMatchObject({ kind: 'in_doubt' });
    },
  );
});

describe('a fault of a read', () => {
  type Read = (of: LiveVenue) => Promise<Reading<unknown>>;
  const paths: readonly (readonly [string, Read])[] = [
    ['position/list', ({ reader }) => reader.positions()],
    ['realtime', ({ reader }) => reader.openOrders()],
    ['execution/list', ({ reader }) => reader.fills(since)],
    ['order/history', ({ reader }) => reader.orderHistory(since)],
    ['realtime', ({ reader }) => reader.orderHistory(since)],
    ['tickers', ({ reader }) => reader.marks()],
  ];
  const others: readonly (readonly [string, Read])[] = [
    ['wallet-balance', ({ reader }) => reader.account()],
    ['query-api', (of) => of.checkKey()],
  ];
  const faults = [
    'hang',
    'stall-after-headers',
    'reset',
    'truncate',
    'maintenance',
    'omit-list-key',
  ];
  const cases = [...paths, ...others].flatMap(([path, read]) =>
    faults.map((name) => [name, path, read] as const),
  );
  it.each(cases)('%s of %s is unknown, and the next read is whole again', async (...given) => {
    const [action, path, read] = given;
    const hasty = await bybit.venue({ timeoutMs: ms(300) });
    await hasty.trader.place(order('entry'), never);
    bybit.server.fault(action, path);
    expect((await read(hasty)).read).toBe('unknown');
    expect((await read(hasty)).read).toBe('complete');
  });

  it.each(paths)('%s of another category is unknown: it would look flat', async (path, read) => {
    bybit.server.fault('lower-case-symbols', path);
    expect((await read(venue)).read).toBe('unknown');
  });

  it.each([
    '<html>no</html>',
    '{}',
    'null',
    '{"retCode":0}',
    '{"retCode":0,"result":{"category":"linear","list":[]}}',
    '{"retCode":0,"result":null,"time":1700000000000}',
    '{"retCode":0,"result":{"category":"linear","list":[1]},"time":1700000000000}',
    '',
  ])('a positive answer that is %j is never flat', async (body) => {
    bybit.server.fault({ status: 200, body }, 'position/list');
    const reading = await venue.reader.positions();
    const isFlat = reading.read === 'complete' && (reading.malformed ?? []).length === 0;
    expect(isFlat).toBe(false);
  });

  it.each(['zero-size-rows', 'duplicate-rows', 'gzip'])('%s does no harm', async (action) => {
    await venue.trader.place(order('entry'), never);
    bybit.server.fault(action, 'position/list');
    expect(rowsOf(await venue.reader.positions())).toMatchObject([{ symbol: BTC }]);
  });
});

describe('a fault of an order', () => {
  it.each([
    ['hang', false],
    ['reset', false],
    ['maintenance', false],
    ['stall-after-headers', true],
    ['truncate', true],
    ['execute-then-drop-the-answer', true],
    ['omit-list-key', true],
  ])('%s leaves it in doubt, and the lists tell whether it acted: %s', async (action, acted) => {
    const hasty = await bybit.venue({ timeoutMs: ms(300) });
    await hasty.reader.instruments();
    await hasty.reader.account();
    const intent = order('entry', { type: 'limit', price: price('50000') });
    bybit.server.fault(action, 'create');
    expect(await hasty.trader.place(intent, never)).toMatchObject({ kind: 'in_doubt' });
    const open = rowsOf(await venue.reader.openOrders());
    expect(open.some((row) => row.clientOrderId === intent.clientOrderId)).toBe(acted);
    expect(bybit.exchange.orders).toHaveLength(acted ? 1 : 0);
  });

  it('a look that fails leaves what was taken in doubt, and sends nothing again', async () => {
    const intent = order('entry', { type: 'limit', price: price('50000') });
    for (let look = 0; look < 3; look += 1) bybit.server.fault('maintenance', 'realtime');
    expect(await venue.trader.place(intent, never)).toMatchObject({ kind: 'in_doubt' });
    expect(bybit.server.asked.filter((one) => one.startsWith('POST'))).toHaveLength(1);
  });
});
