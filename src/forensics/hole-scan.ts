/**
 * What a walk over the journal has seen of holes so far: a fold over {@link EventMark}s. Its state is plain
 * data and small, so that it can be kept beside a verified journal and the walk goes on from there.
 */
import type { EventMark, Link } from './journal-source.ts';

/** Rows of which the newest are kept, and how many there were. */
export interface Kept<T> {
  total: number;
  rows: T[];
}

export interface MissingRange {
  readonly fromSeq: number;
  readonly toSeq: number;
  /** When the event before it and the event after it were recorded. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** Of the event after it: a whole link means that the numbers were left out on purpose. */
  readonly link: Link;
  /** The event by which a start said so. */
  announcedBy: number | null;
}

export interface BrokenLink {
  readonly seq: number;
  readonly type: string;
  readonly atMs: number | null;
}

/** Time without a sign of life while the run was alive. */
export interface Silence {
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** The usual time between two signs. */
  readonly usualMs: number;
}

/** Events next to each other that were recorded long after they happened. */
export interface LateBatch {
  readonly fromSeq: number;
  toSeq: number;
  count: number;
  readonly recordedMs: number;
  firstTsMs: number;
  lastTsMs: number;
  longestMs: number;
  readonly types: string[];
  /** `downtime`: it happened while no bot ran. `held`: a bot ran and recorded other things meanwhile. */
  readonly cause: 'downtime' | 'held';
}

/** A start that found an unclean death before it. */
export interface Takeover {
  /** The last event before it, and when that was recorded; null at the very beginning. */
  readonly fromSeq: number | null;
  readonly fromMs: number | null;
  readonly toSeq: number;
  readonly toMs: number | null;
}

export interface UnreadableRange {
  readonly afterSeq: number;
  /** The next event that can be read; null when there is none. */
  readonly nextSeq: number | null;
  readonly why: string;
}

export interface ScanState {
  events: number;
  firstSeq: number | null;
  last: { seq: number; hash: string | null; recordedMs: number | null } | null;
  beat: { seq: number; ms: number } | null;
  /** The newest times between two signs of life of one run. */
  intervals: number[];
  /** When the newest run started, and what was recorded last before it. */
  start: { fromMs: number | null; toMs: number } | null;
  longestLagMs: number;
  untimed: number;
  readonly missing: Kept<MissingRange>;
  readonly broken: Kept<BrokenLink>;
  readonly silences: Kept<Silence>;
  readonly late: Kept<LateBatch>;
  readonly takeovers: Kept<Takeover>;
  readonly unreadable: Kept<UnreadableRange>;
}

export interface ScanRules {
  /** Types that a living bot writes regularly; empty when every event is a sign of life. */
  readonly heartbeats: readonly string[];
  /** From here on an event was recorded late. */
  readonly lateMs: number;
  /** Whether the numbers begin at 1: then what is before the first event is missing too. */
  readonly isWholeFromOne: boolean;
  /** Times without a run, where events do not tell them. */
  readonly downtimes: readonly { readonly fromMs: number; readonly toMs: number }[];
}

const MOST_KEPT = 500;
const INTERVALS = 15;
const FEWEST_INTERVALS = 3;
/** Silence begins at five usual intervals, and never below these. */
const SILENT_TIMES = 5;
const SHORTEST_SILENCE_MS = 60_000;
const SHORTEST_SILENCE_OF_EVENTS_MS = 900_000;
export const LATE_MS = 60_000;
/** A cycle that ended this much later has looked at everything. */
const GRACE_MS = 5_000;
/** How far behind a gap the event that names it may stand. */
const ANNOUNCED_WITHIN = 200;

export function emptyScan(): ScanState {
  const none = <T>(): Kept<T> => ({ total: 0, rows: [] });
  return {
    events: 0,
    firstSeq: null,
    last: null,
    beat: null,
    intervals: [],
    start: null,
    longestLagMs: 0,
    untimed: 0,
    missing: none(),
    broken: none(),
    silences: none(),
    late: none(),
    takeovers: none(),
    unreadable: none(),
  };
}

export function keep<T>(kept: Kept<T>, row: T): void {
  kept.total += 1;
  kept.rows.push(row);
  if (kept.rows.length > MOST_KEPT) kept.rows.shift();
}

/** Adds one event. Mutates `state`: it is asked for each of millions. */
export function scanMark(state: ScanState, mark: EventMark, rules: ScanRules): void {
  const { last } = state;
  const expected = last === null ? (rules.isWholeFromOne ? 1 : mark.seq) : last.seq + 1;
  if (mark.seq > expected) noteMissing(state, mark, expected);
  if (mark.link === 'broken') {
    keep(state.broken, { seq: mark.seq, type: mark.type, atMs: mark.recordedMs });
  }
  if (mark.type === 'JOURNAL_TAIL_LOST') announce(state, mark.seq);
  noteLife(state, mark);
  noteLateness(state, mark, rules);
  noteBeat(state, mark, rules);
  state.events += 1;
  state.firstSeq ??= mark.seq;
  state.last = { seq: mark.seq, hash: mark.hash, recordedMs: mark.recordedMs };
}

function noteMissing(state: ScanState, mark: EventMark, fromSeq: number): void {
  keep(state.missing, {
    fromSeq,
    toSeq: mark.seq - 1,
    fromMs: state.last?.recordedMs ?? null,
    toMs: mark.recordedMs,
    link: mark.link,
    announcedBy: null,
  });
}

