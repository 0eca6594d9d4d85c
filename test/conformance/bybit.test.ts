/**
 * Bybit's linear perpetuals through the unmodified library, with real signatures, against a local server: the
 * life of a position, pages, the venue's clock, the account and the key.
 */
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ms } from '../../src/domain/clock.ts';
import { price, quantity } from '../../src/domain/decimal.ts';
import type { LiveVenue } from '../../src/venue/ccxt/live-venue.ts';
import type { RehearsedBybit } from '../support/rehearsed-bybit.ts';
import { BYBIT_KEY, BYBIT_SECRET, rehearseBybit } from '../support/rehearsed-bybit.ts';
import { BTC, ETH, never, order, rowsOf } from './order-world.ts';

let bybit: RehearsedBybit;
let venue: LiveVenue;
const since = ms(Date.now() - 60_000);
beforeEach(async () => {
  bybit = await rehearseBybit();
  venue = await bybit.venue();
});
afterEach(async () => {
  expect(bybit.server.defects).toEqual([]);
  await bybit.close();
});

async function ended(id: string) {
  return rowsOf(await venue.reader.orderHistory(since)).find((row) => row.clientOrderId === id);
}

describe('markets', () => {
  it('steps, minimums, leverage; what is dated, in another coin or not launched is not ours', async () => {
    const rows = rowsOf(await venue.reader.instruments());
    expect(rows.map((row) => row.symbol)).toEqual([
      'BTC/USDT:USDT',
      'ETH/USDT:USDT',
      'GALA/USDT:USDT',
    ]);
    const [btc] = rows;
    expect(btc).toMatchObject({ venueId: 'BTCUSDT', maxLeverage: 100 });
    const figures = [btc?.lotStep, btc?.tickSize, btc?.minQuantity, btc?.minNotional];
    expect(figures.map(String)).toEqual(['0.001', '0.1', '0.001', '5']);
  });

  it('an emptied list never replaces the one that is held', async () => {
    await venue.reader.instruments();
    bybit.server.fault('empty-instruments', 'instruments-info');
    expect((await venue.reader.instruments()).read).toBe('unknown');
    expect((await venue.reader.positions()).read).toBe('complete');
  });

  it('marks and candles', async () => {
    const [btc] = rowsOf(await venue.reader.marks());
    expect([btc?.symbol, String(btc?.mark), String(btc?.spread)]).toEqual([BTC, '60000', '0.0002']);
    const hour = 3_600_000;
    const to = ms(Math.floor(Date.now() / hour) * hour);
    const request = { symbol: BTC, timeframe: '1h', since: ms(to - 5 * hour), to } as const;
    const candles = rowsOf(await venue.candles(request));
    expect(candles.map((candle) => candle.openMs)).toEqual(
      [5, 4, 3, 2, 1].map((n) => to - n * hour),
    );
  });
});

