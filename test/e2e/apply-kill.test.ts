/**
 * 50: an application of a plan dies at every kind of moment; applied again, account and registry end where an
 * undisturbed one ends them. No order twice, no stop missing, nothing closed.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holdAt, killThere, letGo, type Moment } from '../support/hold-at.ts';
import { journalFacts } from '../support/journal-facts.ts';
import {
  copyOf,
  homeWithFive,
  place,
  resize,
  turn,
  vanish,
  venueOrders,
  venuePositions,
} from '../support/paper-hands.ts';
import { cleanUp, start, tradectl } from '../support/tradectl.ts';

/** The first event of an application, every so many further ones, and almost the last: moments to die before. */
const SHARES_OF_THE_EVENTS = Array.from(
  { length: 13 },
  (_, at) => Math.round((at / 12.5) * 100) / 100,
);
const SHARES_OF_THE_TIME = [0.35, 0.6, 0.85] as const;
/** Orders the venue takes or cancels in it: the journal means it already, the venue does not know. */
const AT_THE_VENUE: readonly Moment[] = [
  { file: 'paper.db', table: 'orders', on: 'INSERT', when: "NEW.symbol = 'LINK/USD:USD'" },
  {
    file: 'paper.db',
    table: 'orders',
    on: 'INSERT',
    when: "NEW.symbol = 'ETH/USD:USD' AND NEW.type = 'stop'",
  },
  {
    file: 'paper.db',
    table: 'orders',
    on: 'INSERT',
    when: "NEW.symbol = 'ADA/USD:USD' AND NEW.state = 'cancelled'",
  },
];

interface End {
  readonly registry: readonly object[];
  readonly venue: readonly object[];
  readonly orders: readonly object[];
}

let prepared = '';
let base = 0;
let events = 0;
let undisturbed: End;
let tookMs = 0;

const file = join('plans', 'plan.json');
const apply = (home: string): string[] => [
  ...['reconcile', '--apply', join(prepared, file)],
  ...['--yes', '--json', '--home', home],
];

beforeAll(async () => {
  prepared = await drifted();
  base = journalFacts(prepared).events.at(-1)?.seq ?? 0;
  const home = copyOf(prepared);
  const began = performance.now();
  expect(await tradectl(apply(home))).toMatchObject({ code: 0, stderr: '' });
  tookMs = performance.now() - began;
  events = (journalFacts(home).events.at(-1)?.seq ?? 0) - base;
  undisturbed = endOf(home);
});
afterAll(cleanUp);

/** ADA turned, ETH shrank, SOL is gone, BTC and LINK are new; the plan is saved beside it. */
async function drifted(): Promise<string> {
  const home = await homeWithFive();
  turn(home, 'ADA/USD:USD', 'long', '1000');
  resize(home, 'ETH/USD:USD', '0.5');
  vanish(home, 'SOL/USD:USD');
  place(home, { symbol: 'BTC/USD:USD', side: 'short', quantity: '0.02', entry_price: '100000' });
  place(home, { symbol: 'LINK/USD:USD', side: 'long', quantity: '30', entry_price: '22' });
  mkdirSync(join(home, 'plans'));
  const saved = await tradectl(['reconcile', '--json', '--out', join(home, file), '--home', home]);
  const { repair, protection } = JSON.parse(saved.stdout) as Record<
    'repair' | 'protection',
    { actions: unknown[] }
  >;
  expect([repair.actions.length, protection.actions.length]).toEqual([5, 13]);
  return home;
}

function endOf(home: string): End {
  const { outcome } = journalFacts(home);
  const open = outcome.positions.filter(({ status }) => status === 'open');
  return {
    registry: open.map(({ symbol, side, quantity }) => ({ symbol, side, quantity })),
    venue: venuePositions(home),
    orders: venueOrders(home)
      .map((order) => ({ ...order, client_order_id: null }))
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  };
}

/** The same plan again, a new one where it says it is stale: what an operator does. */
async function settle(home: string): Promise<void> {
  const again = await tradectl(apply(home));
  if (again.code === 3) {
    expect(JSON.parse(again.stderr)).toMatchObject({ code: 'PLAN_APPLIED' });
  } else if (again.code === 6) {
    const fresh = await tradectl(['reconcile', '--apply', '--yes', '--home', home]);
    expect(fresh).toMatchObject({ code: 0, stderr: '' });
  } else expect(again).toMatchObject({ code: 0, stderr: '' });
}

async function expectSameEnd(home: string): Promise<void> {
  const { code, stdout } = await tradectl(['reconcile', '--home', home]);
  expect(code).toBe(0);
  const [agreed, , waits] = stdout.split('\n');
  expect(agreed).toBe('6 matched: registry and venue agree.');
  expect(waits).toContain('ADA/USD:USD waits for you');
  expect(endOf(home)).toEqual(undisturbed);
  const stops = venueOrders(home).filter(({ type }) => type === 'stop');
  expect(stops.map(({ symbol }) => symbol).sort()).toEqual(
    venuePositions(home).map(({ symbol }) => symbol),
  );
  const after = journalFacts(home);
  expect(after.differences).toEqual([]);
  expect(after.events.filter(({ payload }) => payload['role'] === 'exit')).toEqual([]);
  const applied = after.events.filter(({ type }) => type === 'PLAN_APPLIED');
  // None where the plan was stale on a market by the order it had sent itself, and nothing was left to do.
  expect(applied.length).toBeLessThanOrEqual(1);
}

async function dieAt(moment: Moment): Promise<string> {
  const home = copyOf(prepared);
  holdAt(home, moment);
  expect(await killThere(start(apply(home)), home, moment)).toBe(true);
  letGo(home, moment);
  return home;
}

describe('50: killed with SIGKILL and applied again, it ends the same', () => {
  test.concurrent.each(SHARES_OF_THE_EVENTS)('after %f of its events', async (share) => {
    const offset = 1 + Math.floor(events * share);
    const when = `NEW.seq = ${base + offset}`;
    const home = await dieAt({ file: 'state.db', table: 'events', on: 'INSERT', when });
    expect(journalFacts(home).events.at(-1)?.seq).toBeLessThan(base + offset);
    await settle(home);
    await expectSameEnd(home);
  });

  test.concurrent.each(AT_THE_VENUE)('before the venue took: $when', async (moment) => {
    const home = await dieAt(moment);
    await settle(home);
    await expectSameEnd(home);
  });

  test.concurrent.each(SHARES_OF_THE_TIME)('after %f of its time', async (share) => {
    const home = copyOf(prepared);
    const life = start(apply(home));
    await setTimeout(tookMs * share);
    life.child.kill('SIGKILL');
    await life.ended;
    await settle(home);
    await expectSameEnd(home);
  });
});

test('50: killed again and again, a little further each time, it still ends the same', async () => {
  const home = copyOf(prepared);
  for (const further of [8, 7, 9, 10]) {
    const head = journalFacts(home).events.at(-1)?.seq ?? 0;
    const when = `NEW.seq = ${head + further}`;
    const moment = { file: 'state.db', table: 'events', on: 'INSERT', when } as const;
    holdAt(home, moment);
    expect(await killThere(start(apply(home)), home, moment)).toBe(true);
    letGo(home, moment);
  }
  await settle(home);
  await expectSameEnd(home);
});
