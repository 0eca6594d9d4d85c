/**
 * Halts: a broken limit, an operator, the kill switch. Each cancels entries and keeps every stop, target
 * and exit; each stays until an operator clears it, with a name and a reason.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readHalts } from '../../src/core/halt-files.ts';
import { decimal } from '../../src/domain/decimal.ts';
import { TradectlError } from '../../src/domain/errors.ts';
import type { Limits } from '../../src/risk/limits.ts';
import { clearByBot, closeByBot } from '../../src/engine/operations/execute.ts';
import { setHalt, setKill } from '../../src/engine/operations/halt.ts';
import { requestKill } from '../../src/engine/operations/request.ts';
import { homePaths } from '../../src/core/home.ts';
import {
  differences,
  engineWorld,
  SOL,
  TON,
  type Life,
  type Wish,
} from '../support/engine-world.ts';
import { flat, openOf, type Bars } from '../support/tiny-recording.ts';

const BY = { uid: 1000, terminal: '/dev/pts/0', user: 'maria' };
const TARGETS = ['110', '115', '120'] as const;
const LONG: Wish = { at: 2, id: 'sig-long', stop: '95', targets: TARGETS };
const LATER: Wish = {
  at: [5, 6, 7, 8, 9, 10, 11],
  id: 'sig-later',
  symbol: SOL,
  stop: '95',
  targets: TARGETS,
};

const stateOf = (life: Life): string => life.bot.journal.registry().state;
const clear = (life: Life, id: string, despiteFindings = false) =>
  clearByBot(life.bot, { id, reason: 'looked at it', despiteFindings, resetPeak: false, by: BY });

function world(
  more: { ton?: Bars; config?: Record<string, unknown>; wishes?: readonly Wish[] } = {},
) {
  const { ton = flat(16), config = {}, wishes = [LONG, LATER] } = more;
  return engineWorld({ markets: { TON: { bars: ton }, SOL: { bars: flat(16) } }, wishes, config });
}

/** Limits that one entry is beyond, put in force after the gate let it pass under the usual ones. */
function tighten({ bot }: Life, over: Partial<Limits>): void {
  Object.assign(bot.config, { limits: { ...bot.config.limits, ...over } });
}

const TIGHT: Partial<Limits> = {
  degradedMarginUtilization: decimal('0.03'),
  maxMarginUtilization: decimal('0.035'),
};

describe('incident limits crossed', () => {
  test('incident limits crossed: HALTED keeps every stop, target and exit, by id and by count', async () => {
    // TP1 is hit, then the price falls to the stop at break-even: both happen while HALTED.
    const ton: Bars = [...flat(5), [100, 111, 100, 111], [111, 111, 99, 99], ...flat(9, 99)];
    const home = world({ ton, wishes: [LONG, LATER] });
    const life = await home.start();
    await life.to(3);
    const before = life
      .live('stop')
      .concat(life.live('target'))
      .map((order) => order.clientOrderId);
    expect(before).toHaveLength(4);
    setHalt(home.home, { reason: 'margin', now: life.bot.clock.now(), by: BY });
    await life.to(5);
    expect(stateOf(life)).toBe('HALTED');
    const after = life
      .live('stop')
      .concat(life.live('target'))
      .map((order) => order.clientOrderId);
    expect(after).toEqual(before);
    const listed = await life.assembled.venue.reader.openOrders();
    const rows = listed.read === 'complete' ? listed.rows : [];
    expect(rows.map((row) => row.clientOrderId).sort()).toEqual([...before].sort());
    await life.to(8);
    expect(life.of('FILL').map(({ payload }) => payload.purpose)).toEqual([
      'entry',
      'target_1',
      'break_even',
    ]);
    expect(life.of('POSITION_CLOSED').map(({ payload }) => payload.reason)).toEqual(['break_even']);
    expect(
      life.of('ORDER_INTENDED').filter(({ payload }) => payload.role === 'entry'),
    ).toHaveLength(1);
    expect(differences(life)).toEqual([]);
  });

  test('incident limits crossed: a utilization that an entry raised halts, protection stays', async () => {
    const life = await world({ wishes: [LONG] }).start();
    await life.to(2);
    tighten(life, TIGHT);
    await life.to(6);
    expect(stateOf(life)).toBe('HALTED');
    expect(life.of('HALT_SET').map(({ payload }) => payload.kind)).toEqual(['margin_utilization']);
    expect(life.live('stop')).toHaveLength(1);
    expect(life.live('target')).toHaveLength(3);
    expect(life.of('ORDER_CANCEL_INTENDED')).toEqual([]);
  });

  test('incident limits crossed: the same utilization without a new entry only degrades', async () => {
    const life = await world({ wishes: [LONG] }).start();
    await life.to(3);
    tighten(life, TIGHT);
    await life.to(6);
    expect(stateOf(life)).toBe('DEGRADED');
    expect(life.of('HALT_SET')).toEqual([]);
    expect(life.of('ORDER_CANCEL_INTENDED')).toEqual([]);
  });

  test('a resting entry that filled between two cycles counts as an entry', async () => {
    const ton: Bars = [...flat(2), [100, 100, 99, 99], ...flat(13, 99)];
    const config = { 'entry.order': 'limit' };
    const life = await world({ ton, config, wishes: [LONG] }).start();
    await life.to(2);
    tighten(life, TIGHT);
    await life.to(3);
    expect(stateOf(life)).toBe('HALTED');
  });

  test('more positions than allowed: HALTED, both stay protected', async () => {
    const wishes = [LONG, { ...LONG, id: 'sig-two', symbol: SOL }];
    const two = await world({ wishes }).start();
    await two.to(3);
    expect(two.live('stop')).toHaveLength(2);
    tighten(two, { maxConcurrentPositions: 1 });
    await two.to(4);
    expect(stateOf(two)).toBe('HALTED');
    expect(two.of('HALT_SET').map(({ payload }) => payload.kind)).toEqual(['concurrent_positions']);
    expect(two.live('stop')).toHaveLength(2);
    expect(two.live('target')).toHaveLength(6);
    const [halt] = two.bot.memory.halts;
    await expect(clear(two, halt?.id ?? '')).rejects.toMatchObject({ code: 'CAUSE_HOLDS' });
    await clear(two, halt?.id ?? '', true);
    await two.to(5);
    // Accepted twice and still broken: it halts again, with a new id.
    expect(stateOf(two)).toBe('HALTED');
    expect(two.of('HALT_SET')).toHaveLength(2);
  });
});

