/** `logs` as an operator types it: on a home, on another bot's file, on stdin, on nothing. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { differences, readDocumentation } from '../support/json-documentation.ts';
import { homeWithPositions, realTime } from '../support/living-bot.ts';
import { cleanUp, freshHome, tradectl } from '../support/tradectl.ts';

afterAll(cleanUp);

const OTHER = [
  '2025-10-18 14:07:13,226 - bot - WARNING - chain-token mismatch: a1 b2',
  '2025-10-18 14:07:15,098 - bot - ERROR - RESTORE HALT: position_state \u001b[31m',
  '2025-10-18 14:08:00,000 - bot - INFO - cycle coins_processed=0',
  'a last line that was cut o',
].join('\n');

test('the log of a living bot and of a dead one', async () => {
  const home = freshHome('logs');
  const bot = await realTime(home);
  const alive = await tradectl(['logs', '--home', home]);
  expect([alive.code, alive.stderr]).toEqual([0, '']);
  expect(alive.stdout).toMatch(/Nothing to do\./);
  bot.child.kill('SIGKILL');
  await bot.ended;
  const halt = await tradectl(['halt', 'set', '--reason', 'test', '--home', home]);
  expect(halt.code).toBe(0);
  await tradectl(['run', '--home', home, '--speed', 'real', '--cycles', '1']);
  const halted = await tradectl(['logs', '--home', home]);
  expect(halted.code).toBe(1);
  expect(halted.stdout).toMatch(/1\. HALT: .*\n/);
  expect(halted.stdout).toMatch(/warning +\d+ .* previous run died/);
  const json = await tradectl(['logs', '--home', home, '--json']);
  expect(differences(JSON.parse(json.stdout), readDocumentation())).toEqual([]);
});

test("another bot's file, the same on stdin, and what hostile text becomes", async () => {
  const home = freshHome('other');
  const file = `${home}/other.log`;
  writeFileSync(file, OTHER);
  const named = await tradectl(['logs', file, '--explain', '--home', home]);
  const piped = await tradectl(['logs', '-', '--explain', '--home', home], { input: OTHER });
  expect([named.code, piped.code]).toEqual([1, 1]);
  for (const { stdout } of [named, piped]) {
    expect(stdout).toMatch(/ACT NOW +1 +2025-10-18 14:07Z .* RESTORE HALT/);
    expect(stdout).toMatch(/chain-token mismatch {2}normal, 1 time\n {2}Noise/);
    expect(stdout).toContain('\\x1b[31m');
    expect(stdout).not.toContain('\u001b');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  }
  const late = await tradectl(['logs', file, '--since', '2025-10-18T14:08Z', '--home', home]);
  expect([late.code, late.stdout.includes('RESTORE')]).toEqual([0, false]);
});

test('no log, no file, two logs at once', async () => {
  const home = freshHome('none');
  const none = await tradectl(['logs', '--home', home]);
  expect([none.code, none.stdout]).toEqual([2, '']);
  expect(none.stderr).toBe(`tradectl: no bot has run in ${home}\n  tradectl run --home ${home}\n`);
  const missing = await tradectl(['logs', `${home}/x.log`, '--home', home]);
  expect([missing.code, missing.stderr]).toEqual([
    2,
    expect.stringMatching(/^tradectl: .*x\.log cannot be read/),
  ]);
  expect((await tradectl(['logs', 'x', '--unit', 'y', '--home', home])).code).toBe(2);
  expect((await tradectl(['logs', '--since', '1200', '--home', home])).code).toBe(2);
  expect(readdirSync(home)).toEqual([]);
});

test('silence is no all-clear: a log that was taken away, is empty, or ended before the time asked for', async () => {
  const home = await homeWithPositions();
  const old = await tradectl(['logs', '--since', '0s', '--home', home, '--json']);
  const digest = JSON.parse(old.stdout) as { lines: number; earlier_lines: number };
  expect([old.code, digest.lines, digest.earlier_lines > 10]).toEqual([1, 0, true]);
  const told = (await tradectl(['logs', '--since', '0s', '--home', home])).stdout;
  expect(told.replaceAll('\n', ' ')).toMatch(/\d+ lines before it, the last of .* no all-clear/);
  const empty = `${home}/empty.log`;
  writeFileSync(empty, '');
  expect(await tradectl(['logs', empty])).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^No lines in .*no\s+all-clear/s) as string,
  });
  rmSync(`${home}/tradectl.log`);
  const gone = await tradectl(['logs', '--home', home]);
  expect([gone.code, gone.stdout]).toEqual([2, '']);
  expect(gone.stderr).toContain('tradectl.log does not exist: it was removed or moved away');
  expect(gone.stderr).toContain(`\n  tradectl events tail --home ${home}\n`);
});

test.each([
  ['compressed', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), /is compressed[\s\S]*gunzip -c/],
  ['UTF-16', Buffer.from('HALT: drawdown\n', 'utf16le'), /is not UTF-8 text[\s\S]*iconv/],
])('a log that is %s is refused, not called quiet', async (name, bytes, said) => {
  const file = `${freshHome('unread')}.${name}.log`;
  writeFileSync(file, bytes);
  const { code, stderr } = await tradectl(['logs', file]);
  expect(stderr).toMatch(said);
  expect(code).toBe(2);
});

test('a log without a word that is known gives no all-clear, and its errors are counted', async () => {
  const file = `${freshHome('strange')}.log`;
  writeFileSync(file, 'something happened\n2025-01-01 00:00:01 ERROR boom\n');
  for (const flags of [[], ['--explain']]) {
    const { code, stdout } = await tradectl(['logs', file, ...flags]);
    expect(stdout).toContain('No line of it was understood');
    expect(stdout.replaceAll('\n', ' ')).toContain('That is no all-clear');
    expect(stdout).toContain('1 warning or error that no pattern knows: 2025-01-01 00:00:01 ERROR');
    expect(stdout).not.toContain('Nothing to do');
    expect(code).toBe(1);
  }
  const json = JSON.parse((await tradectl(['logs', file, '--json'])).stdout) as object;
  expect(json).toMatchObject({ act_now: false, understood: false, unknown: { count: 1 } });
  expect(differences(json, readDocumentation())).toEqual([]);
});
