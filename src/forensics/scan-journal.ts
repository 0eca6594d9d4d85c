/**
 * Walks a journal to the head it has now, page by page, each page a short read of its own. A part of the
 * file that cannot be read is named and stepped over: the rest of the journal is worth looking at.
 */
import { TradectlError } from '../domain/errors.ts';
import { emptyScan, keep, scanMark, type ScanRules, type ScanState } from './hole-scan.ts';
import type { EventMark, JournalSource } from './journal-source.ts';

/** Events of one read: milliseconds, and a few hundred kilobytes. */
const PAGE = 250;
/** Places that cannot be read before the rest is given up. */
const MOST_UNREADABLE = 50;

/** Goes on from `from`, or from the first event. Returns a state of its own. */
export function scanJournal(
  source: JournalSource,
  rules: ScanRules,
  from: ScanState | null,
): ScanState {
  const state = from === null ? emptyScan() : structuredClone(from);
  const head = source.ends()?.last.seq ?? 0;
  let after = state.last?.seq ?? 0;
  while (after < head) {
    const page = readPage(source, after, Math.min(PAGE, head - after));
    if ('why' in page) {
      const next = page.isTooMany ? null : nextReadable(source, after, head);
      keep(state.unreadable, { afterSeq: after, nextSeq: next, why: page.why });
      if (next === null || state.unreadable.total >= MOST_UNREADABLE) break;
      after = next - 1;
      // What could not be read is named as that, not as missing too.
      state.last = { seq: after, hash: null, recordedMs: state.last?.recordedMs ?? null };
      continue;
    }
    for (const mark of page.marks) if (mark.seq <= head) scanMark(state, mark, rules);
    const last = page.marks.at(-1);
    if (last === undefined || last.seq >= head) break;
    after = last.seq;
  }
  return state;
}

type Page = { readonly marks: readonly EventMark[] } | { readonly why: string; isTooMany: boolean };

/** As many as can be read; halves the page down to one event before it gives up. */
function readPage(source: JournalSource, after: number, limit: number): Page {
  for (let size = limit; ; size = Math.floor(size / 2)) {
    try {
      return { marks: source.marks(after, size) };
    } catch (error) {
      if (!(error instanceof TradectlError) || error.code !== 'STORE_CORRUPT') throw error;
      if (size <= 1) return { why: error.message, isTooMany: false };
    }
  }
}

/** The first event behind a damaged part: found by steps that double, then halve again. */
function nextReadable(source: JournalSource, after: number, head: number): number | null {
  let [bad, step] = [after, 1];
  let good = Math.min(head - 1, bad + step);
  while (good < head - 1 && !isReadable(source, good)) {
    bad = good;
    step *= 2;
    good = Math.min(head - 1, bad + step);
  }
  if (!isReadable(source, good)) return null;
  while (good - bad > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (isReadable(source, middle)) good = middle;
    else bad = middle;
  }
  return good + 1;
}

function isReadable(source: JournalSource, after: number): boolean {
  try {
    return source.marks(after, 1).length > 0;
  } catch {
    return false;
  }
}
