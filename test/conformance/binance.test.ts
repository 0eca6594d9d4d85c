/**
 * Binance USDⓈ-M through the unmodified library, with real signatures, against a local server: the life of a
 * position in both order services, the venue's clock, the account and the key.
 */
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ms } from '../../src/domain/clock.ts';
import { decimal, price, quantity } from '../../src/domain/decimal.ts';
import type { LiveVenue } from '../../src/venue/ccxt/live-venue.ts';
import type { RehearsedBinance } from '../support/rehearsed-binance.ts';
import { BINANCE_KEY, BINANCE_SECRET, rehearseBinance } from '../support/rehearsed-binance.ts';
import { BTC, ETH, never, order, rowsOf } from './order-world.ts';

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

async function ended(id: string) {
  return rowsOf(await venue.reader.orderHistory(since)).find((row) => row.clientOrderId === id);
}

describe('markets', () => {
  it('steps, minimums, leverage and names; dated contracts are not ours', async () => {
    const rows = rowsOf(await venue.reader.instruments());
    expect(rows.map((row) => row.symbol)).toEqual([
      'BTC/USDT:USDT',
      'ETH/USDT:USDT',
      'GALA/USDT:USDT',
      '1000PEPE/USDT:USDT',
    ]);
    const [btc] = rows;
    expect(btc).toMatchObject({ venueId: 'BTCUSDT', maxLeverage: 125 });
    const figures = [btc?.lotStep, btc?.tickSize, btc?.minQuantity, btc?.minNotional];
    expect(figures.map(String)).toEqual(['0.001', '0.1', '0.001', '5']);
  });

  it('an emptied list never replaces the one that is held', async () => {
    await venue.reader.instruments();
    binance.server.fault('empty-instruments', 'exchangeInfo');
    expect((await venue.reader.instruments()).read).toBe('unknown');
    expect((await venue.reader.positions()).read).toBe('complete');
  });

  it('marks: the mark, the last trade, the volume and the spread of every market', async () => {
    const rows = rowsOf(await venue.reader.marks());
    expect(rows).toHaveLength(4);
    const [btc] = rows;
    expect([btc?.symbol, String(btc?.mark), String(btc?.spread)]).toEqual([BTC, '60000', '0.0002']);
  });

  it('candles are closed ones, whole and in order', async () => {
    const hour = 3_600_000;
    const to = ms(Math.floor(Date.now() / hour) * hour);
    const request = { symbol: BTC, timeframe: '1h', since: ms(to - 5 * hour), to } as const;
    expect(rowsOf(await venue.candles(request))).toHaveLength(5);
    binance.server.fault({ status: 200, body: '[[1,"2"]]' }, 'klines');
    expect((await venue.candles(request)).read).toBe('unknown');
  });
});