function announce(state: ScanState, seq: number): void {
  const range = state.missing.rows.at(-1);
  if (range === undefined || seq - range.toSeq > ANNOUNCED_WITHIN) return;
  range.announcedBy ??= seq;
}

function noteLife(state: ScanState, mark: EventMark): void {
  const { type, seq, recordedMs } = mark;
  if (type === 'PREVIOUS_RUN_DIED') {
    const { last } = state;
    keep(state.takeovers, {
      fromSeq: last?.seq ?? null,
      fromMs: last?.recordedMs ?? null,
      toSeq: seq,
      toMs: recordedMs,
    });
  }
  if ((type !== 'RUN_STARTED' && type !== 'PREVIOUS_RUN_DIED') || recordedMs === null) return;
  const isSecond = state.last?.recordedMs === recordedMs && state.start?.toMs === recordedMs;
  if (!isSecond) state.start = { fromMs: state.last?.recordedMs ?? null, toMs: recordedMs };
  // Another life may run at another pace, and the time before it is downtime, not silence.
  state.beat = null;
  state.intervals = [];
}

function noteLateness(state: ScanState, mark: EventMark, rules: ScanRules): void {
  const { tsMs, recordedMs } = mark;
  if (tsMs === null || recordedMs === null) {
    state.untimed += 1;
    return;
  }
  const lag = recordedMs - tsMs;
  if (lag > state.longestLagMs) state.longestLagMs = lag;
  if (lag < rules.lateMs) return;
  const cause = lateBecause(state, tsMs, rules);
  if (cause !== null) noteLate(state, { seq: mark.seq, type: mark.type, tsMs, recordedMs, cause });
}

/** Null: nothing was recorded between the happening and the recording, as in a bar that just closed. */
function lateBecause(
  { start, beat }: ScanState,
  tsMs: number,
  { downtimes }: ScanRules,
): LateBatch['cause'] | null {
  const isDown = start !== null && tsMs <= start.toMs && tsMs >= (start.fromMs ?? start.toMs);
  if (isDown || downtimes.some(({ fromMs, toMs }) => tsMs >= fromMs && tsMs <= toMs)) {
    return 'downtime';
  }
  const wasAlive = (beat !== null && beat.ms >= tsMs + GRACE_MS) || (start?.fromMs ?? tsMs) > tsMs;
  return wasAlive ? 'held' : null;
}

type LateEvent = Pick<LateBatch, 'cause' | 'recordedMs'> & {
  readonly seq: number;
  readonly type: string;
  readonly tsMs: number;
};

function noteLate(state: ScanState, { seq, type, tsMs, recordedMs, cause }: LateEvent): void {
  const lag = recordedMs - tsMs;
  const before = state.late.rows.at(-1);
  const isNext =
    before?.cause === cause && seq - before.toSeq <= 2 && recordedMs - before.recordedMs <= 1_000;
  if (!isNext || before === undefined) {
    const [firstTsMs, lastTsMs, longestMs] = [tsMs, tsMs, lag];
    const batch = { fromSeq: seq, toSeq: seq, count: 1, recordedMs, types: [type], cause };
    keep(state.late, { ...batch, firstTsMs, lastTsMs, longestMs });
    return;
  }
  before.toSeq = seq;
  before.count += 1;
  before.firstTsMs = Math.min(before.firstTsMs, tsMs);
  before.lastTsMs = Math.max(before.lastTsMs, tsMs);
  before.longestMs = Math.max(before.longestMs, lag);
  if (!before.types.includes(type) && before.types.length < 20) before.types.push(type);
}

function noteBeat(state: ScanState, mark: EventMark, { heartbeats, downtimes }: ScanRules): void {
  const { seq, type, recordedMs } = mark;
  // Between two lives nothing beats.
  if (type === 'RUN_ENDED') state.beat = null;
  if (recordedMs === null || (heartbeats.length > 0 && !heartbeats.includes(type))) return;
  const { beat } = state;
  state.beat = { seq, ms: recordedMs };
  if (beat === null) return;
  const passed = recordedMs - beat.ms;
  // A clock that stood still or went back says nothing about the pace.
  if (passed <= 0) return;
  const least = heartbeats.length > 0 ? SHORTEST_SILENCE_MS : SHORTEST_SILENCE_OF_EVENTS_MS;
  const isDown = downtimes.some(({ fromMs, toMs }) => fromMs < recordedMs && toMs > beat.ms);
  // Sorting for each beat of a million would cost more than all the rest of the rules.
  const usualMs = passed > least ? usual(state.intervals) : null;
  if (usualMs !== null && passed > SILENT_TIMES * usualMs) {
    const range = { fromSeq: beat.seq, toSeq: seq, fromMs: beat.ms, toMs: recordedMs };
    if (!isDown) keep(state.silences, { ...range, usualMs });
    return;
  }
  state.intervals.push(passed);
  if (state.intervals.length > INTERVALS) state.intervals.shift();
}

/** Null while too few are known. */
function usual(intervals: readonly number[]): number | null {
  if (intervals.length < FEWEST_INTERVALS) return null;
  return intervals.toSorted((a, b) => a - b)[Math.floor(intervals.length / 2)] ?? null;
}
