/**
 * Every command of the program, taken from the program: what is declared tomorrow is asked tomorrow. Each is
 * called as its declaration says, and once more for each line of {@link MORE}, where it has more to print.
 */
import type { Command } from 'commander';
import { buildProgram } from '../../commands/program.ts';
import { fakeTerminal } from './fake-terminal.ts';

/** What arguments stand for: real things of the home, or text of a stranger. */
export interface Words {
  readonly symbol: string;
  readonly hostile: string;
  /** Names a file that does not exist yet, another one at each call. */
  readonly newFile: () => string;
  readonly db: string;
  /** A row of somebody else's, as `quarantine list` names it. */
  readonly row: string;
  readonly position: string;
  readonly seq: string;
  readonly ledger: string;
}

/** These would not come back by themselves, or are about a world of their own. */
const BOUNDED: Readonly<Record<string, readonly string[]>> = {
  run: ['--cycles', '2'],
  rehearse: ['--for', '1s'],
  drill: ['--list'],
  'import-events': [],
};

const MORE: Readonly<Record<string, (words: Words) => readonly (readonly string[])[]>> = {
  status: () => [['--check']],
  positions: () => [['--closed']],
  orders: () => [['--all']],
  why: ({ symbol, hostile }) => [[symbol], [hostile]],
  structure: ({ symbol, hostile }) => [[symbol], ['--candles', hostile]],
  'partial-close': ({ symbol }) => [
    [symbol, '--fraction', '0.5', '--dry-run'],
    ['--all', '--fraction', '0.5', '--dry-run'],
  ],
  reconcile: ({ newFile, hostile }) => [
    ['--all'],
    ['--out', newFile()],
    ['--apply', hostile],
    ['--symbol', hostile],
  ],
  'quarantine list': () => [['--all']],
  'quarantine show': ({ row }) => [[row]],
  'quarantine import': ({ ledger }) => [[ledger, '--dry-run']],
  'quarantine retire': ({ row, hostile }) => [[row, '--reason', hostile, '--dry-run']],
  'events tail': () => [
    ['--limit', '100000'],
    ['--type', 'FINDING'],
    ['--since', '0'],
  ],
  'events show': ({ seq }) => [[seq]],
  'events gap': () => [['--full'], ['--venue']],
  'events verify': () => [['--fold', '--full']],
  trace: ({ symbol, position, seq, hostile }) => [[symbol], [position], [seq], [hostile]],
  logs: () => [['--explain']],
  query: ({ hostile, db }) => [
    ['--list'],
    ['--schema', 'v_events'],
    ['--schema', hostile],
    ['SELECT * FROM v_events', '--limit', '0'],
    ...[
      'v_positions',
      'v_orders',
      'v_fills',
      'v_runs',
      'v_decisions',
      'v_signals',
      'v_rejections',
    ].map((view) => [`SELECT * FROM ${view}`]),
    ...['v_halts', 'v_cycles', 'v_commands', 'v_staged_rows', 'v_instruments'].map((view) => [
      `SELECT * FROM ${view}`,
    ]),
    ['SELECT * FROM meta'],
    [`SELECT 1 AS "${hostile.replaceAll('"', '').replaceAll('\0', '')}"`],
    ['runs', '--db', db],
    ['runs', '--db', hostile],
  ],
  'halt clear': ({ hostile }) => [[hostile, '--reason', 'x', '--confirm', hostile]],
  service: ({ hostile }) => [['--user', hostile]],
};

/** `halt show`, `query`, ...: every command that does something. */
export function commandNames(): string[] {
  return leaves().map(({ name }) => name);
}

/** Arguments of every call, in an order in which looking comes before changing. */
export function everyCall(words: Words): string[][] {
  const known = leaves();
  const calls = known.flatMap(({ name, command }) => {
    const own = [...name.split(' '), ...declared(command, words), ...(BOUNDED[name] ?? [])];
    const more = (MORE[name]?.(words) ?? []).map((each) => [...name.split(' '), ...each]);
    return [own, ...more];
  });
  const changes = (call: readonly string[]): boolean =>
    /^(run|close|flatten|kill|acknowledge|restore|halt (set|clear)|quarantine (import|release|retire)|phantoms import|partial-close)/.test(
      call.join(' '),
    );
  return [
    ...calls.filter((call) => !changes(call)),
    ...calls.filter(changes),
    // What went wrong is printed too.
    ['status', `--${words.hostile}`],
    [words.hostile],
    ['config', 'show', '--config', words.hostile],
    ['status', '--home', `/nowhere/${words.hostile.replaceAll('\0', '')}`],
  ];
}

function leaves(): { name: string; command: Command }[] {
  const walk = (
    command: Command,
    before: readonly string[],
  ): { name: string; command: Command }[] =>
    command.commands.flatMap((inner) => {
      const words = [...before, inner.name()];
      return inner.commands.length > 0
        ? walk(inner, words)
        : [{ name: words.join(' '), command: inner }];
    });
  return walk(
    buildProgram(fakeTerminal().terminal, () => undefined),
    [],
  );
}

/** The arguments and options without which it is a usage error. */
function declared(command: Command, words: Words): string[] {
  const needed = command.registeredArguments.filter(({ required }) => required);
  const options = command.options.filter(({ mandatory }) => mandatory);
  return [
    ...needed.map((argument) => valueOf(argument.name(), words)),
    ...options.flatMap((option) => [option.long ?? '', valueOf(option.attributeName(), words)]),
  ];
}

function valueOf(name: string, words: Words): string {
  if (name === 'symbol') return words.symbol;
  if (name === 'seq') return words.seq;
  if (name === 'db' || name === 'file') return words.newFile();
  return words.hostile;
}
