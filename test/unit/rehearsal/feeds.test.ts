/** The feeds over WebSocket, as a plain client meets them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MINUTE } from '../../../src/domain/clock.ts';
import { signatureOf } from '../../../src/venue/rehearsal/authenticate.ts';
import { feedClient, type FeedClient } from '../../support/feed-client.ts';
import { rehearsalWorld, type Body, type RehearsalWorld } from '../../support/rehearsal-world.ts';

let world: RehearsalWorld;
let client: FeedClient;
beforeEach(async () => {
  world = await rehearsalWorld();
  client = await feedClient(world.url, world.credentials);
});
afterEach(async () => {
  client.close();
  await world.close();
});

const BUY = { orderType: 'mkt', symbol: 'PF_XBTUSD', side: 'buy', size: '0.1' };
const LIMIT = { ...BUY, orderType: 'lmt', limitPrice: '55000', cliOrdId: 'tc-1' };
const priceOf = (price: number) =>
  world.control('POST', 'price', { symbol: 'PF_XBTUSD', price: String(price) });

const tickers = () =>
  client.heard.filter(({ feed, event }) => feed === 'ticker' && event === undefined);

async function subscribed(feed: string): Promise<void> {
  client.say({ event: 'subscribe', feed, ...(await client.sign()) });
  await client.next({ event: 'subscribed', feed });
}

it('the signature of a challenge is that of the protocol document', () => {
  const secret = 'bGFiLXNlY3JldC0wMTIzNDU2Nzg5YWJjZGVm';
  const query = 'c094497e-9b5f-40da-a122-3751c39b107f';
  expect(signatureOf(secret, { path: '', query, body: '', nonce: null })).toBe(
    'L0PxhtDs4GWaOh7kKXIMt8OyBYL6GIQeG/3OX1StqB/52OHiIb1fOCMd03/RNTWV/Yv1dE2EAySQEEyAGC+Nbg==',
  );
});

describe('a connection', () => {
  it('is greeted, and answers a ping', async () => {
    expect(await client.next({ event: 'info' })).toEqual({ event: 'info', version: 1 });
    client.say({ event: 'ping' });
    await client.next({ event: 'pong' });
  });

  it.each<[string, Body | string, Body]>([
    ['no JSON', '{', { event: 'error', message: 'Json Error' }],
    ['an unknown event', { event: 'dance' }, { event: 'error', message: 'Bad request' }],
    [
      'an unknown feed',
      { event: 'subscribe', feed: 'gossip' },
      { event: 'error', message: 'Invalid feed' },
    ],
    [
      'no market',
      { event: 'subscribe', feed: 'ticker' },
      { event: 'error', message: 'Invalid product id' },
    ],
    [
      'an unknown market',
      { event: 'subscribe', feed: 'ticker', product_ids: ['PF_NOPEUSD'] },
      { event: 'error', message: 'Invalid product id' },
    ],
    [
      'a feed of the account without a signature',
      { event: 'subscribe', feed: 'fills' },
      { event: 'alert', message: 'Failed to subscribe to authenticated feed' },
    ],
    [
      'another key',
      { event: 'challenge', api_key: 'somebody' },
      { event: 'alert', message: 'Failed to subscribe to authenticated feed' },
    ],
    [
      'an end of what never began',
      { event: 'unsubscribe', feed: 'ticker', product_ids: ['PF_XBTUSD'] },
      { event: 'unsubscribed_failed', feed: 'ticker', product_ids: ['PF_XBTUSD'] },
    ],
  ])('with %s is told so', async (_what, said, answer) => {
    await client.next({ event: 'info' });
    client.say(said);
    expect(await client.next({ event: answer['event'] })).toEqual(answer);
  });

  it('with a wrong secret gets no feed of the account', async () => {
    const wrong = await client.sign(Buffer.from('wrong').toString('base64'));
    client.say({ event: 'subscribe', feed: 'fills', ...wrong });
    await client.next({ event: 'alert' });
    await world.order(BUY);
    client.say({ event: 'ping' });
    await client.next({ event: 'pong' });
    expect(client.heard.filter((message) => 'feed' in message)).toEqual([]);
  });

  it('with an old challenge gets none either', async () => {
    const old = await client.sign();
    await client.sign();
    client.say({ event: 'subscribe', feed: 'fills', ...old });
    await client.next({ event: 'alert' });
  });

  it('that asks twice is warned and told how things stand again', async () => {
    client.subscribe('ticker', ['PF_XBTUSD']);
    await client.next({ feed: 'ticker', seq: 0 });
    client.subscribe('ticker', ['PF_XBTUSD']);
    expect(await client.next({ event: 'alert' })).toMatchObject({
      message: 'Already subscribed to feed, re-requesting',
    });
    await client.next({ feed: 'ticker', seq: 1 });
  });

  it('is only taken at its path', async () => {
    const elsewhere = feedClient(`${world.url}/elsewhere`, world.credentials);
    await expect(elsewhere).rejects.toThrow();
  });
});

describe('feeds of markets', () => {
  it('ticker: how it stands, then what changes, until it is not wanted any more', async () => {
    client.subscribe('ticker', ['PF_XBTUSD']);
    expect(await client.next({ feed: 'ticker' })).toMatchObject({
      ...{ product_id: 'PF_XBTUSD', last: 60_000, bid: 59_999, ask: 60_001, suspended: false },
      ...{ funding_rate: 0.24, relative_funding_rate: 0.000004 },
    });
    await priceOf(61_000);
    expect(await client.next({ feed: 'ticker' })).toMatchObject({ last: 61_000, seq: 1 });
    client.say({ event: 'unsubscribe', feed: 'ticker', product_ids: ['PF_XBTUSD'] });
    await client.next({ event: 'unsubscribed' });
    await priceOf(62_000);
    client.say({ event: 'ping' });
    await client.next({ event: 'pong' });
    expect(tickers()).toHaveLength(2);
  });

  it('ticker_lite and heartbeat', async () => {
    client.subscribe('ticker_lite', ['PF_XBTUSD']);
    const lite = await client.next({ feed: 'ticker_lite' });
    expect(lite).toMatchObject({ bid: 59_999, tag: 'perpetual' });
    expect(lite).not.toHaveProperty('markPrice');
    client.subscribe('heartbeat');
    expect(await client.next({ feed: 'heartbeat' })).toMatchObject({
      time: expect.any(Number) as number,
    });
  });

  it('book: a snapshot, then levels that go and come', async () => {
    client.subscribe('book', ['PF_XBTUSD']);
    expect(await client.next({ feed: 'book_snapshot' })).toMatchObject({
      bids: expect.arrayContaining([{ price: 59_999, qty: 0.01 }]) as unknown,
      seq: 0,
    });
    await priceOf(61_000);
    expect(await client.next({ feed: 'book', price: 59_999 })).toMatchObject({
      ...{ side: 'buy', qty: 0, seq: 1 },
    });
    await client.next({ feed: 'book', price: 60_999, side: 'buy', qty: 0.01 });
  });

  it('trade: the last minutes, then each new one', async () => {
    client.subscribe('trade', ['PF_XBTUSD']);
    const { trades } = await client.next({ feed: 'trade_snapshot' });
    expect(trades).toHaveLength(10);
    world.pass(MINUTE);
    await world.get('openorders');
    expect(await client.next({ feed: 'trade' })).toMatchObject({ price: 60_000, type: 'fill' });
  });
});

describe('feeds of the account', () => {
  it('fills: those that were, then each new one with the id of the client', async () => {
    await world.order(BUY);
    await subscribed('fills');
    const { fills } = await client.next({ feed: 'fills_snapshot' });
    expect(fills).toMatchObject([{ instrument: 'PF_XBTUSD', buy: true, qty: 0.1 }]);
    await world.order({ ...BUY, side: 'sell', cliOrdId: 'tc-2' });
    expect(await client.next({ feed: 'fills' })).toMatchObject({
      fills: [{ buy: false, cli_ord_id: 'tc-2', fill_type: 'taker', fee_currency: 'USD', seq: 1 }],
      seq: 1,
    });
  });

  it.each(['open_orders', 'open_orders_verbose'])('%s: placed, edited, cancelled', async (feed) => {
    await subscribed(feed);
    expect(await client.next({ feed: `${feed}_snapshot` })).toMatchObject({ orders: [] });
    const { order_id: id } = await world.order(LIMIT);
    expect(await client.next({ feed })).toMatchObject({
      order: { order_id: id, qty: 0.1, limit_price: 55_000, direction: 0, type: 'limit' },
      ...{ is_cancel: false, reason: 'new_placed_order_by_user' },
    });
    await world.post('editorder', `orderId=${id}&limitPrice=54000`);
    expect(await client.next({ feed })).toMatchObject({
      order: { limit_price: 54_000 },
      reason: 'edited_by_user',
    });
    await world.post('cancelorder', `order_id=${id}`);
    expect(await client.next({ feed })).toMatchObject({
      ...{ order_id: id, cli_ord_id: 'tc-1', is_cancel: true, reason: 'cancelled_by_user' },
    });
  });

  it('open_orders: one that is filled ends by it', async () => {
    await subscribed('open_orders');
    await world.order(LIMIT);
    await client.next({ feed: 'open_orders', is_cancel: false });
    await priceOf(54_000);
    world.pass(MINUTE);
    await world.get('openorders');
    expect(await client.next({ feed: 'open_orders' })).toMatchObject({
      ...{ is_cancel: true, reason: 'full_fill' },
    });
  });

  it('open_positions: the whole list after each change, empty when flat', async () => {
    await subscribed('open_positions');
    expect(await client.next({ feed: 'open_positions' })).toMatchObject({ positions: [] });
    await world.order({ ...BUY, side: 'sell' });
    expect(await client.next({ feed: 'open_positions' })).toMatchObject({
      positions: [{ instrument: 'PF_XBTUSD', balance: -0.1, entry_price: 60_000 }],
    });
    await world.order(BUY);
    expect(await client.next({ feed: 'open_positions' })).toMatchObject({ positions: [] });
  });

  it('balances and account_log: a deposit and a trade', async () => {
    await subscribed('balances');
    await subscribed('account_log');
    await client.next({ feed: 'balances_snapshot' });
    expect(await client.next({ feed: 'account_log_snapshot' })).toMatchObject({ logs: [] });
    await world.control('POST', 'transfer', { amount: 500 });
    expect(await client.next({ feed: 'balances' })).toMatchObject({
      flex_futures: { currencies: { USD: { quantity: 10_500 } }, margin_equity: 10_500 },
    });
    expect(await client.next({ feed: 'account_log' })).toMatchObject({
      new_entry: { info: 'cross-exchange transfer', new_balance: 10_500 },
    });
    await world.order(BUY);
    expect(await client.next({ feed: 'account_log' })).toMatchObject({
      new_entry: { info: 'futures trade', asset: 'pf_xbtusd' },
    });
  });

  it('notifications_auth: none', async () => {
    await subscribed('notifications_auth');
    expect(await client.next({ feed: 'notifications_auth' })).toMatchObject({ notifications: [] });
  });
});

describe('a fault of a feed', () => {
  const fault = (action: string, feed = 'ticker') =>
    world.faults({ match: { feed }, times: 1, action });
  /** Numbers of the tickers of three price changes. */
  async function numbers(): Promise<unknown[]> {
    for (const price of [61_000, 62_000, 63_000]) {
      await priceOf(price);
    }
    client.say({ event: 'ping' });
    await client.next({ event: 'pong' });
    return tickers().map(({ seq }) => seq);
  }
  beforeEach(async () => {
    client.subscribe('ticker', ['PF_XBTUSD']);
    await client.next({ feed: 'ticker' });
  });

  it('none: they count', async () => {
    expect(await numbers()).toEqual([0, 1, 2, 3]);
  });

  it('drop-connection ends it, and the next connection is as good as new', async () => {
    await fault('drop-connection');
    await priceOf(61_000);
    await client.closed;
    client = await feedClient(world.url, world.credentials);
    client.subscribe('ticker', ['PF_XBTUSD']);
    await client.next({ feed: 'ticker', last: 61_000 });
  });

  it.each([
    ['stall-feed', [0]],
    ['duplicate-message', [0, 1, 1, 2, 3]],
    ['out-of-order', [0, 2, 1, 3]],
    ['wrong-seq', [0, 11, 12, 13]],
  ])('%s: %j', async (action, seen) => {
    await fault(action);
    expect(await numbers()).toEqual(seen);
  });

  it('is for its feed only, and `*` for any', async () => {
    await fault('drop-connection', 'fills');
    expect(await numbers()).toEqual([0, 1, 2, 3]);
    await fault('drop-connection', '*');
    await priceOf(64_000);
    await client.closed;
  });

  it.each([['reset'], ['maintenance'], [{ status: 500 }]])(
    'a connection is refused by a rule for its path: %j',
    async (action) => {
      await world.faults({ match: { path: '/ws/v1' }, times: 1, action });
      await expect(feedClient(world.url, world.credentials)).rejects.toThrow();
      (await feedClient(world.url, world.credentials)).close();
    },
  );
});
