/** One bot per home; a signal stops it in order, a second one at once. */
import { hostname } from 'node:os';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { journalFacts } from '../support/journal-facts.ts';
import { cleanUp, document, freshHome, tradectl, type Running } from '../support/tradectl.ts';
import { homeWithPositions, realTime } from '../support/living-bot.ts';

const living: Running[] = [];
afterEach(async () => {
  for (const { child, ended } of living.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});
afterAll(cleanUp);

async function begin(home: string): Promise<Running> {
  const bot = await realTime(home);
  living.push(bot);
  return bot;
}

test('a second instance is refused with pid, start time and host of the first', async () => {
  const home = freshHome();
  const first = await begin(home);
  const second = await tradectl(['run', '--home', home]);
  expect({ code: second.code, out: second.stdout }).toEqual({ code: 3, out: '' });
  expect(second.stderr).toContain(`pid ${first.child.pid} since 20`);
  expect(second.stderr).toContain(`on host ${hostname()}`);
  const asJson = await tradectl(['run', '--home', home, '--json']);
  expect(JSON.parse(asJson.stderr)).toMatchObject({ code: 'LOCK_HELD', exit: 3 });
});

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  test('ends the run in order: exit 0, journaled, protection stays, lock free', async () => {
    const home = await homeWithPositions();
    const before = await document(['positions', '--home', home]);
    const bot = await begin(home);
    bot.child.kill(signal);
    const { code, stderr } = await bot.ended;
    expect(code).toBe(0);
    expect(stderr).toContain(`${signal}: stopping in order`);
    const { events, lives } = journalFacts(home);
    expect(events.at(-1)).toMatchObject({ type: 'RUN_ENDED', payload: { reason: 'signal' } });
    expect(lives[0]).toMatchObject({ endReason: 'signal' });
    const after = await document(['positions', '--home', home]);
    expect(after['positions']).toEqual(before['positions']);
    const { orders } = (await document(['orders', '--home', home])) as { orders: object[] };
    expect(orders).toContainEqual(expect.objectContaining({ role: 'stop', state: 'live' }));
    expect(existsSync(join(home, 'lock.json'))).toBe(false);
    const status = await document(['status', '--home', home]);
    expect(status['run']).toMatchObject({ liveness: 'ended', end_reason: 'signal' });
  });
});

test('a second signal ends it at once, and the next start takes over', async () => {
  const home = await homeWithPositions();
  const bot = await begin(home);
  // A writer that does not let go: the orderly stop has to wait for it, the second signal has not.
  const writer = new Database(join(home, 'state.db'));
  writer.exec('BEGIN IMMEDIATE');
  bot.child.kill('SIGTERM');
  await bot.until(/stopping in order; once more to stop at once/);
  bot.child.kill('SIGTERM');
  expect(await bot.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
  writer.close();
  const resumed = await tradectl(['run', '--cycles', '1', '--home', home]);
  expect(resumed.code).toBe(0);
  const { events, differences } = journalFacts(home);
  expect(events.map(({ type }) => type)).toContain('PREVIOUS_RUN_DIED');
  expect(differences).toEqual([]);
});
