/** What `gap` finds in a journal told in a few words, where everything else is healthy. */
import type { GapDocument } from '../../src/forensics/gap-finding.ts';
import { readGaps } from '../../src/forensics/gaps.ts';
import {
  hashOf,
  logLine,
  marks,
  MINUTE,
  run,
  T0,
  toldJournal,
  type ToldJournal,
} from './told-journal.ts';

export const HEALTHY: ToldJournal = {
  marks: marks(1, 10),
  runs: [run(1, { endedMs: T0 + 10 * MINUTE, endReason: 'signal', lastSeq: 10 })],
  mark: { state: 'read', seq: 10, hash: hashOf(10) },
  log: marks(1, 10).map(({ seq }) => logLine(seq)),
};

export function gapsOf(told: Partial<ToldJournal>, isHeld = false): GapDocument {
  return readGaps(toldJournal({ ...HEALTHY, ...told }), {
    nowMs: T0 + 20 * MINUTE,
    logFiles: null,
    cursorFile: null,
    full: false,
    isHeld,
    machine: null,
  });
}

/** `severity kind from-to`, one for each finding. */
export function holes(told: Partial<ToldJournal>, isHeld = false): string[] {
  return gapsOf(told, isHeld).findings.map(
    ({ severity, kind, from_seq: from, to_seq: to }) => `${severity} ${kind} ${from}-${to}`,
  );
}
