/** reconcile, phantoms and quarantine: exit codes, confirmation, streams, and flags that exclude each other. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyPlan } from '../../../commands/apply-plan.ts';
import { importPhantoms, listPhantoms } from '../../../commands/phantoms.ts';
import { findingsExit } from '../../../commands/plan-exit.ts';
import { reconcile } from '../../../commands/reconcile.ts';
import { watchUntil } from '../../../commands/watch-plan.ts';
import { ms, virtualClock } from '../../../src/domain/clock.ts';
import { TradectlError } from '../../../src/domain/errors.ts';
import type { PlanDocument } from '../../../src/engine/operations/plan-document.ts';
import { printed } from '../../support/fake-terminal.ts';
import { journalHome } from '../../support/journal-home.ts';
import {
  amount,
  applied,
  everyFinding,
  fakeDesk,
  findingRow,
  phantomPlan,
  planDocument,
  screen,
  widest,
} from '../../support/plan-documents.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tradectl-plan-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const MATCHED = planDocument({ findings: [findingRow('matched')] });
const UNREADABLE = planDocument({ unknown: [{ what: 'fills', reason: 'timeout' }] });

describe('the exit code of a look', () => {
  it.each([
    ['nothing at all', planDocument(), 0],
    ['agreement', MATCHED, 0],
    ['a phantom', phantomPlan(), 1],
    ['a finding that no action mends', planDocument({ findings: [findingRow('orphan?')] }), 1],
    ['a reading that failed', UNREADABLE, 4],
    ['a market that could not be read', planDocument({ findings: [findingRow('unknown')] }), 4],
    ['a finding beside a reading that failed', everyFinding(), 1],
  ])('of %s', (_name, document, exit) => expect(findingsExit(document)).toBe(exit));
});

describe('reconcile looks', () => {
  it('prints the plan and the command that applies it, and hands nothing over', async () => {
    const { context, out } = screen();
    const desk = fakeDesk([phantomPlan()]);
    expect(await reconcile(context, {}, desk)).toBe(1);
    expect(out()).toMatch(/^phantom \(1\)/);
    expect(out()).toMatch(/To apply it:\n {2}tradectl reconcile --apply\n$/);
    expect(desk.handed).toEqual([]);
    expect(widest(out())).toBeLessThanOrEqual(80);
  });

  it('with --json prints the document alone', async () => {
    const { context, out, err } = screen({ json: true });
    expect(await reconcile(context, {}, fakeDesk([phantomPlan()]))).toBe(1);
    expect(JSON.parse(out())).toEqual(phantomPlan());
    expect(err()).toBe('');
  });

  it('with --out saves the plan too, for its owner only, and never over another', async () => {
    const file = join(dir, 'plan.json');
    const { context, out } = screen();
    await reconcile(context, { out: file }, fakeDesk([phantomPlan()]));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(phantomPlan());
    expect(out()).toContain(`  tradectl reconcile --apply ${file}\n`);
    await expect(
      reconcile(context, { out: file }, fakeDesk([phantomPlan()])),
    ).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('with --symbol asks for the canonical ones only, and says so in the next command', async () => {
    const home = journalHome();
    home.db.exec(
      "INSERT INTO instruments VALUES ('TON/USD:USD', 'PF_TONUSD', '1', '1', '0.001', '1', NULL, 5)",
    );
    const { context, out } = screen({ home: home.dir });
    const desk = fakeDesk([phantomPlan()]);
    await reconcile(context, { symbol: ['PF_TONUSD', 'TON'] }, desk);
    expect(desk.requests[0]?.symbols).toEqual(['TON/USD:USD']);
    expect(out()).toContain('--apply --symbol TON/USD:USD');
    await expect(reconcile(context, { symbol: ['NOPE'] }, desk)).rejects.toMatchObject({
      code: 'UNKNOWN_SYMBOL',
    });
    home.remove();
  });
});

describe('reconcile --apply', () => {
  const apply = async (
    document: PlanDocument,
    flags: { yes?: boolean; confirm?: string } = {},
    outcome = applied(),
  ): Promise<{ exit: number; out: string; handed: number }> => {
    const { context, out } = screen();
    const desk = fakeDesk([document], outcome);
    const exit = await reconcile(context, { apply: true, ...flags }, desk);
    return { exit, out: out(), handed: desk.handed.length };
  };

  it('shows the plan, applies it, tells each outcome, the backup and the next command', async () => {
    const { exit, out, handed } = await apply(phantomPlan(), { yes: true });
    expect({ exit, handed }).toEqual({ exit: 0, handed: 1 });
    expect(out.indexOf('phantom (1)')).toBeLessThan(out.indexOf('applied: import-position'));
    expect(out).toMatch(/1 applied\.\nBackup from before: .*\n {2}tradectl reconcile\n$/);
  });

  it.each([
    ['stale', 6],
    ['denied', 6],
    ['rejected', 6],
    ['in doubt', 6],
    ['not needed', 0],
  ] as const)('with an action that is %s exits %i', async (outcome, exit) => {
    const result = await apply(phantomPlan(), { yes: true }, applied(['applied', outcome]));
    expect(result.exit).toBe(exit);
  });

  it.each([
    ['a clean plan', MATCHED, 0],
    ['findings without an action', planDocument({ findings: [findingRow('orphan?')] }), 1],
    ['unreadable markets only', UNREADABLE, 4],
  ])('with %s has nothing to do, asks nothing, hands nothing over', async (_name, plan, exit) => {
    const result = await apply(plan);
    expect(result).toMatchObject({ exit, handed: 0 });
    expect(result.out).toMatch(/Nothing to apply\.\n$/);
  });

  it('without a terminal names --yes, and applies nothing', async () => {
    await expect(apply(phantomPlan())).rejects.toMatchObject({
      code: 'NOT_CONFIRMED',
      hint: 'no terminal to ask on: pass --yes',
    });
  });

  it('on a live account that will be sent orders wants the name, --yes is not enough', async () => {
    const live = phantomPlan({ mode: 'live' });
    await expect(apply(live, { yes: true })).rejects.toMatchObject({
      code: 'NOT_CONFIRMED',
      hint: 'no terminal to ask on: pass --confirm main',
    });
    await expect(apply(live, { confirm: 'other' })).rejects.toMatchObject({
      code: 'NOT_CONFIRMED',
    });
    expect(await apply(live, { confirm: 'main' })).toMatchObject({ exit: 0, handed: 1 });
  });

  it('on a live account that is sent nothing is a mild step', async () => {
    const repairsOnly = phantomPlan({ mode: 'live', protections: [] });
    expect(await apply(repairsOnly, { yes: true })).toMatchObject({ exit: 0, handed: 1 });
  });

  it('with --json prints the apply document only, also when there is nothing to do', async () => {
    for (const plan of [phantomPlan(), MATCHED]) {
      const { context, out, err } = screen({ json: true });
      await reconcile(context, { apply: true, yes: true }, fakeDesk([plan]));
      expect(JSON.parse(out())).toMatchObject({ schema: 'tradectl.apply/1', plan_id: 'plan-1' });
      expect(err()).toBe('');
    }
  });

  it('with --json and a terminal shows on stderr what is about to be confirmed', async () => {
    const { context, out, err } = screen({ json: true }, { inIsTty: true, errIsTty: true });
    const questions: string[] = [];
    const exit = await applyPlan(context, {
      document: phantomPlan(),
      flags: {},
      desk: fakeDesk([phantomPlan()]),
      exitWithoutActions: 0,
      next: 'x',
      ask: async (question) => {
        questions.push(question);
        return 'y';
      },
    });
    expect(exit).toBe(0);
    expect(err()).toMatch(/^phantom \(1\)/);
    expect(questions).toEqual([
      'apply 1 repair and 1 order action on account main (kraken, paper)? [y/N]',
    ]);
    expect(out().split('\n')).toHaveLength(2);
  });

  it('hands over a saved plan as it was saved, without making a new one', async () => {
    const file = join(dir, 'plan.json');
    const { context } = screen();
    await reconcile(context, { out: file }, fakeDesk([phantomPlan({ planId: 'plan-old' })]));
    const desk = fakeDesk([phantomPlan()]);
    expect(await reconcile(context, { apply: file, yes: true }, desk)).toBe(0);
    expect(desk.requests).toEqual([]);
    expect(desk.handed).toMatchObject([{ plan_id: 'plan-old' }]);
  });
});

describe('reconcile --watch', () => {
  /** Looks until the plans are used up, as Ctrl-C after the last one. */
  async function watched(
    plans: readonly (PlanDocument | TradectlError)[],
    flags: { json?: boolean } = {},
  ): Promise<{ exit: number; out: string; err: string; now: number }> {
    const clock = virtualClock(ms(0));
    const { context, out, err } = screen(flags, { clock });
    const controller = new AbortController();
    let at = 0;
    const look = async (): Promise<PlanDocument> => {
      const plan = plans[at];
      at += 1;
      if (at === plans.length) controller.abort();
      if (plan === undefined || plan instanceof TradectlError) throw plan ?? new Error('no plan');
      return plan;
    };
    const options = { interval: ms(5_000), all: false, signal: controller.signal };
    const exit = await watchUntil(context, look, options);
    return { exit, out: out(), err: err(), now: clock.now() };
  }

  it('prints a block with its time only when the plan is another one', async () => {
    const later = { ...phantomPlan(), as_of_ms: 9, base_seq: 8, plan_id: 'plan-2' };
    const { exit, out, now } = await watched([phantomPlan(), later, MATCHED]);
    expect(out.match(/^== .*/gm)).toEqual([
      '== 1970-01-01T00:00:00.000Z',
      '== 1970-01-01T00:00:10.000Z',
    ]);
    expect({ exit, now }).toEqual({ exit: 0, now: 10_000 });
  });

  it('goes on while the venue is away, tells it once, and exits 4 when that was last', async () => {
    const away = new TradectlError('VENUE_UNREACHABLE', 'connect timeout');
    const { exit, out, err } = await watched([MATCHED, away, away]);
    expect(exit).toBe(4);
    expect(out.match(/^==/gm)).toHaveLength(1);
    expect(err).toBe('1970-01-01T00:00:05.000Z  VENUE_UNREACHABLE: connect timeout\n');
  });

  it('ends on any other failure', async () => {
    await expect(watched([new TradectlError('LOCK_HELD', 'pid 7')])).rejects.toMatchObject({
      code: 'LOCK_HELD',
    });
  });

  it('with --json prints a document per change', async () => {
    const { out } = await watched([phantomPlan(), phantomPlan(), MATCHED], { json: true });
    expect(out.trimEnd().split('\n')).toHaveLength(2);
  });
});