describe('the life of a position', () => {
  it('an entry at market: a fill with our id and no funding, a position, an end', async () => {
    const entry = order('entry');
    expect(await venue.trader.place(entry, never)).toMatchObject({ kind: 'accepted' });
    expect(rowsOf(await venue.reader.positions())).toMatchObject([{ symbol: BTC, side: 'long' }]);
    expect(rowsOf(await venue.reader.fills(since))).toMatchObject([
      { clientOrderId: entry.clientOrderId, side: 'buy', kind: 'trade' },
    ]);
    expect(await ended(entry.clientOrderId)).toMatchObject({ state: 'filled' });
    const [account] = rowsOf(await venue.reader.account());
    expect(account?.initialMargin.gt(0)).toBe(true);
  });

  it('a stop and a target rest, are amended and cancelled by our id', async () => {
    await venue.trader.place(order('entry'), never);
    const stop = order('stop', { type: 'stop', stopPrice: price('50000') });
    const target = order('target', { type: 'take_profit', stopPrice: price('70000') });
    for (const one of [stop, target]) {
      expect(await venue.trader.place(one, never)).toMatchObject({ kind: 'accepted' });
    }
    const change = { stopPrice: price('51000'), quantity: quantity('0.005') };
    expect(await venue.trader.amend(stop.clientOrderId, change, never)).toMatchObject({
      kind: 'accepted',
    });
    const open = rowsOf(await venue.reader.openOrders());
    expect(open.map(({ type }) => type)).toEqual(['stop', 'take_profit']);
    expect([String(open[0]?.stopPrice), String(open[0]?.quantity)]).toEqual(['51000', '0.005']);
    for (const { clientOrderId } of [stop, target]) {
      expect(await venue.trader.cancel(clientOrderId, never)).toMatchObject({ kind: 'accepted' });
      expect(await ended(clientOrderId)).toMatchObject({ state: 'cancelled' });
      expect(await venue.trader.cancel(clientOrderId, never)).toMatchObject({ kind: 'rejected' });
    }
    expect(rowsOf(await venue.reader.openOrders())).toEqual([]);
  });

  it('a stop of a short buys, on the way up', async () => {
    await venue.trader.place(order('entry', { side: 'sell' }), never);
    const stop = order('stop', { side: 'buy', type: 'stop', stopPrice: price('65000') });
    expect(await venue.trader.place(stop, never)).toMatchObject({ kind: 'accepted' });
    expect(rowsOf(await venue.reader.openOrders())).toMatchObject([{ type: 'stop', side: 'buy' }]);
    bybit.exchange.setMark('BTCUSDT', '66000');
    expect(rowsOf(await venue.reader.positions())).toEqual([]);
    expect(rowsOf(await venue.reader.fills(since)).at(-1)).toMatchObject({
      ...{ clientOrderId: stop.clientOrderId, side: 'buy' },
    });
    expect(await ended(stop.clientOrderId)).toMatchObject({ state: 'filled', type: 'stop' });
  });

  it('after a restart, an order of before is found and cancelled', async () => {
    const resting = order('entry', { type: 'limit', price: price('50000') });
    await venue.trader.place(resting, never);
    const restarted = await bybit.venue();
    expect(await restarted.trader.cancel(resting.clientOrderId, never)).toMatchObject({
      kind: 'accepted',
    });
    expect(await restarted.trader.cancel(order('entry').clientOrderId, never)).toEqual({
      kind: 'rejected',
      reason: 'notFound',
    });
  });

  it('a state is believed when it was read again: late is accepted, never seen is in doubt', async () => {
    bybit.world.hiddenLooks = 2;
    const late = order('entry', { type: 'limit', price: price('50000') });
    expect(await venue.trader.place(late, never)).toMatchObject({ kind: 'accepted' });
    bybit.world.hiddenLooks = 3;
    const unseen = order('entry', { type: 'limit', price: price('50000') });
    expect(await venue.trader.place(unseen, never)).toEqual({
      kind: 'in_doubt',
      evidence: 'taken, and not to be seen yet',
    });
    expect(rowsOf(await venue.reader.openOrders())).toHaveLength(2);
  });

  it('an immediate order without a price is over, and was no order', async () => {
    const entry = order('entry', { type: 'limit', timeInForce: 'ioc', price: price('50000') });
    expect(await venue.trader.place(entry, never)).toEqual({
      kind: 'rejected',
      reason: 'Cancelled: EC_NoImmediateQtyToFill',
    });
  });

  it('a cancel that came after the fill says so', async () => {
    const resting = order('entry', { type: 'limit', price: price('50000') });
    await venue.trader.place(resting, never);
    bybit.exchange.fillPart(resting.clientOrderId, '0.01');
    const answered = {
      retCode: 0,
      retMsg: 'OK',
      time: Date.now(),
      result: { orderId: '1', orderLinkId: resting.clientOrderId },
    };
    bybit.server.fault({ status: 200, body: answered }, 'cancel');
    expect(await venue.trader.cancel(resting.clientOrderId, never)).toEqual({
      kind: 'rejected',
      reason: 'filled',
    });
  });

  it('lists come in pages and are whole', async () => {
    bybit.world.mostRows = 2;
    for (let round = 0; round < 5; round += 1) {
      await venue.trader.place(order('entry', { type: 'limit', price: price('50000') }), never);
      await venue.trader.place(order('entry', { symbol: ETH, quantity: quantity('0.01') }), never);
    }
    expect(rowsOf(await venue.reader.openOrders())).toHaveLength(5);
    expect(rowsOf(await venue.reader.fills(since))).toHaveLength(5);
    expect(rowsOf(await venue.reader.orderHistory(since))).toHaveLength(5);
  }, 15_000);

  it('what was paid in or out is told apart from profit', async () => {
    expect(String(rowsOf(await venue.reader.account())[0]?.netDeposits)).toBe('0');
    bybit.exchange.transfer('500');
    bybit.exchange.transfer('-200');
    expect(String(rowsOf(await venue.reader.account())[0]?.netDeposits)).toBe('300');
    const restarted = await bybit.venue({ depositsSince: since });
    expect(String(rowsOf(await restarted.reader.account())[0]?.netDeposits)).toBe('300');
    bybit.exchange.transfer('1', 'BTC');
    expect(await venue.reader.account()).toMatchObject({ read: 'unknown' });
  });
});

