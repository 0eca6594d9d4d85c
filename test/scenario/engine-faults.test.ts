/** A sick venue and a full disk: no new risk, protection goes on, nothing is believed flat. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readHalts } from '../../src/core/halt-files.ts';
import { HOUR, MINUTE, ms, SECOND } from '../../src/domain/clock.ts';
import type { VenueFill } from '../../src/domain/fill.ts';
import type { Reading } from '../../src/domain/venue.ts';
import { tendDisk } from '../../src/engine/disk-guard.ts';
import {
  differences,
  engineWorld,
  SOL,
  TON,
  type Life,
  type Wish,
} from '../support/engine-world.ts';
import { flat, openOf, type Bars } from '../support/tiny-recording.ts';

const TARGETS = ['110', '115', '120'] as const;
const LONG: Wish = { at: 2, id: 'sig-long', stop: '95', targets: TARGETS };
const OTHER: Wish = { at: 4, id: 'sig-other', symbol: SOL, stop: '95', targets: TARGETS };

function two(
  more: { wishes?: readonly Wish[]; config?: Record<string, unknown>; ton?: Bars } = {},
) {
  const { wishes = [LONG, OTHER], config = {}, ton = flat(20) } = more;
  return engineWorld({ markets: { TON: { bars: ton }, SOL: { bars: flat(20) } }, wishes, config });
}

const stateOf = (life: Life): string => life.bot.journal.registry().state;
const lastCycle = (life: Life) => life.of('CYCLE_END').at(-1)?.payload;

describe('what cannot be read', () => {
  test.each(['account', 'positions', 'openOrders', 'fills', 'marks'] as const)(
    '%s unknown: no entry, the position stays and stays protected, three good cycles bring NORMAL',
    async (what) => {
      const life = await two({ wishes: [LONG, { ...OTHER, at: [4, 5, 6, 7] }] }).start();
      await life.to(3);
      life.venue.unknown(what, 1_000);
      await life.to(4);
      expect(stateOf(life)).toBe('DEGRADED');
      expect(life.position()?.quantity.toFixed()).toBe('20');
      expect(life.position(SOL)).toBeNull();
      expect(life.live('stop').length).toBeGreaterThanOrEqual(1);
      expect(life.of('POSITION_CLOSED')).toEqual([]);
      life.venue.unknown(what, -life.venue.pending());
      await life.to(6);
      expect(stateOf(life)).toBe('DEGRADED');
      await life.to(7);
      expect(stateOf(life)).toBe('NORMAL');
      expect(life.position(SOL)).not.toBeNull();
      expect(life.live('stop')).toHaveLength(2);
      expect(differences(life)).toEqual([]);
    },
  );

  test('open orders unknown right after an entry: a stop is live soon after the deadline', async () => {
    const life = await two().start();
    await life.to(1);
    const { reader } = life.assembled.venue;
    const readWell = reader.openOrders.bind(reader);
    reader.openOrders = () =>
      life.position() === null && life.live('entry').length === 0
        ? readWell()
        : Promise.resolve({ read: 'unknown', reason: 'connection reset' });
    await life.to(2);
    const stops = life.live('stop');
    expect(stops.map(({ state }) => state)).toEqual(['live']);
    const opened = life.of('POSITION_OPENED')[0]?.tsMs ?? 0;
    expect((stops[0]?.intendedMs ?? 0) - opened).toBeLessThan(12 * SECOND);
    const emergencies = life.venue.sent.filter(({ purpose }) => purpose === 'emergency');
    expect(emergencies).toEqual([]);
  });
});

describe('an orphan?', () => {
  test('is blocked, reported once, believed open, and not hammered with orders', async () => {
    const life = await two().start();
    await life.to(3);
    const { reader } = life.assembled.venue;
    const read = reader.positions.bind(reader);
    reader.positions = async () => {
      const told = await read();
      return told.read === 'unknown' ? told : { ...told, rows: [] };
    };
    const before = life.venue.sent.length;
    await life.to(10);
    expect(life.venue.sent.filter(({ symbol }) => symbol === TON).length).toBe(
      life.venue.sent.slice(0, before).filter(({ symbol }) => symbol === TON).length,
    );
    expect(life.position()).not.toBeNull();
    expect(life.bot.memory.blocked.get(TON)?.finding).toBe('orphan?');
    const said = life.of('POSITION_BLOCKED').filter(({ symbol }) => symbol === TON);
    expect(said).toHaveLength(1);
  });

  test('whose stop filled unseen: no stop is sent again, and the fill is found when it is told', async () => {
    const ton: Bars = [...flat(3), [100, 100, 94, 94], ...flat(16, 94)];
    const life = await two({ ton, wishes: [LONG] }).start();
    const { reader } = life.assembled.venue;
    const read = reader.fills.bind(reader);
    await life.to(3);
    const known = lastFill(life);
    // The venue tells of nothing newer, for three days.
    reader.fills = async (since) => only(await read(since), (fill) => fill.tsMs <= known);
    const sent = life.venue.sent.length;
    await life.to(18);
    expect(life.position()).not.toBeNull();
    expect(life.venue.sent).toHaveLength(sent);
    reader.fills = read;
    await life.to(19);
    expect(life.position()).toBeNull();
    expect(life.of('POSITION_CLOSED').map(({ payload }) => payload.reason)).toEqual(['stop_loss']);
    expect(differences(life)).toEqual([]);
  });
});

describe('a late fill', () => {
  test.each([1, 4, 20])(
    'told %i hours after it happened is recorded exactly once',
    async (hours) => {
      const ton: Bars = [...flat(3), [100, 100, 94, 94], ...flat(16, 94)];
      const life = await two({ ton, wishes: [LONG, { ...OTHER, at: 6 }] }).start();
      const { reader } = life.assembled.venue;
      const read = reader.fills.bind(reader);
      reader.fills = async (since) => {
        const now = life.bot.clock.now();
        const isTold = (fill: VenueFill): boolean =>
          fill.side === 'buy' || now >= fill.tsMs + hours * HOUR;
        return only(await read(since), isTold);
      };
      await life.to(15);
      const exits = life.of('FILL').filter(({ payload }) => payload.side === 'sell');
      expect(exits.map(({ payload }) => payload.purpose)).toEqual(['stop_loss']);
      expect(exits[0]?.tsMs).toBe(openOf(3) + 2 * HOUR);
      // A newer fill was known meanwhile: asking only for what is newer would have missed it.
      expect(life.position(SOL)?.openedMs).toBeGreaterThan(openOf(3) + 7 * HOUR);
      expect(life.position()).toBeNull();
      expect(life.bot.memory.blocked.size).toBe(0);
      expect(differences(life)).toEqual([]);
    },
  );
});

describe('a stop the venue refuses', () => {
  const refuse = { reject: 'wouldCauseLiquidation' } as const;

  test('twice, then takes: protected, and how long it was not is recorded', async () => {
    const life = await two({ wishes: [LONG] }).start();
    await life.to(1);
    life.venue.next('place', 'none', refuse, refuse);
    await life.to(2);
    const [covered] = life.of('POSITION_PROTECTED');
    expect(covered?.payload.unprotected_ms).toBeGreaterThan(2_000);
    expect(covered?.payload.unprotected_ms).toBeLessThan(10_000);
    expect(life.of('ORDER_REJECTED')).toHaveLength(2);
    expect(life.of('POSITION_UNPROTECTED')).toHaveLength(1);
    expect(life.live('stop')).toHaveLength(1);
  });

  test('until the deadline: the position is closed at market, within the deadline and a little', async () => {
    const life = await two({ wishes: [LONG] }).start();
    await life.to(1);
    const { trader } = life.assembled.venue;
    const place = trader.place.bind(trader);
    trader.place = (intent, signal) =>
      intent.role === 'stop'
        ? Promise.resolve({ kind: 'rejected', reason: 'marketSuspended' })
        : place(intent, signal);
    await life.to(2);
    const [closed] = life.of('POSITION_CLOSED');
    expect(closed?.payload.reason).toBe('emergency');
    expect(closed?.payload.held_ms).toBeGreaterThanOrEqual(10_000);
    expect(closed?.payload.held_ms).toBeLessThan(13_000);
    expect(life.live('target')).toEqual([]);
    expect(differences(life)).toEqual([]);
  });

  test('and the exit too: bounded tries per cycle, and the next cycle tries again', async () => {
    const life = await two({ wishes: [LONG] }).start();
    await life.to(1);
    const { trader } = life.assembled.venue;
    const place = trader.place.bind(trader);
    let refused = 0;
    trader.place = (intent, signal) => {
      if (!intent.reduceOnly) return place(intent, signal);
      refused += 1;
      return Promise.resolve({ kind: 'rejected', reason: 'marketSuspended' });
    };
    await life.to(2);
    const inOneCycle = refused;
    expect(inOneCycle).toBeGreaterThan(10);
    expect(inOneCycle).toBeLessThan(100);
    expect(stateOf(life), 'in the cycle that saw it').toBe('DEGRADED');
    await life.to(3);
    expect(stateOf(life)).toBe('DEGRADED');
    expect(life.position()).not.toBeNull();
    trader.place = place;
    await life.to(4);
    expect(life.of('POSITION_CLOSED').map(({ payload }) => payload.reason)).toEqual(['emergency']);
  });

  test('a deadline of a minute is waited for in full', async () => {
    const config = { 'limits.protection_deadline': '1m' };
    const life = await two({ wishes: [LONG], config }).start();
    await life.to(1);
    const { trader } = life.assembled.venue;
    const place = trader.place.bind(trader);
    trader.place = (intent, signal) =>
      intent.role === 'stop'
        ? Promise.resolve({ kind: 'rejected', reason: 'marketSuspended' })
        : place(intent, signal);
    await life.to(2);
    const exits = life.venue.sent.filter(({ role }) => role === 'exit');
    expect(exits.map(({ purpose }) => purpose)).toEqual(['emergency']);
    const opened = life.of('POSITION_OPENED')[0]?.tsMs ?? 0;
    expect(life.bot.clock.now() - opened).toBeGreaterThanOrEqual(MINUTE);
    // It missed the open of its bar; it trades at the next one, which is known a cycle later.
    await life.to(4);
    expect(life.of('POSITION_CLOSED').map(({ payload }) => payload.reason)).toEqual(['emergency']);
  });
});

describe('a position that no stop can protect any more', () => {
  /** Nothing reduce-only is taken until the open of `bar`; entries are. */
  function refuseUntil(life: Life, bar: number): void {
    const { trader } = life.assembled.venue;
    const place = trader.place.bind(trader);
    trader.place = (intent, signal) =>
      intent.reduceOnly && life.bot.clock.now() < openOf(bar)
        ? Promise.resolve({ kind: 'rejected', reason: 'marketSuspended' })
        : place(intent, signal);
  }

  test('because the price is past it already: closed at market as stop_passed', async () => {
    const ton: Bars = [...flat(3), [100, 100, 94, 94], ...flat(16, 94)];
    const life = await two({ ton, wishes: [LONG] }).start();
    await life.to(1);
    refuseUntil(life, 4);
    await life.to(4);
    const [closed] = life.of('POSITION_CLOSED');
    expect(closed?.payload.reason).toBe('stop_passed');
    expect(life.venue.sent.filter(({ purpose }) => purpose === 'stop_passed')).toHaveLength(1);
    expect(differences(life)).toEqual([]);
  });

  test('because the venue liquidated it: the fill is followed, and nothing is sent for it any more', async () => {
    const ton: Bars = [...flat(3), [80, 80, 60, 60], ...flat(16, 60)];
    const config = {
      'entry.risk_per_trade': 0.1,
      'limits.max_single_position_equity': 5,
      'entry.leverage': 3,
      'paper.leverage': 3,
    };
    const wishes = [{ ...LONG, stop: '96' }];
    const life = await two({ ton, wishes, config }).start();
    await life.to(1);
    refuseUntil(life, 20);
    await life.to(6);
    const [closed] = life.of('POSITION_CLOSED');
    expect(closed?.payload.reason).toBe('liquidation');
    expect(life.position()).toBeNull();
    const sent = life.venue.sent.length;
    await life.to(8);
    expect(life.venue.sent).toHaveLength(sent);
    expect(differences(life)).toEqual([]);
  });
});

