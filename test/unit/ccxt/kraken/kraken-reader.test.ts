/** Readings from hand-written bodies: what is complete, what is unknown, and what is named as malformed. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ms } from '../../../../src/domain/clock.ts';
import { text } from '../../../../src/domain/decimal.ts';
import type { Reading } from '../../../../src/domain/venue.ts';
import type { LiveVenue } from '../../../../src/venue/ccxt/live-venue.ts';
import type { VenueReader } from '../../../../src/venue/port.ts';
import type { LocalKraken, Route } from './local-kraken.ts';
import { failure, SERVER_MS, SERVER_TIME, startKraken, status, success } from './local-kraken.ts';

let kraken: LocalKraken;
let venue: LiveVenue;
beforeEach(async () => {
  kraken = await startKraken();
  venue = await kraken.open();
});
afterEach(() => kraken.close());

function rowsOf<T>(reading: Reading<T>): readonly T[] {
  if (reading.read === 'unknown') throw new Error(reading.reason);
  return reading.rows;
}

const POSITION = { side: 'long', symbol: 'PF_XBTUSD', price: 60000, size: 0.02 };
const ORDER = {
  order_id: 'o-1',
  cliOrdId: 'tc-1',
  symbol: 'PF_XBTUSD',
  side: 'sell',
  orderType: 'stop',
  stopPrice: 58000,
  triggerSignal: 'mark',
  unfilledSize: 0.01,
  filledSize: 0.005,
  receivedTime: SERVER_TIME,
  lastUpdateTime: SERVER_TIME,
  status: 'untouched',
  reduceOnly: true,
};
const FILL = {
  fill_id: 'f-1',
  order_id: 'o-1',
  cliOrdId: 'tc-1',
  symbol: 'PF_XBTUSD',
  side: 'buy',
  size: 0.01,
  price: 60000,
  fillTime: SERVER_TIME,
  fillType: 'taker',
  fee_paid: 0.3,
  fee_currency: 'USD',
};

type Call = (reader: VenueReader) => Promise<Reading<unknown>>;
const LISTS: readonly [string, string, Call][] = [
  ['openpositions', 'openPositions', (reader) => reader.positions()],
  ['openorders', 'openOrders', (reader) => reader.openOrders()],
  ['fills', 'fills', (reader) => reader.fills(ms(0))],
  ['tickers', 'tickers', (reader) => reader.marks()],
  ['instruments', 'instruments', (reader) => reader.instruments()],
];

describe.each(LISTS)('%s', (endpoint, key, call) => {
  it.each<[string, Route]>([
    ['a page of HTML', '<html>busy</html>'],
    ['nothing', ''],
    ['half an answer', '{"result":"success","serv'],
    ['an answer without the list', success({})],
    ['a list under another type', success({ [key]: {} })],
    ['a list without success', JSON.stringify({ serverTime: SERVER_TIME, [key]: [] })],
    ['a list without the time', JSON.stringify({ result: 'success', [key]: [] })],
    ['an error without a reason', JSON.stringify({ result: 'error', serverTime: SERVER_TIME })],
    ['an error with a list', JSON.stringify({ result: 'error', error: 'unavailable', [key]: [] })],
    ['a refusal', failure('apiLimitExceeded')],
    ['maintenance', status(503, '<html>soon</html>')],
    ['an unmapped HTTP status', status(523, '<html>origin</html>')],
  ])('is unknown after %s', async (_what, route) => {
    kraken.routes.set(endpoint, route);
    expect((await call(venue.reader)).read).toBe('unknown');
  });
});

it('an empty list that says success is complete, with the time of the server', async () => {
  kraken.routes.set('openpositions', success({ openPositions: [] }));
  expect(await venue.reader.positions()).toEqual({
    read: 'complete',
    rows: [],
    serverMs: SERVER_MS,
  });
});

it('nothing is complete while the instruments cannot be read, and the next read recovers', async () => {
  const good = kraken.routes.get('instruments') ?? '';
  kraken.routes.set('openpositions', success({ openPositions: [] }));
  kraken.routes.set('instruments', success({ instruments: [] }));
  expect(await venue.reader.positions()).toEqual({
    read: 'unknown',
    reason: 'instruments: the instrument list is empty',
  });
  kraken.routes.set('instruments', good);
  expect((await venue.reader.positions()).read).toBe('complete');
});

describe('positions', () => {
  it('keep every digit of the venue', async () => {
    const size = '1234567890123456789.0001';
    const row = `{"side":"long","symbol":"PF_XBTUSD","price":1e-10,"size":${size}}`;
    const head = `"result":"success","serverTime":"${SERVER_TIME}"`;
    kraken.routes.set('openpositions', `{${head},"openPositions":[${row}]}`);
    const [position] = rowsOf(await venue.reader.positions());
    expect(position).toMatchObject({ symbol: 'BTC/USD:USD', side: 'long' });
    expect(position && text(position.quantity)).toBe(size);
    expect(position?.entryPrice && text(position.entryPrice)).toBe('0.0000000001');
    expect(position).not.toHaveProperty('liquidationPrice');
  });

  it.each([
    ['PF_AAPLxUSD', 'AAPLX/USD:USD'],
    ['pf_dogeusd', 'DOGE/USD:USD'],
    ['PF_HALTUSD', 'HALT/USD:USD'],
  ])('%s is %s, also lower-case or suspended', async (symbol, ours) => {
    kraken.routes.set('openpositions', success({ openPositions: [{ ...POSITION, symbol }] }));
    expect(rowsOf(await venue.reader.positions())).toMatchObject([{ symbol: ours }]);
  });

  it.each([
    ['PI_XBTUSD', null, 'unknown market'],
    ['FF_XBTUSD_261225', null, 'unknown market'],
    ['PF_NEWUSD', null, 'unknown market'],
  ])('%s is named as malformed, never guessed', async (written, symbol, why) => {
    const rows = [POSITION, { ...POSITION, symbol: written }];
    kraken.routes.set('openpositions', success({ openPositions: rows }));
    const reading = await venue.reader.positions();
    expect(rowsOf(reading)).toHaveLength(1);
    expect(reading).toMatchObject({ malformed: [{ written, symbol, why }] });
  });

  it.each([
    ['of no size', { size: 0, symbol: 'PI_XBTUSD' }, 0, 0],
    ['without a side', { side: 'both' }, 0, 1],
    ['without a size', { size: null }, 0, 1],
    ['of a negative size', { size: -1 }, 0, 1],
    ['without an entry price', { price: 0 }, 1, 0],
  ])('a row %s: %o', async (_what, change, rows, malformed) => {
    kraken.routes.set('openpositions', success({ openPositions: [{ ...POSITION, ...change }] }));
    const reading = await venue.reader.positions();
    expect(rowsOf(reading)).toHaveLength(rows);
    expect(reading.read === 'complete' && (reading.malformed ?? [])).toHaveLength(malformed);
  });

  it('that are there twice count once; two that differ are not understood', async () => {
    const route = (...openPositions: object[]) => success({ openPositions });
    kraken.routes.set('openpositions', route(POSITION, POSITION));
    expect(rowsOf(await venue.reader.positions())).toHaveLength(1);
    kraken.routes.set('openpositions', route(POSITION, { ...POSITION, size: 1 }));
    expect(await venue.reader.positions()).toMatchObject({
      rows: [],
      malformed: [{ symbol: 'BTC/USD:USD', why: 'two positions in one market' }],
    });
  });
});

describe('open orders', () => {
  const read = async (...openOrders: object[]) => {
    kraken.routes.set('openorders', success({ openOrders }));
    return venue.reader.openOrders();
  };

  it('tell our id, both sizes and the trigger', async () => {
    const [order] = rowsOf(await read(ORDER));
    expect(order).toMatchObject({
      clientOrderId: 'tc-1',
      venueOrderId: 'o-1',
      symbol: 'BTC/USD:USD',
      side: 'sell',
      type: 'stop',
      price: null,
      reduceOnly: true,
      state: 'live',
      updatedMs: SERVER_MS,
    });
    expect(String(order?.quantity)).toBe('0.015');
    expect(String(order?.filled)).toBe('0.005');
    expect(String(order?.stopPrice)).toBe('58000');
  });

  it.each([
    ['lmt', 'limit'],
    ['post', 'limit'],
    ['stop', 'stop'],
    ['take_profit', 'take_profit'],
  ])('%s is a %s order', async (orderType, type) => {
    const change = { orderType, limitPrice: 55000.5 };
    const [order] = rowsOf(await read({ ...ORDER, ...change }));
    expect(order?.type).toBe(type);
    expect(String(order?.price)).toBe('55000.5');
  });

  it.each([
    ['orderType', 'trailing_stop'],
    ['status', 'somethingNew'],
    ['side', ''],
    ['unfilledSize', 'x'],
    ['order_id', ''],
  ])('with a %s of %j are named as malformed', async (field, value) => {
    expect(await read({ ...ORDER, [field]: value })).toMatchObject({
      rows: [],
      malformed: [{ written: 'PF_XBTUSD', symbol: 'BTC/USD:USD' }],
    });
  });

  it('of nothing are left out, doubles count once, foreign ones have no id of ours', async () => {
    const foreign: Record<string, unknown> = { ...ORDER, order_id: 'o-2', reduceOnly: false };
    delete foreign['cliOrdId'];
    const empty = { ...ORDER, order_id: 'o-3', unfilledSize: 0, filledSize: 0 };
    const rows = rowsOf(await read(ORDER, ORDER, foreign, empty));
    expect(rows.map(({ venueOrderId }) => venueOrderId)).toEqual(['o-1', 'o-2']);
    expect(rows[1]).toMatchObject({ clientOrderId: null, reduceOnly: false });
  });
});

describe('fills', () => {
  it('are in the order of time, from the moment asked for, with the fee that was paid', async () => {
    const older = { ...FILL, fill_id: 'f-0', fillTime: '2026-02-13T12:00:00.000Z', fee_paid: -0.1 };
    const oldest = { ...FILL, fill_id: 'f-9', fillTime: '2026-02-12T12:00:00.000Z' };
    kraken.routes.set('fills', success({ fills: [FILL, older, oldest] }));
    const rows = rowsOf(await venue.reader.fills(ms(Date.parse(older.fillTime))));
    expect(rows.map(({ tradeId, fee }) => [tradeId, String(fee)])).toEqual([
      ['f-0', '-0.1'],
      ['f-1', '0.3'],
    ]);
  });

  it.each([
    ['maker', 'trade', 'maker'],
    ['taker', 'trade', 'taker'],
    ['takerAfterEdit', 'trade', 'taker'],
    ['liquidation', 'liquidation', 'taker'],
    ['assignor', 'liquidation', 'taker'],
    ['assignee', 'assignee', 'taker'],
    ['unwindCounterparty', 'assignee', 'taker'],
  ])('of type %s are a %s', async (fillType, kind, liquidity) => {
    kraken.routes.set('fills', success({ fills: [{ ...FILL, fillType }] }));
    expect(rowsOf(await venue.reader.fills(ms(0)))).toMatchObject([{ kind, liquidity }]);
  });

  it.each([{ fillType: 'new' }, { fee_currency: 'EUR' }, { price: 0 }, { fillTime: 'noon' }])(
    'with %o are named as malformed',
    async (change) => {
      kraken.routes.set('fills', success({ fills: [{ ...FILL, ...change }] }));
      const reading = await venue.reader.fills(ms(0));
      expect(reading).toMatchObject({ rows: [], malformed: [{ symbol: 'BTC/USD:USD' }] });
    },
  );

  it('are paged back to the moment asked for, and none is lost or doubled between pages', async () => {
    const all = Array.from({ length: 250 }, (_, index) => ({
      ...FILL,
      fill_id: `f-${index}`,
      // Three fills share each moment, and a page ends between them.
      fillTime: new Date(SERVER_MS - Math.floor(index / 3) * 1000).toISOString(),
    }));
    kraken.routes.set('fills', ({ parameters }) => {
      const before = Date.parse(parameters['lastFillTime'] ?? '2099-01-01');
      const fills = all.filter(({ fillTime }) => Date.parse(fillTime) < before);
      return success({ fills: fills.slice(0, 100) });
    });
    const rows = rowsOf(await venue.reader.fills(ms(0)));
    expect(rows).toHaveLength(250);
    expect(new Set(rows.map(({ tradeId }) => tradeId)).size).toBe(250);
    expect(rows[0]?.tsMs).toBe(SERVER_MS - 83_000);
  });

  it('are unknown when a page of one moment hides what is behind it', async () => {
    const fills = Array.from({ length: 100 }, (_, index) => ({ ...FILL, fill_id: `f-${index}` }));
    kraken.routes.set('fills', success({ fills }));
    expect((await venue.reader.fills(ms(0))).read).toBe('unknown');
  });
});

describe('the account', () => {
  const flex = {
    type: 'multiCollateralMarginAccount',
    initialMargin: 100,
    initialMarginWithOrders: 120.5,
    maintenanceMargin: 50,
    balanceValue: 10000,
    totalUnrealized: 12.48,
    marginEquity: 10012.48,
  };

  it('is the multi-collateral one', async () => {
    kraken.routes.set('accounts', success({ accounts: { flex } }));
    const [account] = rowsOf(await venue.reader.account());
    const { marginEquity, balance, unrealizedPnl, initialMargin, maintenanceMargin } = account!;
    expect(
      [marginEquity, balance, unrealizedPnl, initialMargin, maintenanceMargin].map(String),
    ).toEqual(['10012.48', '10000', '12.48', '120.5', '50']);
  });

  it.each([
    [{}, 'the answer has no account flex'],
    [{ flex: { ...flex, marginEquity: 'x' } }, 'the account lacks marginEquity'],
  ])('is unknown when it is not all there: %o', async (accounts, reason) => {
    kraken.routes.set('accounts', success({ accounts }));
    expect(await venue.reader.account()).toEqual({ read: 'unknown', reason });
  });
});

describe('marks', () => {
  const ticker = {
    symbol: 'PF_XBTUSD',
    markPrice: 77343.38,
    last: 77334,
    lastTime: '2026-02-13T12:00:00.000Z',
    bid: 99,
    ask: 101,
    volumeQuote: 642625900.1,
  };
  /** A mark that once put the stop of an import on the wrong side of the market. */
  const HALF = { markPrice: 38_000 };

  it('are those of the perpetuals; indices and other contracts pass by', async () => {
    const others = ['in_xbtusd', 'PI_XBTUSD', 'PF_NEWUSD'].map((symbol) => ({ ...ticker, symbol }));
    kraken.routes.set('tickers', success({ tickers: [...others, ticker] }));
    const reading = await venue.reader.marks();
    const [mark, ...rest] = rowsOf(reading);
    expect(rest).toEqual([]);
    expect(reading).not.toHaveProperty('malformed');
    expect([mark?.mark, mark?.last, mark?.spread, mark?.quoteVolume24h].map(String)).toEqual([
      '77343.38',
      '77334',
      '0.02',
      '642625900.1',
    ]);
    expect(mark?.tsMs).toBe(Date.parse(ticker.lastTime));
  });

  it.each([
    ['is believed within a fifth of the last trade', { markPrice: 90_000 }, '90000'],
    ['gives way to the last trade where the book stands with it', HALF, '77334'],
  ])('a mark %s', async (_what, change, mark) => {
    const row = { ...ticker, bid: 77_300, ask: 77_360, ...change };
    kraken.routes.set('tickers', success({ tickers: [row] }));
    expect(rowsOf(await venue.reader.marks()).map((each) => String(each.mark))).toEqual([mark]);
  });

  it('that contradict last trade and book are not understood', async () => {
    kraken.routes.set('tickers', success({ tickers: [{ ...ticker, ...HALF }] }));
    expect(await venue.reader.marks()).toMatchObject({
      rows: [],
      malformed: [{ why: 'markPrice 38000 contradicts last 77334' }],
    });
  });

  it.each([
    ['an empty side of the book', { bid: 0 }],
    ['a crossed book', { bid: 102 }],
  ])('have no spread with %s', async (_what, change) => {
    kraken.routes.set('tickers', success({ tickers: [{ ...ticker, ...change }] }));
    expect(rowsOf(await venue.reader.marks())).toMatchObject([{ spread: null }]);
  });
});
