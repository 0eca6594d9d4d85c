/**
 * Resting entries (`order = "limit"`): they carry a lifetime, wake the engine where they fill, and are
 * cancelled by id whenever entries are not wanted. Stops and targets never are.
 */
import { describe, expect, test } from 'vitest';
import { cancelEntries } from '../../src/engine/cancel-entries.ts';
import { runBot } from '../../src/engine/run.ts';
import { setHalt, setKill } from '../../src/engine/operations/halt.ts';
import { requestKill } from '../../src/engine/operations/request.ts';
import { decimal } from '../../src/domain/decimal.ts';
import { DAY, HOUR } from '../../src/domain/clock.ts';
import {
  engineWorld,
  differences,
  SOL,
  TON,
  type Life,
  type WorldOptions,
} from '../support/engine-world.ts';
import { flat, openOf, type Bars } from '../support/tiny-recording.ts';

const TARGETS = ['110', '115', '120'] as const;
const REST = { at: 2, id: 'sig-rest', stop: '95', targets: TARGETS } as const;
const BY = { uid: 1000, terminal: null, user: 'test' };

function resting(bars: Bars, more: Partial<WorldOptions> = {}) {
  return engineWorld({
    markets: { TON: { bars } },
    wishes: [REST],
    ...more,
    config: { 'entry.order': 'limit', 'entry.resting_lifetime': '7d', ...more.config },
  });
}

/** A long on SOL at market price, with stop and targets, before anything rests on TON. */
const HELD: Partial<WorldOptions> = {
  markets: {
    TON: { bars: flat(20) },
    SOL: { bars: [...flat(1), [100, 100, 99, 100], ...flat(18)] },
  },
  wishes: [{ at: 1, id: 'sig-held', symbol: SOL, stop: '95', targets: TARGETS }, REST],
};

async function expectOnlyTheEntryWent(life: Life, reason: string): Promise<void> {
  const cancelled = life.of('ORDER_CANCELLED');
  expect(cancelled.map(({ payload, symbol }) => [symbol, payload.reason])).toEqual([[TON, reason]]);
  expect(life.live('entry')).toEqual([]);
  expect(life.live('stop')).toHaveLength(1);
  expect(life.live('target')).toHaveLength(3);
  const listed = await life.assembled.venue.reader.openOrders();
  const rows = listed.read === 'complete' ? listed.rows : [];
  expect(rows.map(({ symbol, reduceOnly }) => [symbol, reduceOnly])).toEqual(
    Array.from({ length: 4 }, () => [SOL, true]),
  );
}

