import { expect, test } from 'vitest';
import { lineTime } from '../../../src/forensics/log-time.ts';

test.each([
  ['2025-10-18 14:07:13,226 - bot - INFO - x', '2025-10-18T14:07:13.226Z'],
  ['2025-10-18T14:07:13.226594+02:00 vm bot[1]: x', '2025-10-18T12:07:13.226Z'],
  ['[2025-10-18T14:07:13Z] x', '2025-10-18T14:07:13.000Z'],
  ['{"level":30,"time":1760796433226,"msg":"x"}', '2025-10-18T14:07:13.226Z'],
  ['1760796433.226000 host kernel: x', '2025-10-18T14:07:13.226Z'],
  ['order 1760796433 filled', null],
  ['no time here', null],
])('%s', (line, expected) => {
  const at = lineTime(line);
  expect(at === null ? null : new Date(at).toISOString()).toBe(expected);
});
