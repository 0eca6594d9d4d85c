/** Another bot's files into a forensic database: what is kept, what is refused, and what a repetition does. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readForeign } from '../../../src/core/foreign-store.ts';
import { ms } from '../../../src/domain/clock.ts';
import { csvRows, jsonRows } from '../../../src/forensics/foreign/found-rows.ts';
import { momentOf, zoneMinutes } from '../../../src/forensics/foreign/found-values.ts';
import { importIncident } from '../../../src/forensics/foreign/import-incident.ts';
import { printed } from '../../support/fake-terminal.ts';
import { journalHome } from '../../support/journal-home.ts';
import { differences, readDocumentation } from '../../support/json-documentation.ts';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'tradectl-import-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const db = (): string => join(dir, 'incident.db');
const put = (name: string, ...lines: readonly string[]): string => {
  const path = join(dir, name);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
};
const bring = (files: readonly string[], map: string | null = null) =>
  importIncident({ files, map, db: db() }, ms(1));
const rows = (sql: string): unknown[] => readForeign(db(), (open) => open.prepare(sql).all());
const event = (id: number, more = {}): string =>
  JSON.stringify({ id, created_at: '2025-10-18 14:07:15.098', event_type: 'tick', ...more });

describe('times', () => {
  const AT = Date.UTC(2025, 9, 18, 11, 7, 15, 98);
  test.each([
    ['2025-10-18 14:07:15.098', 180, AT],
    ['2025-10-18 14:07:15,098', 180, AT],
    ['2025-10-18T14:07:15.098123', 180, AT],
    ['2025-10-18 11:07:15.098+00', 180, null],
    ['2025-10-18T11:07:15.098Z', 180, AT],
    ['2025-10-18 14:07:15.098 +03:00', 0, AT],
    [AT, 180, AT],
    [AT / 1000, 180, AT],
    [`${AT}000`, 180, AT],
    [`${AT}000000`, 180, AT],
    ['yesterday', 0, null],
    ['1', 0, null],
    [null, 0, null],
  ])('%s in zone %i', (written, zone, expected) => {
    expect(momentOf(written, zone)).toBe(expected);
  });

  test.each([
    ['+03:00', 180],
    ['-0530', -330],
    ['UTC', 0],
    ['Europe/Moscow', null],
  ])('zone %s', (written, expected) => expect(zoneMinutes(written)).toBe(expected));
});

describe('rows as they are found', () => {
  const lines = (...texts: readonly string[]) =>
    texts.map((text, at) => ({ number: at + 1, text }));

  test('a quoted field of CSV holds commas, quotes and line ends', () => {
    const found = [...csvRows(lines('id,text', '1,"a, ""b""', 'c"', '2,', '3', '4,"open'))];
    expect(found.map((each) => ('row' in each ? each.row : each.why))).toEqual([
      { id: '1', text: 'a, "b"\nc' },
      { id: '2', text: null },
      'has 1 fields, the header has 2',
      'a quoted field does not end',
    ]);
  });

  test('JSON keeps the digits of an id and of a price', () => {
    const [row] = [...jsonRows(lines('{"id":9007199254740993,"price":0.10,"n":7}'))];
    expect(row).toMatchObject({ row: { id: '9007199254740993', price: '0.10', n: 7 } });
  });
});

test('a bad row is kept with its line and costs nothing but itself', () => {
  const events = put(
    'events.jsonl',
    event(1),
    '{"id":2',
    '[]',
    event(1, { note: 'again' }),
    event(3),
  );
  const document = bring([events]);
  expect(document.files).toMatchObject([{ kind: 'events', rows: 2, bad_rows: 3 }]);
  expect(document.bad_rows.map(({ line, why }) => `${line} ${why}`)).toEqual([
    expect.stringMatching(/^2 is not JSON/),
    '3 is not one JSON object per line',
    '4 number 1 is taken by events.jsonl:1',
  ]);
  expect(rows('SELECT seq, line, raw FROM events ORDER BY seq')).toEqual([
    { seq: 1, line: 1, raw: event(1) },
    { seq: 3, line: 5, raw: event(3) },
  ]);
});

test('the same file again changes nothing; a longer one replaces its own rows', () => {
  const path = put('events.jsonl', event(1));
  expect(bring([path]).files[0]?.outcome).toBe('imported');
  expect(bring([path]).files[0]?.outcome).toBe('unchanged');
  put('events.jsonl', event(1), event(2));
  expect(bring([path]).files[0]).toMatchObject({ outcome: 'replaced', rows: 2 });
  expect(rows('SELECT count(*) AS n FROM events')).toEqual([{ n: 2 }]);
});

test('another map reads a file anew', () => {
  const path = put('events.jsonl', '{"no":5,"what":"opened","at":"2025-10-18 14:00:00"}');
  const map = put(
    'map.toml',
    'zone = "+03:00"',
    '[events]',
    'seq = "no"',
    'type = "what"',
    'ts = "at"',
  );
  expect(bring([path]).files[0]?.bad_rows).toBe(1);
  expect(bring([path], map).files[0]).toMatchObject({ outcome: 'replaced', rows: 1, bad_rows: 0 });
  expect(rows('SELECT seq, happened FROM v_events')).toEqual([
    { seq: 5, happened: '2025-10-18T11:00:00.000Z' },
  ]);
});

test('a log line that fits no pattern goes on with the entry before it', () => {
  const log = put(
    'bot.log',
    'no time here',
    '2025-10-18 14:00:00 ERROR failed',
    '  at somewhere',
    '2025-10-18 14:00:01 INFO on',
  );
  expect(bring([log]).files[0]).toMatchObject({ kind: 'log', rows: 2, bad_rows: 1 });
  expect(rows('SELECT line, level, text, raw FROM log')).toEqual([
    {
      line: 2,
      level: 'ERROR',
      text: 'failed',
      raw: '2025-10-18 14:00:00 ERROR failed\n  at somewhere',
    },
    { line: 4, level: 'INFO', text: 'on', raw: '2025-10-18 14:00:01 INFO on' },
  ]);
});

test('a process that starts anew without having ended has died; the last one is unknown', () => {
  const log = put(
    'bot.log',
    '2025-10-18 10:00:00 INFO up 11',
    '2025-10-18 11:00:00 INFO down',
    '2025-10-18 12:00:00 INFO up 12',
    '2025-10-18 12:30:00 INFO tick',
    '2025-10-18 13:00:00 INFO up 13',
  );
  const map = put(
    'map.toml',
    '[log.says]',
    '"^up (?<pid>\\\\d+)" = "run_started"',
    '"^down" = "run_ended"',
  );
  bring([log], map);
  expect(rows('SELECT pid, how, last_sign FROM v_runs')).toEqual([
    { pid: 11, how: 'clean', last_sign: '2025-10-18T11:00:00.000Z' },
    { pid: 12, how: 'died', last_sign: '2025-10-18T12:30:00.000Z' },
    { pid: 13, how: 'unknown', last_sign: '2025-10-18T13:00:00.000Z' },
  ]);
});

test.each([
  ['[events]\nseq_no = "id"', 'unknown key events.seq_no'],
  ['[tables]\nx = "y"', 'unknown table or key "tables"'],
  ['[log]\nline = "("', 'log.line'],
  ['[log]\nline = "^(?<text>.*)$"', 'needs a group named time'],
  ['zone = "Moscow"', 'zone must be like "+03:00"'],
  ['[log.says]\n"x" = "exploded"', '"exploded" is not one of'],
  ['a = ', 'line 1: is not TOML'],
])('a map that says %j is refused by name', (text, why) => {
  const map = put('map.toml', text);
  expect(() => bring([put('events.jsonl', event(1))], map)).toThrow(why);
});

test("a bot's own journal is refused, and so is a file nobody can name a kind for", () => {
  const home = journalHome();
  expect(() =>
    importIncident({ files: [], map: null, db: join(home.dir, 'state.db') }, ms(1)),
  ).toThrow('is the journal of a tradectl bot');
  home.remove();
  expect(() => bring([put('dump.bin', '')])).toThrow('neither events, positions, signals nor log');
  expect(() => bring([join(dir, 'events.jsonl')])).toThrow('cannot be read');
});

test('its document has the keys that docs/json.md names', async () => {
  const file = put('events.jsonl', event(1), 'bad');
  const { out, err, exit } = await printed(['import-events', file, '--db', db(), '--json']);
  expect([exit, err]).toEqual([0, '']);
  expect(differences(JSON.parse(out), readDocumentation())).toEqual([]);
});

test('an import tells of its own bad rows, not of those of an earlier one', () => {
  expect(bring([put('events.jsonl', 'no row')]).bad_rows).toMatchObject([{ file: 'events.jsonl' }]);
  expect(bring([put('more-events.jsonl', event(7))]).bad_rows).toEqual([]);
});
