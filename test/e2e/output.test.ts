/** What comes out of the real binary: one document per `--json`, tables of 80 columns, closed pipes. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleanUp, freshHome, ROOT, tradectl } from '../support/tradectl.ts';

let home = '';
const out = freshHome('out');
const bars = join(ROOT, 'fixtures/markets/4h/BTC_USD_USD-4h.csv');

/** Piped tables are never cut, so a price of nine digits beside a long reason may be wider. */
const WIDE = ['orders --all', 'trades', 'query runs'];

/** Each command with the exit code it has on a home that was used and is healthy. */
const COMMANDS: readonly (readonly [string, number])[] = [
  ['run --cycles 3', 0],
  ['report --last', 0],
  ['status', 0],
  ['status --check', 0],
  ['positions', 0],
  ['positions --closed', 0],
  ['orders', 0],
  ['orders --all', 0],
  ['trades', 0],
  ['why', 0],
  ['why BTC', 0],
  ['markets', 0],
  ['structure BTC', 0],
  [`structure --candles ${bars} --timeframe 4h --swing-length 3`, 0],
  ['halt show', 0],
  ['candles verify', 1],
  [`candles import ${bars}`, 0],
  ['config show', 0],
  ['config check', 0],
  ['config path', 0],
  [`backup ${out}/NAME.db`, 0],
  ['query --list', 0],
  ['query --schema v_orders', 0],
  ['query runs', 0],
  ['--version', 0],
];

beforeAll(async () => {
  // Finished, with trades that are closed and a position that is open.
  home = freshHome('finished');
  expect((await tradectl(['run', '--to', '2025-02-15', '--home', home])).code).toBe(0);
});
afterAll(cleanUp);

describe.each(COMMANDS)('%s', (written, code) => {
  const words = (flavour: string): string[] => written.replace('NAME', flavour).split(' ');

  test('with --json is one document with its schema, and nothing else', async () => {
    const ended = await tradectl([...words('json'), '--json', '--home', home]);
    expect(ended.code, ended.stderr).toBe(code);
    expect(ended.stdout.match(/\n/g)).toHaveLength(1);
    const { schema } = JSON.parse(ended.stdout) as { schema: string };
    expect(schema).toMatch(/^tradectl\.[a-z_]+\/1$/);
    expect(readFileSync(join(ROOT, 'docs/json.md'), 'utf8')).toContain(`## ${schema}\n`);
    expect(keysOf(JSON.parse(ended.stdout))).not.toContainEqual(
      expect.stringMatching(/^[a-z]+[A-Z]/),
    );
  });

  test('piped is plain text of at most 80 columns', async () => {
    const ended = await tradectl([...words('text'), '--home', home]);
    expect(ended.code, ended.stderr).toBe(code);
    expect(ended.stdout).not.toBe('');
    expect(ended.stdout + ended.stderr).not.toContain('\u001b');
    const shown = ended.stdout.replaceAll(home, '~').replaceAll(out, '~').replaceAll(ROOT, '~/');
    if (WIDE.includes(written)) return;
    expect(shown.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});

test('events tail prints a document per line, oldest first, filtered as asked', async () => {
  const tail = await tradectl([
    'events',
    'tail',
    '-n',
    '5',
    '--type',
    'FILL',
    '--json',
    '--home',
    home,
  ]);
  const events = tail.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { schema: string; seq: number; type: string });
  expect(events).toHaveLength(5);
  expect(events.map(({ schema, type }) => `${schema} ${type}`)).toEqual(
    Array<string>(5).fill('tradectl.event/1 FILL'),
  );
  expect(events.map(({ seq }) => seq)).toEqual(
    events.map(({ seq }) => seq).toSorted((a, b) => a - b),
  );
});

test('a backup is a database that opens, and is never written over another file', async () => {
  expect(existsSync(join(out, 'json.db'))).toBe(true);
  writeFileSync(join(out, 'mine.txt'), 'mine');
  const refused = await tradectl(['backup', join(out, 'mine.txt'), '--home', home]);
  expect(refused.code).not.toBe(0);
  expect(readFileSync(join(out, 'mine.txt'), 'utf8')).toBe('mine');
});

test.each([
  ['usage', ['status', '--bogus'], 2],
  ['an unknown symbol', ['why', 'NOPE'], 2],
  ['nothing there', ['close', 'ADA', '--yes'], 3],
  ['no home', ['trades', '--home', '/nowhere'], 2],
])('an error with --json (%s): stdout empty, one document on stderr', async (_what, args, code) => {
  const ended = await tradectl(['--home', home, ...args, '--json']);
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: '' });
  expect(ended.stderr.match(/\n/g)).toHaveLength(1);
  expect(JSON.parse(ended.stderr)).toMatchObject({ schema: 'tradectl.error/1', exit: code });
});

test.each(['orders --all --limit 1000', 'events tail -n 1000'])(
  '%s into `head -1` ends quietly',
  async (written) => {
    const program = `'${process.execPath}' '${ROOT}dist/bin/tradectl.js' ${written} --home '${home}'`;
    // bash: pipefail tells how the writer of the closed pipe ended.
    const shell = spawn('bash', ['-c', `set -o pipefail; ${program} | head -1`]);
    let [stdout, stderr] = ['', ''];
    shell.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()));
    shell.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
    const code = await new Promise((resolve) => shell.on('close', resolve));
    expect({ code, stderr, lines: stdout.match(/\n/g)?.length }).toEqual({
      code: 0,
      stderr: '',
      lines: 1,
    });
  },
);

test('colour only when it is asked for', async () => {
  const env = { NO_COLOR: '', FORCE_COLOR: '1' };
  const coloured = await tradectl(['status', '--home', home], { env });
  expect(coloured.stdout).toContain('\u001b[');
  const plain = await tradectl(['status', '--no-color', '--home', home], { env });
  expect(plain.stdout).not.toContain('\u001b');
});

function keysOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)]);
}
