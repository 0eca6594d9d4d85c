/** The incident this project starts from: every sentence that its trace owes, each with its evidence. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import { importIncident } from '../../../src/forensics/foreign/import-incident.ts';
import { foreignEvidence } from '../../../src/forensics/trace/foreign-evidence.ts';
import { traceDocument, type TraceDocument } from '../../../src/forensics/trace/trace-document.ts';
import { printed } from '../../support/fake-terminal.ts';
import { differences, readDocumentation } from '../../support/json-documentation.ts';

const FOLDER = fileURLToPath(new URL('../../../fixtures/incidents/lost-queue/', import.meta.url));
const FILES = ['events.jsonl', 'positions.csv', 'signals.jsonl', 'bot-log.txt', 'notes.jsonl'];

let dir: string;
let db: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tradectl-lost-queue-'));
  db = join(dir, 'incident.db');
  const files = FILES.map((file) => join(FOLDER, file));
  importIncident({ files, map: join(FOLDER, 'map.toml'), db }, ms(1));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const traced = (ref: string): TraceDocument =>
  traceDocument(foreignEvidence(db, { ref, all: false, asOfMs: ms(2) }), db, ms(2));

describe('trace RSRUSDT names', () => {
  test.each([
    [
      'who claims it',
      'claimed-by-bot',
      /event 785194 position_created of 14:07:15\.103 names position 1318 and signal 4869992\. The row of it is of 14:07:13\.226/,
      ['events.jsonl:10 (event 785194)', 'positions.csv:5'],
    ],
    [
      'the clock in the id',
      'clock-in-id',
      /14:07:12\.851, 375 ms before the row/,
      ['events.jsonl:10 (event 785194)'],
    ],
    [
      'who held it and who did not',
      'who-held-it',
      /Held it: the database .* the events .* the exchange \(15:10:08\)\. Did not hold it: its cache \(14:07:29\.918\) and its log/,
      ['positions.csv:5', 'bot-log.txt:5', 'bot-log.txt:12'],
    ],
    [
      'the stop on its word alone',
      'stop-told',
      /From 14:07:15\.098 a stop was placed.*the bot's word alone/,
      ['events.jsonl:9 (event 785193)'],
    ],
    [
      'the silent death',
      'silent-death',
      /Process 10893, started at 07:06:05, gave its last sign of life at 14:44:59, event 779292, and no end of it is noted\. No line of it was understood as a shutdown and none as a release of the lock: a silent death, .* next start is at 15:00:02, 15m 3s later/,
      ['bot-log.txt:1', 'events.jsonl:8 (event 779292)', 'bot-log.txt:9'],
    ],
    [
      'the hour between happening and recording',
      'recorded-late',
      /2 events \(785193 and 785194\) that happened from 14:07:15\.098 on were recorded at 15:07:18, 1h 0m 3s later/,
      ['events.jsonl:9 (event 785193)', 'events.jsonl:10 (event 785194)', 'bot-log.txt:11'],
    ],
    [
      'numbers against time',
      'out-of-order',
      /Event 785193 has a higher number than event 779292 and happened 37m 44s before it/,
      ['events.jsonl:8 (event 779292)', 'events.jsonl:9 (event 785193)'],
    ],
    [
      'the hole between the ids',
      'number-hole',
      /Numbers 779293 to 785192 are in none of the files: a hole of 5,900 numbers.*is no count of lost events/,
      ['events.jsonl:9 (event 785193)', 'events.jsonl:8 (event 779292)'],
    ],
    [
      'what the count says of the hole',
      'count-meets-hole',
      /785192 as the count before event 785193/,
      ['bot-log.txt:11'],
    ],
    [
      'the split of log and database by position id',
      'log-against-database',
      /opening of 1275 COTIUSDT and 1277 LPTUSDT; the database also holds 1317 FLMUSDT, 1318 RSRUSDT, 1319 OGNUSDT and 1320 ATAUSDT, without a line\. It parts by position id: up to 1277 .* from 1317 on/,
      ['bot-log.txt:3', 'bot-log.txt:4', 'positions.csv:5'],
    ],
    [
      'the NULL signal id against the event',
      'signal-id',
      /its signal id is NULL in the row, event 785194 names signal 4869992/,
      ['positions.csv:5', 'events.jsonl:10 (event 785194)'],
    ],
    [
      '24 against 54',
      'batch-count',
      /says it wrote 24 events; the count grew from 785192 to 785246, by 54/,
      ['bot-log.txt:11'],
    ],
    [
      'the two texts about 14:07:29',
      'tracked-or-not',
      /One source says that a price update found the position, another that it was not tracked\. First-hand is only bot-log\.txt:5/,
      ['notes.jsonl:3', 'bot-log.txt:5', 'notes.jsonl:4'],
    ],
    [
      'not tracked though there',
      'not-tracked-though-there',
      /At 14:07:29\.918 .*the row of position 1318 was then 16\.7 s and event 785194 14\.8 s old/,
      ['bot-log.txt:5', 'positions.csv:5', 'events.jsonl:10 (event 785194)'],
    ],
    [
      'the first conclusion',
      'created-elsewhere',
      /created outside the bot stands against event 785194/,
      ['notes.jsonl:1', 'events.jsonl:10 (event 785194)'],
    ],
    [
      'the two conclusions',
      'conclusions-exclude',
      /Two conclusions exclude each other.*Neither is a line of the bot itself/,
      ['notes.jsonl:1', 'notes.jsonl:2'],
    ],
    [
      '5,902',
      'distance-for-count',
      /5,902 events are the distance between the numbers 779292 and 785194/,
      ['notes.jsonl:2', 'events.jsonl:10 (event 785194)', 'events.jsonl:8 (event 779292)'],
    ],
    [
      'that memory ends',
      'memory-ends',
      /Ruled out: .*Memory does not survive its process/,
      ['notes.jsonl:2'],
    ],
    [
      'a clock as an explanation',
      'whole-hour',
      /within 2\.9 s of one whole hour/,
      ['events.jsonl:9 (event 785193)'],
    ],
    [
      'a process that had not died',
      'held-by-the-silent',
      /process 10893 did not die at 14:44:59/,
      null,
    ],
    ['another holder', 'held-by-another', /another process held them all along/, null],
    [
      'a second reading',
      'read-again',
      /Not from the venue alone: the correlation id of event 785194/,
      null,
    ],
    ['a later invention', 'made-afterwards', /made at 15:07:18 and given earlier times/, null],
    [
      'what cannot be known',
      'late-writer',
      /which process wrote events 785193 and 785194/,
      ['bot-log.txt:11'],
    ],
    [
      'an event without a time',
      'no-time',
      /When event 785195 signal_executed happened cannot be known/,
      ['events.jsonl:11 (event 785195)'],
    ],
    [
      'since when the exchange held it',
      'venue-before',
      /Whether the exchange held it before 15:10:08 cannot be known.*1h 2m 53s after/,
      ['bot-log.txt:12', 'events.jsonl:10 (event 785194)'],
    ],
  ])('%s', (_what, rule, sentence, sources) => {
    const said = traced('RSRUSDT').verdict.filter((each) => each.rule === rule);
    const matching = said.filter(({ text }) => sentence.test(text));
    expect(said.map(({ text }) => text).join('\n')).toMatch(sentence);
    if (sources !== null) {
      expect(matching[0]?.evidence.map(({ source }) => source)).toEqual(sources);
    }
  });

  test('what would settle each open question', () => {
    const settling = traced('RSRUSDT').verdict.filter(({ topic }) => topic === 'settle');
    expect(settling.map(({ rule }) => rule)).toEqual([
      'stop-told',
      'silent-death',
      'whole-hour',
      'number-hole',
      'batch-count',
      'late-writer',
      'late-writer',
      'late-writer',
      'venue-before',
    ]);
  });

  test('no sentence without what it rests on', () => {
    const bare = traced('RSRUSDT').verdict.filter(({ evidence }) => evidence.length === 0);
    expect(bare).toEqual([]);
  });

  test('at the width of a terminal nothing of it is cut', async () => {
    const { out } = await printed(['trace', 'RSRUSDT', '--db', db], {
      outIsTty: true,
      env: { NO_COLOR: '1' },
    });
    const wide = out.split('\n').filter((line) => line.length > 80);
    expect(wide).toEqual([]);
    const flat = out.replaceAll(/\s+/g, ' ');
    expect(flat).not.toContain('…');
    expect(flat).toContain('DEBUG: prices: price update RSRUSDT: not in tracked positions');
    expect(flat).toContain(
      'In short: 1 death without a word, 2 things written late, 2 things missing, 7 contradictions, 5 explanations that remain, 3 things that cannot be known.',
    );
  });

  test('its timeline in order, with the death and the hole drawn in', () => {
    const drawn = traced('RSRUSDT').timeline.map(({ mark, at, source }) =>
      mark === 'entry' ? `${at?.slice(11) ?? '-'} ${source}` : mark,
    );
    expect(drawn.slice(3)).toEqual([
      '14:07:11.940 signals.jsonl:3',
      '14:07:13.226 positions.csv:5',
      '14:07:15.098 events.jsonl:9 (event 785193)',
      '14:07:15.103 events.jsonl:10 (event 785194)',
      '- events.jsonl:11 (event 785195)',
      '14:07:29.918 bot-log.txt:5',
      '14:44:59 events.jsonl:8 (event 779292)',
      'death',
      'gap',
      '15:00:02 bot-log.txt:9',
      '15:07:18 bot-log.txt:11',
      '15:10:08 bot-log.txt:12',
      '- notes.jsonl:1',
      '- notes.jsonl:2',
      '- notes.jsonl:3',
      '- notes.jsonl:4',
    ]);
  });
});

test.each([
  'rsrusdt',
  'RSR',
  '1318',
  '4869992',
  '785194',
  'open_position_4869992_1760785632.851694',
])('%s leads to the same position', (ref) => {
  const { symbols, positions } = traced(ref);
  expect([symbols, positions.map(({ position_id: id }) => id)]).toEqual([['RSRUSDT'], ['1318']]);
});

test('a name that is in no file is refused with those that are', async () => {
  const { exit, err } = await printed(['trace', 'BTCUSDT', '--db', db]);
  expect(exit).toBe(3);
  expect(err).toContain('nothing that was imported is called "BTCUSDT"');
  expect(err).toContain('it knows ATAUSDT, COTIUSDT, FLMUSDT, LPTUSDT, OGNUSDT and RSRUSDT');
});

describe('a name', () => {
  const own = (...events: readonly Record<string, unknown>[]): string => {
    const folder = mkdtempSync(join(dir, 'names-'));
    const file = join(folder, 'events.jsonl');
    const lines = events.map((event) => JSON.stringify({ ts: 1_760_785_635_098, ...event }));
    writeFileSync(file, `${lines.join('\n')}\n`);
    importIncident({ files: [file], map: null, db: join(folder, 'incident.db') }, ms(1));
    return join(folder, 'incident.db');
  };
  const evidenceOf = (at: string, ref: string) =>
    foreignEvidence(at, { ref, all: false, asOfMs: ms(2) });
  const opened = 'position_opened';

  test('that is a position, a signal and an event of three markets asks which', () => {
    const at = own(
      { seq: 1, type: opened, symbol: 'AAA', position_id: '3' },
      { seq: 2, type: opened, symbol: 'BBB', position_id: '8', signal_id: '3' },
      { seq: 3, type: opened, symbol: 'CCC', position_id: '9' },
    );
    expect(() => evidenceOf(at, '3')).toThrow(
      '"3" is a position of AAA, position 3, a signal of BBB, position 8 and an event of CCC, position 9: say which is meant',
    );
    expect(evidenceOf(at, 'position:3').symbols).toEqual(['AAA']);
    expect(evidenceOf(at, 'signal:3').symbols).toEqual(['BBB']);
    expect(evidenceOf(at, 'seq:3').symbols).toEqual(['CCC']);
  });

  test.each([
    ['client order', { client_order_id: 'x-1' }, 'order:x-1'],
    ['venue order', { venue_order_id: '77' }, 'order:77'],
    ['trade', { trade_id: 't-1' }, 't-1'],
    ['correlation', { correlation_id: 'AAA-like' }, 'AAA-like'],
  ])('of a %s leads to its position', (_name, names, ref) => {
    const at = own({ seq: 1, type: opened, symbol: 'AAA', position_id: '5', ...names });
    expect(evidenceOf(at, ref).symbols).toEqual(['AAA']);
  });

  test('that begins two markets asks which, one that is mistyped is put right', () => {
    const at = own(
      { seq: 1, type: opened, symbol: 'RSRUSDT', position_id: '1' },
      { seq: 2, type: opened, symbol: 'RSTUSDT', position_id: '2' },
    );
    expect(() => evidenceOf(at, 'RS')).toThrow('"RS" begins RSRUSDT and RSTUSDT: say which');
    expect(() => evidenceOf(at, 'RSSUSDTX')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('did you mean RS') as string }),
    );
  });
});

test('a position that the log tells of has nothing missing in it', () => {
  const said = traced('LPTUSDT').verdict.map(({ rule }) => rule);
  expect(said).not.toContain('log-against-database');
  expect(said).not.toContain('signal-id');
  expect(said).toContain('claimed-by-bot');
});

test('its zone is named once, and an event without a time gets none', async () => {
  const { out } = await printed(['trace', 'RSRUSDT', '--db', db]);
  expect(out.match(/Times are UTC\+03:00/g)).toHaveLength(1);
  expect(out).toMatch(/^ {2}no time {7}events\.jsonl:11/m);
});

test('its document has the keys that docs/json.md names', async () => {
  const { out, err } = await printed(['trace', 'RSRUSDT', '--db', db, '--json']);
  expect(err).toBe('');
  expect(differences(JSON.parse(out), readDocumentation())).toEqual([]);
});

describe('files of which little was understood', () => {
  const imported = (name: string, files: Record<string, string>): string => {
    const folder = join(dir, name);
    mkdirSync(folder);
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    const paths = Object.keys(files).map((file) => join(folder, file));
    const own = join(folder, 'incident.db');
    importIncident({ files: paths, map: null, db: own }, ms(1));
    return own;
  };
  const saying = (own: string, rule: string): string[] =>
    traceDocument(foreignEvidence(own, { ref: 'BTCUSDT', all: false, asOfMs: ms(2) }), own, ms(2))
      .verdict.filter((each) => each.rule === rule)
      .map(({ text }) => text);

  test('an event of its creation without a row is told, not denied', () => {
    const own = imported('no-row', {
      'events.csv':
        'seq,type,symbol,ts\n1,position_created,BTCUSDT,2025-10-18 14:07:13\n3,position_created,ETHUSDT,2025-10-18 14:08:13\n',
    });
    expect(saying(own, 'never-held')).toEqual([]);
    expect(saying(own, 'event-without-row')[0]).toMatch(/Event 1 position_created .* BTCUSDT/);
    expect(saying(own, 'number-hole').join(' ')).toContain('What number 2 was:');
  });

  test('thousands of prices after it do not hide how a position came to be', () => {
    const price = (seq: number): string => `${seq},price_update,BTCUSDT,,2025-10-18 15:00:00`;
    const own = imported('many', {
      'events.csv': [
        'seq,type,symbol,position_id,ts',
        '1,position_created,BTCUSDT,7,2025-10-18 14:07:13',
        ...Array.from({ length: 5_000 }, (_, at) => price(at + 2)),
      ].join('\n'),
      'positions.csv': 'position_id,symbol,ts\n7,BTCUSDT,2025-10-18 14:07:13\n',
    });
    expect(saying(own, 'row-without-event')).toEqual([]);
    expect(saying(own, 'claimed-by-bot')[0]).toContain('names position 7');
    const document = traceDocument(
      foreignEvidence(own, { ref: 'BTCUSDT', all: false, asOfMs: ms(2) }),
      own,
      ms(2),
    );
    expect(document.truncated).toBe(true);
    expect(document.timeline.map(({ seq }) => seq)).toContain(5_001);
  });

  test('a log of which no line was understood as an opening lacks none', () => {
    const own = imported('no-map', {
      'positions.csv': 'position_id,symbol,ts\n7,BTCUSDT,2025-10-18 14:07:13\n',
      'bot.log':
        '2025-10-18 14:00:00 INFO hello BTCUSDT\n2025-10-18 15:00:00 INFO made BTCUSDT now\n',
    });
    expect(saying(own, 'who-held-it').join(' ')).not.toContain('no line of its creation');
    expect(saying(own, 'log-against-database')).toEqual([]);
    expect(saying(own, 'log-not-understood')[0]).toMatch(/cannot be known from this evidence/);
  });
});
