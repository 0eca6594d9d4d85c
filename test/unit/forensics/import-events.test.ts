/** Another bot's files into a forensic database: what is kept, what is refused, and what a repetition does. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
    ['2025-10-18 11:07:15.098+00', 180, AT],
    ['2025-10-18 11:07:15.098 UTC', 180, AT],
    ['2025/10/18 14:07:15.098', 180, AT],
    ['18.10.2025 14:07:15.098', 180, AT],
    ['20251018T110715.098Z', 0, AT],
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

describe('a pattern that would never end', () => {
  const ENDLESS = '\'^(a+)+$\' = "run_started"';
  const LONG = `${'a'.repeat(60)}!`;

  test.each([
    ['[log.says]', 'bot.log', `2025-10-18 14:00:01 INFO ${LONG}`, "log.says '^(a+)+$'"],
    ['[events.says]', 'events.jsonl', event(2, { event_type: LONG }), "events.says '^(a+)+$'"],
  ])('in %s stops the import, naming file, line and pattern', (table, name, line, key) => {
    const map = put('map.toml', table, ENDLESS);
    const first = name === 'bot.log' ? '2025-10-18 14:00:00 INFO on' : event(1);
    const file = put(name, first, line);
    expect(() => bring([file], map)).toThrow(
      `${name}:2: the pattern ${key} of the map did not end`,
    );
    expect(rows('SELECT name FROM files')).toEqual([]);
  });

  test('in log.line leaves what was imported before as it was', () => {
    const file = put('bot.log', '2025-10-18 14:00:00 INFO on');
    bring([file]);
    put('bot.log', '2025-10-18 14:00:00 INFO on', `2025-10-18 14:00:01 ${LONG}`);
    const map = put('map.toml', '[log]', "line = '^(?<time>\\S+ \\S+) (?<text>(\\w+\\s?)+)$'");
    expect(() => bring([file], map)).toThrow('bot.log:2: the pattern log.line');
    expect(rows('SELECT line, text FROM log')).toEqual([{ line: 1, text: 'on' }]);
  });
});

describe('text in other shapes', () => {
  const putBytes = (name: string, bytes: Buffer): string => {
    writeFileSync(join(dir, name), bytes);
    return join(dir, name);
  };
  const TEXT = `${event(1, { symbol: 'MÜX' })}\r\n${event(2, { symbol: 'B' })}\r\n`;
  const both = [
    { seq: 1, symbol: 'MÜX' },
    { seq: 2, symbol: 'B' },
  ];

  test.each([
    ['UTF-16LE with a mark', Buffer.from(`\ufeff${TEXT}`, 'utf16le')],
    ['UTF-16BE with a mark', Buffer.from(`\ufeff${TEXT}`, 'utf16le').swap16()],
    ['UTF-16LE without one', Buffer.from(TEXT, 'utf16le')],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${TEXT}`, 'utf8')],
  ])('%s is read', (_name, bytes) => {
    expect(bring([putBytes('events.jsonl', bytes)]).files).toMatchObject([
      { rows: 2, bad_rows: 0, not_utf8_lines: 0 },
    ]);
    expect(rows('SELECT seq, symbol FROM events')).toEqual(both);
  });

  test('UTF-16 in pieces that end inside a letter loses nothing', () => {
    const many = Array.from({ length: 3_000 }, (_, at) => event(at + 1, { symbol: 'Ü😀' })).join(
      '\n',
    );
    const bytes = Buffer.from(`\ufeff${many}`, 'utf16le');
    expect(bring([putBytes('events.jsonl', bytes)]).files).toMatchObject([
      { rows: 3_000, bad_rows: 0 },
    ]);
    expect(rows('SELECT DISTINCT symbol FROM events')).toEqual([{ symbol: 'Ü😀' }]);
  });

  test('a line that is not UTF-8 is read as Windows-1252 and counted, the lines beside it are not touched', () => {
    const bytes = Buffer.concat([
      Buffer.from(`${event(1, { symbol: 'MÜX' })}\n`, 'latin1'),
      Buffer.from(`${event(2, { symbol: 'ÄX' })}\n`, 'utf8'),
    ]);
    expect(bring([putBytes('events.jsonl', bytes)]).files).toMatchObject([
      { rows: 2, bad_rows: 0, not_utf8_lines: 1 },
    ]);
    expect(rows('SELECT symbol FROM events')).toEqual([{ symbol: 'MÜX' }, { symbol: 'ÄX' }]);
  });

  test.each([
    [';', 'id;created_at;event_type;symbol'],
    ['\t', 'id\tcreated_at\tevent_type\tsymbol'],
    ['|', 'id|created_at|event_type|symbol'],
    [';', 'sep=;', 'id;created_at;event_type;symbol'],
  ])('a table with %j between its fields is read', (sep, ...header) => {
    const row = ['7', '1760785635098', 'tick', '"A, B\nC"'].join(sep);
    bring([put('events.csv', ...header, row)]);
    expect(rows('SELECT seq, ts_ms, type, symbol FROM events')).toEqual([
      { seq: 7, ts_ms: 1_760_785_635_098, type: 'tick', symbol: 'A, B\nC' },
    ]);
  });

  test('a line that is too long is a bad row of a table too', () => {
    const file = put('events.csv', 'id,event_type', `1,${'x'.repeat(1_000_001)}`, '2,tick');
    expect(bring([file]).bad_rows).toEqual([
      { file: 'events.csv', line: 2, why: 'the line is too long' },
    ]);
    expect(rows('SELECT seq FROM events')).toEqual([{ seq: 2 }]);
  });

  test.each([
    ['events.json', Buffer.from('[\n{"id":1}]'), 'is one JSON array'],
    ['events.jsonl.gz', Buffer.from([0x1f, 0x8b, 8, 0]), 'is compressed (gzip)'],
    ['events.csv', Buffer.from('PK\x03\x04more'), 'is a zip archive or a spreadsheet'],
    ['events.db', Buffer.from('SQLite format 3\0more'), 'is a database'],
  ])('%s that is no text by the line is refused with a way out', (name, bytes, why) => {
    expect(() => bring([putBytes(name, bytes)])).toThrow(why);
  });

  test.each([
    ['events.jsonl', event(1, { recorded_at: 'soon' }), 'no time can be read from soon'],
    ['positions.jsonl', '{"id":1,"closed_at":"10/11/2025"}', 'no time can be read from 10/11/2025'],
  ])('a time of %s that cannot be read is not dropped in silence', (name, line, why) => {
    expect(bring([put(name, line)]).bad_rows).toEqual([{ file: name, line: 1, why }]);
  });

  test('a time of zeros is none', () => {
    bring([put('positions.jsonl', '{"id":1,"symbol":"A","closed_at":"0000-00-00 00:00:00"}')]);
    expect(rows('SELECT closed_ms FROM positions')).toEqual([{ closed_ms: null }]);
  });
});

describe('two files of one name', () => {
  const at = (folder: string, ...lines: readonly string[]): string => {
    mkdirSync(join(dir, folder), { recursive: true });
    return put(join(folder, 'events.jsonl'), ...lines);
  };

  test('keep their own bad rows, and are told apart by their folder', () => {
    const [a, b] = [at('a', event(1), 'bad a'), at('b', event(2), 'bad b')];
    expect(bring([a]).bad_rows).toMatchObject([{ file: 'events.jsonl', line: 2 }]);
    expect(bring([b]).bad_rows).toMatchObject([{ file: 'b/events.jsonl', line: 2 }]);
    expect(rows('SELECT file, raw FROM v_bad_rows ORDER BY file')).toEqual([
      { file: 'a/events.jsonl', raw: 'bad a' },
      { file: 'b/events.jsonl', raw: 'bad b' },
    ]);
    at('a', event(1), event(3));
    expect(bring([a]).files).toMatchObject([{ outcome: 'replaced', rows: 2, bad_rows: 0 }]);
    expect(rows('SELECT file, raw FROM v_bad_rows')).toEqual([
      { file: 'b/events.jsonl', raw: 'bad b' },
    ]);
  });

  test('are one when one is a copy of the other, or a link to it', () => {
    const a = at('a', event(1));
    bring([a]);
    expect(bring([at('b', event(1))]).files[0]?.outcome).toBe('unchanged');
    symlinkSync(a, join(dir, 'more-events.jsonl'));
    expect(bring([join(dir, 'more-events.jsonl')]).files[0]?.outcome).toBe('unchanged');
    expect(rows('SELECT count(*) AS n FROM events')).toEqual([{ n: 1 }]);
  });
});

test('a file of no known kind stops the import before the first file', () => {
  const file = put('events.jsonl', event(1));
  expect(() => bring([file, put('dump.bin', '')])).toThrow('neither events');
  expect(existsSync(db())).toBe(false);
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
