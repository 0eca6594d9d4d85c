/** A bot near the limit of its memory: it ends in order where somebody starts it again, and nowhere else. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, test } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import type { Bot } from '../../../src/engine/bot.ts';
import { runBot } from '../../../src/engine/run.ts';
import type { RunHooks } from '../../../src/engine/run-options.ts';
import { supervised } from '../../../src/engine/supervised.ts';
import type { Supervisor } from '../../../src/host/notify-supervisor.ts';
import { journalFacts } from '../../support/journal-facts.ts';

const nothing = (): void => undefined;
const manager = (isThere: boolean): Supervisor => ({
  isThere,
  starting: nothing,
  ready: nothing,
  alive: nothing,
  stopping: nothing,
});

/** A life that may use 100 bytes and uses this many. */
async function life(
  home: string,
  more: { bytes: number; isThere?: boolean; restartAfterMs?: number; cycles?: number },
) {
  const said: string[] = [];
  const hooks: RunHooks = {
    progress: nothing,
    log: (_level, line) => said.push(line),
    signal: new AbortController().signal,
    supervisor: manager(more.isThere ?? true),
    memory: {
      limit: { bytes: 100, of: 'service' },
      rssBytes: () => more.bytes,
      restartAfterMs: ms(more.restartAfterMs ?? 0),
    },
  };
  const { exitCode } = await runBot(
    {
      home,
      configFile: null,
      feed: null,
      from: null,
      to: null,
      speed: 'max',
      cycles: more.cycles ?? null,
      once: false,
      env: {},
      overrides: {},
    },
    hooks,
  );
  const { events, lives } = journalFacts(home);
  return { exitCode, said, last: events.at(-1), ends: lives.map(({ endReason }) => endReason) };
}

function freshHome(): string {
  const dir = mkdtempSync(join(tmpdir(), 'tradectl-memory-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return join(dir, 'home');
}

it('ends in order with an exit code of its own, and the next life goes on from there', async () => {
  const home = freshHome();
  const ended = await life(home, { bytes: 90 });
  expect(ended).toMatchObject({
    exitCode: 75,
    last: { type: 'RUN_ENDED', payload: { reason: 'memory' } },
    ends: ['memory'],
  });
  expect(ended.said.join('\n')).toContain('nothing is in flight: planned restart');
  const next = await life(home, { bytes: 50, cycles: 1 });
  expect(next).toMatchObject({ exitCode: 0, ends: ['cycles', 'memory'] });
  const types = journalFacts(home).events.map(({ type }) => type);
  expect(types).not.toContain('PREVIOUS_RUN_DIED');
});

test.each([
  ['nobody would start it again', { isThere: false }],
  ['it has only just started', { restartAfterMs: 900_000 }],
])('only an alarm when %s', async (_what, more) => {
  const ended = await life(freshHome(), { bytes: 90, cycles: 40, ...more });
  expect(ended).toMatchObject({ exitCode: 0, ends: ['cycles'] });
  expect(ended.said.join('\n')).toContain('the kernel kills next');
});

test.each([
  ['nothing is open', {}, true],
  ['an order is in flight', { orders: ['submitted'] }, false],
  ['an order rests at the venue', { orders: ['live'] }, true],
  ['events wait for the disk', { kept: 1 }, false],
  ['a position has no stop', { exposed: 1 }, false],
  ['a stop is not listed', { finding: 'order.unlisted' }, false],
  ['a finding of another kind stands', { finding: 'position.drift' }, true],
])('when %s: %j -> %s', async (_what, facts, ends) => {
  let asked = false;
  const safePoint = supervised(
    { visit: () => Promise.resolve() },
    {
      bot: botWith(facts),
      supervisor: manager(true),
      isCritical: () => true,
      restart: () => void (asked = true),
      notBeforeMs: ms(0),
    },
  );
  await safePoint.visit();
  expect(asked).toBe(ends);
});

interface Facts {
  readonly orders?: readonly string[];
  readonly kept?: number;
  readonly exposed?: number;
  readonly finding?: string;
}

/** Of a bot only what is asked here. */
function botWith({ orders = [], kept = 0, exposed = 0, finding }: Facts): Bot {
  const reported = new Map(finding === undefined ? [] : [[finding, { finding }]]);
  return {
    wall: { monotonic: () => ms(1) },
    journal: {
      keptEvents: () => Array.from({ length: kept }),
      registry: () => ({
        orders: new Map(orders.map((state, index) => [String(index), { state }])),
      }),
    },
    protector: { exposed: () => exposed },
    memory: { reported },
  } as unknown as Bot;
}
