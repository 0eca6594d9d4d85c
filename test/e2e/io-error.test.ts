/**
 * A disk that refuses writes under the real program: the kernel is told that no file of this process may grow
 * beyond four kilobytes, and SQLite meets an I/O error at its next commit.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { journalFacts } from '../support/journal-facts.ts';
import { homeWithPositions, realTime, until } from '../support/living-bot.ts';
import { cleanUp, document, freshHome, tradectl, type Running } from '../support/tradectl.ts';

const limit = (pid: number, soft: string): boolean =>
  spawnSync('prlimit', [`--pid=${pid}`, `--fsize=${soft}:unlimited`]).status === 0;
const isPossible = limit(process.pid, 'unlimited');

let bot: Running | null = null;

beforeEach(({ skip }) => {
  if (!isPossible) skip('limiting the files of a process takes prlimit');
});
afterEach(async () => {
  bot?.child.kill('SIGKILL');
  await bot?.ended;
  bot = null;
});
afterAll(cleanUp);

/** Without it the kernel would kill the process instead of failing its write. */
function nodeThatSurvives(): string {
  const script = join(freshHome('node'), 'node');
  writeFileSync(script, `#!/bin/bash\ntrap '' XFSZ\nexec "${process.execPath}" "$@"\n`, {
    mode: 0o755,
  });
  return script;
}

test('the bot lives on, writes nothing with the failed connection, and goes on with a new one', async () => {
  const home = await homeWithPositions();
  bot = await realTime(home, { node: nodeThatSurvives() });
  const pid = Number(bot.child.pid);
  const before = journalFacts(home).events.length;
  limit(pid, '4096');
  await bot.until(/disk I\/O error; nothing is written with this connection again/);
  await bot.until(/no new connection: .*state\.db: .*\(SQLITE_IOERR_WRITE\)/);
  expect(journalFacts(home).events).toHaveLength(before);

  limit(pid, 'unlimited');
  await bot.until(/state\.db was opened again and holds what was committed: writing goes on/);
  const halted = ['halt', 'set', '--reason', 'look', '--home', home];
  await until(async () => (await tradectl(halted)).code === 0);
  expect((await document(['status', '--home', home]))['state']).toBe('HALTED');
  expect(journalFacts(home).differences).toEqual([]);

  bot.child.kill('SIGTERM');
  expect((await bot.ended).code).toBe(0);
});
