/**
 * Repair beside a bot that lives: it looks, it applies, nobody takes its lock. And two operators at once, with
 * a bot and without: one executes, the other is told who.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { journalFacts } from '../support/journal-facts.ts';
import { realTime, until } from '../support/living-bot.ts';
import {
  homeWithFive,
  place,
  resize,
  turn,
  vanish,
  venueOrders,
  venuePositions,
} from '../support/paper-hands.ts';
import { insertGhost } from '../support/registry-damage.ts';
import {
  cleanUp,
  document,
  start,
  tradectl,
  type Ended,
  type Running,
} from '../support/tradectl.ts';

const LINK = { symbol: 'LINK/USD:USD', side: 'long', quantity: '30', entry_price: '22' } as const;

let home = '';
let file = '';
/** What is killed after each test, whatever became of it. */
let bot: Running | null = null;

beforeEach(async () => {
  home = await homeWithFive();
  mkdirSync(join(home, 'plans'));
  file = join(home, 'plans', 'plan.json');
});
afterEach(async () => {
  bot?.child.kill('SIGKILL');
  await bot?.ended;
  bot = null;
});
afterAll(cleanUp);

const at = (...args: string[]): Promise<Ended> => tradectl([...args, '--home', home]);
const of = (...args: string[]): Promise<Readonly<Record<string, unknown>>> =>
  document([...args, '--home', home]);
const apply = (): string[] => ['reconcile', '--apply', file, '--yes', '--json', '--home', home];
const count = (type: string): number =>
  journalFacts(home).events.filter((event) => event.type === type).length;
const lockOwner = (): unknown => JSON.parse(readFileSync(join(home, 'lock.json'), 'utf8'));

async function live(): Promise<Running> {
  bot = await realTime(home);
  return bot;
}

/** The bot stops in order and nine hours pass: an order acts from the next bar, and some bars take four hours. */
async function atTheNextBars(): Promise<void> {
  bot?.child.kill('SIGTERM');
  expect((await bot?.ended)?.code).toBe(0);
  await of('run', '--cycles', '9');
}

/** Commands that were posted to the bot, and what became of them. */
function commands(): { command: string; state: string }[] {
  return withState((db) =>
    db.prepare<[], { command: string; state: string }>('SELECT command, state FROM commands').all(),
  );
}

function withState<T>(act: (db: Database.Database) => T): T {
  const db = new Database(join(home, 'state.db'), { fileMustExist: true });
  try {
    return act(db);
  } finally {
    db.close();
  }
}

/** A drift that is settled by one plan, saved before anything else happens. */
async function savePlan(): Promise<void> {
  resize(home, 'ETH/USD:USD', '0.5');
  place(home, LINK);
  expect((await at('reconcile', '--out', file)).code).toBe(1);
}

