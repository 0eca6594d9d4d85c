/**
 * Brings the past back, one incident at a time: applies a small named patch that restores the old
 * behaviour to a copy of the sources, and shows that the incident's test turns red. A patch that no
 * longer fits or parses, a test that stays green, or one that cannot run, fails the run.
 *
 *   npm run mutants [-- NAME...]
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MUTANTS, type Mutant } from '../test/mutants.ts';
import { parses, testOutcome, type TestOutcome } from './mutant-outcome.ts';

const ROOT = new URL('../', import.meta.url).pathname;
const COPIED = [
  'bin',
  'commands',
  'docs',
  'src',
  'test',
  'scripts',
  'fixtures',
  'package.json',
  'tsconfig.json',
];

function main(names: readonly string[]): void {
  const wanted = MUTANTS.filter((mutant) => names.length === 0 || names.includes(mutant.name));
  const unknown = names.filter((name) => !MUTANTS.some((mutant) => mutant.name === name));
  if (unknown.length > 0 || wanted.length === 0) {
    process.stderr.write(
      `unknown mutant: ${unknown.join(', ')}\nknown: ${MUTANTS.map((m) => m.name).join(', ')}\n`,
    );
    process.exitCode = 2;
    return;
  }
  const copy = mkdtempSync(join(tmpdir(), 'tradectl-mutants-'));
  try {
    for (const path of [...COPIED, 'vitest.config.ts'])
      cpSync(join(ROOT, path), join(copy, path), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    let failed = 0;
    for (const mutant of wanted) failed += show(mutant, copy) ? 0 : 1;
    process.stdout.write(`${wanted.length - failed} passed, ${failed} failed\n`);
    process.exitCode = failed === 0 ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** True when the test is green as things are and red with the old behaviour. */
function show(mutant: Mutant, copy: string): boolean {
  const path = join(copy, mutant.file);
  const source = readFileSync(path, 'utf8');
  if (source.split(mutant.find).length !== 2) {
    return say(mutant, false, `the patch does not fit ${mutant.file} any more`);
  }
  const asItIs = outcomeOf(mutant, copy);
  if (asItIs !== 'green') return say(mutant, false, `its test is ${asItIs} without the patch`);
  const patched = source.replace(mutant.find, () => mutant.replace);
  if (!parses(patched)) return say(mutant, false, 'the patched file does not parse');
  writeFileSync(path, patched);
  const outcome = outcomeOf(mutant, copy);
  writeFileSync(path, source);
  return say(mutant, outcome === 'red', WORDS[outcome]);
}

const WORDS: Readonly<Record<TestOutcome, string>> = {
  red: 'turned red',
  green: 'its test stays green',
  broken: 'its test could not run with the patch',
};

function outcomeOf(mutant: Mutant, copy: string): TestOutcome {
  const run = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', mutant.test, '-t', mutant.testName],
    { cwd: copy, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
  );
  return testOutcome(run.status, `${run.stdout}\n${run.stderr}`);
}

function say(mutant: Mutant, ok: boolean, what: string): boolean {
  process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${mutant.name}: ${what} (${mutant.testName})\n`);
  return ok;
}

main(process.argv.slice(2));
