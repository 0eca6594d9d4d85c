/** The adapter against the rehearsal server: the life of a position, and every fault as a reading or a doubt. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ms } from '../../src/domain/clock.ts';
import { decimal, quantity, roundPriceToTick } from '../../src/domain/decimal.ts';
import type { ClientOrderId, SignalId } from '../../src/domain/ids.ts';
import { clientOrderId } from '../../src/domain/ids.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { OrderIntent, OrderRole } from '../../src/domain/order.ts';
import { symbol } from '../../src/domain/symbol.ts';
import type { Reading } from '../../src/domain/venue.ts';
import type { LiveVenue } from '../../src/venue/ccxt/live-venue.ts';
import type { RehearsedKraken } from './rehearsed-kraken.ts';
import { rehearseKraken, secret } from './rehearsed-kraken.ts';

const BTC = symbol('BTC/USD:USD');
const never = new AbortController().signal;
const started = ms(Date.now() - 60_000);
let kraken: RehearsedKraken;
let venue: LiveVenue;
let instrument: Instrument;
let last = decimal('0');
let sent = 0;

beforeAll(async () => {
  kraken = await rehearseKraken('adapter');
  venue = await kraken.venue();
  const found = rowsOf(await venue.reader.instruments()).find((one) => one.symbol === BTC);
  if (found === undefined) throw new Error('no BTC');
  instrument = found;
  last = rowsOf(await venue.reader.marks()).find((one) => one.symbol === BTC)!.last;
});
afterAll(() => kraken.close());
beforeEach(() => kraken.control('POST', 'clear'));

function rowsOf<T>(reading: Reading<T>): readonly T[] {
  if (reading.read === 'unknown') throw new Error(reading.reason);
  expect(reading.malformed ?? []).toEqual([]);
  return reading.rows;
}

const at = (share: string) => roundPriceToTick(last.mul(share), instrument.tickSize, 'down');

function order(role: OrderRole, change: Partial<OrderIntent> = {}): OrderIntent {
  sent += 1;
  return {
    clientOrderId: clientOrderId('conformance' as SignalId, role, sent),
    symbol: BTC,
    role,
    purpose: role === 'entry' ? 'entry' : 'operator_close',
    side: role === 'entry' ? 'buy' : 'sell',
    type: 'market',
    timeInForce: 'gtc',
    postOnly: false,
    reduceOnly: role !== 'entry',
    quantity: quantity('0.01'),
    price: null,
    stopPrice: null,
    positionId: null,
    signalId: null,
    expiresMs: null,
    ...change,
  };
}

async function endOf(id: ClientOrderId) {
  const history = rowsOf(await venue.reader.orderHistory(started));
  return history.find((row) => row.clientOrderId === id);
}

const fault = (action: string, path: string) =>
  kraken.control('POST', 'faults', [{ match: { path }, times: 1, action }]);

describe('the life of a position', () => {
  const entry = order('entry');
  const stop = () => order('stop', { type: 'stop', stopPrice: at('0.5') });

  it('an entry at market is a fill, a position and an end in the history', async () => {
    expect(await venue.trader.place(entry, never)).toMatchObject({ kind: 'accepted' });
    const fills = rowsOf(await venue.reader.fills(started));
    expect(fills).toMatchObject([
      { clientOrderId: entry.clientOrderId, kind: 'trade', side: 'buy' },
    ]);
    expect(fills[0]?.fee.gt(0)).toBe(true);
    const [position] = rowsOf(await venue.reader.positions());
    expect(position).toMatchObject({ symbol: BTC, side: 'long' });
    expect(String(position?.quantity)).toBe('0.01');
    expect(await endOf(entry.clientOrderId)).toMatchObject({ state: 'filled' });
    const [account] = rowsOf(await venue.reader.account());
    expect(account?.initialMargin.gt(0)).toBe(true);
  });

  it('a stop and a target rest, are amended and cancelled by our id', async () => {
    const protective = stop();
    const target = order('target', { type: 'take_profit', stopPrice: at('1.5') });
    expect(await venue.trader.place(protective, never)).toMatchObject({ kind: 'accepted' });
    expect(await venue.trader.place(target, never)).toMatchObject({ kind: 'accepted' });
    const change = { stopPrice: at('0.6'), quantity: quantity('0.005') };
    expect(await venue.trader.amend(protective.clientOrderId, change, never)).toMatchObject({
      kind: 'accepted',
    });
    const open = rowsOf(await venue.reader.openOrders());
    expect(open.map(({ type }) => type).sort()).toEqual(['stop', 'take_profit']);
    const row = open.find((one) => one.clientOrderId === protective.clientOrderId);
    expect(row).toMatchObject({ reduceOnly: true, state: 'live', side: 'sell' });
    expect([String(row?.quantity), String(row?.stopPrice)]).toEqual(['0.005', String(at('0.6'))]);
    for (const { clientOrderId: id } of [protective, target]) {
      expect(await venue.trader.cancel(id, never)).toMatchObject({ kind: 'accepted' });
      expect(await endOf(id)).toMatchObject({ state: 'cancelled' });
      expect(await venue.trader.cancel(id, never)).toEqual({
        kind: 'rejected',
        reason: 'notFound',
      });
    }
    expect(rowsOf(await venue.reader.openOrders())).toEqual([]);
  });

  it('a stop that fires ends filled, and the position is gone', async () => {
    const protective = order('stop', { type: 'stop', stopPrice: at('0.9') });
    await venue.trader.place(protective, never);
    await kraken.control('POST', 'price', { symbol: 'PF_XBTUSD', price: String(at('0.85')) });
    expect(rowsOf(await venue.reader.positions())).toEqual([]);
    expect(await endOf(protective.clientOrderId)).toMatchObject({ state: 'filled', type: 'stop' });
    const fills = rowsOf(await venue.reader.fills(started));
    expect(fills.at(-1)).toMatchObject({ clientOrderId: protective.clientOrderId, side: 'sell' });
  });

  it('an exit without a position is refused by name', async () => {
    expect(await venue.trader.place(order('exit'), never)).toEqual({
      kind: 'rejected',
      reason: 'wouldNotReducePosition',
    });
  });

  it('a resting entry rests; one that must act by a time that has passed is refused', async () => {
    const resting = order('entry', { type: 'limit', price: at('0.5') });
    expect(await venue.trader.place(resting, never)).toMatchObject({ kind: 'accepted' });
    expect(await venue.trader.place(resting, never)).toMatchObject({ kind: 'in_doubt' });
    await venue.trader.cancel(resting.clientOrderId, never);
    const late = await kraken.venue({ processWithin: ms(-5_000) });
    expect(await late.trader.place(order('entry'), never)).toEqual({
      kind: 'rejected',
      reason: 'wouldProcessAfterSpecifiedTime',
    });
  });

  it('candles are told up to now', async () => {
    const hour = 3_600_000;
    const to = ms(Math.floor(Date.now() / hour) * hour);
    const request = { symbol: BTC, timeframe: '1h', since: ms(to - 5 * hour), to } as const;
    expect(rowsOf(await venue.candles(request))).toHaveLength(5);
  });
});

describe('a fault of a read', () => {
  type Read = (of: LiveVenue) => Promise<Reading<unknown>>;
  const paths: readonly (readonly [string, Read])[] = [
    ['openpositions', ({ reader }) => reader.positions()],
    ['openorders', ({ reader }) => reader.openOrders()],
    ['fills', ({ reader }) => reader.fills(started)],
    ['accounts', ({ reader }) => reader.account()],
    ['tickers', ({ reader }) => reader.marks()],
  ];
  const faults = ['hang', 'stall-after-headers', 'reset', 'truncate', 'maintenance'] as const;
  const cases = paths.flatMap(([path, read]) => faults.map((name) => [name, path, read] as const));
  it.each(cases)('%s of %s is unknown, and the next read is whole again', async (...given) => {
    const [action, path, read] = given;
    const hasty = await kraken.venue({ timeoutMs: ms(400) });
    await hasty.reader.instruments();
    await fault(action, path);
    expect((await read(hasty)).read).toBe('unknown');
    expect((await read(hasty)).read).toBe('complete');
  });

  it.each(paths.filter(([path]) => path !== 'accounts'))(
    'a missing list: %s',
    async (path, read) => {
      await fault('omit-list-key', path);
      expect((await read(venue)).read).toBe('unknown');
    },
  );

  it('an empty instrument list never replaces the one that is held', async () => {
    await fault('empty-instruments', 'instruments');
    expect((await venue.reader.instruments()).read).toBe('unknown');
    expect((await venue.reader.positions()).read).toBe('complete');
  });

  it.each(['lower-case-symbols', 'zero-size-rows', 'duplicate-rows', 'gzip'])(
    '%s does no harm',
    async (action) => {
      await venue.trader.place(order('entry'), never);
      await fault(action, 'openpositions');
      expect(rowsOf(await venue.reader.positions())).toMatchObject([{ symbol: BTC }]);
      const [held] = rowsOf(await venue.reader.positions());
      await venue.trader.place(order('exit', { quantity: held!.quantity }), never);
    },
  );
});

describe('a fault of an order', () => {
  it.each([
    ['hang', false],
    ['reset', false],
    ['maintenance', false],
    ['stall-after-headers', true],
    ['truncate', true],
    ['execute-then-drop-the-answer', true],
  ])('%s leaves it in doubt, and the lists tell whether it acted: %s', async (action, acted) => {
    const hasty = await kraken.venue({ timeoutMs: ms(400) });
    await hasty.reader.instruments();
    const entry = order('entry', { type: 'limit', price: at('0.5') });
    await fault(action, 'sendorder');
    expect(await hasty.trader.place(entry, never)).toMatchObject({ kind: 'in_doubt' });
    const open = rowsOf(await venue.reader.openOrders());
    expect(open.some((row) => row.clientOrderId === entry.clientOrderId)).toBe(acted);
    if (acted) await venue.trader.cancel(entry.clientOrderId, never);
  });

  it.each([
    ['wouldCauseLiquidation', 'rejected'],
    ['tooManyOrders', 'rejected'],
    ['aWordOfTomorrow', 'in_doubt'],
  ])('the status %s is %s', async (status, kind) => {
    await kraken.control('POST', 'next-status', { status });
    expect(await venue.trader.place(order('entry'), never)).toMatchObject({ kind });
  });

  it('a fill in parts, the last one first, is told in the order of time', async () => {
    await fault('multi-fill-last-first', 'sendorder');
    const entry = order('entry', { quantity: quantity('0.02') });
    expect(await venue.trader.place(entry, never)).toMatchObject({ kind: 'accepted' });
    const fills = rowsOf(await venue.reader.fills(started));
    const own = fills.filter((fill) => fill.clientOrderId === entry.clientOrderId);
    expect(own.length).toBeGreaterThan(1);
    expect(String(own.reduce((sum, fill) => sum.plus(fill.quantity), decimal('0')))).toBe('0.02');
  });
});

describe('what was paid in or taken out', () => {
  const deposits = async (of: LiveVenue) =>
    String(rowsOf(await of.reader.account())[0]?.netDeposits);

  it('is told apart from profit, and the log is asked for it only when money moved', async () => {
    const before = ms(Date.now() - 1);
    const fresh = await kraken.venue();
    expect(await deposits(fresh)).toBe('0');
    expect(await deposits(fresh)).toBe('0');
    expect(fresh.requests().total).toBe(2);
    await kraken.control('POST', 'transfer', { amount: '500' });
    await kraken.control('POST', 'transfer', { amount: '-200' });
    expect(await deposits(fresh)).toBe('300');
    await kraken.control('POST', 'transfer', { amount: '-1' });
    expect(await deposits(fresh)).toBe('299');
    const restarted = await kraken.venue({ depositsSince: before });
    expect(await deposits(restarted)).toBe('299');
  });

  it('that cannot be read leaves the account unknown, and is read by the next look', async () => {
    const fresh = await kraken.venue();
    await fresh.reader.account();
    await kraken.control('POST', 'transfer', { amount: '1' });
    await fault('omit-list-key', 'account-log');
    expect(await fresh.reader.account()).toMatchObject({ read: 'unknown' });
    expect(await deposits(fresh)).toBe('1');
  });
});

describe('what the key may do', () => {
  afterAll(() =>
    kraken.control('POST', 'key', { transfer: 'NO_ACCESS', allowedCidrBlocks: ['127.0.0.1/32'] }),
  );

  it('orders, no transfers, one address: told with a fingerprint and never with the key', async () => {
    const [rights] = rowsOf(await venue.checkKey());
    expect(rights).toMatchObject({
      ...{ canTrade: true, canWithdraw: false, canTransfer: false, ipAllowList: true },
      refusal: null,
    });
    expect(rights?.account).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.stringify(rights)).not.toContain(kraken.rehearsal.apiKey);
  });

  it.each([
    [{ transfer: 'FULL_ACCESS' }, { canTransfer: true, canWithdraw: true }],
    [{ general: 'READ_ONLY' }, { canTrade: false }],
    [{ allowedCidrBlocks: [] }, { ipAllowList: false }],
    [{ allowedCidrBlocks: ['0.0.0.0/0'] }, { ipAllowList: false }],
  ])('%j is %j', async (change, expected) => {
    await kraken.control('POST', 'key', change);
    expect(rowsOf(await venue.checkKey())).toMatchObject([expected]);
    await kraken.control('POST', 'key', { general: 'FULL_ACCESS' });
  });

  it('a level that is not known is unknown, and so is an answer that fails', async () => {
    await kraken.control('POST', 'key', { transfer: 'SOME' });
    expect((await venue.checkKey()).read).toBe('unknown');
    await kraken.control('POST', 'key', { transfer: 'NO_ACCESS' });
    for (const action of ['reset', 'truncate', 'maintenance']) {
      await fault(action, 'check');
      expect((await venue.checkKey()).read).toBe('unknown');
    }
  });
});

it('without a key: markets, prices and candles as usual, the account unknown, orders denied', async () => {
  const open = await kraken.venue({ credentials: null });
  expect((await open.reader.marks()).read).toBe('complete');
  const reason = 'auth: no credentials';
  for (const read of [
    open.reader.positions(),
    open.reader.openOrders(),
    open.reader.fills(started),
    open.reader.orderHistory(started),
    open.reader.account(),
    open.checkKey(),
  ]) {
    expect(await read).toEqual({ read: 'unknown', reason });
  }
  const denied = { kind: 'denied', code: 'VENUE_AUTH' };
  expect(await open.trader.place(order('entry'), never)).toEqual(denied);
  expect(await open.trader.cancel(order('entry').clientOrderId, never)).toEqual(denied);
  expect(open.requests()).toMatchObject({ total: 2, failed: 0 });
});

it("the server's time is told with its distance from ours", async () => {
  const [time] = rowsOf(await venue.serverTime());
  expect(Math.abs(time!.offsetMs)).toBeLessThan(5_000);
  expect(venue.host).toBe('futures.kraken.com');
});

it('a wrong secret is refused: no reading, and an order that was not placed', async () => {
  const wrong = secret(Buffer.from('not the secret').toString('base64'));
  const apiKey = secret(kraken.rehearsal.apiKey);
  const other = await kraken.venue({ credentials: { apiKey, apiSecret: wrong } });
  const refused = { read: 'unknown', reason: 'auth: authenticationError' };
  expect(await other.reader.positions()).toEqual(refused);
  expect(await other.reader.account()).toEqual(refused);
  expect(await other.reader.orderHistory(started)).toEqual(refused);
  expect(await other.checkKey()).toEqual(refused);
  expect(await other.trader.place(order('entry'), never)).toEqual({
    kind: 'rejected',
    reason: 'authenticationError',
  });
});
