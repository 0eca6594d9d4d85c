/** Opening the venue: what is loaded, what is refused, and that the keys are nowhere to be seen. */
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ms, wallClock } from '../../../../src/domain/clock.ts';
import { quantity } from '../../../../src/domain/decimal.ts';
import type { OrderIntent } from '../../../../src/domain/order.ts';
import { symbol } from '../../../../src/domain/symbol.ts';
import { exchangeFile, loadExchange } from '../../../../src/venue/ccxt/load-exchange.ts';
import { openKrakenVenue } from '../../../../src/venue/ccxt/kraken/open-kraken.ts';
import type { LocalKraken, Route } from './local-kraken.ts';
import { failure, startKraken, status, success } from './local-kraken.ts';

let kraken: LocalKraken;
beforeEach(async () => {
  kraken = await startKraken();
});
afterEach(() => kraken.close());

describe('the library', () => {
  it('is loaded as one file of the pinned package', async () => {
    expect(exchangeFile('krakenfutures')).toMatch(/ccxt\/js\/src\/krakenfutures\.js$/);
    expect((await loadExchange('krakenfutures')).name).toBe('krakenfutures');
  });

  it('that lacks the file is looked for in the whole package, and an unknown exchange is an error', async () => {
    expect(exchangeFile('nosuchexchange')).toBeNull();
    await expect(loadExchange('nosuchexchange')).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

describe('keys', () => {
  const KEY = 'canary-key-5f1e';
  const SECRET = Buffer.from('canary-secret-that-must-stay-hidden').toString('base64');

  it.each([
    ['', SECRET, 'the key of Kraken Futures is malformed'],
    ['two words', SECRET, 'the key of Kraken Futures is malformed'],
    [KEY, '', 'the secret of Kraken Futures is not base64'],
    [KEY, 'canary-$ecret', 'the secret of Kraken Futures is not base64'],
  ])('%j and %j are refused without being named', async (apiKey, apiSecret, message) => {
    const credentials = { apiKey: secret(apiKey), apiSecret: secret(apiSecret) };
    const opening = openKrakenVenue({ credentials, clock: wallClock(), version: '1' });
    await expect(opening).rejects.toMatchObject({ code: 'VENUE_AUTH', message });
  });

  it.each<[string, Route]>([
    ['a refusal', failure('authenticationError')],
    ['a page', status(500, '<html>no</html>')],
    ['a cut wire', (_request, response) => void response.destroy()],
    ['silence', () => undefined],
    ['an empty list', success({ openPositions: [] })],
  ])('are in no reading, outcome, note or print after %s', async (_what, route) => {
    kraken.routes.set('openpositions', route).set('sendorder', route);
    const credentials = { apiKey: secret(KEY), apiSecret: secret(SECRET) };
    const venue = await kraken.open({ credentials, timeoutMs: ms(60) });
    const said = [
      await venue.reader.positions(),
      await venue.reader.account(),
      await venue.trader.cancel(ORDER.clientOrderId, new AbortController().signal),
      await venue.trader.place(ORDER, new AbortController().signal),
      kraken.notes,
      venue,
    ];
    const printed = inspect(said, { depth: 20, showHidden: true }) + JSON.stringify(said);
    expect(kraken.notes.length).toBeGreaterThan(2);
    for (const canary of [KEY, SECRET, 'canary', 'Authent']) expect(printed).not.toContain(canary);
  });
});

it('a venue without a map speaks to the real host only, and with one to the mapped host only', async () => {
  const venue = await kraken.open({ hostMap: { 'demo-futures.kraken.com': kraken.url } });
  const reading = await venue.reader.marks();
  expect(reading).toMatchObject({ read: 'unknown' });
  expect(kraken.requests).toEqual([]);
});

describe('candles', () => {
  const HOUR = 3_600_000;
  const START = 1_699_999_200_000;
  const candle = (index: number, change: object = {}) => ({
    time: START + index * HOUR,
    open: '309.15',
    high: '309.15',
    low: '308.70',
    close: '308.85',
    volume: '12',
    ...change,
  });
  const request = (to: number) =>
    ({
      symbol: symbol('BTC/USD:USD'),
      timeframe: '1h',
      since: ms(START),
      to: ms(START + to * HOUR),
    }) as const;
  const chart = 'trade/PF_XBTUSD/1h';

  it('are closed ones, in order, of the time asked for', async () => {
    const candles = [candle(1), candle(0), candle(2), candle(-1)];
    kraken.routes.set(chart, JSON.stringify({ candles, more_candles: false }));
    const venue = await kraken.open();
    const reading = await venue.candles(request(2));
    expect(reading).toMatchObject({ rows: [{ openMs: START, low: 308.7 }, { volume: 12 }] });
    expect(kraken.requests.at(-1)?.parameters).toEqual({ from: '1699999200', to: '1700006399' });
  });

  it('are asked for in pages', async () => {
    kraken.routes.set(chart, '{"candles":[]}');
    await (await kraken.open()).candles(request(4001));
    expect(kraken.requests.filter(({ path }) => path.includes('/charts/'))).toHaveLength(3);
  });

  it.each([
    ['no list', '{}'],
    ['a page', '<html>no</html>'],
    ['off the grid', JSON.stringify({ candles: [candle(0, { time: START + 1 })] })],
    ['a high below the low', JSON.stringify({ candles: [candle(0, { high: '1' })] })],
    ['a close outside', JSON.stringify({ candles: [candle(0, { close: '400' })] })],
    ['a hole', JSON.stringify({ candles: [candle(0, { open: null })] })],
  ])('with %s are unknown', async (_what, body) => {
    kraken.routes.set(chart, body);
    expect((await (await kraken.open()).candles(request(2))).read).toBe('unknown');
  });
});

function secret(value: string) {
  return { reveal: () => value };
}

const ORDER = {
  clientOrderId: 'tc-x1-0123456789abcdef0123',
  symbol: symbol('BTC/USD:USD'),
  role: 'exit',
  purpose: 'operator_close',
  side: 'sell',
  type: 'market',
  timeInForce: 'gtc',
  postOnly: false,
  reduceOnly: true,
  quantity: quantity('0.01'),
  price: null,
  stopPrice: null,
  positionId: null,
  signalId: null,
  expiresMs: null,
} as unknown as OrderIntent;
