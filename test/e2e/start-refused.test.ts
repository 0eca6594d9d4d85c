/**
 * What cannot be run at all is refused before anything is touched: contradictory configuration, a home
 * that cannot be written or belongs to another program, a newer database, an old Node, a mistyped word.
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, test } from 'vitest';
import { journalFacts } from '../support/journal-facts.ts';
import { realTime } from '../support/living-bot.ts';
import { flat, writeRecording } from '../support/tiny-recording.ts';
import { cleanUp, document, freshHome, ROOT, tradectl } from '../support/tradectl.ts';

afterAll(cleanUp);

describe('contradictory configuration', () => {
  const folder = freshHome('config');
  const config = join(folder, 'tradectl.toml');
  writeFileSync(
    config,
    [
      'max_margin = 1',
      '[limits]',
      'max_margin_utilization = "0.80"',
      'max_equity_drawdown = "2"',
      '[entry]',
      'risk_per_trad = "0.01"',
    ].join('\n'),
  );

  test('config check lists every violation at once, with path, value and rule: exit 1', async () => {
    const { code, stdout } = await tradectl(['config', 'check', '--config', config]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/max_margin_utilization.*0\.8.*degraded_margin_utilization|auction_max/);
    expect(stdout).toMatch(/limits\.max_equity_drawdown = 2 .*must be/);
    expect(stdout).toMatch(/entry\.risk_per_trad = .*did you mean entry\.risk_per_trade\?/);
    expect(stdout).toMatch(/max_margin = 1 .*is not a known key/);
  });

  test('run refuses it, exit 2, and makes no home', async () => {
    const home = join(folder, 'home');
    const { code, stdout, stderr } = await tradectl(['run', '--config', config, '--home', home]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('limits.max_equity_drawdown');
    expect(stderr).toContain('entry.risk_per_trad ');
    expect(existsSync(home)).toBe(false);
  });

  test('the nearest file wins, a variable over it, and a mistyped variable is an error', async () => {
    const cwd = freshHome('cwd');
    writeFileSync(join(cwd, 'tradectl.toml'), '[entry]\nrisk_per_trade = "0.003"\n');
    const shown = await document(['config', 'show', '--home', join(cwd, 'none')], { cwd });
    expect(JSON.stringify(shown)).toContain('"0.003"');
    const env = { TRADECTL_ENTRY_RISK_PER_TRADE: '0.004' };
    const over = await document(['config', 'show', '--home', join(cwd, 'none')], { cwd, env });
    expect(JSON.stringify(over)).toContain('"0.004"');
    const mistyped = { TRADECTL_ENTRY_RISK_PER_TRAD: '0.004' };
    const check = await tradectl(['config', 'check'], { cwd, env: mistyped });
    expect(check.code).toBe(1);
    expect(check.stdout).toContain('did you mean TRADECTL_ENTRY_RISK_PER_TRADE?');
  });

  test('a live venue without a typed account is never traded, also not on paper instead', async () => {
    const home = join(folder, 'live');
    const env = { TRADECTL_VENUE: 'krakenfutures', TRADECTL_MODE: 'live' };
    const { code, stderr } = await tradectl(['run', '--home', home], { env });
    expect(code).toBe(3);
    expect(stderr).toContain('the account has no name yet');
    expect(existsSync(home)).toBe(false);
  });
});

describe('a home that cannot be used', () => {
  const used = async (): Promise<string> => {
    const folder = freshHome('used');
    const feed = join(folder, 'feed');
    writeRecording(feed, { markets: { TON: { bars: flat(20) } } });
    await document(['run', '--feed', feed, '--home', join(folder, 'home')]);
    return join(folder, 'home');
  };
  const sql = (home: string, statement: string): void => {
    const db = new Database(join(home, 'state.db'));
    db.exec(statement);
    db.close();
  };

  test('a file where the directory should be: exit 5, named', async () => {
    const file = join(freshHome(), 'home');
    writeFileSync(file, '');
    const { code, stderr } = await tradectl(['run', '--home', file]);
    expect(code).toBe(5);
    expect(stderr).toContain(file);
    expect(readFileSync(file, 'utf8')).toBe('');
  });

  test.each([
    ['run', ['run']],
    ['status', ['status']],
    ['close', ['close', 'TON', '--yes']],
    ['backup', ['backup', 'copy.db']],
  ])('%s: a database of a newer version is exit 5 and stays as it is', async (_what, args) => {
    const home = await used();
    sql(home, 'PRAGMA user_version = 99');
    const before = readFileSync(join(home, 'state.db'));
    const { code, stdout, stderr } = await tradectl([...args, '--home', home, '--json']);
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({ code: 'STORE_NEWER', exit: 5 });
    expect(readFileSync(join(home, 'state.db')).equals(before)).toBe(true);
  });

  test('a database of another program is exit 5 and stays as it is', async () => {
    const home = freshHome('foreign');
    sql(home, 'CREATE TABLE notes (text); PRAGMA application_id = 7');
    const before = readFileSync(join(home, 'state.db'));
    const { code, stderr } = await tradectl(['run', '--home', home]);
    expect(code).toBe(5);
    expect(stderr).toContain('another program');
    expect(readFileSync(join(home, 'state.db')).equals(before)).toBe(true);
  });

  test('something that is no database is exit 5', async () => {
    const home = freshHome('garbage');
    writeFileSync(join(home, 'state.db'), 'x'.repeat(8_192));
    const { code, stderr } = await tradectl(['run', '--home', home, '--json']);
    expect(code).toBe(5);
    expect(JSON.parse(stderr)).toMatchObject({ code: 'STORE_CORRUPT' });
  });

  test('a window without a cycle is exit 2, and leaves no home behind', async () => {
    const home = join(freshHome('window'), 'home');
    const ended = await tradectl(['run', '--from', '2030-01-01', '--home', home]);
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('is empty');
    expect(existsSync(home)).toBe(false);
  });

  test('an import of a market that no instruments.csv names is exit 2, and writes nothing', async () => {
    const folder = freshHome('unknown');
    const home = join(folder, 'home');
    const file = join(folder, 'NOPE_USD_USD-4h.csv');
    copyFileSync(join(ROOT, 'fixtures/markets/4h/BTC_USD_USD-4h.csv'), file);
    const ended = await tradectl(['candles', 'import', file, '--home', home]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('unknown symbol "NOPE/USD:USD"');
    expect(existsSync(home)).toBe(false);
  });

  test('a look at an empty home is no error and leaves no file', async () => {
    const home = freshHome('empty');
    expect((await tradectl(['status', '--home', home])).code).toBe(0);
    expect((await tradectl(['positions', '--home', home])).code).toBe(2);
    expect(readdirSync(home)).toEqual([]);
  });
});

describe('a mistyped word is exit 2, with what was meant', () => {
  test.each([
    ['an unknown command', ['stauts'], 'Did you mean status?'],
    ['an unknown flag', ['run', '--cycle', '5'], 'Did you mean --cycles?'],
    ['a time that is none', ['run', '--from', 'monday'], 'UTC time'],
  ])('%s', async (_what, args, said) => {
    const { code, stdout, stderr } = await tradectl(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(said);
  });

  test('an unknown symbol names the nearest', async () => {
    const home = freshHome('symbols');
    await document(['run', '--cycles', '1', '--home', home]);
    const { code, stderr } = await tradectl(['why', 'DOGGE/USD', '--home', home]);
    expect(code).toBe(2);
    expect(stderr).toContain('DOGE/USD:USD');
  });
});

describe('Node', () => {
  const old = ['/usr/local/bin/node', '/usr/bin/node'].find(isOld);

  test.skipIf(old === undefined)(
    `an old one runs the pinned one again${old === undefined ? ' (skipped: no old Node here)' : ''}`,
    async () => {
      const { code, stdout } = await tradectl(['--version', '--json'], { node: old ?? '' });
      expect(code).toBe(0);
      const { node = '' } = JSON.parse(stdout) as { node?: string };
      expect(Number(node.split('.')[0])).toBeGreaterThanOrEqual(22);
    },
  );

  test.skipIf(old === undefined)(
    `an old one hands its signals on${old === undefined ? ' (skipped: no old Node here)' : ''}`,
    async () => {
      const home = freshHome('old');
      const bot = await realTime(home, { node: old ?? '' });
      bot.child.kill('SIGTERM');
      expect(await bot.ended).toMatchObject({ code: 0, signal: null });
      expect(journalFacts(home).events.at(-1)?.payload).toEqual({ reason: 'signal' });
    },
  );

  test.skipIf(old === undefined)(
    `an old one alone is refused in one line, exit 2${old === undefined ? ' (skipped: no old Node here)' : ''}`,
    async () => {
      const copy = freshHome('installed');
      mkdirSync(join(copy, 'dist'));
      cpSync(join(ROOT, 'dist/bin'), join(copy, 'dist/bin'), { recursive: true });
      writeFileSync(join(copy, 'package.json'), '{ "type": "module" }');
      const entry = join(copy, 'dist/bin/tradectl.js');
      const { code, stdout, stderr } = await tradectl(['status'], { node: old ?? '', entry });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^tradectl: needs Node 22\.18 or newer, this is \d+\.\d+\.\d+ .*\n$/);
    },
  );
});

function isOld(node: string): boolean {
  if (!existsSync(node)) return false;
  const [major = 0] = execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' })
    .split('.')
    .map(Number);
  return major < 22;
}
