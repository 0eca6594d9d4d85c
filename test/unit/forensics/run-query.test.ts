/** What a query may cost: each limit met by a statement that really goes beyond it, and its process gone after. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Cell } from '../../../src/core/query-frames.ts';
import { ms, wallClock } from '../../../src/domain/clock.ts';
import { DEFAULT_LIMITS, runQuery, type QueryLimits } from '../../../src/forensics/run-query.ts';
import { journalHome, NOTE } from '../../support/journal-home.ts';

const ENDLESS = 'WITH RECURSIVE r(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM r)';
const MB = 1024 * 1024;

let home: ReturnType<typeof journalHome>;
beforeAll(() => {
  // What is sorted into a file system in memory is counted by nobody: these are to lie on a disk.
  vi.stubEnv('SQLITE_TMPDIR', '/var/tmp');
  home = journalHome();
  home.journal.append(Array.from({ length: 200 }, () => NOTE));
});
afterAll(() => {
  vi.unstubAllEnvs();
  home.remove();
});

interface Answer {
  readonly rows: (readonly Cell[])[];
  readonly columns: readonly string[];
  readonly cutShort: string | null;
  readonly lost: unknown;
}

async function asked(sql: string, limits: Partial<QueryLimits> = {}): Promise<Answer> {
  const rows: (readonly Cell[])[] = [];
  let [columns, lost]: [readonly string[], unknown] = [[], null];
  const end = await runQuery(
    {
      file: home.file,
      sql,
      highWaterMark: home.mark,
      limits: { ...DEFAULT_LIMITS, ...limits },
    },
    {
      columns: (frame) => void ({ columns, lost } = frame),
      row: (cells) => void rows.push(cells),
    },
    { clock: wallClock() },
  );
  return { rows, columns, cutShort: end.cutShort, lost };
}

/** Processes of queries that this process still has. */
function children(): string {
  return readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'latin1').trim();
}

test('every value arrives: NULL, 64 bits, infinity, bytes, names that come twice', async () => {
  const { columns, rows } = await asked(
    "SELECT NULL AS a, 9223372036854775807 AS b, 9e999 AS c, x'00ff' AS d, 0.1 AS e, 'ü' AS a",
  );
  expect(columns).toEqual(['a', 'b', 'c', 'd', 'e', 'a_2']);
  expect(rows).toEqual([
    [null, { integer: '9223372036854775807' }, { real: 'Inf' }, { blob: '00ff' }, 0.1, 'ü'],
  ]);
});

test.each<[string, string, Partial<QueryLimits>, RegExp]>([
  [
    'time, in an endless recursion',
    `${ENDLESS} SELECT count(*) FROM r`,
    { timeout: ms(700) },
    /longer than 700ms/,
  ],
  [
    'time, in a cross join that gives no row',
    'SELECT count(*) FROM events a, events b, events c, events d, events e',
    { timeout: ms(700) },
    /longer than 700ms/,
  ],
  [
    'time, while rows come and nobody waits for them',
    `${ENDLESS} SELECT n FROM r`,
    { timeout: ms(700), maxRows: null, maxBytes: null },
    /longer than 700ms/,
  ],
  ['memory, in one big string', 'SELECT length(hex(zeroblob(300000000)))', {}, /150 MB of memory/],
  [
    'memory, in an aggregate',
    `${ENDLESS} SELECT length(group_concat(hex(randomblob(5000)))) FROM r WHERE n > 0`,
    {},
    /150 MB of memory|string or blob too big/,
  ],
  [
    'temporary files, in a huge sort',
    'SELECT a.seq FROM events a, events b, events c ORDER BY a.hash || b.hash || c.hash',
    { maxWrittenBytes: 32 * MB },
    /32 MB of temporary files/,
  ],
  ['a cell beyond what SQLite holds', 'SELECT zeroblob(2000000000)', {}, /too big/],
])('is stopped at %s', async (_what, sql, limits, message) => {
  await expect(asked(sql, limits)).rejects.toMatchObject({
    code: 'QUERY_STOPPED',
    message: expect.stringMatching(message) as string,
  });
  expect(children()).toBe('');
});

test('rows and bytes cut the answer short, and say so; what arrived is whole', async () => {
  const few = await asked('SELECT seq FROM events ORDER BY seq', { maxRows: 3 });
  expect(few).toMatchObject({ rows: [[1], [2], [3]], cutShort: 'rows' });
  const exact = await asked('SELECT seq FROM events', { maxRows: 200 });
  expect([exact.rows.length, exact.cutShort]).toEqual([200, null]);
  const small = await asked(`${ENDLESS} SELECT n, hex(zeroblob(1000)) FROM r`, {
    maxBytes: 10_000,
  });
  expect([small.rows.length, small.cutShort]).toEqual([4, 'bytes']);
  const large = await asked('SELECT hex(zeroblob(3000000))', { maxBytes: MB });
  expect([large.rows.length, large.cutShort]).toEqual([0, 'bytes']);
});

test('an abort ends the process at once', async () => {
  const controller = new AbortController();
  const running = runQuery(
    {
      file: home.file,
      sql: `${ENDLESS} SELECT count(*) FROM r`,
      highWaterMark: null,
      limits: DEFAULT_LIMITS,
    },
    { columns: () => undefined, row: () => undefined },
    { clock: wallClock(), signal: controller.signal },
  );
  setTimeout(() => controller.abort(), 200);
  await expect(running).rejects.toThrow('interrupted');
  expect(children()).toBe('');
});

test('a query that was stopped has not kept the write-ahead log', async () => {
  const stopped = asked(`${ENDLESS} SELECT count(*) FROM r, events`, { timeout: ms(1_000) });
  const writing = setInterval(() => home.journal.append([NOTE]), 20);
  await expect(stopped).rejects.toThrow('longer than');
  clearInterval(writing);
  expect(home.db.pragma('wal_checkpoint(TRUNCATE)')).toMatchObject([{ busy: 0 }]);
});

test('SQL that is wrong says what is wrong', async () => {
  await expect(asked('SELECT nope FROM v_events')).rejects.toMatchObject({
    code: 'USAGE',
    message: 'no such column: nope',
  });
  await expect(asked('SELECT ?')).rejects.toMatchObject({ code: 'QUERY_REFUSED' });
  await expect(asked("SELECT json_extract('{', '$.a')")).rejects.toMatchObject({
    hint: expect.stringContaining('json_valid') as string,
  });
});

test('a line separator inside a text does not end a row', async () => {
  const { rows } = await asked("SELECT 'a' || char(0x2028) || 'b' || char(0x2029) || char(13, 10)");
  expect(rows).toEqual([['a\u2028b\u2029\r\n']]);
});