describe('an answer that was lost', () => {
  test.each(['request-lost', 'answer-lost'] as const)(
    'entry %s: at most one position',
    async (how) => {
      const life = await two({ wishes: [{ ...LONG, at: [2, 3, 4] }] }).start();
      await life.to(1);
      life.venue.next('place', how);
      await life.to(5);
      expect(life.of('ORDER_IN_DOUBT')).toHaveLength(1);
      expect(life.of('POSITION_OPENED')).toHaveLength(1);
      expect(life.live('stop')).toHaveLength(1);
      expect(life.live('entry')).toEqual([]);
      expect(differences(life)).toEqual([]);
    },
  );

  test.each(['request-lost', 'answer-lost'] as const)(
    'stop %s: one stop in the end',
    async (how) => {
      const life = await two({ wishes: [LONG] }).start();
      await life.to(1);
      life.venue.next('place', 'none', how);
      await life.to(3);
      expect(life.position()).not.toBeNull();
      expect(life.live('stop').map(({ state }) => state)).toEqual(['live']);
      expect(differences(life)).toEqual([]);
    },
  );
});

describe('a journal that cannot be written', () => {
  test('denies entries, keeps protecting, halts, and catches up in order', async () => {
    const ton: Bars = [...flat(3), [100, 100, 99, 99], ...flat(16, 99)];
    const world = two({
      ton,
      wishes: [
        { ...LONG, at: 3 },
        { ...OTHER, at: [4, 5] },
      ],
      config: { 'entry.order': 'limit', 'entry.resting_lifetime': '7d' },
    });
    const life = await world.start();
    await life.to(3);
    await tendDisk(life.bot);
    expect(existsSync(life.bot.paths.ballast)).toBe(true);
    const { db } = life.assembled.home;
    fillDisk(life);
    const written = life.bot.view.countEvents();
    // The resting entry fills inside the bar: its stop goes out although no intent can be written.
    await life.to(4);
    expect(life.venue.sent.filter(({ role }) => role === 'stop')).toHaveLength(1);
    expect(life.bot.view.countEvents()).toBe(written);
    expect(stateOf(life)).toBe('HALTED');
    expect(life.bot.memory.halts.map(({ kind }) => kind)).toEqual(['disk_full']);
    expect(readHalts(life.bot.paths).map(({ halt }) => halt.kind)).toEqual(['disk_full']);
    expect(existsSync(life.bot.paths.ballast)).toBe(false);
    expect(life.bot.memory.monitor.causes.map(({ cause }) => cause)).toContain(
      'journal_unwritable',
    );
    expect(life.position(SOL)).toBeNull();
    expect(world.log.join('\n')).toContain('protection goes on');
    const kept = life.bot.journal.keptEvents().map(({ type }) => type);
    expect(kept).toContain('POSITION_OPENED');

    db.pragma('max_page_count = 1000000');
    await life.to(5);
    const types = life
      .events()
      .slice(written)
      .map(({ type }) => type);
    expect(types.slice(0, kept.length)).toEqual(kept);
    expect(types.slice(kept.length)).not.toContain('HALT_CLEARED');
    expect(life.live('stop')).toHaveLength(1);
    expect(stateOf(life)).toBe('HALTED');

    await tendDisk(life.bot);
    expect(life.of('HALT_CLEARED').map(({ payload }) => payload.kind)).toEqual(['disk_full']);
    expect(readHalts(life.bot.paths)).toEqual([]);
    expect(existsSync(life.bot.paths.ballast)).toBe(true);
    expect(world.log.join('\n')).toContain('there is room again');
    await life.to(9);
    expect(stateOf(life)).toBe('NORMAL');
    expect(differences(life)).toEqual([]);
  });

  test('an entry whose intent cannot be written is denied and never sent', async () => {
    const life = await two({ wishes: [LONG] }).start();
    await life.to(1);
    const { db } = life.assembled.home;
    fillDisk(life);
    await life.to(2);
    expect(life.venue.sent).toEqual([]);
    const denied = life.bot.journal.keptEvents().filter(({ type }) => type === 'ENTRY_DENIED');
    expect(denied.map(({ payload }) => payload)).toEqual([
      { code: 'JOURNAL_UNWRITABLE', numbers: {} },
    ]);
    db.pragma('max_page_count = 1000000');
    await tendDisk(life.bot);
    await life.to(3);
    expect(lastCycle(life)?.state).toBe('NORMAL');
    expect(life.of('CYCLE_END').map(({ payload }) => payload.denied)).toContainEqual({
      JOURNAL_UNWRITABLE: 1,
    });
    expect(differences(life)).toEqual([]);
  });
});

/** No page more, and what is left in the last ones is used up: the next append meets the limit. */
function fillDisk({ assembled }: Life): void {
  assembled.home.db.pragma('max_page_count = 1');
  for (const length of [2_000, 200, 1]) {
    const payload = { finding: 'filler', evidence: 'x'.repeat(length) };
    let appended = 0;
    expect(() => {
      for (; appended < 1_000; appended += 1) {
        assembled.journal.append([{ type: 'FINDING', payload }]);
      }
    }).toThrow(expect.objectContaining({ code: 'STORE_FULL' }));
  }
}

function lastFill(life: Life): number {
  return Math.max(...life.of('FILL').map(({ tsMs }) => tsMs), 0);
}

function only(told: Reading<VenueFill>, keep: (fill: VenueFill) => boolean): Reading<VenueFill> {
  return told.read === 'unknown'
    ? told
    : { ...told, rows: told.rows.filter(keep), serverMs: ms(0) };
}
