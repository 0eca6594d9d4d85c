/** What an import refuses, and what it says when only a part was understood: evidence is not lost in silence. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { printed } from '../../support/fake-terminal.ts';
import { eventLine, incidentFolder, type IncidentFolder } from '../../support/incident-folder.ts';
import { journalHome } from '../../support/journal-home.ts';

let folder: IncidentFolder;
beforeEach(() => (folder = incidentFolder()));
afterEach(() => folder.remove());

const line = (minute: number): string => `2025-10-18 14:0${minute}:00 INFO tick ${minute}`;
const count = (): unknown => folder.rows('SELECT count(*) AS n FROM log');
const asked = async (...args: readonly string[]) => {
  const { exit, out, err } = await printed([...args]);
  return { exit, out: out.replaceAll(/\s+/g, ' '), err: err.replaceAll(/\s+/g, ' ') };
};
const bring = (...files: readonly string[]) => asked('import-events', ...files, '--db', folder.db);

describe('a file of the name of one that was imported', () => {
  beforeEach(() => {
    folder.bring([folder.put('bot.log', line(1), line(2), line(3))]);
  });

  test.each([
    ['is shorter: it was rotated', [line(9)]],
    ['is longer and begins otherwise', [line(5), line(6), line(7), line(8)]],
    ['was changed in the middle', [line(1), line(9), line(3)]],
  ])('that %s is refused, and nothing is lost', async (_what, lines) => {
    const { exit, err } = await bring(folder.put('bot.log', ...lines));
    expect(err).toMatch(
      /bot\.log does not go on where .*: the 3 rows that were read from it would be lost/,
    );
    expect(err).toContain('give it another name; to put it in their place: --replace');
    expect(exit).toBe(3);
    expect(count()).toEqual([{ n: 3 }]);
  });

  test('takes its place when that is said', async () => {
    expect((await bring(folder.put('bot.log', line(9)), '--replace')).exit).toBe(0);
    expect(count()).toEqual([{ n: 1 }]);
  });

  test('that goes on replaces it', () => {
    const longer = folder.put('bot.log', line(1), line(2), line(3), line(4));
    expect(folder.bring([longer]).files).toMatchObject([{ outcome: 'replaced', rows: 4 }]);
  });
});

test('an incident is not written into the home of a bot, nor a directory taken for a database', async () => {
  const home = journalHome();
  const events = folder.put('events.jsonl', eventLine(1));
  const inHome = join(home.dir, 'incident.db');
  for (const named of [[], ['--home', home.dir]]) {
    const { exit, err } = await asked('import-events', events, '--db', inHome, ...named);
    expect([exit, err]).toEqual([3, expect.stringContaining('is in the home of a bot')]);
  }
  expect(existsSync(inHome)).toBe(false);
  home.remove();
  for (const command of [
    ['trace', 'X'],
    ['events', 'gap'],
    ['query', 'runs'],
    ['import-events', events],
  ]) {
    const { exit, err } = await asked(...command, '--db', folder.dir);
    expect([exit, err]).toEqual([2, expect.stringContaining('That is a directory')]);
  }
  expect((await asked('trace', 'X', '--db', '')).exit).toBe(2);
});

test.each([
  ['nofile.jsonl', 'nofile.jsonl: does not exist'],
  ['/dev/stdin', 'standard input is not read'],
  ['-', 'standard input is not read'],
])('%s is no file, whatever its name says', async (file, why) => {
  const { exit, err } = await bring(file);
  expect([exit, err]).toEqual([2, expect.stringContaining(why)]);
});

test('rows that were not understood are said with the first of them, and it exits 6', async () => {
  const events = folder.put('events.jsonl', eventLine(1), '{"id":2', eventLine(3), '[]');
  const { exit, err } = await bring(events);
  expect(err).toMatch(
    /2 rows were not understood, or not in full, beside 2 that are kept, line 2: is not JSON/,
  );
  expect(exit).toBe(6);
});

test('where each number is taken no map is advised', async () => {
  mkdirSync(join(folder.dir, 'b'));
  folder.bring([folder.put('events.jsonl', eventLine(1))]);
  const { exit, err } = await bring(folder.put('b/events.jsonl', eventLine(1, { note: 'other' })));
  expect(err).toContain('each of its numbers is taken');
  expect(err).toContain('needs a database of its own (--db)');
  expect(err).not.toContain('in a map');
  expect(exit).toBe(1);
});

test('the next command names a market, first of all one that somebody wrote about', async () => {
  const events = folder.put(
    'events.jsonl',
    eventLine(1, { symbol: 'AAA' }),
    eventLine(2, { symbol: 'BBB' }),
  );
  const notes = folder.put('notes.jsonl', '{"text":"what of it","symbol":"BBB"}');
  expect((await bring(events, notes)).out).toContain(`Next: tradectl trace BBB --db ${folder.db}`);
  expect((await bring(events, notes)).out).toContain('Markets to trace: BBB and AAA.');
});
