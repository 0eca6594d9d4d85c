/**
 * A list of open orders that does not show what the venue accepted, while everything else it says is right:
 * empty for minutes, or a few seconds behind. Stops that it does not show are neither gone nor believed; a list
 * that stayed empty made thirty-two stops for one position, and the state said NORMAL.
 */
import { expect, test, vi } from 'vitest';
import { ms } from '../../src/domain/clock.ts';
import { settle } from '../../src/engine/settle.ts';
import type { VenueOrder } from '../../src/domain/venue.ts';
import { expectSound, liveWorld, type LiveLife } from '../support/live-world.ts';
import { BTC } from '../support/rehearsal-world.ts';

const PATIENT = 60_000;

/** From now on only these of the listed orders are told; the answer is complete otherwise. */
function listOnly(life: LiveLife, isTold: (row: VenueOrder) => boolean): () => void {
  const { reader } = life.bot.venue;
  const openOrders = reader.openOrders.bind(reader);
  const spy = vi.spyOn(reader, 'openOrders').mockImplementation(async () => {
    const told = await openOrders();
    if (told.read === 'unknown') return told;
    return { ...told, rows: told.rows.filter(isTold) };
  });
  return () => spy.mockRestore();
}

const stopsSent = (life: LiveLife): number =>
  life.events('ORDER_INTENDED').filter(({ payload }) => payload.role === 'stop').length;

test(
  'a list that stays empty: one spare stop, no entries, and said; when it is whole again one stop is left',
  async () => {
    const world = await liveWorld({ config: { 'limits.protection_deadline': '10s' } });
    const life = await world.start();
    life.wish();
    await life.cycle();
    expect(stopsSent(life)).toBe(1);
    const makeWhole = listOnly(life, () => false);
    await life.bot.clock.sleep(ms(5_000));
    await settle(life.bot);
    expect(life.bot.journal.registry().state, 'before the cycle ends').toBe('DEGRADED');
    for (let count = 0; count < 6; count += 1) {
      await life.bot.clock.sleep(ms(5_000));
      await life.cycle();
    }
    expect(stopsSent(life), 'one spare, never a second').toBe(2);
    expect(life.bot.journal.registry().state).toBe('DEGRADED');
    expect(life.bot.memory.blocked.get(BTC)?.finding).toBe('order.unlisted');
    expect(world.log.join('\n')).toContain('order.unlisted');
    makeWhole();
    for (let count = 0; count < 4; count += 1) {
      await life.bot.clock.sleep(ms(6_000));
      await life.cycle();
    }
    const stops = life.orders().filter(({ role }) => role === 'stop');
    expect(stops).toHaveLength(1);
    expect(life.bot.memory.blocked.size).toBe(0);
    await expectSound(world, life);
  },
  PATIENT,
);

test(
  'a list that lags by three seconds: one stop',
  async () => {
    const world = await liveWorld();
    const life = await world.start();
    const seen = new Map<string, number>();
    listOnly(life, ({ venueOrderId }) => {
      const now = life.bot.clock.now();
      const first = seen.get(venueOrderId) ?? now;
      seen.set(venueOrderId, first);
      return now - first >= 3_000;
    });
    life.wish();
    for (let count = 0; count < 4; count += 1) {
      await life.cycle();
      await life.bot.clock.sleep(ms(2_000));
    }
    expect(stopsSent(life)).toBe(1);
    await expectSound(world, life);
  },
  PATIENT,
);