describe('the life of a position', () => {
  it('an entry at market is a fill with our id, a position and an end', async () => {
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

  it('a stop and a target wait in the conditional service and are cancelled there by our id', async () => {
    await venue.trader.place(order('entry'), never);
    const stop = order('stop', { type: 'stop', stopPrice: price('50000') });
    const target = order('target', { type: 'take_profit', stopPrice: price('70000') });
    for (const one of [stop, target]) {
      expect(await venue.trader.place(one, never)).toMatchObject({ kind: 'accepted' });
    }
    expect(binance.server.asked.filter((one) => one.startsWith('POST'))).toEqual([
      'POST /fapi/v1/order',
      'POST /fapi/v1/algoOrder',
      'POST /fapi/v1/algoOrder',
    ]);
    const open = rowsOf(await venue.reader.openOrders());
    expect(open.map(({ type }) => type)).toEqual(['stop', 'take_profit']);
    expect(open).toMatchObject([{ reduceOnly: true, state: 'live', side: 'sell' }, {}]);
    for (const { clientOrderId } of [stop, target]) {
      expect(await venue.trader.cancel(clientOrderId, never)).toMatchObject({ kind: 'accepted' });
      expect(await ended(clientOrderId)).toMatchObject({ state: 'cancelled' });
      expect(await venue.trader.cancel(clientOrderId, never)).toMatchObject({ kind: 'rejected' });
    }
    expect(rowsOf(await venue.reader.openOrders())).toEqual([]);
  });

  it('a stop that fires: its fill bears our id, though its order has another name', async () => {
    await venue.trader.place(order('entry'), never);
    const stop = order('stop', { type: 'stop', stopPrice: price('55000') });
    await venue.trader.place(stop, never);
    binance.exchange.setMark('BTCUSDT', '54000');
    expect(rowsOf(await venue.reader.positions())).toEqual([]);
    expect(rowsOf(await venue.reader.fills(since)).at(-1)).toMatchObject({
      ...{ clientOrderId: stop.clientOrderId, side: 'sell' },
    });
    expect(await ended(stop.clientOrderId)).toMatchObject({ state: 'filled', type: 'stop' });
    const history = rowsOf(await venue.reader.orderHistory(since));
    expect(history.map((row) => row.clientOrderId)).toContain(stop.clientOrderId);
    expect(history).toHaveLength(2);
  });

  it('after a restart, an order of before is found, cancelled and its fills are ours', async () => {
    const resting = order('entry', { type: 'limit', price: price('50000') });
    await venue.trader.place(resting, never);
    const entry = order('entry', { symbol: ETH, quantity: quantity('1') });
    await venue.trader.place(entry, never);
    const stop = order('stop', {
      symbol: ETH,
      type: 'stop',
      stopPrice: price('2500'),
      quantity: quantity('1'),
    });
    await venue.trader.place(stop, never);
    const restarted = await binance.venue();
    expect(await restarted.trader.cancel(stop.clientOrderId, never)).toMatchObject({
      kind: 'accepted',
    });
    expect(await restarted.trader.cancel(resting.clientOrderId, never)).toMatchObject({
      kind: 'accepted',
    });
    expect(rowsOf(await restarted.reader.fills(since))).toMatchObject([
      { clientOrderId: entry.clientOrderId, symbol: ETH },
    ]);
  });

  it('a resting limit order is amended; a waiting stop cannot be', async () => {
    const resting = order('entry', { type: 'limit', price: price('50000') });
    await venue.trader.place(resting, never);
    const change = { price: price('51000'), quantity: quantity('0.02') };
    expect(await venue.trader.amend(resting.clientOrderId, change, never)).toMatchObject({
      kind: 'accepted',
    });
    const [row] = rowsOf(await venue.reader.openOrders());
    expect([String(row?.price), String(row?.quantity)]).toEqual(['51000', '0.02']);
    await venue.trader.place(order('entry'), never);
    const stop = order('stop', { type: 'stop', stopPrice: price('40000') });
    await venue.trader.place(stop, never);
    expect(
      await venue.trader.amend(stop.clientOrderId, { stopPrice: price('41000') }, never),
    ).toEqual({
      kind: 'denied',
      code: 'AMEND_UNSUPPORTED',
    });
  });

  it('an immediate order without a price is over, and was no order', async () => {
    const entry = order('entry', { type: 'limit', timeInForce: 'ioc', price: price('50000') });
    expect(await venue.trader.place(entry, never)).toEqual({ kind: 'rejected', reason: 'EXPIRED' });
    expect(await ended(entry.clientOrderId)).toMatchObject({ state: 'expired' });
  });

  it('a market that was traded by hand is found by what it paid', async () => {
    const hand = {
      market: 'GALAUSDT',
      clientId: 'web_1',
      kind: 'market',
      trigger: null,
      price: null,
    } as const;
    const rest = {
      quantity: decimal('1000'),
      immediate: false,
      postOnly: false,
      reduceOnly: false,
    };
    binance.exchange.place({ ...hand, ...rest, side: 'buy' });
    binance.exchange.place({ ...hand, ...rest, clientId: 'web_2', side: 'sell' });
    const fills = rowsOf(await venue.reader.fills(since));
    expect(fills.map((fill) => fill.clientOrderId)).toEqual(['web_1', 'web_2']);
  });

  it('a fee in another coin is valued in the quote currency', async () => {
    binance.world.feeCoin = 'BNB';
    await venue.trader.place(order('entry'), never);
    const [fill] = rowsOf(await venue.reader.fills(since));
    expect(fill?.fee.toFixed(6)).toBe('0.300000');
  });

  it('what was paid in or out is told apart from profit, and asked for only when money moved', async () => {
    const before = rowsOf(await venue.reader.account())[0];
    expect(String(before?.netDeposits)).toBe('0');
    await venue.reader.account();
    expect(binance.server.asked.filter((one) => one.endsWith('income'))).toEqual([]);
    binance.exchange.transfer('500');
    binance.exchange.transfer('-200');
    const [after] = rowsOf(await venue.reader.account());
    expect([String(after?.netDeposits), String(after?.balance)]).toEqual(['300', '10300']);
    binance.exchange.transfer('1', 'BTC');
    expect(await venue.reader.account()).toMatchObject({ read: 'unknown' });
  });
});

describe('the clock of the venue', () => {
  it('is measured before the first signed call, and what is signed bears its time', async () => {
    binance.world.clockAheadMs = 3_600_000;
    expect((await venue.reader.account()).read).toBe('complete');
    expect(binance.server.asked).toEqual(['GET /fapi/v1/time', 'GET /fapi/v3/account']);
    const [time] = rowsOf(await venue.serverTime());
    expect(Math.round(time!.offsetMs / 60_000)).toBe(60);
  });

  it('is measured anew after a refusal, and the order is not sent again by itself', async () => {
    await venue.reader.instruments();
    binance.world.clockAheadMs = -3_600_000;
    binance.server.clear();
    const refused = await venue.trader.place(order('entry'), never);
    expect(refused).toMatchObject({ kind: 'rejected' });
    expect(binance.server.asked).toEqual(['POST /fapi/v1/order']);
    expect(await venue.trader.place(order('entry'), never)).toMatchObject({ kind: 'accepted' });
    expect(binance.server.asked.slice(1)).toEqual(['GET /fapi/v1/time', 'POST /fapi/v1/order']);
  });
});

describe('the account and the key', () => {
  it('hedge mode is refused with an explanation, before and with a position', async () => {
    binance.world.hedged = true;
    const [rights] = rowsOf(await venue.checkKey());
    expect(rights?.refusal).toContain('choose one-way mode');
    const reading = await venue.reader.positions();
    expect(reading).toMatchObject({ read: 'unknown' });
    binance.world.hedged = false;
    await venue.trader.place(order('entry'), never);
    expect(rowsOf(await venue.reader.positions())).toHaveLength(1);
    binance.world.hedged = true;
    expect((await venue.reader.positions()).read).toBe('unknown');
  });

  it.each([
    [{}, { canTrade: true, canWithdraw: false, canTransfer: false, ipAllowList: true }],
    [{ enableWithdrawals: true }, { canWithdraw: true }],
    [{ permitsUniversalTransfer: true }, { canTransfer: true }],
    [{ enableInternalTransfer: true }, { canTransfer: true }],
    [{ ipRestrict: false }, { ipAllowList: false }],
    [{ enableFutures: false }, { canTrade: false }],
  ])('%j: %j', async (change, expected) => {
    Object.assign(binance.world.rights, change);
    expect(rowsOf(await venue.checkKey())).toMatchObject([{ ...expected, refusal: null }]);
  });

  it('without a key: prices and candles as usual, the account unknown, orders denied', async () => {
    const open = await binance.venue({ credentials: null });
    expect(rowsOf(await open.reader.instruments())[0]).toMatchObject({ maxLeverage: 20 });
    expect((await open.reader.marks()).read).toBe('complete');
    const unknown = { read: 'unknown', reason: 'auth: no credentials' };
    for (const read of [open.reader.positions(), open.reader.openOrders(), open.reader.account()]) {
      expect(await read).toEqual(unknown);
    }
    expect(await open.trader.place(order('entry'), never)).toEqual({
      kind: 'denied',
      code: 'VENUE_AUTH',
    });
  });

  it('are in no reading, outcome, note or print', async () => {
    const notes: unknown[] = [];
    const noted = await binance.venue({
      onRequest: (note) => notes.push(note),
      timeoutMs: ms(300),
    });
    for (const action of ['truncate', 'reset', 'maintenance']) {
      binance.server.fault(action, 'account');
      notes.push(await noted.reader.account());
      binance.server.fault(action, 'order', 'POST');
      notes.push(await noted.trader.place(order('entry'), never));
    }
    notes.push(await noted.checkKey(), noted);
    const printed = inspect(notes, { depth: 20, showHidden: true }) + JSON.stringify(notes);
    for (const canary of [BINANCE_KEY, BINANCE_SECRET, 'signature']) {
      expect(printed).not.toContain(canary);
    }
  });
});

it('a cycle asks for this much, and nothing is sent to a host that is not the venue', async () => {
  await venue.reader.instruments();
  await venue.reader.positions();
  binance.server.clear();
  await venue.reader.account();
  await venue.reader.marks();
  await venue.reader.positions();
  await venue.reader.openOrders();
  await venue.reader.fills(since);
  expect(binance.server.asked).toHaveLength(9);
  const elsewhere = await binance.venue({
    hostMap: { 'testnet.binance.vision': binance.server.url },
    rehearse: undefined as never,
  });
  expect(await elsewhere.reader.marks()).toMatchObject({ read: 'unknown' });
});
