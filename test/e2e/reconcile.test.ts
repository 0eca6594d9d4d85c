/**
 * An account that moved behind the bot's back, and the built program that brings registry and venue
 * together again: looked at, saved, applied, refused when stale, and at a start without being asked.
 */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { openReadonly } from '../../src/core/database.ts';
import { STATE_APPLICATION_ID, STATE_SCHEMA_VERSION } from '../../src/core/schema.ts';
import { journalFacts, type JournalFacts } from '../support/journal-facts.ts';
import {
  homeWithFive,
  place,
  resize,
  turn,
  vanish,
  venueOrders,
  venuePositions,
} from '../support/paper-hands.ts';
import { cleanUp, document, tradectl, type Ended } from '../support/tradectl.ts';

interface Action {
  readonly action: string;
  readonly symbol: string;
  readonly outcome: string;
}
interface Plan {
  readonly findings: readonly { symbol: string; finding: string }[];
  readonly repair: { readonly actions: readonly Action[] };
  readonly protection: { readonly actions: readonly Action[] };
}
interface Applied {
  readonly actions: readonly Action[];
  readonly backup: string | null;
}

const LINK = { symbol: 'LINK/USD:USD', side: 'long', quantity: '30', entry_price: '22' } as const;

let home = '';
let file = '';

beforeEach(async () => {
  home = await homeWithFive();
  file = join(home, 'plan.json');
});
afterAll(cleanUp);

const at = (...args: string[]): Promise<Ended> => tradectl([...args, '--home', home]);
const json = async <T>(code: number, ...args: string[]): Promise<T> => {
  const ended = await at(...args, '--json');
  expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code, stderr: '' });
  return JSON.parse(ended.stdout) as T;
};
const refused = async (...args: string[]): Promise<unknown> => {
  const { code, stdout, stderr } = await at(...args, '--json');
  expect(stdout).toBe('');
  expect(JSON.parse(stderr)).toMatchObject({ exit: code });
  return JSON.parse(stderr);
};
const found = ({ findings }: Plan): string[] =>
  findings.map(({ symbol, finding }) => `${symbol.split('/')[0]} ${finding}`).sort();
const outcomes = ({ actions }: Applied): string[] =>
  actions.map(({ action, symbol, outcome }) => `${action} ${symbol.split('/')[0]} ${outcome}`);
const since = (seq: number): JournalFacts['events'] =>
  journalFacts(home).events.filter((event) => event.seq > seq);
const headSeq = (): number => journalFacts(home).events.at(-1)?.seq ?? 0;
const exits = async (): Promise<unknown[]> => {
  const { orders } = await document(['orders', '--all', '--home', home]);
  return (orders as { role: string }[]).filter(({ role }) => role === 'exit');
};

/** ETH shrank, LINK is new, SOL is gone. */
function drift(): void {
  resize(home, 'ETH/USD:USD', '0.5');
  place(home, LINK);
  vanish(home, 'SOL/USD:USD');
}
const DRIFT = [
  'ADA matched',
  'ETH drift.quantity',
  'LINK phantom',
  'PEPE matched',
  'SOL orphan',
  'TON matched',
];
const SETTLED = ['ADA', 'ETH', 'LINK', 'PEPE', 'TON'].map((name) => `${name} matched`);

