import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  compareWithHead,
  openMarkWriter,
  readHighWaterMark,
  type MarkReading,
} from '../../../src/core/high-water-mark.ts';

const dir = mkdtempSync(join(tmpdir(), 'tradectl-mark-'));
const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];
const mark = (seq: number, hash = A): MarkReading => ({ state: 'read', mark: { seq, hash } });
const chain = (hash: string | null) => (): string | null => hash;

afterAll(() => rmSync(dir, { recursive: true }));

describe('the mark and the head', () => {
  it.each([
    ['both new', { state: 'absent' } as const, { seq: 0, hash: A }, null, { verdict: 'ok' }],
    ['equal', mark(7), { seq: 7, hash: A }, null, { verdict: 'ok' }],
    ['killed between commit and mark', mark(6), { seq: 7, hash: B }, A, { verdict: 'ok' }],
    ['a mark inside a known gap', mark(6), { seq: 7, hash: B }, null, { verdict: 'ok' }],
    [
      'a lost tail',
      mark(9),
      { seq: 6, hash: B },
      null,
      { verdict: 'behind', lostFrom: 7, lostTo: 9 },
    ],
    [
      'an emptied journal',
      mark(9),
      { seq: 0, hash: B },
      null,
      { verdict: 'behind', lostFrom: 1, lostTo: 9 },
    ],
  ])('%s', (...[, reading, head, at, expected]) => {
    expect(compareWithHead(reading, head, chain(at))).toEqual(expected);
  });

  it.each([
    ['another event at the same seq', mark(7), { seq: 7, hash: B }, null],
    ['another event below the head', mark(6), { seq: 7, hash: A }, B],
    ['no mark beside a journal', { state: 'absent' } as const, { seq: 7, hash: A }, null],
    ['unreadable', { state: 'unreadable', why: 'torn' } as const, { seq: 7, hash: A }, null],
  ])('%s: broken', (_what, reading, head, at) => {
    expect(compareWithHead(reading, head, chain(at))).toMatchObject({ verdict: 'broken' });
  });
});

describe('the file', () => {
  it('is one line of fixed width, replaced as a whole', () => {
    const file = join(dir, 'hwm');
    const writer = openMarkWriter(file, { seq: 123_456, hash: A });
    writer.write({ seq: 7, hash: B });
    writer.close();
    expect(readHighWaterMark(file)).toEqual(mark(7, B));
  });

  it('keeps its line when it is opened without a head', () => {
    const file = join(dir, 'kept');
    openMarkWriter(file, { seq: 9, hash: A }).close();
    openMarkWriter(file, null).close();
    expect(readHighWaterMark(file)).toEqual(mark(9));
  });

  it.each(['', 'x', `1 ${A}\n`, `${'0'.repeat(16)} ${A}`, `${'0'.repeat(16)} ${A}\nmore`])(
    'refuses %j',
    (content) => {
      const file = join(dir, 'torn');
      writeFileSync(file, content);
      expect(readHighWaterMark(file)).toMatchObject({ state: 'unreadable' });
    },
  );
});
