/** Another bot's files in other shapes than expected: encodings, tables, endless patterns, files of one name. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventLine, incidentFolder, type IncidentFolder } from '../../support/incident-folder.ts';

let folder: IncidentFolder;
beforeEach(() => (folder = incidentFolder()));
afterEach(() => folder.remove());

const put = (...file: Parameters<IncidentFolder['put']>): string => folder.put(...file);
const bring = (...files: Parameters<IncidentFolder['bring']>) => folder.bring(...files);
const rows = (sql: string): unknown[] => folder.rows(sql);
const event = eventLine;

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
    expect(bring([folder.putBytes('events.jsonl', bytes)]).files).toMatchObject([
      { rows: 2, bad_rows: 0, not_utf8_lines: 0 },
    ]);
    expect(rows('SELECT seq, symbol FROM events')).toEqual(both);
  });

  test('UTF-16 in pieces that end inside a letter loses nothing', () => {
    const many = Array.from({ length: 3_000 }, (_, at) => event(at + 1, { symbol: 'Ü😀' })).join(
      '\n',
    );
    const bytes = Buffer.from(`\ufeff${many}`, 'utf16le');
    expect(bring([folder.putBytes('events.jsonl', bytes)]).files).toMatchObject([
      { rows: 3_000, bad_rows: 0 },
    ]);
    expect(rows('SELECT DISTINCT symbol FROM events')).toEqual([{ symbol: 'Ü😀' }]);
  });

  test('a line that is not UTF-8 is read as Windows-1252 and counted, the lines beside it are not touched', () => {
    const bytes = Buffer.concat([
      Buffer.from(`${event(1, { symbol: 'MÜX' })}\n`, 'latin1'),
      Buffer.from(`${event(2, { symbol: 'ÄX' })}\n`, 'utf8'),
    ]);
    expect(bring([folder.putBytes('events.jsonl', bytes)]).files).toMatchObject([
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
    expect(() => bring([folder.putBytes(name, bytes)])).toThrow(why);
  });

  test.each([
    [
      'events.jsonl',
      event(1, { recorded_at: 'soon' }),
      'no time can be read from soon; kept without it',
    ],
    [
      'positions.jsonl',
      '{"id":1,"closed_at":"10/11/2025"}',
      'no time can be read from 10/11/2025; kept without it',
    ],
  ])('a time of %s that cannot be read is not dropped in silence', (name, line, why) => {
    expect(bring([put(name, line)]).bad_rows).toEqual([{ file: name, line: 1, why }]);
  });

  test('a time of zeros is none', () => {
    bring([put('positions.jsonl', '{"id":1,"symbol":"A","closed_at":"0000-00-00 00:00:00"}')]);
    expect(rows('SELECT closed_ms FROM positions')).toEqual([{ closed_ms: null }]);
  });
});

describe('two files of one name', () => {
  const at = (where: string, ...lines: readonly string[]): string => {
    return put(join(where, 'events.jsonl'), ...lines);
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
    expect(bring([a], null, true).files).toMatchObject([{ outcome: 'replaced', rows: 2 }]);
    expect(rows('SELECT file, raw FROM v_bad_rows')).toEqual([
      { file: 'b/events.jsonl', raw: 'bad b' },
    ]);
  });

  test('are one when one is a copy of the other, or a link to it', () => {
    const a = at('a', event(1));
    bring([a]);
    expect(bring([at('b', event(1))]).files[0]?.outcome).toBe('unchanged');
    symlinkSync(a, join(folder.dir, 'more-events.jsonl'));
    expect(bring([join(folder.dir, 'more-events.jsonl')]).files[0]?.outcome).toBe('unchanged');
    expect(rows('SELECT count(*) AS n FROM events')).toEqual([{ n: 1 }]);
  });
});
