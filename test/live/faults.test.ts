/**
 * Every fault rule against the whole bot: what the venue does wrong while an entry is sent, while its stop
 * is placed, and while the account is read. Whatever it is, the end is the same: one order per intent, a
 * stop for every position, and nothing believed without evidence.
 */
import { describe, expect, test } from 'vitest';
import { FAULT_WORDS } from '../../src/venue/rehearsal/fault-rules.ts';
import { expectSound, liveWorld } from '../support/live-world.ts';

const PATIENT = 60_000;
const ACTIONS: readonly unknown[] = [
  ...FAULT_WORDS,
  { delay_ms: 400 },
  { delay_ms: 400, before: true },
  { status: 500, body: 'oops' },
  { status: 429, body: { result: 'error', error: 'apiLimitExceeded' } },
  { status: 200, body: '<html>Just a moment...</html>' },
];
const named = ACTIONS.map((action) => [JSON.stringify(action), action] as const);

describe('while an entry is sent', () => {
  test.each(named)(
    '%s',
    async (_, action) => {
      const world = await liveWorld();
      const life = await world.start();
      await world.faults({ match: { path: 'sendorder' }, times: 1, action });
      life.wish();
      await life.cycle();
      await life.cyclesUntilSettled();
      await life.cycle();
      const entries = life
        .events('ORDER_INTENDED')
        .filter(({ payload }) => payload.role === 'entry');
      expect(entries, 'an entry in doubt is never sent again').toHaveLength(1);
      await expectSound(world, life);
    },
    PATIENT,
  );
});

describe('while the stop of a fresh position is placed', () => {
  test.each(named)(
    '%s',
    async (_, action) => {
      const world = await liveWorld();
      const life = await world.start();
      await world.faults({ match: { path: 'sendorder' }, skip: 1, times: 1, action });
      life.wish();
      await life.cycle();
      await life.cyclesUntilSettled();
      await life.cycle();
      await expectSound(world, life);
    },
    PATIENT,
  );
});

describe('while the account is read', () => {
  const READS = ['accounts', 'tickers', 'openpositions', 'openorders', 'fills'];

  test.each(READS)(
    '%s: no fault closes, sends or forgets anything',
    async (path) => {
      const world = await liveWorld();
      const life = await world.start();
      life.wish();
      await life.cycle();
      const before = life.position();
      const sent = await world.sentOrders();
      for (const [name, action] of named) {
        await world.faults({ match: { path }, times: 1, action });
        await life.cycle();
        expect(life.position(), name).toEqual(before);
        await life.cycle();
        expect(await world.sentOrders(), name).toEqual(sent);
      }
      await expectSound(world, life);
      expect(life.bot.journal.registry().attention.size).toBe(0);
    },
    PATIENT,
  );

  const SILENT = ['hang', 'reset', 'truncate', 'empty-instruments', 'omit-list-key', 'maintenance'];

  test.each(SILENT)(
    'a start while the instruments are not told: %s',
    async (action) => {
      const world = await liveWorld();
      const first = await world.start();
      first.wish();
      await first.cycle();
      first.die();
      const sent = await world.sentOrders();
      await world.faults({ match: { path: 'instruments' }, action });
      // Until its deadline a start waits for readings that do not come: a short wait is one as well.
      const second = await world.start({ 'limits.protection_deadline': '30s' });
      await second.cycle();
      expect(second.position()?.quantity).toEqual(first.position()?.quantity);
      expect(await world.sentOrders(), 'nothing had to be sent').toEqual(sent);
      expect(second.bot.instruments.size).toBe(first.bot.instruments.size);
      await expectSound(world, second);
    },
    PATIENT,
  );
});
