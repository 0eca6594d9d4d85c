/** `tradectl query` with the real binary: beside a bot that writes, on a dead one, on files that were hurt. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FOREIGN_QUERIES } from '../../src/forensics/foreign-queries.ts';
import { damage } from '../support/damaged-home.ts';
import { openState } from '../support/journal-home.ts';
import { homeWithPositions, realTime, until } from '../support/living-bot.ts';
import { cleanUp, document, freshHome, ROOT, start, tradectl } from '../support/tradectl.ts';

const ENDLESS =
  'WITH RECURSIVE r(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM r) SELECT sum(n) FROM r, events';

let home = '';
beforeAll(async () => {
  home = await homeWithPositions();
});
afterAll(cleanUp);

const query = (args: readonly string[], at = home): ReturnType<typeof tradectl> =>
  tradectl(['query', ...args, '--home', at]);

test('rows are aligned and not cut when piped; NULL is visible', async () => {
  const { code, stdout } = await query(["SELECT 'a' AS name, NULL AS gone, 12 AS figure"]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'name  gone  figure\na     NULL      12\n' });
  const wide = await query(['SELECT payload FROM v_events WHERE length(payload) > 200 LIMIT 1']);
  expect(wide.stdout).not.toMatch(/[…~]/);
  expect((await query(['deaths'])).stdout).toBe('No rows.\n');
});

test('--box draws, --csv quotes, --json has the values', async () => {
  const sql = `SELECT 'x' AS "a b", NULL AS n, -1.5 AS f, '=1+1' AS evil, '' AS empty`;
  expect((await query([sql, '--box'])).stdout.split('\n')[1]).toBe(
    '| a b | n    |    f | evil | empty |',
  );
  expect((await query([sql, '--csv'])).stdout).toBe(
    '"a b","n","f","evil","empty"\n"x",,"-1.5","\'=1+1",""\n',
  );
  expect(await document(['query', sql, '--home', home])).toMatchObject({
    schema: 'tradectl.query/1',
    columns: ['a b', 'n', 'f', 'evil', 'empty'],
    rows: [{ 'a b': 'x', n: null, f: -1.5, evil: '=1+1', empty: '' }],
    row_count: 1,
    cut_short: null,
    lost_events: null,
  });
});

test('SQL comes from stdin with -', async () => {
  const { stdout } = await tradectl(['query', '-', '--home', home], {
    input: "-- my question\nSELECT count(*) AS n\nFROM v_positions WHERE status = 'open';\n",
  });
  expect(stdout).toMatch(/^n\n[1-9]/);
});

describe('wrong input', () => {
  test.each<[string, string[], number, RegExp]>([
    ['nothing', [], 2, /nothing was asked/],
    ['an unknown name', ['late-event'], 2, /near it: .*late-events/],
    ['a column that is not there', ['SELECT x FROM v_events'], 2, /no such column: x/],
    ['two formats', ['runs', '--csv', '--box'], 2, /one choice/],
    ['writing', ['DELETE FROM events'], 2, /begins with SELECT/],
    ['a file that is not there', ['runs', '--db', '/nowhere/x.db'], 2, /does not exist/],
    ['a long time on a bot in use', ['runs', '--timeout', '10m'], 2, /a minute at most/],
    ['no duration', ['runs', '--timeout', 'soon'], 2, /Expected a duration/],
    ['a view that is not there', ['--schema', 'v_nope'], 2, /no view "v_nope"/],
  ])('%s', async (_what, args, code, said) => {
    const ended = await query(args);
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: '' });
    expect(ended.stderr).toMatch(said);
  });

  test('an empty home has no answer, but a list of questions', async () => {
    const empty = freshHome('empty');
    const ended = await query(['runs'], empty);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(`no bot has run in ${empty}`);
    expect(existsSync(join(empty, 'state.db'))).toBe(false);
    expect((await query(['--list'], empty)).code).toBe(0);
    expect((await query(['--schema', 'v_runs'], empty)).stdout).toContain('last_beat');
  });
});

describe('limits', () => {
  test('the time is over: exit 6, the process is gone, stdout is empty', async () => {
    const ended = await query([ENDLESS, '--timeout', '1s']);
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 6, stdout: '' });
    expect(ended.stderr).toMatch(/ran longer than 1s/);
  });

  test('a limit that was asked for is no failure, one that was not is exit 6', async () => {
    expect((await query(['SELECT seq FROM v_events', '--limit', '2'])).code).toBe(0);
    const many = 'SELECT a.seq FROM events a, events b LIMIT 10001';
    const cut = await query([many]);
    expect([cut.code, cut.stderr]).toEqual([
      6,
      'note: the first 10000 rows; there are more: --limit 0 is all\n',
    ]);
    const all = await query([many, '--csv', '--limit', '0']);
    expect([all.code, all.stdout.match(/\n/g)?.length]).toEqual([0, 10_002]);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    '%s to the command ends its query too, which has no secret in its environment',
    async (signal) => {
      const running = start(['query', ENDLESS, '--home', home], {
        env: { KRAKENFUTURES_API_SECRET: 'canary' },
      });
      let child = '';
      await until(() => Promise.resolve((child = childOf(running.child.pid)) !== ''));
      await until(() =>
        Promise.resolve(readFileSync(`/proc/${child}/oom_score_adj`, 'latin1').trim() === '1000'),
      );
      expect(readFileSync(`/proc/${child}/environ`, 'latin1')).not.toContain('canary');
      expect(readFileSync(`/proc/${child}/cmdline`, 'latin1')).not.toContain('RECURSIVE');
      running.child.kill(signal);
      const ended = await running.ended;
      if (signal !== 'SIGKILL') expect(ended.stderr).toMatch(/interrupted/);
      await until(() => Promise.resolve(isGone(child)));
    },
  );
});

test('an imported incident has questions of its own', async () => {
  const incident = join(ROOT, 'fixtures/incidents/lost-queue');
  const db = join(freshHome('incident'), 'incident.db');
  const names = ['events.jsonl', 'positions.csv', 'signals.jsonl', 'bot-log.txt'];
  const files = names.map((name) => join(incident, name));
  await tradectl(['import-events', ...files, '--map', join(incident, 'map.toml'), '--db', db]);
  for (const { name } of FOREIGN_QUERIES) {
    const { code, stderr } = await query([name, '--db', db]);
    expect({ name, code, stderr }).toEqual({ name, code: 0, stderr: '' });
  }
  expect((await query(['positions-without-signal', '--db', db])).stdout).toMatch(/1318 .*4869992/);
  expect((await query(['--list', '--db', db])).stdout).toMatch(/positions-without-log[^]*v_log/);
});

describe('whatever state the home is in', () => {
  test('beside a bot that writes, without holding its log', async () => {
    const living = await homeWithPositions();
    const bot = await realTime(living);
    const runs = await query(['runs', '--json'], living);
    expect(JSON.parse(runs.stdout)).toMatchObject({
      rows: [{ pid: bot.child.pid, ended: null }, {}],
    });
    expect((await query([ENDLESS, '--timeout', '1s'], living)).code).toBe(6);
    bot.child.kill('SIGKILL');
    await bot.ended;
    const open = await query(['open-positions'], living);
    expect([open.code, open.stdout.split('\n').length > 2]).toEqual([0, true]);
    // Dead since: the log it left is read, not lost.
    expect(existsSync(join(living, 'state.db-wal'))).toBe(true);
  });

  test('a cut -wal is read as far as it goes, and what is gone is said', async () => {
    const hurt = await homeWithPositions();
    const bot = await realTime(hurt);
    bot.child.kill('SIGKILL');
    await bot.ended;
    truncateSync(join(hurt, 'state.db-wal'), 0);
    const ended = await query(['SELECT max(seq) AS head FROM v_events'], hurt);
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(/note: committed events? [\d to]+ (is|are) missing/);
  });

  test('a row with a damaged payload does not end a question', async () => {
    const hurt = await homeWithPositions();
    const db = openState(join(hurt, 'state.db'));
    damage({ db }, "UPDATE events SET payload = '{' WHERE type = 'SIGNAL'");
    db.close();
    const ended = await query(['SELECT side, stop FROM v_signals LIMIT 1'], hurt);
    expect([ended.code, ended.stdout]).toEqual([0, 'side  stop\nNULL  NULL\n']);
  });

  test('a file with a torn page is exit 5, one of another program is read as it is', async () => {
    const hurt = await homeWithPositions();
    const file = join(hurt, 'state.db');
    const bytes = readFileSync(file);
    bytes.fill(0xff, 8192, bytes.length - 8192);
    writeFileSync(file, bytes);
    const ended = await query(['SELECT count(payload) FROM events'], hurt);
    expect([ended.code, ended.stdout]).toEqual([5, '']);
    expect(ended.stderr).toMatch(/malformed/);
    writeFileSync(file, 'this is no database, it is text '.repeat(200));
    expect((await query(['runs'], hurt)).code).toBe(5);
  });

  test('--db reads a backup, anywhere', async () => {
    const folder = freshHome('backup');
    const file = join(folder, 'copy.db');
    expect((await tradectl(['backup', file, '--home', home])).code).toBe(0);
    const away = freshHome('away');
    mkdirSync(join(away, 'deep'));
    copyFileSync(file, join(away, 'deep/copy.db'));
    const db = ['--db', join(away, 'deep/copy.db')];
    expect((await query(['open-positions', ...db], away)).stdout).toContain('BTC/USD:USD');
    expect((await query(['--list', ...db], away)).stdout).toContain('v_positions');
    expect((await query(['--schema', 'v_fills', ...db], away)).stdout).toContain('trade_id');
  });
});

function childOf(pid: number | undefined): string {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
  } catch {
    return '';
  }
}

/** A zombie whose parent was killed is gone as far as files and locks go. */
function isGone(pid: string): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return true;
  }
}
