/** What was asked of a venue: a line each, two files at most, and no bot that stops for it. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openRequestJournal, type RequestLine } from '../../../src/core/request-journal.ts';
import { ms } from '../../../src/domain/clock.ts';

const LINE: RequestLine = { method: 'GET', path: '/v3/fills', status: 200, ms: 12, bytes: 345 };

const unexpected = (why: string): never => expect.fail(why);

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'tradectl-requests-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

test('a line per request, for its owner only', () => {
  const file = join(folder(), 'requests.log');
  const journal = openRequestJournal(file, { maxBytes: 10_000, onFailure: unexpected });
  journal.note(ms(1), LINE);
  journal.note(ms(2), { ...LINE, status: null });
  journal.close();
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { at_ms: 1, ...LINE },
    { at_ms: 2, ...LINE, status: null },
  ]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a full file becomes the second one, and the third goes', () => {
  const file = join(folder(), 'requests.log');
  const journal = openRequestJournal(file, { maxBytes: 300, onFailure: unexpected });
  for (let at = 0; at < 20; at += 1) journal.note(ms(at), LINE);
  journal.close();
  expect(statSync(file).size).toBeLessThan(400);
  expect(statSync(`${file}.1`).size).toBeLessThan(400);
  expect(existsSync(`${file}.2`)).toBe(false);
  expect(readFileSync(file, 'utf8')).toContain('"at_ms":19');
});

test('a full disk ends it with one word, not with an error', () => {
  const file = join(folder(), 'requests.log');
  symlinkSync('/dev/full', file);
  const said: string[] = [];
  const journal = openRequestJournal(file, { maxBytes: 300, onFailure: (why) => said.push(why) });
  journal.note(ms(1), LINE);
  journal.note(ms(2), LINE);
  journal.close();
  expect(said).toHaveLength(1);
  expect(said[0]).toContain('ENOSPC');
});
