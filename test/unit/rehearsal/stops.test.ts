/** Stops with a limit, and stops that follow the market. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../src/domain/clock.ts';
import { decimal, price as priceOf } from '../../../src/domain/decimal.ts';
import { trailedStop } from '../../../src/venue/rehearsal/trailing.ts';
import { rehearsalWorld, type Body, type RehearsalWorld } from '../../support/rehearsal-world.ts';

let world: RehearsalWorld;
beforeEach(async () => {
  world = await rehearsalWorld();
  await world.order({ orderType: 'mkt', ...BTC, side: 'buy' });
});
afterEach(() => world.close());

const BTC = { symbol: 'PF_XBTUSD', size: '0.01' };
const SELL = { ...BTC, side: 'sell', reduceOnly: 'true', cliOrdId: 'tc-1' };

/** A price acts in the minute it is set in; the next one in the next minute. */
async function price(written: number): Promise<void> {
  world.pass(MINUTE);
  await world.control('POST', 'price', { symbol: 'PF_XBTUSD', price: String(written) });
}

const lastFill = async (): Promise<Body | undefined> =>
  ((await world.get('fills'))['fills'] as Body[]).find((fill) => fill['cliOrdId'] === 'tc-1');
const open = async (): Promise<Body[]> => (await world.get('openorders'))['openOrders'] as Body[];

describe('a stop with a limit', () => {
  const STOP = { ...SELL, orderType: 'stp', stopPrice: '58000' };

  it('rests as a stop that names its limit', async () => {
    await world.order({ ...STOP, limitPrice: '57900' });
    expect(await open()).toMatchObject([
      { orderType: 'stop', stopPrice: 58_000, limitPrice: 57_900, status: 'untouched' },
    ]);
  });

  it('trades where its limit allows it', async () => {
    await world.order({ ...STOP, limitPrice: '57000' });
    await price(57_500);
    expect(await lastFill()).toMatchObject({ price: 57_500, size: 0.01 });
    expect(await open()).toEqual([]);
  });

  it('rests as a limit where the market jumped over it, and the position stays', async () => {
    await world.order({ ...STOP, limitPrice: '57900' });
    await price(55_000);
    expect(await lastFill()).toBeUndefined();
    expect(await open()).toMatchObject([
      { orderType: 'lmt', limitPrice: 57_900, status: 'untouched' },
    ]);
    const history = async (kind: string) =>
      JSON.stringify((await world.send('GET', `/api/history/v2/${kind}`).answer).json);
    expect(await history('triggers')).toContain('OrderTriggerActivated');
    expect(await history('orders')).toContain('stop_order_triggered');
    await price(58_500);
    expect(await lastFill()).toMatchObject({ price: 58_500 });
  });

  it('without a limit trades wherever the market is', async () => {
    await world.order(STOP);
    await price(55_000);
    expect(await lastFill()).toMatchObject({ price: 55_000 });
  });

  it('gets another limit', async () => {
    await world.order({ ...STOP, limitPrice: '57900' });
    await world.post('editorder', 'cliOrdId=tc-1&limitPrice=57000&stopPrice=57500');
    expect(await open()).toMatchObject([{ stopPrice: 57_500, limitPrice: 57_000 }]);
  });
});

describe('a trailing stop', () => {
  const TRAIL = {
    ...{ ...SELL, orderType: 'trailing_stop' },
    ...{ trailingStopMaxDeviation: '1', trailingStopDeviationUnit: 'PERCENT' },
  };

  it.each([
    ['sell', '60000', '1', 'PERCENT', '59400'],
    ['buy', '60000', '1', 'PERCENT', '60600'],
    ['sell', '60000', '250.5', 'QUOTE_CURRENCY', '59749'],
    ['buy', '60000', '250.5', 'QUOTE_CURRENCY', '60251'],
  ] as const)('of a %s at %s by %s %s is %s', (...given) => {
    const [side, best, deviation, unit, level] = given;
    const trail = { deviation: decimal(deviation), unit };
    expect(String(trailedStop(side, decimal(best), { trail, tickSize: priceOf('1') }))).toBe(level);
  });

  it('follows the market up, never down, and fires', async () => {
    await world.order(TRAIL);
    expect(await open()).toMatchObject([{ orderType: 'stop', stopPrice: 59_400 }]);
    await price(62_000);
    world.pass(2 * MINUTE);
    expect(await open()).toMatchObject([{ stopPrice: 61_380 }]);
    await price(61_500);
    world.pass(HOUR);
    expect(await open()).toMatchObject([{ stopPrice: 61_380 }]);
    await price(61_000);
    expect(await lastFill()).toMatchObject({ price: 61_000 });
    const { json } = await world.send('GET', '/api/history/v2/triggers').answer;
    expect(JSON.stringify(json)).not.toContain('edited_by_user');
  });

  it.each([
    [{ trailingStopMaxDeviation: '' }, 'requiredArgumentMissing'],
    [{ trailingStopMaxDeviation: '-1' }, 'invalidArgument: trailingStopMaxDeviation'],
    [{ trailingStopDeviationUnit: 'MILES' }, 'invalidArgument: trailingStopDeviationUnit'],
  ])('with %j is refused', async (fields, error) => {
    expect(await world.order({ ...TRAIL, ...fields })).toMatchObject({ error });
  });
});
