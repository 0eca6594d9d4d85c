import { describe, expect, test } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import { TradectlError } from '../../../src/domain/errors.ts';
import { dueCommands, parseOperatorScript } from '../../../src/engine/operator-script.ts';

const FILE = 'feed/operator.json';
const SCHEMA = 'tradectl.operator_script/1';
const GOOD = {
  at: '2025-04-05T12:00:00Z',
  command: 'halt clear',
  kind: 'equity_drawdown',
  reason: 'looked at it',
};

const script = (...commands: readonly unknown[]): string =>
  JSON.stringify({ schema: SCHEMA, commands });

function refusal(text: string): TradectlError {
  try {
    parseOperatorScript(text, FILE);
  } catch (error) {
    if (error instanceof TradectlError) return error;
    throw error;
  }
  throw new Error('the script was accepted');
}

describe('parseOperatorScript', () => {
  test('reads commands in the order of time, whatever the order of the file', () => {
    const early = { ...GOOD, at: '2025-04-01T00:00:00Z', kind: 'kill' };
    const commands = parseOperatorScript(script(GOOD, early), FILE);
    expect(commands.map(({ kind }) => kind)).toEqual(['kill', 'equity_drawdown']);
    expect(commands[1]).toEqual({
      atMs: Date.UTC(2025, 3, 5, 12),
      command: 'halt clear',
      kind: 'equity_drawdown',
      reason: 'looked at it',
    });
  });

  test('an empty list is a script', () => {
    expect(parseOperatorScript(script(), FILE)).toEqual([]);
  });

  test.each<[what: string, text: string, where: string, expected: string]>([
    ['no JSON', 'halt clear', 'whole file', 'JSON'],
    ['half a file', script(GOOD).slice(0, -5), 'whole file', 'JSON'],
    ['a list', '[]', 'schema', SCHEMA],
    ['null', 'null', 'schema', SCHEMA],
    ['another schema', '{"schema":"tradectl.halt/1","commands":[]}', 'schema', SCHEMA],
    ['no commands', JSON.stringify({ schema: SCHEMA }), 'commands', 'a list'],
    ['commands as an object', `{"schema":"${SCHEMA}","commands":{}}`, 'commands', 'a list'],
    ['a command that is a word', script(GOOD, 'clear'), 'commands[1]', 'an object'],
    ['no time', script({ ...GOOD, at: undefined }), 'commands[0].at', 'an ISO time'],
    ['a time that is none', script({ ...GOOD, at: 'noon' }), 'commands[0].at', 'an ISO time'],
    ['a time as a number', script({ ...GOOD, at: 1 }), 'commands[0].at', 'an ISO time'],
    [
      'another command',
      script({ ...GOOD, command: 'kill' }),
      'commands[0].command',
      '"halt clear"',
    ],
    ['no kind', script({ ...GOOD, kind: undefined }), 'commands[0].kind', 'the kind of a halt'],
    [
      'a kind that is none',
      script({ ...GOOD, kind: 'drawdown' }),
      'commands[0].kind',
      'the kind of a halt',
    ],
    ['no reason', script({ ...GOOD, reason: null }), 'commands[0].reason', 'a sentence'],
  ])('%s is refused, naming the place', (_, text, where, expected) => {
    const { code, message, hint } = refusal(text);
    expect(code).toBe('FILE_INVALID');
    expect(message).toBe(`${FILE}: ${where}: expected ${expected}`);
    expect(hint).not.toBeNull();
  });
});

describe('dueCommands', () => {
  const at = Date.UTC(2025, 3, 5, 12);
  const commands = parseOperatorScript(script(GOOD), FILE);
  test.each([
    ['after its time', at, at + 10, 0],
    ['at its time', at - 10, at, 1],
    ['before its time', at - 10, at - 1, 0],
    ['in between', at - 1, at + 1, 1],
  ])('%s', (_, after, until, count) => {
    expect(dueCommands(commands, ms(after), ms(until))).toHaveLength(count);
  });
});
