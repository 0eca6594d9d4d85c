/** A disk that is really full, under the real program: a small file system in memory, filled to its last page. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BALLAST_BYTES } from '../../src/core/ballast.ts';
import { readHalts } from '../../src/core/halt-files.ts';
import { homePaths } from '../../src/core/home.ts';
import { journalFacts } from '../support/journal-facts.ts';
import { homeWithPositions, realTime, until } from '../support/living-bot.ts';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import { cleanUp, document, tradectl, type Running } from '../support/tradectl.ts';

const probe = mountSmallDisk(1);
probe?.remove();

let disk: SmallDisk | null = null;
let bot: Running | null = null;
let home = '';

beforeEach(async ({ skip }) => {
  if (probe === null) skip('mounting a small file system takes root');
  disk = mountSmallDisk(40);
  home = join(small().dir, 'home');
  mkdirSync(home);
  cpSync(await homeWithPositions(), home, { recursive: true });
});
afterEach(async () => {
  bot?.child.kill('SIGKILL');
  await bot?.ended;
  bot = null;
  disk?.remove();
  disk = null;
});
afterAll(cleanUp);

function small(): SmallDisk {
  if (disk === null) throw new Error('there is no small disk');
  return disk;
}

const hasBallast = (): boolean => existsSync(join(home, 'ballast'));
const events = (): readonly { seq: number; type: string; payload: Record<string, unknown> }[] =>
  journalFacts(home).events;
const typesAfter = (seq: number): string[] =>
  events()
    .filter((event) => event.seq > seq)
    .map(({ type }) => type);
const exitOrders = (): unknown[] =>
  events().filter(({ type, payload }) => type === 'ORDER_INTENDED' && payload['role'] === 'exit');
/** Events that the log has no line of. */
const withoutLine = (): number[] => {
  const log = readFileSync(homePaths(home).log, 'utf8');
  return events()
    .map(({ seq }) => seq)
    .filter((seq) => !log.includes(`"seq":${seq},`));
};
const status = (): Promise<Readonly<Record<string, unknown>>> =>
  document(['status', '--home', home]);

describe('the disk runs full under a bot that lives', () => {
  test('entries stop, the ballast goes, a close still goes out, and all of it ends by itself', async () => {
    bot = await realTime(home);
    await until(() => Promise.resolve(hasBallast()));
    const before = events().length;
    small().fill(0);
    await bot.until(/disk full: entries stop, protection goes on; the ballast was released/);
    expect(hasBallast()).toBe(false);
    await until(async () => (await status())['state'] === 'HALTED');
    const [halt] = readHalts(homePaths(home));
    expect(halt?.halt).toMatchObject({ kind: 'disk_full', set_by: 'core' });
    const waits = await tradectl([
      'halt',
      'clear',
      String(halt?.halt.id),
      '--home',
      home,
      '--json',
      '--reason',
      'now',
      '--confirm',
      String(halt?.halt.id),
    ]);
    expect(waits.code).toBe(3);
    expect(waits.stderr).toContain('no room for the ballast');

    const [held] = (await status())['positions'] as { symbol: string }[];
    const closed = await tradectl(['close', String(held?.symbol), '--yes', '--home', home]);
    // Beside a bot in real time the paper venue fills it with the next bar.
    expect(closed.code).toBe(6);
    expect(exitOrders()).toHaveLength(1);

    small().empty();
    await bot.until(/cleared: there is room again: \d+ MB free, the ballast is back/);
    await until(async () => (await status())['state'] !== 'HALTED');
    expect(hasBallast()).toBe(true);
    const types = typesAfter(before);
    expect(types.indexOf('HALT_SET')).toBeGreaterThan(-1);
    expect(types.indexOf('OPERATOR_COMMAND')).toBeGreaterThan(types.indexOf('HALT_SET'));
    expect(types.indexOf('HALT_CLEARED')).toBeGreaterThan(types.indexOf('OPERATOR_COMMAND'));
    expect(journalFacts(home).differences).toEqual([]);
  });

  test('without a ballast the halt holds in memory, and is durable in order once there is room', async () => {
    bot = await realTime(home);
    await until(() => Promise.resolve(hasBallast()));
    const before = events().length;
    small().fill(2_000_000);
    rmSync(join(home, 'ballast'));
    small().fill(0);
    await bot.until(/there was no ballast to release/);
    expect(events()).toHaveLength(before);
    const refused = await tradectl(['halt', 'set', '--reason', 'look', '--home', home]);
    expect(refused.code).toBe(5);
    expect(refused.stderr).toContain('free disk space');

    small().empty();
    await bot.until(/journal works again/);
    await bot.until(/the ballast is back/);
    expect(typesAfter(before)).toEqual(expect.arrayContaining(['HALT_SET', 'HALT_CLEARED']));
    expect(readHalts(homePaths(home))).toEqual([]);
    await until(() => Promise.resolve(withoutLine().length === 0));
    expect(events().map(({ seq }) => seq)).toEqual(events().map((_, index) => index + 1));
    expect(journalFacts(home).differences).toEqual([]);
  });
});

test('a bot that died on a full disk comes back to protect: the ballast lets it open its journal', async () => {
  const first = await realTime(home);
  await until(() => Promise.resolve(hasBallast()));
  first.child.kill('SIGKILL');
  await first.ended;
  small().fill(0);
  bot = await realTime(home);
  expect(hasBallast()).toBe(false);
  expect((await status())['state']).toBe('HALTED');
  expect(readHalts(homePaths(home)).map(({ halt }) => halt.kind)).toEqual(['disk_full']);
  small().empty();
  await bot.until(/the ballast is back/);
});

test('a new home on a disk without room for a ballast says so, and runs', async () => {
  small().fill(12_000_000);
  const other = join(small().dir, 'other');
  const ran = await tradectl(['run', '--cycles', '2', '--home', other]);
  expect(ran.code).toBe(0);
  expect(ran.stderr).toMatch(/no ballast for a full disk: \d+ MB free/);
  expect(BALLAST_BYTES).toBe(8_388_608);
  expect(existsSync(join(other, 'ballast'))).toBe(false);
});

test('whoever only looks at a home that ended in order is told that the disk is full, not that it is broken', async () => {
  small().fill(0);
  for (const command of ['positions', 'status', 'events tail', 'deaths']) {
    const refused = await tradectl([...command.split(' '), '--home', home]);
    expect({ command, code: refused.code }).toEqual({ command, code: 5 });
    expect(refused.stderr).toContain('the disk is full, and reading needs an index of 32 KB');
    expect(refused.stderr).toContain('free disk space');
  }
  small().empty();
  expect((await tradectl(['positions', '--home', home])).code).toBe(0);
});