describe('beside a bot', () => {
  test('30: reconcile looks through the bot, and changes nothing', async () => {
    vanish(home, 'ETH/USD:USD');
    vanish(home, 'SOL/USD:USD');
    await live();
    const owner = lockOwner();
    const looked = await at('reconcile', '--json');
    expect(looked.code).toBe(1);
    const { findings } = JSON.parse(looked.stdout) as { findings: { finding: string }[] };
    expect(findings.filter(({ finding }) => finding === 'orphan?')).toHaveLength(2);
    expect(commands()).toEqual([{ command: 'plan', state: 'answered' }]);
    expect(count('OPERATOR_COMMAND')).toBe(0);
    expect(lockOwner()).toEqual(owner);
  });

  test('a plan from before its start: it has done that itself, once; then the plan is spent', async () => {
    await savePlan();
    const { child } = await live();
    const orders = venueOrders(home);
    const applied = await tradectl(apply());
    expect(applied).toMatchObject({ code: 0, stderr: '' });
    const { actions } = JSON.parse(applied.stdout) as { actions: { outcome: string }[] };
    expect(new Set(actions.map(({ outcome }) => outcome))).toEqual(new Set(['not needed']));
    expect(commands()).toEqual([{ command: 'apply', state: 'answered' }]);
    expect(lockOwner()).toMatchObject({ pid: child.pid, purpose: 'run' });
    expect(venueOrders(home)).toEqual(orders);
    const again = await tradectl(apply());
    expect(again.code).toBe(3);
    expect(JSON.parse(again.stderr)).toMatchObject({ code: 'PLAN_APPLIED' });
  });

  test('a row in quarantine is retired by the bot', async () => {
    insertGhost(home, 'ATOM/USD:USD', '3.5');
    const { child } = await live();
    const retired = await of('quarantine', 'retire', '--all', '--reason', 'old', '--yes');
    expect(retired).toMatchObject({ applied: 1, refused: 0 });
    expect((await of('quarantine', 'list'))['rows']).toEqual([]);
    expect(commands().map(({ command }) => command)).toEqual(['plan', 'apply']);
    expect(lockOwner()).toMatchObject({ pid: child.pid, purpose: 'run' });
  });

  test('partial-close: a dry run sends nothing, the other one a part, and the stop follows', async () => {
    const half = ['partial-close', 'ADA', '--fraction', '0.5'];
    await live();
    const orders = venueOrders(home);
    expect(await of(...half, '--dry-run')).toMatchObject({
      ...{ dry_run: true, executed_by: 'bot' },
      rows: [{ quantity: '1180', remainder: '1181', outcome: 'rounded', sent: null }],
    });
    expect(count('ORDER_INTENDED')).toBe(orders.length + filled());
    // In real time the exit waits for a bar: taken, and not done yet.
    const sent = await at(...half, '--yes', '--json');
    expect(sent.code).toBe(6);
    expect(JSON.parse(sent.stdout)).toMatchObject({
      ...{ dry_run: false, executed_by: 'bot' },
      rows: [{ quantity: '1180', sent: 'pending: acts at the next bar (the order is still live)' }],
    });
    await atTheNextBars();
    expect(venuePositions(home)).toContainEqual(
      expect.objectContaining({ symbol: 'ADA/USD:USD', side: 'short', quantity: '1181' }),
    );
    const stop = venueOrders(home).filter(
      ({ symbol, type }) => symbol === 'ADA/USD:USD' && type === 'stop',
    );
    expect(stop).toMatchObject([{ quantity: '1181', reduce_only: 1 }]);
  });

  test('25: acknowledge is heard by the bot that waits for it', async () => {
    turn(home, 'ETH/USD:USD', 'short', '0.5');
    await live();
    const waiting = await at('status', '--check');
    expect(waiting.code).toBe(1);
    expect(waiting.stdout).toContain('UNACKNOWLEDGED ETH/USD:USD');
    const seen = ['acknowledge', 'ETH', '--reason', 'turned by hand', '--yes'];
    expect(await of(...seen)).toMatchObject({ causes: ['side_flipped'], executed_by: 'bot' });
    expect((await at('status')).stdout).not.toContain('UNACKNOWLEDGED');
    expect((await at(...seen)).code).toBe(3);
  });

  test('flatten wants the name; not proven flat yet it says so, exit 6, and stops stay', async () => {
    await live();
    const stops = (): string[] =>
      venueOrders(home).flatMap(({ type, symbol }) => (type === 'stop' ? [symbol] : []));
    const before = stops();
    for (const flags of [[], ['--confirm', 'other']]) {
      const refused = await at('flatten', ...flags);
      expect({ code: refused.code, out: refused.stdout }).toEqual({ code: 3, out: '' });
    }
    expect(count('OPERATOR_COMMAND')).toBe(0);
    const asked = await at('flatten', '--confirm', 'paper', '--json');
    expect(asked.code).toBe(6);
    expect(JSON.parse(asked.stdout)).toMatchObject({ flat: false, executed_by: 'bot' });
    expect(stops()).toEqual(before);
    const held = venuePositions(home).map(({ symbol }) => symbol);
    await atTheNextBars();
    const { trades } = await of('trades');
    const closed = (trades as { symbol: string; exit_reason: string }[])
      .filter(({ exit_reason: reason }) => reason === 'operator_close')
      .map(({ symbol }) => symbol);
    expect(closed.sort()).toEqual(held);
  });
});

