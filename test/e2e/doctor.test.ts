/** The doctor on homes as they are found at night: none, empty, alive, killed again and again, damaged. */
import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { homeWithPositions, realTime } from '../support/living-bot.ts';
import { cleanUp, freshHome, tradectl, type Ended, type Running } from '../support/tradectl.ts';

const living: Running[] = [];
afterEach(async () => {
  for (const { child, ended } of living.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});
afterAll(cleanUp);

interface Row {
  readonly name: string;
  readonly verdict: string;
  readonly figure: string;
  readonly numbers: Readonly<Record<string, number>>;
  readonly details: readonly string[];
  readonly fix: readonly string[];
}

async function examine(
  home: string,
  ...more: string[]
): Promise<{ ended: Ended; of: (name: string) => Row }> {
  const ended = await tradectl(['doctor', '--json', '--home', home, ...more]);
  expect(ended.stderr).toBe('');
  const { checks } = JSON.parse(ended.stdout) as { checks: Row[] };
  const of = (name: string): Row => checks.find((row) => row.name === name)!;
  expect(ended.code).toBe(
    checks.some(({ verdict }) => verdict === 'warn' || verdict === 'fail') ? 1 : 0,
  );
  return { ended, of };
}

/** What belongs to the home; the machine of a test may be any. */
const OF_THE_HOME = 'ballast,modes,secrets,database,wal,lock,configuration,key,deaths,restarts';

/** As after a power cut: the files lie there and nobody holds them. */
async function alive(home: string): Promise<Running> {
  const bot = await realTime(home);
  living.push(bot);
  return bot;
}

async function kill(bot: Running): Promise<void> {
  bot.child.kill('SIGKILL');
  await bot.ended;
}

describe('without a bot', () => {
  test.each([
    ['no home', () => join(freshHome(), 'not', 'there')],
    ['an empty home', () => freshHome()],
  ])('%s is in order, and nothing is made there', async (_what, make) => {
    const home = make();
    const before = existsSync(home);
    const { ended, of } = await examine(home, '--only', OF_THE_HOME);
    expect(ended.code).toBe(0);
    expect(of('database').figure).toBe(`no journal: no bot has run in ${home}`);
    const { stdout } = await tradectl(['doctor', '--only', 'lock', '--home', home]);
    const said = stdout.replaceAll(/\s+/g, ' ');
    expect(said).toContain(before ? `No bot has run in ${home}.` : 'is it the right --home?');
    expect(said).toContain(home);
    expect(existsSync(home)).toBe(before);
    expect(existsSync(join(home, 'state.db'))).toBe(false);
  });

  test.each([
    ['a file', (journal: string) => journal],
    ['a place below a file', (journal: string) => join(journal, 'x')],
  ])(
    '%s is no home: nothing of it is well, and no command says that no bot ran',
    async (_w, of) => {
      const home = of(join(await homeWithPositions(), 'state.db'));
      const { ended } = await examine(home, '--only', OF_THE_HOME);
      expect(ended.code).toBe(1);
      const { checks } = JSON.parse(ended.stdout) as { checks: Row[] };
      expect(checks.filter(({ verdict }) => verdict === 'ok')).toEqual([]);
      for (const command of ['positions', 'deaths', 'events gap', 'trace SOL', 'config show']) {
        const refused = await tradectl([...command.split(' '), '--home', home]);
        expect({ command, code: refused.code }).toEqual({ command, code: 5 });
        expect(refused.stderr).toContain('cannot be looked at: it would lie below a file');
      }
    },
  );

  test('every check answers, on paper within 80 columns', async () => {
    const ended = await tradectl(['doctor', '--home', join(freshHome(), 'x')]);
    expect(ended.stderr).toBe('');
    expect(ended.stdout.match(/^(OK|WARN|FAIL|UNKNOWN) /gm)).toHaveLength(22);
    const wide = ended.stdout
      .split('\n')
      .filter((line) => line.length > 80 && !/^ {2}(sudo|#|du )/.test(line));
    expect(wide).toEqual([]);
  });
});

test('a home that was left in order is healthy', async () => {
  const home = await homeWithPositions();
  const { ended, of } = await examine(home, '--only', OF_THE_HOME);
  expect(ended.code, ended.stdout).toBe(0);
  expect(of('database').figure).toMatch(
    /^\d+ MB, up to event \d+, agrees with its high-water mark$/,
  );
  expect(of('ballast').figure).toBe('8 MB');
});

test('beside a running bot it says who runs, who has the journal open, and disturbs nobody', async () => {
  const home = await homeWithPositions();
  const { child } = await alive(home);
  const link = join(freshHome(), 'home');
  symlinkSync(home, link);
  const { ended, of } = await examine(link, '--only', OF_THE_HOME);
  expect(ended.code, ended.stdout).toBe(0);
  expect(of('lock').figure).toContain(`the bot, pid ${child.pid}`);
  expect(of('wal').details.join()).toContain(`pid ${child.pid}  node tradectl.js`);
  expect(of('deaths').numbers).toEqual({ last_day: 0, last_week: 0 });
});

test('a bot that was killed three times in a row is a restart loop, with each death', async () => {
  const home = await homeWithPositions();
  for (let life = 0; life < 4; life += 1) await kill(await alive(home));
  const { of } = await examine(home, '--only', 'deaths,restarts');
  expect(of('deaths')).toMatchObject({ verdict: 'warn', numbers: { last_day: 4 } });
  expect(of('deaths').details[0]).toMatch(
    /^last seen 20\S+Z {2}pid \d+, alive [\dhms ]+, \d+ MB, event \d+$/,
  );
  expect(of('restarts')).toMatchObject({ verdict: 'fail', numbers: { last_10_minutes: 3 } });
});

describe('a damaged journal', () => {
  test('a torn page fails with what to keep; every other check goes on', async () => {
    const home = await homeWithPositions();
    const file = openSync(join(home, 'state.db'), 'r+');
    writeSync(
      file,
      Buffer.alloc(8_192, 0x5a),
      0,
      8_192,
      Math.floor(statSync(join(home, 'state.db')).size / 8_192) * 4_096,
    );
    closeSync(file);
    const { of } = await examine(home);
    expect(of('database').verdict).toBe('fail');
    expect(of('database').fix).toContain(`cp -a ${home} ${home}.damaged`);
    expect(of('fsync').verdict).not.toBe('unknown');
  });

  test('a file that is no database fails; what is read from it is unknown, not well', async () => {
    const home = await homeWithPositions();
    rmSync(join(home, 'state.db-wal'), { force: true });
    writeFileSync(
      join(home, 'state.db'),
      'this was a journal once, and now it is not any more\n'.repeat(100),
    );
    const { of } = await examine(home, '--only', OF_THE_HOME);
    expect(of('database').verdict).toBe('fail');
    expect(of('deaths').verdict).toBe('unknown');
    expect(of('deaths').figure).toContain('state.db');
  });

  test('a write-ahead log that lost its tail is told from the mark beside it', async () => {
    const home = await homeWithPositions();
    await kill(await alive(home));
    truncateSync(join(home, 'state.db-wal'), 0);
    const { of } = await examine(home, '--only', 'database');
    expect(of('database').verdict).toBe('fail');
    expect(of('database').figure).toMatch(/events \d+ to \d+ were committed and are gone/);
  });

  test('a changed event breaks the chain', async () => {
    const home = await homeWithPositions();
    const db = new Database(join(home, 'state.db'));
    const triggers = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'events'")
      .pluck()
      .all() as string[];
    for (const name of triggers) db.exec(`DROP TRIGGER ${name}`);
    db.exec("UPDATE events SET payload = '{}' WHERE seq = (SELECT max(seq) - 3 FROM events)");
    db.close();
    const { of } = await examine(home, '--only', 'database');
    expect(of('database')).toMatchObject({ verdict: 'fail' });
    expect(of('database').details.join()).toContain('its hash does not follow');
  });
});

describe('--fix', () => {
  async function spoilt(): Promise<string> {
    const home = await homeWithPositions();
    rmSync(join(home, 'ballast'));
    chmodSync(home, 0o755);
    chmodSync(join(home, 'hwm'), 0o644);
    writeFileSync(join(home, '.env.local'), '');
    chmodSync(join(home, '.env.local'), 0o640);
    return home;
  }
  const only = ['--only', 'ballast,modes,secrets'];
  const mode = (path: string): number => statSync(path).mode & 0o777;

  test('says each thing it would do, and does nothing unasked', async () => {
    const home = await spoilt();
    const ended = await tradectl(['doctor', '--fix', ...only, '--home', home]);
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 3, stdout: '' });
    expect(ended.stderr.match(/^would .+$/gm)).toEqual([
      `would make ${home}/ballast of 8 MB`,
      `would chmod 0700 ${home}`,
      `would chmod 0600 ${home}/hwm`,
      `would chmod 0600 ${home}/.env.local`,
    ]);
    expect(existsSync(join(home, 'ballast'))).toBe(false);
    expect(mode(home)).toBe(0o755);
  });

  test('with --yes it does them, says each, and looks again', async () => {
    const home = await spoilt();
    const ended = await tradectl(['doctor', '--fix', '--yes', ...only, '--json', '--home', home]);
    expect(ended.code, ended.stderr).toBe(0);
    const { healthy, repaired } = JSON.parse(ended.stdout) as {
      healthy: boolean;
      repaired: { outcome: string }[];
    };
    expect(healthy).toBe(true);
    expect(repaired.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done', 'done']);
    expect(ended.stderr.match(/^done: /gm)).toHaveLength(4);
    expect([mode(home), mode(join(home, 'hwm')), mode(join(home, '.env.local'))]).toEqual([
      0o700, 0o600, 0o600,
    ]);
    expect(statSync(join(home, 'ballast')).size).toBe(8 * 1_024 * 1_024);
  });

  test('empties a write-ahead log that a killed bot left, under the lock', async () => {
    const home = await homeWithPositions();
    await kill(await alive(home));
    growWal(home);
    const before = await examine(home, '--only', 'wal,database');
    expect(before.of('wal').verdict).toBe('warn');
    const ended = await tradectl(['doctor', '--fix', '--yes', '--only', 'wal', '--home', home]);
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).toContain('done: the write-ahead log is empty');
    expect(statSync(join(home, 'state.db-wal'), { throwIfNoEntry: false })?.size ?? 0).toBe(0);
    expect((await examine(home, '--only', 'database')).of('database').verdict).toBe('ok');
  });

  test('leaves the ballast of a running bot to the bot', async () => {
    const home = await homeWithPositions();
    await alive(home);
    const ended = await tradectl([
      'doctor',
      '--fix',
      '--yes',
      '--only',
      'wal,lock',
      '--home',
      home,
    ]);
    expect(ended.stderr).toBe('There is nothing to mend.\n');
    expect(ended.code).toBe(0);
    writeFileSync(join(home, 'tradectl.toml'), 'mode = "liv"\n');
    const only = ['--only', 'configuration', '--home', home];
    const byHand = await tradectl(['doctor', '--fix', '--yes', ...only]);
    expect(byHand.stderr).toContain('Nothing here can be mended without you: the commands are');
    expect(byHand.stdout).toContain('tradectl config check');
  });
});

/** Pages of a scratch table, kept in the log by a copy of it that is put back after the close. */
function growWal(home: string): void {
  const path = join(home, 'state.db');
  const db = new Database(path);
  db.pragma('wal_autocheckpoint=0');
  db.exec('CREATE TABLE scratch (x)');
  const insert = db.prepare('INSERT INTO scratch VALUES (zeroblob(1000000))');
  for (let row = 0; row < 18; row += 1) insert.run();
  db.exec('DROP TABLE scratch');
  const log = Buffer.from(readWal(path));
  db.close();
  writeFileSync(`${path}-wal`, log, { mode: 0o600 });
}

function readWal(path: string): Uint8Array {
  const file = openSync(`${path}-wal`, 'r');
  try {
    const bytes = Buffer.alloc(statSync(`${path}-wal`).size);
    readSync(file, bytes);
    return bytes;
  } finally {
    closeSync(file);
  }
}

test('a configuration that does not say whether there is a key leaves the key unknown', async () => {
  const home = freshHome();
  writeFileSync(join(home, 'tradectl.toml'), 'venue = "krakenfutures"\nmode = "liv"\n');
  const { of } = await examine(home, '--only', 'configuration,key,ballast');
  expect(of('configuration').fix[0]).toContain(`in ${home}/tradectl.toml`);
  expect(of('key').verdict).toBe('unknown');
  expect(of('ballast').verdict).toBe('ok');
});

test('a violated configuration is told with the rest', async () => {
  const home = freshHome();
  writeFileSync(join(home, 'tradectl.toml'), '[limits]\nmax_margin_utilization = 0.5\n');
  const { of } = await examine(home, '--only', 'configuration');
  expect(of('configuration').verdict).toBe('fail');
  expect(of('configuration').details[0]).toContain('limits.max_margin_utilization = 0.5');
  writeFileSync(join(home, 'tradectl.toml'), 'this is = = not toml\n');
  const unreadable = (await examine(home, '--only', 'configuration')).of('configuration');
  expect(unreadable.verdict).toBe('fail');
  expect(unreadable.figure).toContain('tradectl.toml:1:');
});

test('a check that is not one is a usage error with the list', async () => {
  const ended = await tradectl(['doctor', '--only', 'memory,nonsense']);
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 2, stdout: '' });
  expect(ended.stderr).toContain('Checks: memory, swap, load');
});
