/** What an operator asks of a home, beside a running bot and without one: the same words, the same effect. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { journalFacts, type JournalFacts } from '../support/journal-facts.ts';
import { homeWithPositions, realTime, until } from '../support/living-bot.ts';
import { cleanUp, document, freshHome, tradectl, type Running } from '../support/tradectl.ts';

let home = '';
let bot: Running | null = null;

beforeEach(async () => {
  home = await homeWithPositions();
});
afterEach(async () => {
  bot?.child.kill('SIGKILL');
  await bot?.ended;
  bot = null;
});
afterAll(cleanUp);

const state = async (): Promise<unknown> => (await document(['status', '--home', home]))['state'];
const setHalt = async (): Promise<string> =>
  String((await document(['halt', 'set', '--reason', 'a test', '--home', home]))['id']);
const clear = (id: string): string[] => ['halt', 'clear', id, '--reason', 'over', '--home', home];
const last = (type: string): JournalFacts['events'][number] | undefined =>
  journalFacts(home).events.findLast((event) => event.type === type);
const openSymbols = async (): Promise<string[]> => {
  const { positions } = await document(['positions', '--home', home]);
  return (positions as { symbol: string }[]).map(({ symbol }) => symbol);
};
const stops = async (): Promise<number> => {
  const { orders } = await document(['orders', '--home', home]);
  return (orders as { role: string }[]).filter(({ role }) => role === 'stop').length;
};

describe.each([
  ['beside a running bot', 'bot', true],
  ['without a bot', 'command', false],
] as const)('%s', (_where, executedBy, runs) => {
  beforeEach(async () => {
    if (runs) bot = await realTime(home);
  });

  test('halt set is seen within a second and cleared with the id given twice', async () => {
    const id = await setHalt();
    if (runs) {
      const set = performance.now();
      await until(() => Promise.resolve(last('STATE_CHANGED')?.payload['to'] === 'HALTED'));
      expect(performance.now() - set).toBeLessThan(2_000);
      expect(await state()).toBe('HALTED');
    }
    const cleared = await document([...clear(id), '--confirm', id]);
    expect(cleared).toMatchObject({ schema: 'tradectl.halt_cleared/1', executed_by: executedBy });
    expect(existsSync(String(cleared['archived']))).toBe(true);
    expect(existsSync(join(home, 'halt_state.json'))).toBe(false);
    expect(last('HALT_CLEARED')?.payload).toMatchObject({
      halt_id: id,
      reason: 'over',
      uid: process.getuid?.() ?? null,
    });
    expect(await state()).toBe('NORMAL');
  });

  test('kill halts everything and keeps positions and stops', async () => {
    const [positions, protections] = [await openSymbols(), await stops()];
    const killed = await document(['kill', '--reason', 'wrong prices', '--home', home]);
    expect(killed).toMatchObject({ schema: 'tradectl.kill/1', executed_by: executedBy });
    await until(async () => (await state()) === 'HALTED');
    expect(existsSync(join(home, 'kill_switch_state.json'))).toBe(true);
    expect([await openSymbols(), await stops()]).toEqual([positions, protections]);
    const id = String(killed['id']);
    expect((await document([...clear(id), '--confirm', id]))['kind']).toBe('kill');
    expect(readdirSync(join(home, 'archive'))).toHaveLength(1);
  });
});

test('without a bot close is reduce-only, proven flat, and takes nothing else along', async () => {
  expect(await openSymbols()).toContain('BTC/USD:USD');
  const others = (await openSymbols()).length - 1;
  const closed = await document(['close', 'PF_XBTUSD', '--yes', '--home', home]);
  expect(closed).toMatchObject({
    symbol: 'BTC/USD:USD',
    outcome: 'closed',
    flat: true,
    executed_by: 'command',
  });
  const order = journalFacts(home).events.findLast(
    ({ type, payload }) => type === 'ORDER_INTENDED' && payload['role'] === 'exit',
  );
  expect(order?.payload).toMatchObject({ reduce_only: true, purpose: 'operator_close' });
  expect(await openSymbols()).not.toContain('BTC/USD:USD');
  expect(await stops()).toBe(others);
  const again = await tradectl(['close', 'BTC', '--yes', '--home', home]);
  expect({ code: again.code, out: again.stdout }).toEqual({ code: 3, out: '' });
});

test('beside a bot a close that is not proven flat yet says so, exit 6, and its stop stays', async () => {
  bot = await realTime(home);
  const protections = await stops();
  // A recorded bar is a minute old by now: the order acts from the next one.
  const asked = await tradectl(['close', 'BTC', '--yes', '--json', '--home', home]);
  expect(asked.code).toBe(6);
  expect(JSON.parse(asked.stdout)).toMatchObject({
    outcome: 'pending',
    flat: false,
    executed_by: 'bot',
  });
  expect(await stops()).toBe(protections);
  bot.child.kill('SIGTERM');
  expect((await bot.ended).code).toBe(0);
  await document(['run', '--cycles', '2', '--home', home]);
  expect(last('POSITION_CLOSED')?.payload).toMatchObject({ reason: 'operator_close' });
  expect(await openSymbols()).not.toContain('BTC/USD:USD');
});

describe('a halt is not cleared by accident', () => {
  test.each([
    ['without a terminal and without --confirm', [], 'NOT_CONFIRMED', '--confirm halt-'],
    ['with another id typed', ['--confirm', 'halt-other'], 'NOT_CONFIRMED', 'is not halt-'],
  ])('%s: exit 3, the halt stands', async (_how, flags, code, said) => {
    const id = await setHalt();
    const refused = await tradectl([...clear(id), ...flags, '--json']);
    expect({ code: refused.code, out: refused.stdout }).toEqual({ code: 3, out: '' });
    expect(JSON.parse(refused.stderr)).toMatchObject({ code });
    expect(refused.stderr).toContain(said);
    expect(existsSync(join(home, 'halt_state.json'))).toBe(true);
  });

  test('an id that does not stand is NOT_FOUND', async () => {
    const refused = await tradectl([...clear('halt-none'), '--confirm', 'halt-none', '--json']);
    expect(JSON.parse(refused.stderr)).toMatchObject({ code: 'NOT_FOUND', exit: 3 });
  });
});

test('a halt that stands at the start keeps the run HALTED: exit 0, no entry', async () => {
  await setHalt();
  const seq = journalFacts(home).events.length;
  const ran = await document(['run', '--cycles', '80', '--home', home]);
  expect(ran['state']).toBe('HALTED');
  const since = journalFacts(home).events.slice(seq);
  expect(since.some(({ payload }) => payload['role'] === 'entry')).toBe(false);
  expect(since.some(({ type }) => type === 'CYCLE_END')).toBe(true);
});

test('a command acts under what the home was started with, not under what lies around today', async () => {
  const elsewhere = freshHome('elsewhere');
  const { writeFileSync } = await import('node:fs');
  writeFileSync(
    join(elsewhere, 'tradectl.toml'),
    '[entry]\nrisk_per_trade = "0.002"\nnonsense = 1\n',
  );
  const closed = await tradectl(['close', 'BTC', '--yes', '--home', home], { cwd: elsewhere });
  expect(closed).toMatchObject({ code: 0, stderr: '' });
});

test('a home without a bot: kill and halt are set all the same, close says what is missing', async () => {
  const empty = freshHome('empty');
  expect((await tradectl(['halt', 'set', '--reason', 'early', '--home', empty])).code).toBe(0);
  expect((await tradectl(['kill', '--reason', 'early', '--home', empty])).code).toBe(0);
  const shown = await document(['halt', 'show', '--home', empty]);
  expect(shown['halts']).toHaveLength(2);
  const refused = await tradectl(['close', 'BTC', '--yes', '--home', empty, '--json']);
  expect(JSON.parse(refused.stderr)).toMatchObject({ code: 'STORE_MISSING', exit: 2 });
});
