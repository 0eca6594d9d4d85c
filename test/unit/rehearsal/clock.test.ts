/** The venue's time: how fast it runs, how it is moved, and how a bot shares it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../src/domain/clock.ts';
import { openSharedClock } from '../../../src/venue/rehearsal/shared-clock.ts';
import { rehearsalWorld, START, type RehearsalWorld } from '../../support/rehearsal-world.ts';

let world: RehearsalWorld;
afterEach(() => world.close());

const iso = (at: number): string => new Date(at).toISOString();

describe('the clock of the venue', () => {
  it('runs as fast as it was told, and every answer carries its time', async () => {
    world = await rehearsalWorld({ speed: 360 });
    world.pass(10 * SECOND);
    expect(await world.get('openorders')).toMatchObject({ serverTime: iso(START + HOUR) });
    expect(await world.control('GET', 'clock')).toEqual({
      ...{ time: iso(START + HOUR), time_ms: START + HOUR, wall_ms: START + 10 * SECOND },
      ...{ speed: 360, ends: '2026-03-10T00:00:00.000Z', ends_ms: expect.any(Number) as number },
    });
  });

  it('jumps, and what waits in the market is judged on the way', async () => {
    world = await rehearsalWorld({ speed: 0 });
    const size = { symbol: 'PF_XBTUSD', size: '0.01' };
    await world.order({ ...size, orderType: 'mkt', side: 'buy' });
    await world.control('POST', 'price', { symbol: 'PF_XBTUSD', price: '50000' });
    const stop = { orderType: 'stp', stopPrice: '51000', reduceOnly: 'true', side: 'sell' };
    await world.order({ ...size, ...stop });
    const moved = await world.control('POST', 'clock', { advance_ms: 2 * MINUTE, speed: 60 });
    expect(moved).toMatchObject({ time_ms: START + 2 * MINUTE, speed: 60 });
    expect(await world.get('openpositions')).toMatchObject({ openPositions: [] });
  });

  it.each([
    [{ speed: -1 }, 'speed must be a number'],
    [{ speed: 'fast' }, 'speed must be a number'],
    [{ advance_ms: -1 }, 'advance_ms must be a number'],
    [{ advance_ms: 1e12 }, 'advance_ms must be a number'],
  ])('is not set to %j', async (wish, why) => {
    world = await rehearsalWorld();
    expect((await world.control('POST', 'clock', wish))['error']).toContain(why);
  });
});

describe('a shared clock', () => {
  it('shows what the venue shows, and follows a jump when it asks again', async () => {
    world = await rehearsalWorld({ speed: 3_600 });
    world.pass(7 * SECOND);
    const shared = await openSharedClock(world.url, world.clock);
    const venueNow = async () => Number((await world.control('GET', 'clock'))['time_ms']);
    world.pass(333);
    expect(shared.now()).toBe(await venueNow());
    expect(shared.speed).toBe(3_600);
    expect(iso(shared.endsMs)).toBe('2026-03-10T00:00:00.000Z');
    await world.control('POST', 'clock', { advance_ms: 4 * HOUR, speed: 1 });
    await shared.refresh();
    expect(shared.now()).toBe(await venueNow());
    expect(shared.speed).toBe(1);
  });

  it.each(['https://127.0.0.1:1', 'http://example.org', 'nonsense', 'ftp://127.0.0.1'])(
    'is not asked for at %s: only this machine has the same time',
    async (url) => {
      world = await rehearsalWorld();
      await expect(openSharedClock(url, world.clock)).rejects.toMatchObject({ code: 'USAGE' });
    },
  );

  it('of nobody is unreachable, and of somebody else unknown', async () => {
    world = await rehearsalWorld();
    const other = createServer((_request, response) => response.end('{"time_ms":1}'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const asked = () => openSharedClock(url, world.clock);
    await expect(asked()).rejects.toMatchObject({ code: 'VENUE_UNKNOWN' });
    await new Promise((resolve) => other.close(resolve));
    await expect(asked()).rejects.toMatchObject({ code: 'VENUE_UNREACHABLE' });
  });
});
