/**
 * Late events of another bot, with those that its own rules cannot date: the first event of a late batch has no
 * recorded event before it to be measured against, yet it was written with the ones behind it and is as late.
 */
import { LATE_MS, type LateBatch, type ScanState } from './hole-scan.ts';
import type { JournalSource } from './journal-source.ts';

/** Each late batch reaches back over the events that were recorded in the same moment, as late. */
export function wholeBatches(scan: ScanState, source: Pick<JournalSource, 'marks'>): ScanState {
  return { ...scan, late: { ...scan.late, rows: scan.late.rows.map((row) => whole(row, source)) } };
}

function whole(batch: LateBatch, source: Pick<JournalSource, 'marks'>): LateBatch {
  if (batch.cause !== 'held') return batch;
  let reached = batch;
  for (let seq = batch.fromSeq - 1; ; seq -= 1) {
    const before = source.marks(seq - 1, 1)[0];
    if (before?.seq !== seq || before.recordedMs !== batch.recordedMs) return reached;
    const { tsMs, type } = before;
    // One that does not say when it happened stands between others that do.
    if (tsMs === null) continue;
    const lag = batch.recordedMs - tsMs;
    if (lag < LATE_MS) return reached;
    reached = {
      ...reached,
      fromSeq: seq,
      count: reached.count + 1,
      firstTsMs: Math.min(reached.firstTsMs, tsMs),
      longestMs: Math.max(reached.longestMs, lag),
      types: [...new Set([type, ...reached.types])],
    };
  }
}