describe('phantoms', () => {
  it('lists them, and how to import them', async () => {
    const { context, out } = screen();
    const desk = fakeDesk([phantomPlan()]);
    expect(await listPhantoms(context, desk)).toBe(1);
    expect(desk.requests).toMatchObject([{ kind: 'phantoms', symbols: [] }]);
    expect(out()).toMatch(/To import them:\n {2}tradectl phantoms import\n$/);
  });

  it('an import says what will be sent and that nothing is closed', async () => {
    const { context, out } = screen();
    const desk = fakeDesk([phantomPlan()]);
    expect(await importPhantoms(context, [], { flags: { yes: true }, desk })).toBe(0);
    expect(out()).toContain('Nothing is closed by an import.');
    expect(out()).toContain('Will be sent: place-stop TON/USD:USD stop sell 100 at 2.3.');
    expect(out()).toMatch(/ {2}tradectl positions\n$/);
  });

  it('an import without a stop says that the alarm stays on', async () => {
    const { context, out } = screen();
    const desk = fakeDesk([phantomPlan({ protections: [] })]);
    const flags = { withoutStop: true, reason: 'hedged elsewhere', dryRun: true };
    expect(await importPhantoms(context, [], { flags, desk })).toBe(1);
    expect(desk.requests).toMatchObject([{ no_stop_reason: 'hedged elsewhere', stops: {} }]);
    expect(out().replaceAll(/\s+/g, ' ')).toContain(
      'No order will be sent. No stop is placed (hedged elsewhere); this leaves the alarm of an unprotected position on.',
    );
    expect(desk.handed).toEqual([]);
  });

  it('passes a share on for every import', async () => {
    const { context } = screen();
    const desk = fakeDesk([phantomPlan()]);
    await importPhantoms(context, [], { flags: { stopDistance: amount('0.03'), yes: true }, desk });
    expect(desk.requests).toMatchObject([{ stops: { '*': '0.03' } }]);
  });

  it('passes a price on for its one market', async () => {
    const home = journalHome();
    home.db.exec(
      "INSERT INTO instruments VALUES ('TON/USD:USD', 'PF_TONUSD', '1', '1', '0.001', '1', NULL, 5)",
    );
    const { context } = screen({ home: home.dir });
    const desk = fakeDesk([phantomPlan()]);
    await importPhantoms(context, ['TON'], { flags: { stop: amount('2.31'), yes: true }, desk });
    expect(desk.requests).toMatchObject([
      { symbols: ['TON/USD:USD'], stops: { 'TON/USD:USD': '2.31' } },
    ]);
    home.remove();
  });
});

