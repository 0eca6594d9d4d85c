/** The instrument list, and the registry that does not believe in a market that vanished. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instrumentList, symbolOf } from '../../../../src/venue/ccxt/kraken/instruments.ts';
import type { LiveVenue } from '../../../../src/venue/ccxt/live-venue.ts';
import type { LocalKraken } from './local-kraken.ts';
import { INSTRUMENTS, startKraken, success } from './local-kraken.ts';

/** As the client hands rows on: numbers are text. */
const ROW = {
  symbol: 'PF_XBTUSD',
  type: 'flexible_futures',
  tickSize: '1',
  contractSize: '1',
  tradeable: true,
  contractValueTradePrecision: '4',
  marginLevels: [{ initialMargin: '0.02' }],
};

describe('a market', () => {
  it.each([
    ['PF_XBTUSD', 'BTC/USD:USD'],
    ['PF_AAPLxUSD', 'AAPLX/USD:USD'],
    ['PF_1INCHUSD', '1INCH/USD:USD'],
    ['PF_XBTEUR', 'BTC/EUR:EUR'],
    ['PI_XBTUSD', null],
    ['PF_X', null],
  ])('%s is %s', (venueId, symbol) => {
    expect(symbolOf(venueId)).toBe(symbol);
  });

  it.each([
    ['4', '0.0001'],
    ['0', '1'],
    ['-3', '1000'],
    ['-4', '10000'],
  ])('of trade precision %s trades in lots of %s', (contractValueTradePrecision, lot) => {
    const [found] = instrumentList([{ ...ROW, contractValueTradePrecision }]).tradeable;
    expect([String(found?.lotStep), String(found?.minQuantity)]).toEqual([lot, lot]);
  });

  it('keeps the spelling, the tick, the leverage and a larger minimum of the venue', () => {
    const row = { ...ROW, symbol: 'PF_AAPLxUSD', tickSize: '1e-10', minimumTradeSize: '0.00015' };
    const [found] = instrumentList([row]).tradeable;
    expect(found).toMatchObject({ venueId: 'PF_AAPLxUSD', maxLeverage: 50, minNotional: null });
    expect([String(found?.tickSize), String(found?.minQuantity)]).toEqual([
      '0.0000000001',
      '0.0002',
    ]);
  });

  it.each([
    { tickSize: '0' },
    { contractValueTradePrecision: undefined },
    { contractValueTradePrecision: '1.5' },
    { contractSize: 'x' },
    { marginLevels: [] },
    { marginLevels: [{ initialMargin: '2' }] },
    { symbol: 'PF_A-BUSD' },
  ])('with %o is named as malformed', (change) => {
    const list = instrumentList([{ ...ROW, ...change }]);
    expect(list.known).toEqual([]);
    expect(list.malformed).toHaveLength(1);
  });

  it('under one name with another is neither', () => {
    const list = instrumentList([ROW, { ...ROW, symbol: 'PF_BTCUSD' }]);
    expect(list).toMatchObject({ known: [], malformed: [{ symbol: 'BTC/USD:USD' }] });
  });
});

describe('the registry', () => {
  let kraken: LocalKraken;
  let venue: LiveVenue;
  beforeEach(async () => {
    kraken = await startKraken();
    venue = await kraken.open();
  });
  afterEach(() => kraken.close());

  it('lists linear perpetuals that trade; the rest is for other bots', async () => {
    const reading = await venue.reader.instruments();
    expect(reading.read === 'complete' && reading.rows.map(({ venueId }) => venueId)).toEqual([
      'PF_XBTUSD',
      'PF_PEPEUSD',
      'PF_DOGEUSD',
      'PF_AAPLxUSD',
    ]);
  });

  it('refuses a list under half as long, and takes one that is a little shorter', async () => {
    await venue.reader.instruments();
    kraken.routes.set('instruments', success({ instruments: INSTRUMENTS.slice(0, 2) }));
    expect(await venue.reader.instruments()).toEqual({
      read: 'unknown',
      reason: 'the instrument list shrank from 5 to 2',
    });
    const rows = [{ side: 'long', symbol: 'PF_DOGEUSD', price: 1, size: 1 }];
    kraken.routes.set('openpositions', success({ openPositions: rows }));
    expect(await venue.reader.positions()).toMatchObject({ rows: [{ symbol: 'DOGE/USD:USD' }] });
    kraken.routes.set('instruments', success({ instruments: INSTRUMENTS.slice(0, 3) }));
    expect((await venue.reader.instruments()).read).toBe('complete');
  });

  it('asks once for many that wait', async () => {
    kraken.routes.set('openpositions', success({ openPositions: [] }));
    kraken.routes.set('openorders', success({ openOrders: [] }));
    const { reader } = venue;
    await Promise.all([reader.positions(), reader.openOrders(), reader.marks()]);
    const asked = kraken.requests.filter(({ path }) => path.endsWith('/instruments'));
    expect(asked).toHaveLength(1);
  });
});
