/**
 * Canaries in place of keys, wherever keys may lie, and every command over them: none arrives on a stream, in a
 * file of the home or in what a bug prints, as it is or in any coding that a log would hold.
 *
 * A new place for secrets: put a canary there in `PLACES`. A new command is asked by itself.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSecrets, SECRET_NAMES } from '../../src/config/secret.ts';
import { wallClock } from '../../src/domain/clock.ts';
import { everyCall, type Words } from '../support/every-command.ts';
import { printed } from '../support/fake-terminal.ts';
import { homeWithPositions } from '../support/living-bot.ts';
import { cleanUp, freshHome, tradectl } from '../support/tradectl.ts';

/** Base64 of the right length, as a venue gives them: a signature can be made with it. */
const canary = (place: string, name: string): string =>
  Buffer.from(`canary+${place}/${name}?`.padEnd(48, '&=~')).toString('base64');

const PLACES = ['file', 'environment', 'credentials'] as const;
type Place = (typeof PLACES)[number];
const CANARIES = PLACES.flatMap((place) => SECRET_NAMES.map((name) => canary(place, name)));

/** The ways a secret leaks that a search for itself would miss. */
function codingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const decoded = Buffer.from(secret, 'base64');
  return [
    secret,
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    decoded.toString('latin1'),
    decoded.toString('hex'),
  ].flatMap((coded) => [coded, coded.slice(0, 24), coded.slice(-24)]);
}
const FORBIDDEN = [...new Set(CANARIES.flatMap(codingsOf))];

/** Which canaries a text holds; empty is what is wanted. */
function leaks(text: string): string[] {
  return FORBIDDEN.filter((coded) => text.includes(coded));
}

let home = '';
let folder = '';
const environments = new Map<Place, Record<string, string>>();

beforeAll(async () => {
  folder = freshHome('secrets');
  home = await homeWithPositions();
  writeFileSync(
    join(home, '.env.local'),
    SECRET_NAMES.map((name) => `${name}=${canary('file', name)}\n`).join(''),
    { mode: 0o600 },
  );
  const handed = join(folder, 'credentials');
  mkdirSync(handed);
  const venues = Object.groupBy(SECRET_NAMES, (name) => name.split('_')[0]!.toLowerCase());
  const exchange = Object.fromEntries(
    Object.entries(venues).map(([venue, names = []]) => [
      venue,
      Object.fromEntries(
        names.map((name) => [
          name.slice(venue.length + 1).toLowerCase(),
          canary('credentials', name),
        ]),
      ),
    ]),
  );
  writeFileSync(join(handed, 'exchange.json'), JSON.stringify(exchange), { mode: 0o600 });
  environments.set('file', {});
  environments.set(
    'environment',
    Object.fromEntries(SECRET_NAMES.map((name) => [name, canary('environment', name)])),
  );
  environments.set('credentials', { CREDENTIALS_DIRECTORY: handed });
});
afterAll(cleanUp);

function words(): Words {
  let number = 0;
  return {
    symbol: 'BTC',
    hostile: 'nothing-of-that-name',
    newFile: () => join(folder, `new-${(number += 1)}-${performance.now()}`),
    db: join(home, 'state.db'),
    row: 'row-none',
    position: 'pos-none',
    seq: '10',
    ledger: join(home, 'none.json'),
  };
}

/** Every file below, with what it holds; the place of the canary itself is left out. */
function files(at: string): string[] {
  return readdirSync(at, { recursive: true, encoding: 'utf8' })
    .map((name) => join(at, name))
    .filter(
      (path) =>
        statSync(path).isFile() && !path.endsWith('.env.local') && !path.endsWith('exchange.json'),
    );
}

test.each(PLACES)('the canaries of the %s are really read', (place) => {
  const { secrets, violations } = readSecrets({
    home,
    cwd: folder,
    env: environments.get(place)!,
  } as never);
  expect(violations).toEqual([]);
  expect(Object.entries(secrets).map(([name, secret]) => [name, secret.reveal()])).toEqual(
    SECRET_NAMES.map((name) => [name, canary(place, name)]),
  );
  expect(
    leaks(
      inspect(secrets, { depth: 9, showHidden: true }) +
        JSON.stringify(secrets) +
        String(Object.values(secrets)),
    ),
  ).toEqual([]);
});

