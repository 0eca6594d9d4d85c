/** The log knows more of a death than a run table that lost its last rows. */
import { expect, test } from 'vitest';
import type { GapDocument } from '../../../src/forensics/gap-finding.ts';
import { readGaps } from '../../../src/forensics/gaps.ts';
import { logLine, marks, MINUTE, run, T0, toldJournal } from '../../support/told-journal.ts';
import type { ToldJournal } from '../../support/told-journal.ts';

function gapsOf(told: ToldJournal): GapDocument {
  const options = { logFiles: null, cursorFile: null, full: false, isHeld: false, machine: null };
  const all = { marks: marks(1, 10), log: marks(1, 10).map(({ seq }) => logLine(seq)), ...told };
  return readGaps(toldJournal(all), { nowMs: T0 + 20 * MINUTE, ...options });
}

test('a death is told by the last sign that the run table or the log has', () => {
  const dead = { runs: [run(1, { lastSeq: 4, lastBeatMs: T0 + 4 * MINUTE })] };
  const [death] = gapsOf(dead).findings.filter(({ kind }) => kind === 'death');
  expect(death?.text).toContain(
    `last sign of life is of ${new Date(T0 + 10 * MINUTE).toISOString()}`,
  );
  // The line of another process is no sign of this one.
  const other = marks(1, 10).map(({ seq }) => logLine(seq, { pid: seq > 6 ? 7 : 1001 }));
  const [stranger] = gapsOf({ ...dead, log: other }).findings.filter(
    ({ kind }) => kind === 'death',
  );
  expect(stranger?.text).toContain(new Date(T0 + 6 * MINUTE).toISOString());
});
