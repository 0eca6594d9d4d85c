import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseLogLine } from '../../../src/core/log-record.ts';
import { LineSplitter, readHomeLog, readLogFile } from '../../../src/core/log-reader.ts';

const dir = mkdtempSync(join(tmpdir(), 'tradectl-log-'));
afterAll(() => rmSync(dir, { recursive: true }));

const OURS =
  '{"time":"2026-01-01T00:00:00.000Z","level":"info","pid":7,"seq":3,"hash":"0123abcd",' +
  '"type":"FILL","at":"2025-01-01T00:00:00.000Z","replayed":true,"msg":"filled"}';

test.each([
  ['not JSON', 'INFO started'],
  ['cut', OURS.slice(0, -3)],
  ['JSON of another program', '{"time":"2026-01-01T00:00:00Z","message":"x"}'],
  ['pino', '{"level":30,"time":1531171074631,"pid":657,"hostname":"x","msg":"hello"}'],
  ['a list', '[1]'],
])('a line that is not ours: %s', (_, line) => {
  expect(parseLogLine(line)).toBeNull();
});

test('a line of ours', () => {
  expect(parseLogLine(OURS)).toMatchObject({
    timeMs: Date.UTC(2026, 0, 1),
    event: { seq: 3, hash: '0123abcd', atMs: Date.UTC(2025, 0, 1), replayed: true, order: null },
  });
});

describe('reading', () => {
  test('rotated files first, foreign lines as text, a last line without its end told apart', () => {
    const log = join(dir, 'a.log');
    writeFileSync(`${log}.2`, 'oldest\n');
    writeFileSync(`${log}.1`, `${OURS}\r\n`);
    writeFileSync(log, `middle \u00e9\n\n${OURS.slice(0, 30)}`);
    const lines = [...readHomeLog(log)];
    expect(
      lines.map(({ file, line, isWhole }) => `${file.slice(dir.length + 1)}:${line}:${isWhole}`),
    ).toEqual([
      'a.log.2:1:true',
      'a.log.1:1:true',
      'a.log:1:true',
      'a.log:2:true',
      'a.log:3:false',
    ]);
    expect(lines.map(({ record }) => record?.event?.seq ?? null)).toEqual([
      null,
      3,
      null,
      null,
      null,
    ]);
    expect(lines[2]?.text).toBe('middle \u00e9');
  });

  test('no log is no line; a named file that is absent is an error', () => {
    expect([...readHomeLog(join(dir, 'none.log'))]).toEqual([]);
    expect(() => [...readLogFile(join(dir, 'none.log'))]).toThrow(/none.log cannot be read/);
  });

  test('a line of megabytes keeps its beginning, and the next one is whole', () => {
    const file = join(dir, 'long.log');
    writeFileSync(file, `${'x'.repeat(3_000_000)}\nnext\n`);
    const [long, next] = [...readLogFile(file)];
    expect(long?.text.length).toBeLessThan(200_000);
    expect(next?.text).toBe('next');
  });

  test.each([1, 2, 3, 7])('lines are the same in pieces of %i', (size) => {
    const text = 'a\r\nbc\n\nd';
    const splitter = new LineSplitter();
    const lines: string[] = [];
    for (let at = 0; at < text.length; at += size) {
      lines.push(...splitter.push(text.slice(at, at + size)));
    }
    expect([...lines, splitter.end()]).toEqual(['a', 'bc', '', 'd']);
  });
});
