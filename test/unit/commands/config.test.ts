/** Violations as an operator reads them: one line each, under a heading that blames no file for a variable. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { printed } from '../../support/fake-terminal.ts';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tradectl-config-'));
  file = join(dir, 'bad.toml');
});
afterEach(() => rmSync(dir, { recursive: true }));

test('run refuses with a line per violation, and escapes what is within one', async () => {
  writeFileSync(file, 'mode = "a\\u001b[2J\\nb"\n[limits]\nmax_margn = 1\n');
  const { exit, err } = await printed(['run', '--config', file, '--home', join(dir, 'home')]);
  expect(exit).toBe(2);
  const lines = err.trimEnd().split('\n');
  expect(lines[0]).toBe('tradectl: the configuration has 2 violations:');
  expect(lines[1]).toMatch(/^ {2}limits\.max_margn = 1 \(file\): .*max_margin_utilization\?$/);
  expect(lines[2]).toMatch(/^ {2}mode = a\\x1b\[2J\\nb \(file\): /);
  expect(lines).toHaveLength(4);
});

test('config check counts violations, whatever they are of', async () => {
  writeFileSync(file, '');
  const env = { TRADECTL_LIMITS_MAX_MARGN: '1' };
  const argv = ['config', 'check', '--config', file, '--home', dir];
  const { exit, out } = await printed(argv, { env });
  expect(exit).toBe(1);
  expect(out).toMatch(/^1 violation:\n {2}TRADECTL_LIMITS_MAX_MARGN = 1 \(environment\): /);
  expect((await printed(argv)).out).toBe(`${file}: valid.\n`);
});