/** Orders of the home that rest no more. */
function filled(): number {
  const { events } = journalFacts(home);
  return events.filter(({ type }) => type === 'ORDER_INTENDED').length - venueOrders(home).length;
}

describe('without a bot', () => {
  test('partial-close and flatten are proven at once', async () => {
    const half = await of('partial-close', 'ADA', '--fraction', '0.5', '--yes');
    expect(half).toMatchObject({
      rows: [{ sent: 'accepted', remaining_after: '1181', stop_quantity_after: '1181' }],
      executed_by: 'command',
    });
    expect((await at('reconcile')).code).toBe(0);
    expect(await of('flatten', '--confirm', 'paper')).toMatchObject({
      ...{ flat: true, rounds: 2, unreadable: null, executed_by: 'command' },
    });
    expect([venuePositions(home), venueOrders(home)]).toEqual([[], []]);
    expect((await at('reconcile')).code).toBe(0);
  });
});

describe('52: two applications at once', () => {
  test('beside a bot: the second is told who asked first', async () => {
    await savePlan();
    await live();
    withState((db) =>
      db
        .prepare(
          `INSERT INTO commands (id, posted_ms, posted_by, command, arguments, state)
           VALUES ('cmd-first', 1, '{"uid":null,"tty":null,"pid":4242}', 'apply', '{}', 'taken')`,
        )
        .run(),
    );
    const second = await tradectl(apply());
    expect({ code: second.code, out: second.stdout }).toEqual({ code: 3, out: '' });
    expect(JSON.parse(second.stderr)).toMatchObject({ code: 'LOCK_HELD', exit: 3 });
    expect(second.stderr).toContain('pid 4242');
    expect(commands()).toHaveLength(1);
    expect(count('PLAN_APPLIED')).toBe(0);
  });

  test('without a bot: the second is told who holds the lock, the first goes on', async () => {
    await savePlan();
    const writer = new Database(join(home, 'state.db'), { fileMustExist: true });
    // The first comes no further than its first event before it is stopped, with the lock in its hand.
    writer.exec('BEGIN IMMEDIATE');
    const first = start(apply());
    bot = first;
    await until(() => Promise.resolve(isHeldBy(first.child.pid)));
    first.child.kill('SIGSTOP');
    writer.exec('ROLLBACK');
    writer.close();
    const second = await tradectl(apply());
    first.child.kill('SIGCONT');
    expect({ code: second.code, out: second.stdout }).toEqual({ code: 3, out: '' });
    expect(JSON.parse(second.stderr)).toMatchObject({ code: 'LOCK_HELD', exit: 3 });
    expect(second.stderr).toContain(`pid ${first.child.pid} (tradectl reconcile --apply)`);
    expect(await first.ended).toMatchObject({ code: 0, stderr: '' });
    expect(count('PLAN_APPLIED')).toBe(1);
    expect((await at('reconcile')).code).toBe(0);
  });

  test.each([
    ['without a bot', false],
    ['beside a bot', true],
  ])('%s, really at once: exactly one executes', async (_where, runs) => {
    await savePlan();
    if (runs) await live();
    const ends = await Promise.all([tradectl(apply()), tradectl(apply())]);
    expect(ends.map(({ code }) => code).sort()).toEqual([0, 3]);
    expect(count('PLAN_APPLIED')).toBe(1);
    expect(count('OPERATOR_COMMAND')).toBe(1);
    const refusal = ends.find(({ code }) => code === 3)?.stderr ?? '';
    expect(['LOCK_HELD', 'PLAN_APPLIED']).toContain((JSON.parse(refusal) as { code: string }).code);
    expect((await at('reconcile')).code).toBe(0);
  });
});

function isHeldBy(pid: number | undefined): boolean {
  try {
    return (lockOwner() as { pid: number }).pid === pid;
  } catch {
    return false;
  }
}
