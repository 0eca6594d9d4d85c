/** What the mark beside a journal saw committed and the journal does not have, while nobody writes. */
import { homePaths } from '../core/home.ts';
import { readHead } from '../core/head.ts';
import { readHighWaterMark } from '../core/high-water-mark.ts';
import { lockState } from '../core/lock.ts';
import { withState } from '../core/open-state.ts';
import type { SeqRange } from './seq-set.ts';

/** Null when nothing is known to be lost. Throws as reading the journal does. */
export function lostTail(home: string): SeqRange | null {
  const paths = homePaths(home);
  // A writing bot moves both: the mark is asked first, and only a journal at rest lacks anything.
  const reading = readHighWaterMark(paths.highWaterMark);
  if (reading.state !== 'read' || lockState(paths).held) return null;
  const head = withState(paths.state, {}, readHead).seq;
  return reading.mark.seq > head ? { from: head + 1, to: reading.mark.seq } : null;
}
