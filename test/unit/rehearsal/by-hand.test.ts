/** What happens at the venue without the bot: money, clicks, liquidations, markets that change. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOUR } from '../../../src/domain/clock.ts';
import {
  rehearsalWorld,
  START,
  type Body,
  type RehearsalWorld,
} from '../../support/rehearsal-world.ts';

let world: RehearsalWorld;
beforeEach(async () => {
  world = await rehearsalWorld();
});
afterEach(() => world.close());

const BUY = { orderType: 'mkt', symbol: 'PF_XBTUSD', side: 'buy', size: '0.1' };
const log = async (query = ''): Promise<Body[]> => {
  const answer = await world.send('GET', '/api/history/v3/account-log', query).answer;
  return answer.json?.['logs'] as Body[];
};
const balance = async (): Promise<number> => {
  const { accounts } = await world.get('accounts');
  const { flex } = accounts as { flex: { currencies: { USD: { quantity: number } } } };
  return flex.currencies.USD.quantity;
};
const byHand = (what: string, body: unknown) => world.control('POST', what, body);

describe('money', () => {
  it('comes and goes, and the account log says so', async () => {
    await byHand('transfer', { amount: '500' });
    await byHand('transfer', { amount: -200 });
    expect(await balance()).toBe(10_300);
    expect(await log()).toMatchObject([
      { id: 3, info: 'cross-exchange transfer', asset: 'usd', new_balance: 10_300 },
      { id: 1, info: 'cross-exchange transfer', old_balance: 10_000, new_balance: 10_500 },
    ]);
  });

  it.each([
    [{ amount: 0 }, 'other than 0'],
    [{}, 'other than 0'],
    [{ amount: -10_001 }, 'only 10000 can be withdrawn'],
    [{ amount: 'much' }, 'decimal number'],
  ])('%j is refused', async (body, why) => {
    expect((await byHand('transfer', body))['error']).toContain(why);
  });

  it('is paid for a position at each full hour, by the rate of its market', async () => {
    await world.order(BUY);
    const before = await balance();
    await byHand('funding', { symbol: 'PF_XBTUSD', rate: '0.0001' });
    world.pass(2 * HOUR);
    // 0.1 x 60000 at 0.01 %, twice.
    expect(await balance()).toBeCloseTo(before - 1.2, 10);
    const paid = await log('info=funding+rate+change&sort=asc');
    expect(paid).toMatchObject([
      { realized_funding: -0.6, funding_rate: 0.0001, contract: 'pf_xbtusd', mark_price: 60_000 },
      { date: new Date(START + 2 * HOUR - 10_000).toISOString() },
    ]);
    const { openPositions } = await world.get('openpositions');
    expect(openPositions).toMatchObject([
      { unrealizedFunding: expect.closeTo(-0.6 * (10 / 3_600), 10) as number },
    ]);
  });

  it('is got by a short, and the balance is that of the statement', async () => {
    await world.order({ ...BUY, side: 'sell' });
    world.pass(HOUR);
    await byHand('transfer', { amount: 1 });
    const rows = await log('sort=asc');
    const money = rows.filter((row) => row['asset'] === 'usd');
    expect(money.map((row) => row['old_balance']).slice(1)).toEqual(
      money.map((row) => row['new_balance']).slice(0, -1),
    );
    expect(money.at(-1)?.['new_balance']).toBe(await balance());
    expect(money[1]).toMatchObject({ realized_funding: 0.024 });
  });
});

describe('a hand in the web page', () => {
  it('opens without an id of a client, and cancels what the bot placed', async () => {
    const { sendStatus } = await byHand('order', BUY);
    expect(sendStatus).toMatchObject({ status: 'placed' });
    expect(sendStatus).not.toHaveProperty('cliOrdId');
    const { fills } = await world.get('fills');
    expect(fills).toMatchObject([{ size: 0.1 }]);
    expect((fills as Body[])[0]).not.toHaveProperty('cliOrdId');
    const limit = { ...BUY, orderType: 'lmt', limitPrice: '55000', cliOrdId: 'tc-1' };
    const { order_id: id } = await world.order(limit);
    expect(await byHand('cancel', { order_id: id })).toMatchObject({
      cancelStatus: { status: 'cancelled' },
    });
    expect(await world.get('openorders')).toMatchObject({ openOrders: [] });
  });

  it('is checked as everybody is', async () => {
    expect(await byHand('order', { ...BUY, size: '0.00001' })).toMatchObject({
      sendStatus: { status: 'invalidSize' },
    });
  });
});

describe('a liquidation', () => {
  it('takes the position and the orders of its market, and is told as one', async () => {
    await world.order(BUY);
    const stop = { ...BUY, side: 'sell', orderType: 'stp', stopPrice: '50000', reduceOnly: 'true' };
    await world.order({ ...stop, cliOrdId: 'tc-2' });
    expect(await byHand('liquidate', { symbol: 'PF_XBTUSD' })).toEqual({
      liquidated: 'BTC/USD:USD',
    });
    expect(await world.get('openpositions')).toMatchObject({ openPositions: [] });
    expect(await world.get('openorders')).toMatchObject({ openOrders: [] });
    expect(await world.get('fills')).toMatchObject({
      fills: [{ fillType: 'liquidation', side: 'sell', size: 0.1 }, {}],
    });
    expect((await log())[0]).toMatchObject({ info: 'futures liquidation' });
    expect((await byHand('liquidate', { symbol: 'PF_XBTUSD' }))['error']).toContain('nothing is');
  });
});

describe('a market', () => {
  const change = (fields: object) => byHand('instrument', { symbol: 'PF_XBTUSD', ...fields });
  const status = async (fields: object = {}) => {
    const answer = await world.order({ ...BUY, ...fields });
    return answer.status ?? answer.error;
  };

  it('gets another lot, minimum and tick', async () => {
    expect(
      await change({ contractValueTradePrecision: 2, minimumTradeSize: '0.05' }),
    ).toMatchObject({
      instrument: { contractValueTradePrecision: 2, minimumTradeSize: 0.05 },
    });
    expect(await status({ size: '0.125' })).toBe('invalidSize');
    expect(await status({ size: '0.04' })).toBe('invalidSize');
    expect(await status({ size: '0.05' })).toBe('placed');
    await change({ tickSize: '10' });
    expect(await status({ orderType: 'lmt', limitPrice: '55005' })).toBe('invalidPrice');
  });

  it.each([
    [{ tradeable: false }, 'marketSuspended'],
    [{ suspended: true }, 'marketSuspended'],
    [{ listed: false }, 'contractNotFound'],
  ])('%j: orders are refused, and what is open stays open', async (fields, word) => {
    await world.order(BUY);
    await change(fields);
    expect(await status()).toBe(word);
    expect(await world.get('openpositions')).toMatchObject({
      openPositions: [{ symbol: 'PF_XBTUSD', size: 0.1 }],
    });
    await byHand('clear', {});
    expect(await status()).toBe('placed');
  });

  it('that is suspended says so, and one that is delisted is gone from every list', async () => {
    await change({ suspended: true });
    expect(await world.get('tickers/PF_XBTUSD')).toMatchObject({ ticker: { suspended: true } });
    await change({ listed: false });
    const ids = async (list: string) =>
      ((await world.get(list))[list] as Body[]).map((row) => row['symbol']);
    expect(await ids('instruments')).not.toContain('PF_XBTUSD');
    expect(await ids('tickers')).not.toContain('PF_XBTUSD');
  });

  it.each([
    [{ colour: 'red' }, '"colour" is none of symbol'],
    [{ tradeable: 'no' }, 'tradeable must be true or false'],
    [{ contractValueTradePrecision: 0.5 }, 'must be -10 to 10'],
    [{ maxLeverage: 0 }, 'maxLeverage must be 1 to 1000'],
    [{ symbol: 'PF_NOPEUSD' }, 'does not hold'],
  ])('%j is refused', async (fields, why) => {
    expect((await change(fields))['error']).toContain(why);
  });
});

it('a key that may only read places nothing, and one without rights reads nothing', async () => {
  await byHand('key', { general: 'READ_ONLY' });
  expect(await world.order(BUY)).toMatchObject({ error: 'authenticationError' });
  expect(await world.get('openpositions')).toMatchObject({ openPositions: [] });
  await byHand('key', { general: 'NO_ACCESS' });
  expect(await world.get('openpositions')).toMatchObject({ error: 'authenticationError' });
});

it('the state is what the venue holds, past every fault and without a signature', async () => {
  await world.order(BUY);
  await world.faults({ action: 'maintenance' });
  expect(await world.control('GET', 'state')).toMatchObject({
    openPositions: [{ symbol: 'PF_XBTUSD', size: 0.1 }],
    ...{ openOrders: [], fills: [{ size: 0.1 }], accounts: { flex: {} } },
  });
});
