/** What was recorded late has explanations whatever became of its process: silent, ended in order, alive, unknown. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import { importIncident } from '../../../src/forensics/foreign/import-incident.ts';
import { foreignEvidence } from '../../../src/forensics/trace/foreign-evidence.ts';
import { verdictOf } from '../../../src/forensics/verdict/verdict.ts';
import type { Statement } from '../../../src/forensics/verdict/statement.ts';
import { printed } from '../../support/fake-terminal.ts';

const FOLDER = fileURLToPath(new URL('../../../fixtures/incidents/lost-queue/', import.meta.url));
const FILES = ['events.jsonl', 'positions.csv', 'signals.jsonl', 'bot-log.txt', 'notes.jsonl'];

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tradectl-late-'));
  cpSync(FOLDER, dir, { recursive: true });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** The verdict of the incident with another log. */
function verdictWith(change: (log: readonly string[]) => readonly string[]): readonly Statement[] {
  const log = join(dir, 'bot-log.txt');
  writeFileSync(log, `${change(readFileSync(log, 'utf8').trimEnd().split('\n')).join('\n')}\n`);
  const db = join(dir, 'incident.db');
  const files = FILES.map((file) => join(dir, file));
  importIncident({ files, map: join(dir, 'map.toml'), db }, ms(1));
  return verdictOf(foreignEvidence(db, { ref: 'RSRUSDT', all: false, asOfMs: ms(2) }));
}
const of = (verdict: readonly Statement[], topic: Statement['topic']): string =>
  verdict
    .filter((each) => each.topic === topic)
    .map(({ text }) => text)
    .join('\n');
const ALWAYS = [
  /^Possible: another process held them all along and wrote them at 15:07:18/m,
  /^Possible: .*read them again from something that outlives a process/m,
  /^Possible: they were made at 15:07:18 and given earlier times/m,
];

const ENDED = '2025-10-18 14:45:01 INFO engine: shutdown complete';
const FATES = [
  {
    name: 'ended in order',
    change: (log: readonly string[]) => [...log.slice(0, 8), ENDED, ...log.slice(8)],
    run: /Process 10893, .* ended in order at 14:45:01 by its own line\. The next start is at 15:00:02, 15m 1s later/,
    held: /process 10893 held them, lived on .* after its own line of 14:45:01 said that it ended/,
    out: /process 10893 ended with them in its memory .* whatever its own line says/,
  },
  {
    name: 'lived on, as far as is noted',
    change: (log: readonly string[]) => log.filter((line) => !/15:00:0[23]/.test(line)),
    run: /Process 10893, .* no end of it and no other start is noted.* is of 14:44:59, 22m 19s earlier\. A start that left no line/,
    held: /process 10893 lived on, held them for 1h 0m 3s and wrote events 785193 and 785194/,
    out: /that a process died with them in its memory and another one recovered/,
  },
  {
    name: 'is not known',
    change: (log: readonly string[]) => log.filter((line) => !line.includes('bot starting')),
    run: /^$/,
    held: /the process in whose time they happened held them .* nothing says which one/,
    out: /that a process died with them in its memory and another one recovered/,
  },
];

describe.each(FATES)('of a process that $name', ({ change, run, held, out }) => {
  test('the delay has all its explanations', () => {
    const verdict = verdictWith(change);
    expect(of(verdict, 'run')).toMatch(run);
    const told = of(verdict, 'explanation');
    for (const each of [...ALWAYS, held]) expect(told).toMatch(each);
    expect(told).not.toContain('Ruled out');
    expect(of(verdict, 'ruled_out')).toMatch(out);
    expect(of(verdict, 'unknown')).toContain('which process wrote events 785193 and 785194');
    expect(of(verdict, 'delay')).toContain('Event 785193 has a higher number than event 779292');
    expect(verdict.filter(({ evidence }) => evidence.length === 0)).toEqual([]);
  });
});

test('a batch that names its process leaves open what that process did', () => {
  const map = join(dir, 'map.toml');
  const text = readFileSync(map, 'utf8').replace(
    'batch writer wrote',
    'batch writer (?<pid>\\d+) wrote',
  );
  writeFileSync(map, text);
  const verdict = verdictWith((log) =>
    log.map((line) => line.replace('writer wrote', 'writer 777 wrote')),
  );
  expect(of(verdict, 'unknown')).toContain(
    'whether process 777, which the line of the batch names as its writer, had held events 785193 and 785194 or read them again',
  );
});

test('an event that names its process is quoted with it, and does not name its writer', () => {
  const events = join(dir, 'events.jsonl');
  const text = readFileSync(events, 'utf8').replace(
    '{"symbol":"RSRUSDT","stop',
    '{"pid":4242,"symbol":"RSRUSDT","stop',
  );
  writeFileSync(events, text);
  const verdict = verdictWith((log) => log);
  expect(of(verdict, 'unknown')).toContain(
    'Event 785193 names process 4242, which made it and need not be the one that wrote it.',
  );
});

test('what was recorded at once needs no explanation', () => {
  const verdict = verdictWith((log) => log.filter((line) => !line.includes('batch writer')));
  expect(of(verdict, 'explanation') + of(verdict, 'ruled_out')).toBe('');
});

test('a pid on a line is said to be no writer, and the page names its zone', async () => {
  verdictWith((log) => log);
  const page = join(dir, 'page.html');
  const db = join(dir, 'incident.db');
  const { out } = await printed(['trace', 'RSRUSDT', '--db', db, '--html', page]);
  const html = readFileSync(page, 'utf8');
  for (const each of [out, html]) {
    expect(each).toContain('[10893] is the process in whose time it happened, not who wrote it.');
    expect(each).toContain('Times are UTC+03:00');
  }
});
