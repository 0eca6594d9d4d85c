/** Suggested commands act on the home that the operator named: on the screen, in hints, whatever its name is. */
import { describe, expect, it } from 'vitest';
import { createContext } from '../../../commands/context.ts';
import { failureOf } from '../../../commands/errors.ts';
import { commandsWithHome, hintWithHome, safeWord } from '../../../commands/output/named-home.ts';
import { TradectlError } from '../../../src/domain/errors.ts';
import { fakeTerminal, printed } from '../../support/fake-terminal.ts';

describe('a line that is a command to copy', () => {
  it.each([
    ['  tradectl orders\n', '  tradectl orders --home /h\n'],
    [
      'two\n  tradectl a\n  tradectl b C\n',
      'two\n  tradectl a --home /h\n  tradectl b C --home /h\n',
    ],
    [
      '  tradectl halt set --reason TEXT   to keep it so\n',
      '  tradectl halt set --reason TEXT --home /h   to keep it so\n',
    ],
    ['  tradectl run --home /other\n', '  tradectl run --home /other\n'],
    ['tradectl: no\n', 'tradectl: no\n'],
    ['    tradectl 1.0 said\n', '    tradectl 1.0 said\n'],
    ['{"note":"  tradectl orders"}\n', '{"note":"  tradectl orders"}\n'],
  ])('%j', (text, expected) => expect(commandsWithHome(text, '/h')).toBe(expected));
});

describe('the commands of a hint', () => {
  it.each([
    ['tradectl status', 'tradectl status --home /h'],
    ['list them with `tradectl halt show`', 'list them with `tradectl halt show --home /h`'],
    ['tradectl positions lists them', 'tradectl positions --home /h lists them'],
    [
      'tradectl reconcile --out FILE saves one',
      'tradectl reconcile --out FILE --home /h saves one',
    ],
    [
      'look before trying again: tradectl status',
      'look before trying again: tradectl status --home /h',
    ],
    [
      'tradectl run --home /h goes on; tradectl status shows it',
      'tradectl run --home /h goes on; tradectl status --home /h shows it',
    ],
    ['tradectl reconcile --help', 'tradectl reconcile --help'],
    ['tradectl --help lists commands and flags', 'tradectl --help lists commands and flags'],
    [
      'install the newer tradectl again; older ones must not',
      'install the newer tradectl again; older ones must not',
    ],
    ['tradectl.example.toml shows every key', 'tradectl.example.toml shows every key'],
  ])('%j', (hint, expected) => expect(hintWithHome(hint, '/h')).toBe(expected));
});

describe('a home', () => {
  it.each([
    ['/a/b-1', '/a/b-1'],
    ['/a b', "'/a b'"],
    ["/it's", "'/it'\\''s'"],
    ['/a\u001b', "'/a\\x1b'"],
  ])('%j is %s for a shell', (path, word) => expect(safeWord(path)).toBe(word));

  it.each([
    ['by the flag', { home: '/h' }, {}, ' --home /h'],
    ['by the environment', {}, { TRADECTL_HOME: '/e' }, ' --home /e'],
    ['by nobody', {}, {}, ''],
  ])('named %s is in what is printed', (_how, flags, env, added) => {
    const fake = fakeTerminal({ env });
    const context = createContext(fake.terminal, flags);
    context.out('  tradectl orders\n');
    context.err('  tradectl orders\n');
    expect([fake.out(), fake.err()]).toEqual(Array(2).fill(`  tradectl orders${added}\n`));
  });

  it('named is in the hint of an error, for people and for programs', async () => {
    const error = new TradectlError('USAGE', 'no', { hint: 'tradectl status' });
    expect(failureOf(error, false, '/h').text).toBe('tradectl: no\n  tradectl status --home /h\n');
    expect(failureOf(error, true, '/h').text).toContain('"tradectl status --home /h"');
    expect(failureOf(error, false).text).toBe('tradectl: no\n  tradectl status\n');
    const { err } = await printed(['quarantine', 'show', 'row-9', '--home', '/no where']);
    expect(err).toContain("--home '/no where'");
  });
});
