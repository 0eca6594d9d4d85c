/** A mutant is caught only by a test that ran: a file that does not load proves nothing. */
import { expect, test } from 'vitest';
import { parses, testOutcome } from '../../../scripts/mutant-outcome.ts';

const FAILED_SUITE = ' Failed Suites 1 \n FAIL  a.test.ts\nError: Transform failed\n';

test.each([
  ['a test that passed', 0, '      Tests  1 passed | 3 skipped (4)', 'green'],
  ['a test that failed', 1, '      Tests  1 failed | 3 skipped (4)', 'red'],
  ['a name that no test has', 0, '      Tests  4 skipped (4)', 'broken'],
  ['a file that does not load', 1, `${FAILED_SUITE}      Tests  no tests`, 'broken'],
  ['one failed, one not loaded', 1, `${FAILED_SUITE}      Tests  1 failed (1)`, 'broken'],
  ['a vitest that was killed', null, '', 'broken'],
])('%s', (_name, status, output, expected) => {
  expect(testOutcome(status, output)).toBe(expected);
});

test('a patch with a bracket too few does not parse; one of a wrong type does', () => {
  expect(parses('export const f = (a: number): number => (a;')).toBe(false);
  expect(parses("export const f = (a: number): number => 'a';")).toBe(true);
});
