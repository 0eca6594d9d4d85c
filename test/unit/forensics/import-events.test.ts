/** Another bot's files into a forensic database: what is kept, what is refused, and what a repetition does. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import { csvRows, jsonRows } from '../../../src/forensics/foreign/found-rows.ts';
import { momentOf, zoneMinutes } from '../../../src/forensics/foreign/found-values.ts';
import { importIncident } from '../../../src/forensics/foreign/import-incident.ts';
import { printed } from '../../support/fake-terminal.ts';
import { eventLine, incidentFolder, type IncidentFolder } from '../../support/incident-folder.ts';
import { journalHome } from '../../support/journal-home.ts';
import { differences, readDocumentation } from '../../support/json-documentation.ts';

let folder: IncidentFolder;
beforeEach(() => (folder = incidentFolder()));
afterEach(() => folder.remove());

const put = (...file: Parameters<IncidentFolder['put']>): string => folder.put(...file);
const bring = (...files: Parameters<IncidentFolder['bring']>) => folder.bring(...files);
const rows = (sql: string): unknown[] => folder.rows(sql);
const event = eventLine;

describe('times', () => {
  const AT = Date.UTC(2025, 9, 18, 11, 7, 15, 98);
  test.each([
    ['2025-10-18 14:07:15.098', 180, AT],
    ['2025-10-18 14:07:15,098', 180, AT],
    ['2025-10-18T14:07:15.098123', 180, AT],
    ['2025-10-18 11:07:15.098+00', 180, AT],
    ['2025-10-18 11:07:15.098 UTC', 180, AT],
    ['2025/10/18 14:07:15.098', 180, AT],
    ['18.10.2025 14:07:15.098', 180, AT],
    ['20251018T110715.098Z', 0, AT],
    ['18/10/2025 14:07:15.098', 180, AT],
    ['10/18/2025 14:07:15.098', 180, AT],
    ['10/11/2025 14:07:15', 0, null],
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
    texts.map((text, at) => ({ line: at + 1, text, isForeign: false }));

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

test('a log of one JSON object per line needs no map', () => {
  const log = put(
    'bot.log',
    '{"time":"2025-10-18T14:00:00Z","level":"info","pid":7,"symbol":"XUSDT","msg":"position_created"}',
    '{"ts":1760796001.5,"levelname":"ERROR","message":"gone"}',
    '  at somewhere',
  );
  expect(bring([log]).files[0]).toMatchObject({ rows: 2, bad_rows: 0 });
  expect(rows('SELECT ts_ms, level, pid, symbol, means, text FROM log')).toEqual([
    {
      ts_ms: Date.UTC(2025, 9, 18, 14),
      level: 'info',
      pid: 7,
      symbol: 'XUSDT',
      means: 'position_opened',
      text: 'position_created',
    },
    {
      ts_ms: 1_760_796_001_500,
      level: 'ERROR',
      pid: null,
      symbol: null,
      means: 'other',
      text: 'gone',
    },
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
  ['[events]\nsymbl = "id"', 'unknown key events.symbl; did you mean symbol?'],
  ['[events]\nseq = 5', 'events.seq must be the name of a column'],
  ['[tables]\nx = "y"', 'unknown table or key "tables"'],
  ['[evnts]\nseq = "id"', 'unknown table or key "evnts"; did you mean events?'],
  ['zoen = "UTC"', 'unknown table or key "zoen"; did you mean zone?'],
  ['events = 3', 'events must be a table: [events]'],
  ['[positions.says]\n"x" = "fill"', 'unknown key positions.says'],
  ['[log]\nlines = "x"', 'unknown key log.lines; did you mean line?'],
  ['[log]\nline = 5', 'log.line must be text'],
  ['[log]\nline = "("', 'log.line'],
  ['[log]\nline = "^(?<text>.*)$"', 'needs a group named time'],
  ['[log]\nline = "^(?<time>.*) (?<txt>.*)$"', 'log.line: unknown group txt; did you mean text?'],
  ['zone = "Moscow"', 'zone must be like "+03:00"'],
  ['zone = 3', 'zone must be like "+03:00" or "UTC", was 3'],
  ['[log.says]\n"x" = "exploded"', '"exploded" is not one of'],
  ['[log.says]\n"x" = "position_open"', 'did you mean position_opened?'],
  [
    '[log.says]\n\'made (?<symbl>.*)\' = "position_opened"',
    "log.says 'made (?<symbl>.*)': unknown group symbl; did you mean symbol?",
  ],
  ['[log.says]\n"made" = "position_opened"', 'position_opened needs a group that says of what'],
  ['[log.says]\n"wrote" = "batch_written"', 'batch_written needs a group count'],
  ['[events.says]\n"x(" = "fill"', "events.says 'x('"],
  ['[events]\nsays = 3', 'events.says must be a table'],
  ['a = ', 'line 1: is not TOML: '],
])('a map that says %j is refused by name', (text, why) => {
  const map = put('map.toml', text);
  expect(() => bring([put('events.jsonl', event(1))], map)).toThrow(why);
});

test('a column that the map names and no row has is told; the rows are kept', () => {
  const map = put('map.toml', '[events]', 'seq = "idd"', 'ts = "created_at"');
  expect(bring([put('events.jsonl', event(7))], map).files).toMatchObject([
    { rows: 1, columns_not_found: ['events.seq = "idd"'] },
  ]);
});

test('a file of no known kind stops the import before the first file', () => {
  const file = put('events.jsonl', event(1));
  expect(() => bring([file, put('dump.bin', '')])).toThrow('neither events');
  expect(existsSync(folder.db)).toBe(false);
});

test("a bot's own journal is refused, and so is a file nobody can name a kind for", () => {
  const home = journalHome();
  expect(() =>
    importIncident({ files: [], map: null, db: join(home.dir, 'state.db') }, ms(1)),
  ).toThrow('is the journal of a tradectl bot');
  home.remove();
  expect(() => bring([put('dump.bin', '')])).toThrow('neither events, positions, signals nor log');
  expect(() => bring([join(folder.dir, 'events.jsonl')])).toThrow('events.jsonl: does not exist');
  mkdirSync(join(folder.dir, 'events'));
  expect(() => bring([join(folder.dir, 'events')])).toThrow('is a directory or a pipe, not a file');
});

test('its document has the keys that docs/json.md names', async () => {
  const file = put('events.jsonl', event(1), 'bad');
  const { out, err, exit } = await printed(['import-events', file, '--db', folder.db, '--json']);
  expect([exit, err]).toEqual([6, expect.stringContaining('no event of it was understood')]);
  expect(differences(JSON.parse(out), readDocumentation())).toEqual([]);
});

test('an import tells of its own bad rows, not of those of an earlier one', () => {
  expect(bring([put('events.jsonl', 'no row')]).bad_rows).toMatchObject([{ file: 'events.jsonl' }]);
  expect(bring([put('more-events.jsonl', event(7))]).bad_rows).toEqual([]);
});
