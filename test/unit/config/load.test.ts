/** Precedence, violations all at once, relations, secrets, the digest, and the generated examples. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exampleEnv, exampleToml } from '../../../src/config/example.ts';
import { findConfigFile, inspectConfig } from '../../../src/config/inspect.ts';
import { SETTINGS } from '../../../src/config/known-settings.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { nearest, nearestKey } from '../../../src/config/nearest.ts';
import { RELATIONS } from '../../../src/config/relations.ts';
import { Secret } from '../../../src/config/secret.ts';
import type { ConfigSource, Violation } from '../../../src/config/source.ts';
import { TradectlError } from '../../../src/domain/errors.ts';
import { DEFAULT_ENTRY, DEFAULT_LIMITS } from '../../../src/risk/limits.ts';
import { DEFAULT_STRATEGY } from '../../../src/strategy/settings.ts';
import { DEFAULT_PAPER } from '../../../src/venue/paper/settings.ts';

let root: string;
let home: string;
let cwd: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tradectl-config-'));
  home = join(root, 'home');
  cwd = join(root, 'cwd');
  mkdirSync(home);
  mkdirSync(cwd);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function source(parts: Partial<ConfigSource> = {}): ConfigSource {
  return { configFile: null, home, cwd, env: {}, overrides: {}, ...parts };
}

function toml(content: string, folder = home): string {
  const file = join(folder, 'tradectl.toml');
  writeFileSync(file, content);
  return file;
}

function violationsOf(content: string, parts: Partial<ConfigSource> = {}): readonly Violation[] {
  toml(content);
  return inspectConfig(source(parts)).violations;
}

function thrown(run: () => unknown): TradectlError {
  try {
    run();
  } catch (error) {
    if (error instanceof TradectlError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('defaults', () => {
  test('without any source every value is that of its table', () => {
    const { config, file, origins } = loadConfig(source());
    expect(file).toBeNull();
    expect(config).toMatchObject({ account: 'paper', venue: 'paper', mode: 'paper', feed: null });
    expect(config.limits).toEqual(DEFAULT_LIMITS);
    expect(config.entry).toEqual(DEFAULT_ENTRY);
    expect(config.strategy).toEqual(DEFAULT_STRATEGY);
    expect(config.paper).toEqual(DEFAULT_PAPER);
    expect(config.markets.pinned).toEqual(['BTC', 'ETH', 'SOL', 'DOGE', 'BNB']);
    expect(config.markets.tierCRiskFactor.toFixed()).toBe('0.5');
    expect(config.protection.trailStepAtr.toFixed()).toBe('0.25');
    expect(new Set(origins.values())).toEqual(new Set(['default']));
  });
});

describe('precedence', () => {
  test('flag over environment over file over default, each with its origin', () => {
    const file = toml(
      'account = "a"\n[limits]\nmax_equity_drawdown = 0.2\ndegraded_equity_drawdown = 0.05\nmin_rr_tp1 = 0.9\n',
    );
    const loaded = loadConfig(
      source({
        env: {
          TRADECTL_LIMITS_MAX_EQUITY_DRAWDOWN: '0.3',
          TRADECTL_LIMITS_DEGRADED_EQUITY_DRAWDOWN: '0.06',
          TRADECTL_ENTRY_RESTING_LIFETIME: '2h',
          TRADECTL_STRATEGY_ALLOW_HALF_RETRACE: 'true',
          TRADECTL_MARKETS_PINNED: 'btc, eth',
          TRADECTL_MODE: '',
          TRADECTL_HOME: home,
        },
        overrides: { 'limits.max_equity_drawdown': '0.4', 'entry.leverage': undefined },
      }),
    );
    expect(loaded.file).toBe(file);
    expect(loaded.values).toMatchObject({
      account: 'a',
      'limits.max_equity_drawdown': '0.4',
      'limits.degraded_equity_drawdown': '0.06',
      'limits.min_rr_tp1': '0.9',
      'limits.min_rr_tp2': '2',
      'entry.resting_lifetime': '2h',
      'strategy.allow_half_retrace': true,
    });
    expect(loaded.config.markets.pinned).toEqual(['BTC', 'ETH']);
    expect(loaded.config.entry.restingLifetimeMs).toBe(7_200_000);
    expect(loaded.origins.get('limits.max_equity_drawdown')).toBe('flag');
    expect(loaded.origins.get('limits.degraded_equity_drawdown')).toBe('environment');
    expect(loaded.origins.get('limits.min_rr_tp1')).toBe('file');
    expect(loaded.origins.get('mode')).toBe('default');
  });

  test('the file is --config, then the home, then the working directory', () => {
    expect(findConfigFile(source())).toBeNull();
    const here = toml('', cwd);
    expect(findConfigFile(source())).toBe(here);
    const inHome = toml('');
    expect(findConfigFile(source())).toBe(inHome);
    expect(findConfigFile(source({ configFile: 'other.toml' }))).toBe(join(cwd, 'other.toml'));
  });

  test('a feed in the file is relative to the file, in the environment to the working directory', () => {
    toml('feed = "rec"');
    expect(loadConfig(source()).config.feed).toBe(join(home, 'rec'));
    const env = { TRADECTL_FEED: 'rec' };
    expect(loadConfig(source({ env })).config.feed).toBe(join(cwd, 'rec'));
  });
});

describe('violations', () => {
  test.each([
    ['above its bounds', '[limits]\nmax_margin_utilization = 1.2', 'below 1'],
    ['not a number', '[limits]\nmax_margin_utilization = nan', 'decimal number'],
    ['text for a number', '[strategy]\nswing_length = "5"', 'whole number'],
    ['a fraction for a count', '[limits]\nmax_concurrent_positions = 2.5', 'whole number'],
    ['a duration without a unit', '[limits]\nprotection_deadline = 10', 'duration'],
    ['a duration too short', '[limits]\nprotection_deadline = "10ms"', 'at least 1s'],
    ['a word that is none', '[entry]\norder = "market"', '"ioc" or "limit"'],
    ['an empty name', 'account = ""', 'not be empty'],
    ['a list with a number', '[markets]\npinned = ["BTC", 1]', 'list of words'],
    ['a section that is a value', 'limits = 3', 'must be a table: [limits]'],
    ['a mistyped key', '[limits]\nmax_margin_utilisation = 0.9', 'limits.max_margin_utilization?'],
    ['half a key', '[limits]\nmax_margn = 0.9', 'mean limits.max_margin_utilization?'],
    ['no key at all', 'qqqqqqqqqqqqqqqqqqqqqq = 1', 'did you mean '],
    ['a mistyped section', '[limit]\nx = 1', 'did you mean limits?'],
    [
      'push messages of a venue that has none',
      'venue = "bybit"\n[live]\nwake_ups = true',
      'must be false on bybit',
    ],
    ['live on paper', 'mode = "live"', 'live needs a live venue'],
  ])('%s', (_name, content, rule) => {
    const violations = violationsOf(content);
    expect(violations).toHaveLength(1);
    expect(violations[0]?.rule).toContain(rule);
    expect(violations[0]?.source).toBe('file');
  });

  test('all at once: names, values and relations in one error with one line each', () => {
    toml('venu = "paper"\n[limits]\nmax_equity_drawdown = 0.05\nmin_rr_tp1 = -1\n');
    const env = { TRADECTL_ENTRY_LEVERAGE: 'five', TRADECTL_LIMTS_MIN_RR_TP1: '1' };
    const error = thrown(() => loadConfig(source({ env })));
    expect(error.code).toBe('CONFIG_INVALID');
    const violations = error.details['violations'] as readonly Violation[];
    expect(violations.map(({ path, source: from }) => `${path} ${from}`).sort()).toEqual([
      'TRADECTL_LIMTS_MIN_RR_TP1 environment',
      'entry.leverage environment',
      'limits.max_equity_drawdown file',
      'limits.min_rr_tp1 file',
      'venu file',
    ]);
    expect(error.message.split('\n')).toHaveLength(1 + violations.length);
    expect(error.message).toMatch(/^the configuration has 5 violations:\n/);
    expect(error.message).toContain('did you mean TRADECTL_LIMITS_MIN_RR_TP1?');
  });

  test('a line end in a value or a name makes no line of its own', () => {
    toml('mode = "a\\nb"\n"x\\ny" = 1\n');
    expect(thrown(() => loadConfig(source())).message.split('\n')).toHaveLength(3);
  });

  test('a file that is not TOML is named with its line', () => {
    const file = toml('account = "a"\n[limits\n');
    const error = thrown(() => loadConfig(source()));
    expect(error.code).toBe('FILE_INVALID');
    expect(error.message).toContain(`${file}:2`);
  });

  test('a named file that is absent is an error, not the defaults', () => {
    expect(thrown(() => loadConfig(source({ configFile: 'no.toml' }))).code).toBe('FILE_INVALID');
  });
});

describe('relations', () => {
  test('incident, limits crossed: a halt at or below the operating limit is refused', () => {
    const [violation] = violationsOf('[limits]\nmax_margin_utilization = 0.9\n');
    expect(violation).toMatchObject({ path: 'limits.max_margin_utilization', value: '0.9' });
    expect(violation?.rule).toContain('above limits.auction_max_margin_utilization (0.9)');
    expect(violation?.rule).toContain('halt the bot at once');
  });

  test('every relation names two known settings', () => {
    const paths = new Set(SETTINGS.map(({ path }) => path));
    const named = RELATIONS.flatMap(({ lower, upper }) => [lower, upper]);
    expect(named.filter((path) => !paths.has(path))).toEqual([]);
  });
});

describe('secrets', () => {
  const KEY = 'KRAKENFUTURES_API_KEY';

  function envLocal(content: string, mode = 0o600): void {
    const file = join(home, '.env.local');
    writeFileSync(file, content);
    chmodSync(file, mode);
  }

  test('read from .env.local, printed nowhere, and the real environment wins', () => {
    envLocal(`${KEY}=from-file\nBYBIT_API_KEY=b\n`);
    const loaded = loadConfig(source({ env: { [KEY]: 'from-env' } }));
    expect(loaded.secrets[KEY]?.reveal()).toBe('from-env');
    expect(loaded.secrets['BYBIT_API_KEY']?.reveal()).toBe('b');
    expect(JSON.stringify(loaded)).not.toMatch(/from-env|from-file/);
    const rows = inspectConfig(source()).settings.filter(({ path }) => path.startsWith('secrets.'));
    expect(rows.map(({ value }) => value)).toEqual(['[secret]', '[secret]']);
  });

  test.each([0o640, 0o604, 0o620])('a file of mode %o is refused and not read', (mode) => {
    envLocal(`${KEY}=hidden\n`, mode);
    const { violations, secrets } = inspectConfig(source());
    expect(violations[0]?.rule).toContain('chmod 600');
    expect(secrets).toEqual({});
  });

  describe('handed over by the service manager', () => {
    const handed = (text: string, mode = 0o400): string => {
      const directory = join(home, 'credentials');
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, 'exchange.json'), text);
      chmodSync(join(directory, 'exchange.json'), mode);
      return directory;
    };
    const KEYS = '{"krakenfutures":{"api_key":"canary-handed","api_secret":"canary-secret"}}';

    test('win over the environment', () => {
      const env = { CREDENTIALS_DIRECTORY: handed(KEYS), KRAKENFUTURES_API_KEY: 'canary-env' };
      const { secrets } = loadConfig(source({ env }));
      expect(secrets['KRAKENFUTURES_API_KEY']?.reveal()).toBe('canary-handed');
      expect(secrets['KRAKENFUTURES_API_SECRET']?.reveal()).toBe('canary-secret');
    });

    test.each([
      ['that the group can read', KEYS, 0o440, /chmod 600/],
      ['that is no JSON', 'canary-key canary-secret', 0o400, /must be JSON/],
      [
        'with a name that is no secret',
        '{"kraken":{"api_key":"canary"}}',
        0o400,
        /not the name of one/,
      ],
      ['with a number', '{"krakenfutures":{"api_key":7}}', 0o400, /must be text/],
    ])('a file %s is refused, and never shown', (_, text, mode, why) => {
      const attempt = (): unknown =>
        loadConfig(source({ env: { CREDENTIALS_DIRECTORY: handed(text, mode) } }));
      expect(attempt).toThrow(why);
      expect(attempt).not.toThrow(/canary/);
    });
  });

  test('a setting in .env.local is refused without printing it', () => {
    envLocal('TRADECTL_MODE=live\nKRAKENFUTURES_API_KYE=hidden\n');
    const { violations } = inspectConfig(source());
    expect(violations.map(({ path }) => path)).toEqual(['KRAKENFUTURES_API_KYE', 'TRADECTL_MODE']);
    expect(violations[0]?.rule).toContain(`did you mean ${KEY}?`);
    expect(JSON.stringify(violations)).not.toContain('hidden');
  });

  test('a key pasted into tradectl.toml is refused without printing it', () => {
    const violations = violationsOf('api_secret = "hidden"\n[venue_keys]\nx = "hidden"\n');
    expect(violations).toHaveLength(2);
    expect(JSON.stringify(violations)).not.toContain('hidden');
  });

  test('text, JSON and inspection of a secret are its mask', () => {
    const secret = new Secret('hidden');
    expect([String(secret), JSON.stringify(secret), inspect({ secret })]).toEqual([
      '[secret]',
      '"[secret]"',
      '{ secret: [secret] }',
    ]);
  });
});

describe('digest', () => {
  const digestOf = (overrides: ConfigSource['overrides'], env = {}): string =>
    loadConfig(source({ overrides, env })).digest;

  test('is of the values, not of how or where they were written', () => {
    expect(digestOf({ 'entry.risk_per_trade': '0.010' })).toBe(digestOf({}));
    expect(digestOf({ 'entry.max_price_age': '120s' })).toBe(digestOf({}));
    expect(digestOf({ feed: '/elsewhere' })).toBe(digestOf({}));
    expect(digestOf({}, { BYBIT_API_KEY: 'x' })).toBe(digestOf({}));
  });

  test.each([
    ['entry.risk_per_trade', '0.02'],
    ['paper.seed', 'other'],
    ['strategy.swing_length', 6],
  ])('changes with %s', (path, value) => {
    expect(digestOf({ [path]: value })).not.toBe(digestOf({}));
  });
});

describe('examples', () => {
  const committed = (name: string): string =>
    readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');

  test('the committed files are what the generator writes', () => {
    expect(committed('tradectl.example.toml')).toBe(exampleToml());
    expect(committed('.env.local.example')).toBe(exampleEnv());
  });

  test('the example, all keys uncommented, is the defaults from a file', () => {
    const defaults = loadConfig(source());
    toml(exampleToml().replace(/^#(?=\w+ = )/gm, ''));
    const loaded = loadConfig(source());
    expect(loaded.config).toEqual(defaults.config);
    expect(loaded.digest).toBe(defaults.digest);
    expect(new Set(loaded.origins.values())).toEqual(new Set(['file']));
  });
});

describe('nearest', () => {
  test.each([
    ['max_makrets', 'max_markets'],
    ['pined', 'pinned'],
    ['something_else_entirely', null],
  ])('%s is %s', (word, expected) => {
    expect(nearest(word, ['max_markets', 'pinned'])).toBe(expected);
  });
});

describe('nearestKey: always one', () => {
  const keys = [
    'feed',
    'limits.max_margin_utilization',
    'limits.max_spread',
    'strategy.swing_length',
  ];

  test.each([
    ['limits.max_margn', 'limits.max_margin_utilization'],
    ['limits.max_spraed', 'limits.max_spread'],
    ['limits.swing_length', 'strategy.swing_length'],
    ['swing_lenght', 'strategy.swing_length'],
    ['feeds', 'feed'],
    ['limits.qqqqqqqqqqqqqqqqq', 'limits.max_spread'],
  ])('%s is %s', (word, expected) => {
    expect(nearestKey(word, keys)).toBe(expected);
  });
});
