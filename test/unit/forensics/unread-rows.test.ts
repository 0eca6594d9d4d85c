/** What stands in the files of another bot and was not understood is never called absent. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { namedIn } from '../../../src/forensics/foreign/named-in.ts';
import { printed } from '../../support/fake-terminal.ts';

const FOLDER = fileURLToPath(new URL('../../../fixtures/incidents/lost-queue/', import.meta.url));
const FILES = ['events.jsonl', 'positions.csv', 'signals.jsonl', 'bot-log.txt', 'notes.jsonl'];

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tradectl-unread-'));
  cpSync(FOLDER, dir, { recursive: true });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const db = (): string => join(dir, 'incident.db');
const change = (name: string, from: string, to: string): void => {
  const path = join(dir, name);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
};
const bring = async () =>
  printed([
    'import-events',
    ...FILES.map((name) => join(dir, name)),
    ...['--map', join(dir, 'map.toml'), '--db', db()],
  ]);
const asked = async (...args: readonly string[]): Promise<string> =>
  (await printed([...args, '--db', db()])).out.replaceAll(/\s+/g, ' ');

describe('a row of which only the time cannot be read', () => {
  beforeEach(async () => {
    change('events.jsonl', '2025-10-18 14:07:15.103', '18 Oct 14:07');
    await bring();
  });

  test('is an event without a time: it claims its position and leaves no hole', async () => {
    const told = await asked('trace', 'RSRUSDT');
    expect(told).toContain('event 785194 position_created of an unknown time names position 1318');
    expect(told).toContain('its signal id is NULL in the row, event 785194 names signal 4869992');
    expect(told).toMatch(/When events 785194 .* cannot be known .* no time that can be read/);
    expect(told).not.toContain('Number 785194 is');
    expect(told).not.toContain('No event');
    expect(told).toContain('the row of position 1318 was then 16.7 s old');
  });

  test('is no gap in the ids', async () => {
    expect(await asked('events', 'gap')).not.toContain('the id 785194');
    expect(await asked('events', 'verify')).not.toContain('the id 785194');
  });
});

describe('a row that is no JSON any more', () => {
  beforeEach(async () => {
    change('events.jsonl', '"event_type":"position_created","data":{"symbol":"RSRUSDT"', '"ev');
    await bring();
  });

  test('is named with file and line where its event is missed', async () => {
    const told = await asked('trace', 'RSRUSDT');
    expect(told).toContain('No event that was understood explains position 1318');
    expect(told).toContain('Number 785194 is in no event that was understood (of events.jsonl:10');
    expect(told).toMatch(/events\.jsonl:10 was found and not understood \(is not JSON: [^)]+\)/);
    expect(told).not.toContain('in none of the files');
  });

  test.each([['gap'], ['verify']])('is named by events %s', async (report) => {
    const told = await asked('events', report);
    expect(told).toMatch(/the id 785194: .*; events\.jsonl:10 may hold it: kept beside/);
    expect(told).toContain('what 1 imported row says, kept beside and not understood');
  });
});

test('a row of positions that was not understood does not hide the event that claims it', async () => {
  change('positions.csv', '0.006104,,2025-10-18 14:07:13.226', '0.006104,2025-10-18 14:07:13.226');
  expect((await bring()).exit).toBe(6);
  const told = await asked('trace', 'RSRUSDT');
  expect(told).toMatch(
    /Event 785194 position_created .* came to be as position 1318 of signal 4869992, and no row of it was understood \(positions\.csv:5 names it\)/,
  );
  expect(told).toMatch(/Held it: the events \(785194, of 14:07:15\.103\) and the exchange/);
  expect(told).not.toContain('no row or event of the bot');
});

test('a header that stands in a table twice is no position', async () => {
  const [header = ''] = readFileSync(join(dir, 'positions.csv'), 'utf8').split('\n', 1);
  change('positions.csv', '1318,RSR', `${header}\n1318,RSR`);
  expect((await bring()).out).toContain('positions.csv:5 is the header again');
});

test.each([
  ['RSR', 'scan RSRUSDT', []],
  ['RSRUSDT', 'price of rsrusdt: 1', ['RSRUSDT']],
  ['RSRUSDT', 'bought RSR/USDT now', ['RSRUSDT']],
  ['BTC/USD:USD', 'BTC-USD-USD up', ['BTC/USD:USD']],
  ['4869992', '4-869-992', []],
  ['4869992', 'open_position_4869992_17', ['4869992']],
  ['BTC/USD:USD', 'in BTC/USD:USD.', ['BTC/USD:USD']],
])('%s in %j', (name, text, found) => {
  expect(namedIn([name])?.(text)).toEqual(found);
});

describe('a log of which nothing was understood', () => {
  const bringWithout = async (...leave: readonly string[]) =>
    printed([
      'import-events',
      ...FILES.filter((name) => !leave.includes(name)).map((name) => join(dir, name)),
      ...['--db', db()],
    ]);
  const UNKNOWN =
    'Whether its log tells of its creation cannot be known from this evidence: no line of it was understood (0 of 12); 2 lines that name it were not understood. Name a map';

  test('says so at its import', async () => {
    const { err } = await bringWithout();
    expect(err).toContain('bot-log.txt: no line of it was understood (0 of 12): a map says');
  });

  test('is searched for the market, and proves no absence', async () => {
    await bringWithout();
    const told = await asked('trace', 'RSRUSDT');
    expect(told).toContain('14:07:29.918Z bot-log.txt:5 DEBUG: prices: price update RSRUSDT');
    expect(told).toContain(UNKNOWN);
    expect(told).not.toContain('no line of its creation');
    expect(told).not.toContain('without a line');
  });

  test('proves none either when it is named with --log', async () => {
    await bringWithout('bot-log.txt');
    const told = await asked('trace', 'RSRUSDT', '--log', join(dir, 'bot-log.txt'));
    expect(told).toContain(UNKNOWN);
    expect(told).not.toContain('no line of its creation');
  });
});

test('a line that names it in words that no pattern knows may be the line of its creation', async () => {
  change('bot-log.txt', 'alive, 2 markets watched', 'bought RSRUSDT as 1318');
  change(
    'bot-log.txt',
    '2025-10-18 14:44:52 DEBUG prices: price',
    '2025-10-18 14:44:52 DEBUG OGNUSDT',
  );
  await bring();
  const told = await asked('trace', 'RSRUSDT');
  expect(told).toContain('1 line that names it was not understood');
  expect(told).not.toContain('no line of its creation');
  expect(told).not.toContain('1318 RSRUSDT');
  const other = await asked('trace', 'FLMUSDT');
  expect(other).toContain('the database also holds 1317 FLMUSDT and 1320 ATAUSDT, without a line.');
  expect(other).not.toContain('It parts by position id');
});