describe('flags that cannot both be meant are exit 2', () => {
  it.each([
    ['reconcile --apply --dry-run', '--apply and --dry-run exclude each other'],
    ['reconcile --apply --watch', '--watch only looks'],
    ['reconcile --watch --out x.json', '--watch makes many plans'],
    ['reconcile --apply x.json --out y.json', 'leave out --out'],
    ['reconcile --apply x.json --symbol TON', 'leave out --symbol'],
    ['reconcile --watch --interval 10ms', 'Expected 1s or more.'],
    ['phantoms import TON --stop 2 --stop-distance 0.1', 'exclude each other'],
    ['phantoms import TON --stop 2 --no-stop --reason x', 'exclude each other'],
    ['phantoms import TON --no-stop --reason x --stop 2', 'exclude each other'],
    ['phantoms import --stop-distance 0.1 --no-stop --reason x', 'exclude each other'],
    ['phantoms import --no-stop', 'it needs --reason TEXT'],
    ['phantoms import --stop 2', 'name exactly one symbol'],
    ['phantoms import TON SOL --stop 2', 'name exactly one symbol'],
    ['phantoms import TON --stop -2', 'Expected a price above 0'],
    ['phantoms import --stop-distance 3', 'below 1'],
    ['quarantine retire --reason x', 'give either rows or --all'],
    ['quarantine retire row-1 --all --reason x', 'give either rows or --all'],
    ['quarantine retire row-1 --older-than 30d --reason x', '--older-than goes with --all'],
    ['quarantine retire --all --older-than soon --reason x', 'Expected a duration'],
    ['quarantine release row-1', "required option '--reason <text>'"],
  ])('%s', async (line, said) => {
    const { exit, out, err } = await printed([...line.split(' '), '--home', dir]);
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err).toContain(said);
  });
});