describe('the clock of the venue', () => {
  it('is measured before the first signed call, and what is signed bears its time', async () => {
    bybit.world.clockAheadMs = 3_600_000;
    expect((await venue.reader.account()).read).toBe('complete');
    expect(bybit.server.asked).toEqual(['GET /v5/market/time', 'GET /v5/account/wallet-balance']);
  });

  it('is measured anew after a refusal, and the order is not sent again by itself', async () => {
    await venue.reader.instruments();
    await venue.reader.account();
    bybit.world.clockAheadMs = -3_600_000;
    bybit.server.clear();
    expect(await venue.trader.place(order('entry'), never)).toMatchObject({ kind: 'rejected' });
    expect(bybit.server.asked).toEqual(['POST /v5/order/create']);
    expect(await venue.trader.place(order('entry'), never)).toMatchObject({ kind: 'accepted' });
    expect(bybit.server.asked.slice(1, 3)).toEqual([
      'GET /v5/market/time',
      'POST /v5/order/create',
    ]);
  });
});

describe('the account and the key', () => {
  it('hedge mode is refused with an explanation, before and with a position', async () => {
    await venue.trader.place(order('entry'), never);
    bybit.world.hedged = true;
    expect(rowsOf(await venue.checkKey())[0]?.refusal).toContain('choose one-way mode');
    expect(await venue.reader.positions()).toMatchObject({ read: 'unknown' });
    expect(await venue.trader.place(order('entry'), never)).toEqual({
      kind: 'rejected',
      reason: '10001 position idx not match position mode',
    });
  });

  it.each([
    [
      {},
      {
        canTrade: true,
        canWithdraw: false,
        canTransfer: false,
        ipAllowList: true,
        name: 'the bot',
      },
    ],
    [{ readOnly: 1 }, { canTrade: false }],
    [{ ips: ['*'] }, { ipAllowList: false }],
    [{ permissions: { ContractTrade: ['Order'], Wallet: ['Withdraw'] } }, { canWithdraw: true }],
    [
      { permissions: { ContractTrade: [], Wallet: ['AccountTransfer'] } },
      { canTrade: false, canTransfer: true },
    ],
  ])('%j: %j', async (change, expected) => {
    Object.assign(bybit.world.key, change);
    expect(rowsOf(await venue.checkKey())).toMatchObject([{ ...expected, refusal: null }]);
  });

  it('an account of the older kind is refused', async () => {
    bybit.world.key['uta'] = 0;
    expect(rowsOf(await venue.checkKey())[0]?.refusal).toContain('not a unified account');
  });

  it('without a key: prices as usual, the account unknown, orders denied', async () => {
    const open = await bybit.venue({ credentials: null });
    expect((await open.reader.marks()).read).toBe('complete');
    const unknown = { read: 'unknown', reason: 'auth: no credentials' };
    for (const read of [open.reader.positions(), open.reader.fills(since), open.checkKey()]) {
      expect(await read).toEqual(unknown);
    }
    expect(await open.trader.place(order('entry'), never)).toEqual({
      kind: 'denied',
      code: 'VENUE_AUTH',
    });
  });

  it('key and secret are in no reading, outcome, note or print', async () => {
    const notes: unknown[] = [];
    const noted = await bybit.venue({ onRequest: (note) => notes.push(note), timeoutMs: ms(300) });
    for (const action of ['truncate', 'reset', 'maintenance']) {
      bybit.server.fault(action, 'wallet-balance');
      notes.push(await noted.reader.account());
      bybit.server.fault(action, 'create');
      notes.push(await noted.trader.place(order('entry'), never));
    }
    notes.push(await noted.checkKey(), noted);
    const printed = inspect(notes, { depth: 20, showHidden: true }) + JSON.stringify(notes);
    for (const canary of [BYBIT_KEY, BYBIT_SECRET, 'X-BAPI']) expect(printed).not.toContain(canary);
  });
});

it('a cycle asks for this much', async () => {
  await venue.reader.instruments();
  await venue.reader.positions();
  bybit.server.clear();
  await venue.reader.account();
  await venue.reader.marks();
  await venue.reader.positions();
  await venue.reader.openOrders();
  await venue.reader.fills(since);
  expect(bybit.server.asked).toHaveLength(5);
});