describe('a resting entry', () => {
  test('is placed good-till-cancelled with the end of its life', async () => {
    const life = await resting(flat(10)).start();
    await life.to(2);
    const [entry] = life.live('entry');
    expect(entry).toMatchObject({ state: 'live', timeInForce: 'gtc', type: 'limit' });
    const lifetime = (entry?.expiresMs ?? 0) - openOf(2);
    expect(lifetime).toBeGreaterThanOrEqual(7 * DAY);
    expect(lifetime).toBeLessThan(7 * DAY + 1_000);
  });

  test('fills inside a bar: its stop is live within the deadline, hours before the next cycle', async () => {
    const bars: Bars = [...flat(2), [100, 100, 99, 99], ...flat(8, 99)];
    const life = await resting(bars).start();
    await life.to(3);
    const [fill] = life.of('FILL');
    expect(fill?.tsMs).toBeGreaterThan(openOf(2));
    expect(fill?.tsMs).toBeLessThan(openOf(3) - HOUR);
    const [covered] = life.of('POSITION_PROTECTED');
    expect(covered?.payload.unprotected_ms).toBeGreaterThan(0);
    expect(covered?.payload.unprotected_ms).toBeLessThan(10_000);
    expect(covered?.tsMs).toBeLessThan(openOf(3) - HOUR);
    expect(life.live('stop')).toHaveLength(1);
    expect(differences(life)).toEqual([]);
  });

  test('fills and falls on in the same bar: the stop that was placed meanwhile takes it out', async () => {
    const bars: Bars = [...flat(2), [100, 100, 94, 94], ...flat(8, 94)];
    const life = await resting(bars).start();
    await life.to(3);
    const [closed] = life.of('POSITION_CLOSED');
    expect(closed?.payload.reason).toBe('stop_loss');
    expect(closed?.tsMs).toBeLessThan(openOf(3));
    expect(decimal(closed?.payload.realized_pnl ?? 0).toNumber()).toBeLessThan(0);
    expect(life.position()).toBeNull();
  });

  test('takes a place: one slot, one resting entry, and no second order on its symbol', async () => {
    const bars = flat(10);
    const world = engineWorld({
      markets: { TON: { bars }, SOL: { bars } },
      wishes: [
        { ...REST, at: [2, 3, 4] },
        { ...REST, id: 'sig-other', at: [3, 4], symbol: SOL },
      ],
      config: {
        'entry.order': 'limit',
        'entry.resting_lifetime': '7d',
        'limits.max_concurrent_positions': 1,
      },
    });
    const life = await world.start();
    await life.to(4);
    expect(life.live('entry')).toHaveLength(1);
    expect(life.of('ORDER_INTENDED')).toHaveLength(1);
    expect(life.of('AUCTION_LOST').map(({ symbol, payload }) => [symbol, payload.reason])).toEqual(
      expect.arrayContaining([
        [TON, 'in_flight'],
        [SOL, 'no_slot'],
      ]),
    );
    expect(life.of('CYCLE_END').at(-1)?.payload.approved).toBe(0);
  });

  test('is cancelled by id when its life is over', async () => {
    const life = await resting(flat(10), { config: { 'entry.resting_lifetime': '1h' } }).start();
    await life.to(3);
    expect(life.of('ORDER_CANCELLED').map(({ payload }) => payload.reason)).toEqual(['expired']);
    expect(life.live('entry')).toEqual([]);
  });

  test('is cancelled by DEGRADED, and nothing else is', async () => {
    const life = await resting(flat(1), HELD).start();
    await life.to(4);
    expect(life.live('entry')).toHaveLength(1);
    life.venue.unknown('account');
    await life.to(5);
    expect(life.bot.journal.registry().state).toBe('DEGRADED');
    await expectOnlyTheEntryWent(life, 'degraded');
  });

  test('is cancelled by HALTED, and nothing else is', async () => {
    const world = resting(flat(1), HELD);
    const life = await world.start();
    await life.to(4);
    setHalt(world.home, { reason: 'look first', now: life.bot.clock.now(), by: BY });
    await life.to(5);
    expect(life.bot.journal.registry().state).toBe('HALTED');
    await expectOnlyTheEntryWent(life, 'halted');
  });

  test('is cancelled by the kill switch, and nothing else is', async () => {
    const world = resting(flat(1), HELD);
    const life = await world.start();
    await life.to(4);
    setKill(world.home, { reason: 'stop everything', now: life.bot.clock.now(), by: BY });
    await life.to(5);
    expect(life.of('HALT_SET').map(({ payload }) => payload.kind)).toEqual(['kill']);
    await expectOnlyTheEntryWent(life, 'halted');
  });

  test('is cancelled by id by a kill without a running bot, and the operator is told how many', async () => {
    const world = resting(flat(1), HELD);
    const first = await world.start();
    await first.to(4);
    first.die();
    const killed = await requestKill(world.home.dir, { reason: 'stop', by: BY });
    expect(killed).toMatchObject({ cancelled: 1, executedBy: 'command' });
    const second = await world.start();
    await expectOnlyTheEntryWent(second, 'takeover');
    expect(second.bot.journal.registry().state).toBe('HALTED');
  });

  test('is cancelled first thing at takeover, and nothing else is', async () => {
    const world = resting(flat(1), HELD);
    const first = await world.start();
    await first.to(4);
    first.die();
    const second = await world.start();
    await expectOnlyTheEntryWent(second, 'takeover');
    const types = second.events().map(({ type }) => type);
    expect(types.lastIndexOf('ORDER_CANCELLED')).toBe(types.lastIndexOf('RUN_STARTED') + 2);
  });

  test('is cancelled in order at shutdown', async () => {
    const world = resting(flat(1), HELD);
    const first = await world.start();
    await first.to(4);
    expect(first.live('entry')).toHaveLength(1);
    expect(await cancelEntries(first.bot, 'shutdown')).toBe(1);
    await expectOnlyTheEntryWent(first, 'shutdown');
  });
});

describe('runBot', () => {
  test('a run that was stopped leaves a clean end, and the same home goes on', async () => {
    const world = engineWorld({ markets: { TON: { bars: flat(12) } } });
    const ask = { configFile: null, feed: world.feed, from: null, to: null } as const;
    const how = { speed: 'max', once: false, env: {}, overrides: {} } as const;
    const hooks = { progress: () => undefined, log: () => undefined };
    const quiet = new AbortController();
    const first = await runBot(
      { ...ask, ...how, home: world.home.dir, cycles: 3 },
      { ...hooks, signal: quiet.signal },
    );
    expect(first.summary).toMatchObject({ cycles: 3, finished: false });
    quiet.abort();
    const stopped = await runBot(
      { ...ask, ...how, home: world.home.dir, cycles: null },
      { ...hooks, signal: quiet.signal },
    );
    expect(stopped.summary).toMatchObject({ cycles: 3, finished: false });
    const signal = new AbortController().signal;
    const last = await runBot(
      { ...ask, ...how, home: world.home.dir, cycles: null },
      { ...hooks, signal },
    );
    expect(last.summary).toMatchObject({ cycles: 12, finished: true });
    const again = await runBot(
      { ...ask, ...how, home: world.home.dir, cycles: null },
      { ...hooks, signal },
    );
    expect(again.repeated).toBe(true);
    expect(again.summary).toMatchObject({ cycles: 12, head_hash: last.summary['head_hash'] });
  });
});
