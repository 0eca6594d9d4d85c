/**
 * `tradectl run` on the bundled recording, as a newcomer starts it: the summary in words and as a
 * document, the same journal twice, and what happens when a home is used again.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleanUp, document, freshHome, ROOT, tradectl, type Ended } from '../support/tradectl.ts';
import { writeRecording, flat } from '../support/tiny-recording.ts';

type Counts = Readonly<Record<string, number>>;

const DAYS = ['--to', '2025-01-10'] as const;
const json = freshHome('json');
const words = freshHome('words');
let ran: Ended;
let told: Ended;
let summary: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  [ran, told] = await Promise.all([
    tradectl(['run', '--json', '--home', json]),
    tradectl(['run', '--home', words]),
  ]);
  summary = JSON.parse(ran.stdout) as Readonly<Record<string, unknown>>;
});
afterAll(cleanUp);

const count = (key: string): number => Number(summary[key]);
const counts = (key: string): Counts => summary[key] as Counts;

describe('the document at the end of a run', () => {
  test('is one line on stdout, exit 0', () => {
    expect(ran.code).toBe(0);
    expect(ran.stdout.match(/\n/g)).toHaveLength(1);
    expect(summary).toMatchObject({ schema: 'tradectl.run/1', finished: true, home: json });
  });

  test('has every figure', () => {
    expect(Object.keys(summary)).toEqual(
      expect.arrayContaining(
        `cycles markets markets_set_aside candles signals rejections approved denied orders fills
         trades exits pnl fees equity_start equity_end max_drawdown unprotected_ms_max
         cycles_by_state events head_seq head_hash wall_ms cpu_ms rss_max_mb`.split(/\s+/),
      ),
    );
  });

  test('its figures agree with each other', () => {
    const { count: closed, wins, losses } = counts('trades');
    expect(closed).toBe((wins ?? 0) + (losses ?? 0));
    expect(Object.values(counts('cycles_by_state')).reduce((a, b) => a + b)).toBe(count('cycles'));
    expect(count('events')).toBe(count('head_seq'));
    expect(summary['head_hash']).toMatch(/^[0-9a-f]{64}$/);
    expect(summary['markets']).toBe(12);
    expect(summary['markets_set_aside']).toEqual([]);
    expect(summary['equity_start']).toBe('10000');
    expect(summary['equity_end']).toMatch(/^\d+\.\d+$/);
    expect(count('max_drawdown')).toBeGreaterThan(0);
    expect(count('fills')).toBeGreaterThanOrEqual(2 * (closed ?? 0));
    expect(count('orders')).toBeGreaterThan(count('approved'));
    expect(count('signals')).toBeGreaterThan(count('approved'));
    for (const key of ['candles', 'wall_ms', 'cpu_ms', 'rss_max_mb', 'fees']) {
      expect(count(key), key).toBeGreaterThan(0);
    }
  });

  test('at least three trades won and three lost, and every kind of exit happened', () => {
    const { wins, losses } = counts('trades');
    expect(wins).toBeGreaterThanOrEqual(3);
    expect(losses).toBeGreaterThanOrEqual(3);
    for (const reason of [
      'target_1',
      'target_2',
      'target_3',
      'stop_loss',
      'break_even',
      'trailing_stop',
    ]) {
      expect(counts('exits')[reason], reason).toBeGreaterThan(0);
    }
  });

  test('a stretch was HALTED, the scripted operator cleared it, and trading went on', () => {
    expect(counts('cycles_by_state')['HALTED']).toBeGreaterThan(0);
    expect(counts('cycles_by_state')['NORMAL']).toBeGreaterThan(1000);
    expect(summary['state']).not.toBe('HALTED');
    expect(ran.stderr).toMatch(/^error: HALT equity_drawdown: /m);
    expect(ran.stderr).toMatch(/^halt halt-\w+ \(equity_drawdown\) cleared by the script: /m);
  });

  test('no position was unprotected for as long as the deadline', () => {
    expect(count('unprotected_ms_max')).toBeGreaterThan(0);
    expect(count('unprotected_ms_max')).toBeLessThan(10_000);
  });
});

describe('the summary in words', () => {
  test('fits 80 columns, without escape codes, exit 0', () => {
    expect(told.code).toBe(0);
    expect(told.stdout).not.toContain('\u001b');
    expect(told.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test.each([
    ['result', /^Equity +10,000\.00 -> [\d,]+\.\d\d$/m],
    ['trades', /^Trades +\d+ \(\d+ won, \d+ lost\)$/m],
    ['the curve', /^ *[\d.]+ \|[ .#]+$/m],
    ['rejections', /^Rejections by reason\n +\d+ {2}\w+$/m],
    ['state', /final state (NORMAL|DEGRADED)$/m],
    ['where the home is', new RegExp(`^Home: ${words}$`, 'm')],
  ])('says %s', (_what, pattern) => {
    expect(told.stdout).toMatch(pattern);
  });
});

test('two fresh homes give the same journal, to the last hash', async () => {
  const other = await document(['report', '--last', '--home', words]);
  expect(other['head_hash']).toBe(summary['head_hash']);
  expect(other['head_seq']).toBe(summary['head_seq']);
});

describe('a home that is used again', () => {
  test('after its recording finished prints the stored summary, and appends nothing', async () => {
    const again = await document(['run', '--home', json]);
    expect(again).toEqual(summary);
    const repeated = await tradectl(['run', '--home', words]);
    expect(repeated.code).toBe(0);
    expect(repeated.stdout).toContain('had finished before');
    expect(repeated.stdout).toContain(told.stdout.slice(told.stdout.indexOf('Equity ')));
  });

  const feed = freshHome('feed');
  const config = join(freshHome('config'), 'other.toml');
  test.each([
    ['recording', ['--feed', feed]],
    ['configuration', ['--config', config]],
    ['window', ['--to', '2025-03-01']],
  ])('with another %s is refused, exit 3, and unchanged', async (what, flags) => {
    writeRecording(feed, { markets: { TON: { bars: flat(50) } } });
    const { writeFileSync } = await import('node:fs');
    writeFileSync(config, '[entry]\nrisk_per_trade = "0.005"\n');
    const before = readFileSync(join(json, 'hwm'), 'utf8');
    const refused = await tradectl(['run', '--home', json, ...flags]);
    expect({ code: refused.code, out: refused.stdout }).toEqual({ code: 3, out: '' });
    expect(refused.stderr).toContain(`started with another ${what}`);
    expect(readFileSync(join(json, 'hwm'), 'utf8')).toBe(before);
  });
});

test('without a home the run makes one and says where; ~/.tradectl is not touched', async () => {
  const user = freshHome('user');
  const { code, stdout } = await tradectl(['run', ...DAYS], { env: { HOME: user }, cwd: user });
  expect(code).toBe(0);
  const [, home = ''] = /^Home: (\S+) \(scratch, made for this run\)$/m.exec(stdout) ?? [];
  expect(existsSync(join(home, 'state.db'))).toBe(true);
  expect(existsSync(join(user, '.tradectl'))).toBe(false);
  rmSync(home, { recursive: true });
});

test('the bundled recording is where the package says', () => {
  expect(existsSync(join(ROOT, 'fixtures/markets/instruments.csv'))).toBe(true);
});
