/** The wake-up of a live venue, over the library's own WebSocket code, against the rehearsed venue. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { wallClock } from '../../src/domain/clock.ts';
import { symbol, type Symbol } from '../../src/domain/symbol.ts';
import { openKrakenWake } from '../../src/venue/ccxt/kraken/wake.ts';
import type { Wake, WakeNews } from '../../src/venue/ccxt/live-venue.ts';
import type { RehearsedKraken } from './rehearsed-kraken.ts';
import { rehearseKraken, secret } from './rehearsed-kraken.ts';

const BTC = symbol('BTC/USD:USD');
let kraken: RehearsedKraken;
let wake: Wake;
let news: WakeNews[] = [];
let stir = (): void => undefined;

beforeAll(async () => {
  kraken = await rehearseKraken('wake');
});
beforeEach(async () => {
  await kraken.control('POST', 'clear');
  news = [];
});
afterEach(() => wake.close());
afterAll(() => kraken.close());

async function listen(
  how: { apiSecret?: string; isPublic?: boolean; symbols?: readonly Symbol[] } = {},
): Promise<void> {
  const { url, apiKey, apiSecret } = kraken.rehearsal;
  const keys = { apiKey: secret(apiKey), apiSecret: secret(how.apiSecret ?? apiSecret) };
  wake = await openKrakenWake({
    credentials: how.isPublic === true ? null : keys,
    clock: wallClock(),
    version: '0',
    rehearse: url,
    symbols: () => how.symbols ?? [],
    onNews: (each) => {
      news.push(each);
      stir();
    },
  });
}

/** Resolves with the next news of a kind that was not there before. */
async function next<K extends WakeNews['kind']>(kind: K): Promise<WakeNews & { kind: K }> {
  for (;;) {
    const at = news.findIndex((each) => each.kind === kind);
    if (at >= 0) return news.splice(0, at + 1)[at] as WakeNews & { kind: K };
    await new Promise<void>((resolve) => (stir = resolve));
  }
}

const order = (fields: object) =>
  kraken.control('POST', 'order', { symbol: 'PF_XBTUSD', size: '0.01', side: 'buy', ...fields });
const price = (written: string) =>
  kraken.control('POST', 'price', { symbol: 'PF_XBTUSD', price: written });

describe('something happened', () => {
  it('connected, then a fill and an order, each with its market', async () => {
    await listen();
    await next('connected');
    expect(wake.isConnected()).toBe(true);
    const filled = next('fill');
    await order({ orderType: 'mkt' });
    expect(await filled).toEqual({ kind: 'fill', symbol: BTC });
    await order({ orderType: 'lmt', limitPrice: '1000', cliOrdId: 'k-1' });
    await order({ orderType: 'lmt', limitPrice: '1001', cliOrdId: 'k-2' });
    expect(await next('order')).toEqual({ kind: 'order', symbol: BTC });
  });

  it('a position that opened and one that went, and not the price of one that is held', async () => {
    await listen();
    await next('connected');
    await order({ orderType: 'mkt', symbol: 'PF_ETHUSD' });
    const eth = { kind: 'position', symbol: 'ETH/USD:USD' };
    expect(await next('position')).toEqual(eth);
    await kraken.control('POST', 'price', { symbol: 'PF_ETHUSD', price: '3000' });
    await order({ orderType: 'mkt', symbol: 'PF_ETHUSD', side: 'sell', reduceOnly: 'true' });
    expect(await next('position')).toEqual(eth);
    await order({ orderType: 'lmt', limitPrice: '1000', cliOrdId: 'k-3' });
    await next('order');
    expect(news.filter(({ kind }) => kind === 'position')).toEqual([]);
  });

  it('a price, without a key', async () => {
    await listen({ isPublic: true, symbols: [BTC] });
    await next('connected');
    await price('50000');
    expect(await next('price')).toEqual({ kind: 'price', symbol: BTC });
    expect(news.filter(({ kind }) => kind !== 'price')).toEqual([]);
  });
});

describe('a connection', () => {
  it('that is lost is told, and made again', async () => {
    await listen();
    await next('connected');
    await kraken.control('POST', 'faults', [
      { match: { feed: 'fills' }, times: 1, action: 'drop-connection' },
    ]);
    await order({ orderType: 'mkt' });
    const lost = await next('disconnected');
    expect(lost.reason).toContain('NetworkError');
    expect(lost.retryMs).toBe(1_000);
    await next('connected');
    await order({ orderType: 'mkt' });
    await next('fill');
  });

  it('that the venue refuses is tried again, later each time', async () => {
    await kraken.control('POST', 'faults', [
      { match: { path: '/ws/v1' }, times: 2, action: 'maintenance' },
    ]);
    await listen();
    const waits = [(await next('disconnected')).retryMs, (await next('disconnected')).retryMs];
    expect(waits).toEqual([1_000, 2_000]);
    await next('connected');
  });

  it('with a wrong secret is no connection, and says nothing of the secret', async () => {
    const wrong = Buffer.from('not the secret').toString('base64');
    await listen({ apiSecret: wrong });
    const { reason } = await next('disconnected');
    expect(reason).toContain('Failed to subscribe to authenticated feed');
    expect(reason).not.toContain(wrong);
  });

  it('that was closed tells nothing more', async () => {
    await listen();
    await next('connected');
    await wake.close();
    expect(wake.isConnected()).toBe(false);
    news = [];
    await order({ orderType: 'mkt' });
    expect(news).toEqual([]);
  });
});
