/** From a moment to a place in the journal, by halving: a journal of any size costs a few dozen rows. */
import type { JournalSource, SourceEvent } from './journal-source.ts';

/** A place in the journal: after a number, at or after a time, or an age counted from the newest event. */
export type Since =
  { readonly seq: number } | { readonly atMs: number } | { readonly ageMs: number };

type Ends = Pick<JournalSource, 'ends' | 'events' | 'eventAt'>;

/** When it is; null for a number, or in an empty journal. An age is counted back from the newest event. */
export function sinceMs(source: Ends, since: Since): number | null {
  if ('atMs' in since) return since.atMs;
  if ('seq' in since) return null;
  const newest = timeOf(lastEvent(source));
  return newest === null ? null : newest - since.ageMs;
}

/** The number after which the events begin that were recorded then or later. */
export function sinceSeq(source: Ends, since: Since): number {
  if ('seq' in since) return since.seq;
  const atMs = sinceMs(source, since);
  const ends = source.ends();
  if (ends === null || atMs === null) return 0;
  let [low, high] = [ends.first.seq, ends.last.seq + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const event = source.events(middle - 1, 1)[0];
    if (event === undefined || (timeOf(event) ?? atMs) >= atMs) high = middle;
    else low = event.seq + 1;
  }
  return low - 1;
}

function lastEvent(source: Ends): SourceEvent | null {
  const ends = source.ends();
  return ends === null ? null : source.eventAt(ends.last.seq);
}

function timeOf(event: SourceEvent | null): number | null {
  return event === null ? null : (event.recordedMs ?? event.tsMs);
}