describe('a dry run', () => {
  test('on a home where both agree: exit 0, only matched, no action', async () => {
    const plan = await json<Plan>(0, 'reconcile');
    expect(new Set(plan.findings.map(({ finding }) => finding))).toEqual(new Set(['matched']));
    expect([...plan.repair.actions, ...plan.protection.actions]).toEqual([]);
    expect((await at('reconcile')).stdout).toBe('5 matched: registry and venue agree.\n');
  });

  test('23, 28, 29: drift, phantom and orphan in one plan, exit 1, and nothing is changed', async () => {
    drift();
    const before = [journalFacts(home), venuePositions(home), venueOrders(home)];
    const plan = await json<Plan>(1, 'reconcile', '--dry-run');
    expect(found(plan)).toEqual(DRIFT);
    expect(plan).toMatchObject({ schema: 'tradectl.plan/1', account: 'paper', looks: 2 });
    expect(plan).toMatchObject({ base_seq: headSeq(), out_of_scope: 0, unknown: [] });
    expect(plan.repair.actions.map(({ action }) => action)).toEqual([
      'close-registry',
      'adjust-registry',
      'import-position',
    ]);
    expect((await at('reconcile')).code).toBe(1);
    expect([journalFacts(home), venuePositions(home), venueOrders(home)]).toEqual(before);
  });

  test('--symbol shows one market and counts the rest as out of scope', async () => {
    drift();
    const plan = await json<Plan>(1, 'reconcile', '--symbol', 'LINK');
    expect(found(plan)).toEqual(['LINK phantom']);
    expect(plan).toMatchObject({ out_of_scope: 2, request: { symbols: [LINK.symbol] } });
    expect(
      [...plan.repair.actions, ...plan.protection.actions].map(({ symbol }) => symbol),
    ).toEqual([LINK.symbol, LINK.symbol]);
  });

  test('--out saves what --json prints, for its owner only', async () => {
    drift();
    const printed = await json<Plan>(1, 'reconcile', '--out', file);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(printed);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

describe('a saved plan', () => {
  beforeEach(async () => {
    drift();
    await json(1, 'reconcile', '--out', file);
  });
  const apply = ['reconcile', '--apply', 'FILE', '--yes'];
  const applyFile = (): string[] => apply.map((word) => (word === 'FILE' ? file : word));

  test('9, 49: is applied once, answers before changes, backup first; then both agree', async () => {
    const base = headSeq();
    const applied = await json<Applied>(0, ...applyFile());
    expect(outcomes(applied)).toEqual([
      'close-registry SOL applied',
      'adjust-registry ETH applied',
      'import-position LINK applied',
      'place-stop LINK applied',
      'resize-stop ETH applied',
      'cancel-order SOL applied',
      'cancel-order SOL applied',
      ...Array<string>(3).fill('place-target ETH applied'),
    ]);
    expectOrder(since(base).map(({ type }) => type));
    expect(headOfBackup(applied.backup)).toBe(base);

    expect(await refused(...applyFile())).toMatchObject({ code: 'PLAN_APPLIED', exit: 3 });
    expect(found(await json<Plan>(0, 'reconcile'))).toEqual(SETTLED);
    expect(await json<Applied>(0, 'reconcile', '--apply', '--yes')).toMatchObject({ actions: [] });
    expect(await exits()).toEqual([]);
    expect(journalFacts(home).differences).toEqual([]);
  });

  test('51: moved on one market: that one is stale, exit 6; a new plan settles it', async () => {
    resize(home, 'ETH/USD:USD', '0.6');
    const applied = await json<Applied>(6, ...applyFile());
    const stale = applied.actions.filter(({ outcome }) => outcome === 'stale');
    expect(new Set(stale.map(({ symbol }) => symbol))).toEqual(new Set(['ETH/USD:USD']));
    expect(applied).toMatchObject({ applied: 5, refused: stale.length, in_doubt: 0 });
    expect(found(await json<Plan>(1, 'reconcile'))).toContain('ETH drift.quantity');
    await json<Applied>(0, 'reconcile', '--apply', '--yes');
    expect(found(await json<Plan>(0, 'reconcile'))).toEqual(SETTLED);
  });

  test('without --yes and without a terminal: exit 3, --yes is named, nothing is done', async () => {
    const base = headSeq();
    const { code, stderr } = await at('reconcile', '--apply', file);
    expect(code).toBe(3);
    expect(stderr).toContain('--yes');
    expect(await refused('reconcile', '--apply', file)).toMatchObject({ code: 'NOT_CONFIRMED' });
    expect(headSeq()).toBe(base);
  });

  test.each([
    ['that is no plan', '{}'],
    ['that is no JSON', 'plan'],
    ['of another document', '{"schema":"tradectl.apply/1"}'],
  ])('a file %s: exit 2', async (_which, written) => {
    writeFileSync(file, written);
    expect(await refused(...applyFile())).toMatchObject({ code: 'FILE_INVALID', exit: 2 });
  });
});

/** What was seen comes before what was changed, and the end after all of it. */
function expectOrder(types: readonly string[]): void {
  const first = (type: string): number => types.indexOf(type);
  const changes = ['POSITION_RETIRED', 'POSITION_ADJUSTED', 'POSITION_IMPORTED', 'ORDER_INTENDED'];
  expect(first('OPERATOR_COMMAND')).toBe(0);
  for (const change of changes) expect(first(change)).toBeGreaterThan(first('VENUE_ANSWERS'));
  expect(first('PLAN_ACTION')).toBeGreaterThan(first('VENUE_ANSWERS'));
  expect(types.filter((type) => type === 'PLAN_ACTION')).toHaveLength(10);
  expect(types.at(-1)).toBe('PLAN_APPLIED');
}

function headOfBackup(path: string | null): number {
  const db = openReadonly(path ?? '', {
    applicationId: STATE_APPLICATION_ID,
    schemaVersion: STATE_SCHEMA_VERSION,
  });
  try {
    return Number(db.prepare('SELECT max(seq) FROM events').pluck().get());
  } finally {
    db.close();
  }
}

describe('phantoms', () => {
  beforeEach(() => place(home, LINK));
  const stopOf = (symbol: string): string | undefined =>
    venueOrders(home).find((order) => order.symbol === symbol && order.type === 'stop')
      ?.stop_price ?? undefined;

  test('28: list shows them and changes nothing', async () => {
    const base = headSeq();
    const plan = await json<Plan>(1, 'phantoms', 'list');
    expect(found(plan)).toEqual(['LINK phantom']);
    expect(headSeq()).toBe(base);
  });

  test.each([
    ['a stop by policy', [], '21.373'],
    ['--stop', ['--stop', '20'], '20'],
    ['--stop-distance', ['--stop-distance', '0.03'], '21.823'],
  ])('import with %s protects, and never flattens', async (_how, flags, stop) => {
    await json(0, 'phantoms', 'import', 'LINK', ...flags, '--yes');
    expect(stopOf(LINK.symbol)).toBe(stop);
    expect((await at('status', '--check')).code).toBe(0);
    expect(venuePositions(home)).toContainEqual(LINK);
    expect(await exits()).toEqual([]);
  });

  test('import --no-stop needs a reason, and leaves the alarm on', async () => {
    expect(await refused('phantoms', 'import', 'LINK', '--no-stop', '--yes')).toMatchObject({
      code: 'USAGE',
    });
    await json(0, 'phantoms', 'import', 'LINK', '--no-stop', '--reason', 'hedged', '--yes');
    expect(stopOf(LINK.symbol)).toBeUndefined();
    const checked = await at('status', '--check');
    expect({ code: checked.code, out: checked.stdout }).toMatchObject({
      code: 1,
      out: expect.stringMatching(/UNPROTECTED +LINK\/USD:USD/) as string,
    });
    expect((await at('run', '--cycles', '1')).code).toBe(0);
    expect(stopOf(LINK.symbol)).toBeUndefined();
    expect((await at('status', '--check')).code).toBe(1);
    expect(await exits()).toEqual([]);
  });
});

test('25, case G: on the other side at the venue: taken as it is, then waits for an operator', async () => {
  turn(home, 'ETH/USD:USD', 'short', '0.5');
  const before = venuePositions(home);
  const applied = await json<Applied>(0, 'reconcile', '--apply', '--yes');
  expect(outcomes(applied)).toEqual([
    'adjust-registry ETH applied',
    'place-stop ETH applied',
    ...Array<string>(4).fill('cancel-order ETH applied'),
  ]);
  expect(venuePositions(home)).toEqual(before);
  const waiting = await at('status', '--check');
  expect(waiting.code).toBe(1);
  expect(waiting.stdout).toContain('UNACKNOWLEDGED ETH/USD:USD');
  expect((await document(['run', '--cycles', '1', '--home', home]))['state']).toBe('DEGRADED');

  const seen = ['acknowledge', 'ETH', '--reason', 'turned by hand', '--yes'];
  expect(await json(0, ...seen)).toMatchObject({ causes: ['side_flipped'] });
  expect((await at('status')).stdout).not.toContain('UNACKNOWLEDGED');
  expect(await refused(...seen)).toMatchObject({ exit: 3 });
  // A state recovers when its cause has been away for three cycles.
  expect((await document(['run', '--cycles', '3', '--home', home]))['state']).toBe('NORMAL');
  expect((await at('status', '--check')).code).toBe(0);
});

test('30: two gone at once without a trade: orphan?, nothing is closed, not at a start either', async () => {
  vanish(home, 'ETH/USD:USD');
  vanish(home, 'SOL/USD:USD');
  const plan = await json<Plan>(1, 'reconcile');
  expect(found(plan)).toEqual(expect.arrayContaining(['ETH orphan?', 'SOL orphan?']));
  expect([...plan.repair.actions, ...plan.protection.actions]).toEqual([]);
  expect(await json<Applied>(1, 'reconcile', '--apply', '--yes')).toMatchObject({ actions: [] });
  expect((await at('run', '--cycles', '1')).code).toBe(0);
  const { positions } = await document(['positions', '--home', home]);
  expect(positions).toHaveLength(5);
  const { blocked } = await document(['status', '--home', home]);
  expect((blocked as { symbol: string }[]).map(({ symbol }) => symbol)).toEqual([
    'ETH/USD:USD',
    'SOL/USD:USD',
  ]);
});

test('a start settles the same by itself: imported, resized, closed at the second look, exit 0', async () => {
  drift();
  const base = headSeq();
  const { code } = await at('run', '--cycles', '1');
  expect(code).toBe(0);
  const types = since(base).map(({ type }) => type);
  expect(types.indexOf('POSITION_IMPORTED')).toBeLessThan(types.indexOf('POSITION_RETIRED'));
  const retired = since(base).filter(({ type }) => type === 'POSITION_RETIRED');
  expect(retired).toHaveLength(1);
  const { positions } = await document(['positions', '--home', home]);
  const unprotected = (positions as { is_protected: boolean }[]).filter((row) => !row.is_protected);
  expect(unprotected).toEqual([]);
  expect(found(await json<Plan>(0, 'reconcile'))).toEqual(SETTLED);
  expect(await exits()).toEqual([]);
});
