/** Flags, help and errors: exit codes and streams, before any command touches a file. */
import { describe, expect, test } from 'vitest';
import { TradectlError } from '../../../src/domain/errors.ts';
import { failureOf } from '../../../commands/errors.ts';
import { buildProgram } from '../../../commands/program.ts';
import { fakeTerminal, printed } from '../../support/fake-terminal.ts';

describe('usage errors are exit 2, on stderr, with what to do', () => {
  test.each([
    ['an unknown command', ['stauts'], "unknown command 'stauts'\n  Did you mean status?"],
    ['an unknown flag', ['status', '--chek'], "unknown option '--chek'\n  Did you mean --check?"],
    ['a count that is none', ['run', '--cycles', '0'], 'Expected a whole number above 0.'],
    ['a time that is none', ['run', '--from', 'monday'], 'Expected a UTC time'],
    ['a missing argument', ['close'], "missing required argument 'symbol'"],
    ['a missing reason', ['kill'], "required option '--reason <text>' not specified"],
    ['an empty reason', ['kill', '--reason', ' '], 'Expected a few words for the journal.'],
    ['an unknown timeframe', ['structure', 'TON', '--timeframe', '7m'], 'unknown timeframe "7m"'],
    [
      'two sources',
      ['structure', 'TON', '--candles', 'x.csv'],
      'give either a symbol or --candles',
    ],
  ])('%s', async (_name, argv, said) => {
    const { exit, out, err } = await printed(argv);
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err).toContain(said);
  });

  test('with --json stderr is one error document and stdout is empty', async () => {
    const { exit, out, err } = await printed(['status', '--bogus', '--json']);
    expect({ exit, out, lines: err.trimEnd().split('\n').length }).toEqual({
      exit: 2,
      out: '',
      lines: 1,
    });
    expect(JSON.parse(err)).toEqual({
      schema: 'tradectl.error/1',
      code: 'USAGE',
      message: "unknown option '--bogus'",
      hint: 'tradectl --help lists commands and flags',
      exit: 2,
    });
  });
});

test('bare tradectl prints help and exits 2; asked for, help is exit 0 on stdout', async () => {
  const bare = await printed([]);
  expect(bare.exit).toBe(2);
  expect(bare.err).toContain('Usage: tradectl');
  const asked = await printed(['--help']);
  expect(asked.exit).toBe(0);
  expect(asked.out).toContain('Exit codes:');
});

test('every help page has examples and fits 80 columns', async () => {
  const names: string[][] = [];
  for (const command of buildProgram(fakeTerminal().terminal, () => undefined).commands) {
    if (command.commands.length === 0) names.push([command.name()]);
    for (const sub of command.commands) names.push([command.name(), sub.name()]);
  }
  expect(names.length).toBeGreaterThan(18);
  for (const name of names) {
    const { exit, out } = await printed([...name, '--help']);
    expect(exit, name.join(' ')).toBe(0);
    expect(out, name.join(' ')).toContain('Examples:');
    expect(Math.max(...out.split('\n').map((line) => line.length)), out).toBeLessThanOrEqual(80);
  }
});

test('--version names tradectl, Node and SQLite', async () => {
  const { exit, out } = await printed(['--version', '--json']);
  expect(exit).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    schema: 'tradectl.version/1',
    node: process.versions.node,
    sqlite: expect.stringMatching(/^3\.\d+\.\d+$/) as string,
  });
});

test('a bug is exit 70 with its stack; an error of ours is one message and its hint', () => {
  const bug = failureOf(new TypeError('x is undefined'), false);
  expect(bug.exit).toBe(70);
  expect(bug.text).toContain('usage.test.ts');
  const ours = failureOf(
    new TradectlError('LOCK_HELD', 'held by pid 7', { hint: 'stop it' }),
    false,
  );
  expect(ours).toEqual({ exit: 3, text: 'tradectl: held by pid 7\n  stop it\n' });
});