test('a leak is seen: in each coding, in a file too', () => {
  const secret = canary('file', SECRET_NAMES[0]!);
  for (const coded of codingsOf(secret)) expect(leaks(`before ${coded} after`)).not.toEqual([]);
  expect(leaks('nothing')).toEqual([]);
});

test.each([[[]], [['--json']]])(
  'no command prints one %j',
  async (flags) => {
    // All at once: the first place wins, the others must not leak for that.
    const env = Object.assign({}, ...environments.values()) as Record<string, string>;
    const found: string[] = [];
    for (const call of everyCall(words())) {
      const at = call.includes('--home') ? [] : ['--home', home];
      const { out, err } = await printed([...at, ...flags, ...call], { env, clock: wallClock() });
      if (leaks(out + err).length > 0) found.push(call.join(' '));
    }
    expect(found).toEqual([]);
  },
  240_000,
);

describe.each(PLACES)('with keys in the %s', (place) => {
  test('a bug that holds them all prints none', async () => {
    const env = environments.get(place)!;
    const held = readSecrets({ home, cwd: folder, env } as never);
    const bug = (): never => {
      const cause = Object.assign(
        new Error(`while holding ${String(Object.values(held.secrets))} ${inspect(held)}`),
        held,
      );
      throw Object.assign(new Error(`injected: ${JSON.stringify(held)}`, { cause }), { held });
    };
    for (const flags of [[], ['--json']]) {
      const clock = { ...wallClock(), now: bug };
      const { exit, out, err } = await printed(['--home', home, ...flags, 'status'], {
        env,
        clock,
      });
      expect([exit, err.includes('injected')]).toEqual([70, true]);
      expect(leaks(out + err)).toEqual([]);
    }
  });

  test('the process itself: a live venue that is asked for, a crash, a wrong mode', async () => {
    const env = environments.get(place)!;
    const crash = join(folder, 'crash.mjs');
    writeFileSync(crash, "Number.prototype.toFixed = () => { throw new Error('injected'); };\n");
    const calls: [string[], Record<string, string>][] = [
      [['config', 'show'], {}],
      [['run', '--cycles', '1'], {}],
      [
        [
          'run',
          '--venue',
          'krakenfutures',
          '--rehearse',
          'http://127.0.0.1:9',
          '--cycles',
          '1',
          '--home',
          join(folder, `live-${place}`),
        ],
        {},
      ],
      [
        [
          'run',
          '--venue',
          'krakenfutures',
          '--mode',
          'live',
          '--confirm',
          'main',
          '--rehearse',
          'http://127.0.0.1:9',
          '--cycles',
          '1',
          '--home',
          join(folder, `live2-${place}`),
        ],
        {},
      ],
      [['query', 'runs'], {}],
      [['status'], { NODE_OPTIONS: `--import=${crash}` }],
      [['run', '--cycles', '1'], { NODE_OPTIONS: `--import=${crash}` }],
    ];
    for (const [call, more] of calls) {
      const at = call.includes('--home') ? [] : ['--home', home];
      const ended = await tradectl([...at, ...call], { env: { ...env, ...more }, cwd: folder });
      expect(leaks(ended.stdout + ended.stderr), call.join(' ')).toEqual([]);
    }
    const loose = join(home, '.env.local');
    chmodSync(loose, 0o644);
    const refused = await tradectl(['config', 'check', '--home', home], { env });
    chmodSync(loose, 0o600);
    expect(refused.stdout + refused.stderr).toMatch(/chmod 600/);
    expect(leaks(refused.stdout + refused.stderr)).toEqual([]);
  });
});

test('no file of the home holds one: database, its log, the log, backups, archive', () => {
  const all = [...files(home), ...files(folder)];
  expect(all.some((path) => path.endsWith('tradectl.log'))).toBe(true);
  expect(all.length).toBeGreaterThan(8);
  expect(
    all.filter(
      (path) =>
        path !== join(folder, 'crash.mjs') && leaks(readFileSync(path, 'latin1')).length > 0,
    ),
  ).toEqual([]);
});
