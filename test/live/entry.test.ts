/** The whole way of a trade through the live path: real library, real signatures, real HTTP. */
import { describe, expect, test } from 'vitest';
import { expectSound, liveWorld } from '../support/live-world.ts';
import { BTC } from '../support/rehearsal-world.ts';

describe('a trade on a live venue', () => {
  test('a signal becomes a position with a stop for all of it and targets', async () => {
    const world = await liveWorld();
    const life = await world.start();
    life.wish();
    await life.cycle();
    const [opened] = life.events('POSITION_OPENED');
    expect(opened?.symbol).toBe(BTC);
    expect(life.events('POSITION_PROTECTED')).toHaveLength(1);
    expect(life.orders().map(({ role }) => role)).toEqual(['stop', 'target', 'target', 'target']);
    await expectSound(world, life);
  });

  test('a stop that fires closes the position, and its targets go', async () => {
    const world = await liveWorld();
    const life = await world.start();
    life.wish();
    await life.cycle();
    await world.control('price', { symbol: 'PF_XBTUSD', price: '50000' });
    await world.control('clock', { advance_ms: 60_000 });
    await life.cycle();
    await life.cycle();
    expect(life.position()).toBeNull();
    expect(life.events('POSITION_CLOSED')[0]?.payload.reason).toBe('stop_loss');
    expect((await world.state()).openOrders).toEqual([]);
    await expectSound(world, life);
  });

  test('a bot that dies is followed by one that finds the same position and sends nothing', async () => {
    const world = await liveWorld();
    const first = await world.start();
    first.wish();
    await first.cycle();
    const sent = await world.sentOrders();
    first.die();
    const second = await world.start();
    await second.cycle();
    expect(await world.sentOrders()).toEqual(sent);
    expect(second.position()?.quantity).toEqual(first.position()?.quantity);
    await expectSound(world, second);
  });

  test('what was opened by hand at the venue is imported and protected within a cycle', async () => {
    const world = await liveWorld();
    const life = await world.start();
    await life.cycle();
    const click = { orderType: 'mkt', symbol: 'PF_XBTUSD', side: 'buy', size: '0.05' };
    await world.control('order', click);
    await life.cycle();
    expect(life.events('POSITION_IMPORTED')).toHaveLength(1);
    await expectSound(world, life);
  });

  test('a position in a market that the list lacks is DEGRADED at once; the list is read again and it is imported', async () => {
    const world = await liveWorld();
    await world.control('order', {
      orderType: 'mkt',
      symbol: 'PF_TONUSD',
      side: 'buy',
      size: '500',
    });
    await world.control('instrument', { symbol: 'PF_TONUSD', listed: false });
    const life = await world.start();
    await life.cycle();
    const causes = life.events('STATE_CHANGED').at(-1)?.payload;
    expect(causes).toMatchObject({ to: 'DEGRADED', causes: ['unknown_market'] });
    await world.control('instrument', { symbol: 'PF_TONUSD', listed: true });
    await world.control('clock', { advance_ms: 5_000 });
    await life.cycle();
    await life.cycle();
    expect(life.events('POSITION_IMPORTED')).toHaveLength(1);
    await expectSound(world, life);
  });
});