describe('an operator', () => {
  test('halts and clears: no entry between, and both are journaled with who and why', async () => {
    const home = world();
    const life = await home.start();
    await life.to(3);
    const halt = setHalt(home.home, { reason: 'news', now: life.bot.clock.now(), by: BY });
    await life.to(7);
    expect(life.position(SOL)).toBeNull();
    expect(life.of('CYCLE_END').at(-1)?.payload.denied).toEqual({ NOT_NORMAL: 1 });
    expect(life.of('ENTRY_DENIED')).toHaveLength(1);
    const { archived } = await clear(life, halt.id);
    expect(existsSync(archived)).toBe(true);
    expect(readHalts(home.home)).toEqual([]);
    expect(life.of('HALT_CLEARED')[0]?.payload).toMatchObject({
      halt_id: halt.id,
      reason: 'looked at it',
      uid: 1000,
      terminal: '/dev/pts/0',
      peak_equity: null,
    });
    await life.to(8);
    expect(stateOf(life)).toBe('NORMAL');
    expect(life.position(SOL)).not.toBeNull();
  });

  test('a halt outlives the process and is journaled once', async () => {
    const home = world();
    const first = await home.start();
    await first.to(3);
    setHalt(home.home, { reason: 'news', now: first.bot.clock.now(), by: BY });
    await first.to(4);
    first.die();
    const second = await home.start();
    expect(stateOf(second)).toBe('HALTED');
    await second.to(7);
    expect(second.of('HALT_SET')).toHaveLength(1);
    expect(second.position(SOL)).toBeNull();
    expect(second.position()).not.toBeNull();
  });

  test('an unknown id is refused and changes nothing', async () => {
    const life = await world().start();
    await life.to(2);
    await expect(clear(life, 'halt-0')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(life.of('HALT_CLEARED')).toEqual([]);
  });

  test('a halt file that says nothing halts, and can be cleared', async () => {
    const home = world();
    const life = await home.start();
    await life.to(3);
    writeFileSync(home.home.haltFile, 'half a fi');
    await life.to(4);
    expect(stateOf(life)).toBe('HALTED');
    const [halt] = life.bot.memory.halts;
    expect(halt?.kind).toBe('halt_file_unreadable');
    await expect(clear(life, halt?.id ?? '')).rejects.toMatchObject({ code: 'CAUSE_HOLDS' });
    await clear(life, halt?.id ?? '', true);
    expect(stateOf(life)).toBe('NORMAL');
  });

  test('closes a position: reduce-only at market, stop kept until flat', async () => {
    const life = await world({ wishes: [LONG] }).start();
    await life.to(3);
    const closed = await closeByBot(life.bot, { symbol: TON, reason: 'enough', by: BY });
    expect(closed).toMatchObject({ outcome: 'closed', flat: true, closedQuantity: '20' });
    expect(life.of('POSITION_CLOSED').map(({ payload }) => payload.reason)).toEqual([
      'operator_close',
    ]);
    expect(life.of('OPERATOR_COMMAND')[0]?.payload).toMatchObject({ uid: 1000, reason: 'enough' });
    const exit = life.venue.sent.find(({ role }) => role === 'exit');
    expect(exit).toMatchObject({ reduceOnly: true, type: 'market' });
    expect(life.live('stop')).toEqual([]);
    await expect(closeByBot(life.bot, { symbol: TON, reason: null, by: BY })).rejects.toMatchObject(
      { code: 'NOT_FOUND' },
    );
  });
});

describe('a drawdown', () => {
  const FALL: Bars = [...flat(3), [100, 100, 60, 60], ...flat(12, 60)];
  const config = {
    'limits.max_equity_drawdown': 0.02,
    'limits.degraded_equity_drawdown': 0.01,
    'limits.recovery_hysteresis': 0.001,
    'entry.risk_per_trade': 0.05,
    'limits.max_single_position_equity': 1,
  };

  test('halts; clearing it resets the peak and says so; then it recovers', async () => {
    const life = await world({ ton: FALL, config }).start();
    await life.to(4);
    expect(stateOf(life)).toBe('HALTED');
    const [halt] = life.bot.memory.halts;
    expect(halt?.kind).toBe('equity_drawdown');
    const equity = life.of('CYCLE_END').at(-1)?.payload.equity ?? null;
    const { peakReset } = await clear(life, halt?.id ?? '');
    expect(peakReset).toBe(equity);
    expect(life.of('HALT_CLEARED')[0]?.payload.peak_equity).toBe(peakReset);
    expect(life.bot.journal.registry().peakEquity?.toFixed()).toBe(peakReset);
    await life.to(8);
    expect(stateOf(life)).toBe('NORMAL');
    expect(life.of('HALT_SET')).toHaveLength(1);
    expect(life.of('CYCLE_END').at(-1)?.payload.peak_equity).toBe(peakReset);
    expect(differences(life)).toEqual([]);
  });

  test('the scripted operator of a recording clears it at its time', async () => {
    const command = {
      at: new Date(openOf(6)).toISOString(),
      command: 'halt clear',
      kind: 'equity_drawdown',
      reason: 'checked',
    };
    const script = { schema: 'tradectl.operator_script/1', commands: [command] };
    const home = engineWorld({
      markets: { TON: { bars: FALL } },
      wishes: [LONG],
      config,
      operatorScript: JSON.stringify(script),
    });
    const life = await home.start();
    await life.to(5);
    expect(stateOf(life)).toBe('HALTED');
    await life.to(6);
    expect(life.of('HALT_CLEARED')[0]?.payload).toMatchObject({
      reason: 'checked',
      terminal: 'operator.json',
    });
    expect(stateOf(life)).not.toBe('HALTED');
  });
});

describe('the kill switch', () => {
  test('works without a database, and holds from the first cycle of the first run', async () => {
    const home = world({ wishes: [{ ...LONG, at: [2, 3, 4] }] });
    const killed = await requestKill(home.home.dir, { reason: 'not today', by: BY });
    expect(killed).toMatchObject({ cancelled: 0, executedBy: 'command' });
    expect(readdirSync(home.home.dir)).toEqual(['kill_switch_state.json']);
    expect(JSON.parse(readFileSync(home.home.killFile, 'utf8'))).toMatchObject({ kind: 'kill' });
    const life = await home.start();
    await life.to(4);
    expect(stateOf(life)).toBe('HALTED');
    expect(life.venue.sent).toEqual([]);
    await clear(life, killed.halt.id);
    expect(stateOf(life)).toBe('NORMAL');
  });

  test('works when the database is no database', async () => {
    const home = world();
    const first = await home.start();
    await first.to(3);
    first.die();
    writeFileSync(home.home.state, 'this is not a database at all, it only looks like a file');
    const reason = { reason: 'broken', by: BY };
    await expect(requestKill(home.home.dir, reason)).rejects.toBeInstanceOf(TradectlError);
    expect(readHalts(homePaths(home.home.dir)).map(({ halt }) => halt.kind)).toEqual(['kill']);
  });

  test('flattens nothing', async () => {
    const home = world();
    const life = await home.start();
    await life.to(3);
    setKill(home.home, { reason: 'stop', now: life.bot.clock.now(), by: BY });
    await life.to(10);
    expect(life.position()?.quantity.toFixed()).toBe('20');
    expect(life.live('stop')).toHaveLength(1);
    expect(life.live('target')).toHaveLength(3);
    expect(life.position(SOL)).toBeNull();
  });
});
