/**
 * What the forensic commands read: a journal and what stands around it. Our own `state.db` and the
 * database of an imported incident both answer it, so `gap`, `verify` and `trace` are written once.
 *
 * Every call is one short read of its own and returns rows, never an open cursor: a reader that holds a
 * snapshot pins the write-ahead log of a living bot. What a source cannot know is null, never a guess.
 */
import type { RestoreRecord } from '../core/restore-records.ts';

/** Where a hash link stands: `unhashed` in a journal without hashes. */
export type Link = 'whole' | 'broken' | 'unhashed';

/** What a scan of millions needs of an event: no payload. Times are UTC milliseconds. */
export interface EventMark {
  readonly seq: number;
  readonly type: string;
  readonly runId: string | null;
  readonly positionId: string | null;
  /** When it happened. */
  readonly tsMs: number | null;
  /** When it was committed; null where the source does not tell. */
  readonly recordedMs: number | null;
  readonly hash: string | null;
  /** Whether `hash` follows from the event before it in the file and from the row itself. */
  readonly link: Link;
}

/** One event, whole. */
export interface SourceEvent {
  readonly seq: number;
  readonly type: string;
  readonly runId: string | null;
  readonly tsMs: number | null;
  readonly recordedMs: number | null;
  readonly symbol: string | null;
  readonly positionId: string | null;
  readonly clientOrderId: string | null;
  readonly signalId: string | null;
  readonly correlationId: string | null;
  readonly causationSeq: number | null;
  /** As it was written; `{}` with `damage` said when it could not be parsed. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly damage: string | null;
  readonly hash: string | null;
  /** For a quotation: `state.db event 785194`, `events.jsonl line 12`. */
  readonly where: string;
}

/** The reason of an end that is only the end of the copy that was read. */
export const CUT = 'the copy ends here';

/** One life of the bot process, on the wall clock. */
export interface SourceRun {
  /** Its number, growing with time. */
  readonly life: number;
  readonly runId: string | null;
  readonly pid: number | null;
  readonly host: string | null;
  readonly bootId: string | null;
  readonly startedMs: number;
  readonly lastBeatMs: number | null;
  readonly lastRssBytes: number | null;
  /** The last event it is known to have written. */
  readonly lastSeq: number | null;
  readonly endedMs: number | null;
  readonly endReason: string | null;
  /** True when it holds the lock now. A life without an end that is not alive died. */
  readonly isAlive: boolean;
}

/** One line of a log, understood as far as it could be. */
export interface SourceLogLine {
  readonly file: string;
  readonly line: number;
  readonly timeMs: number | null;
  /** The event it tells of; null in a log that does not number its lines. */
  readonly seq: number | null;
  /** First eight digits of that event's hash. */
  readonly hash8: string | null;
  readonly type: string | null;
  readonly symbol: string | null;
  readonly positionId: string | null;
  readonly pid: number | null;
  /** Written by a later start, because its own process did not get to it. */
  readonly isReplayed: boolean;
  readonly text: string;
}

/** The last commit as a witness outside the database tells it. */
export type HighWater =
  | { readonly state: 'none'; readonly why: string }
  | { readonly state: 'read'; readonly seq: number; readonly hash: string | null }
  | { readonly state: 'unreadable'; readonly why: string };

/** Where a table and an event, or two rows, do not say the same; both are quoted. */
export interface Contradiction {
  readonly kind: 'signal' | 'reference';
  readonly positionId: string | null;
  readonly symbol: string | null;
  /** The event that is contradicted, or that names what is not there. */
  readonly seq: number | null;
  /** One sentence with what each side says. */
  readonly text: string;
}

/** A row that was found and not understood: what it says may be what is missing. */
export interface RowBeside {
  readonly file: string;
  readonly line: number;
  readonly why: string;
}

export interface SourceHead {
  readonly seq: number;
  readonly hash: string | null;
}

export interface JournalSource {
  /** As a report names it: the path of the database. */
  readonly name: string;
  readonly kind: 'own' | 'foreign';
  /** False for a copy and for another bot's files: nothing stands beside them, no lock, no log, no mark. */
  readonly isHome: boolean;
  /**
   * Changes when another file, or rows past the rules, took this one's place: what was verified
   * before then counts for nothing.
   */
  readonly identity: () => string;
  /** The first and the last event; null for an empty journal. */
  readonly ends: () => { readonly first: SourceHead; readonly last: SourceHead } | null;
  /** At most `limit` events after `afterSeq`, oldest first, each with its link checked. */
  readonly marks: (afterSeq: number, limit: number) => readonly EventMark[];
  /** The same events, whole; their links are not checked. */
  readonly events: (afterSeq: number, limit: number) => readonly SourceEvent[];
  readonly eventAt: (seq: number) => SourceEvent | null;
  /**
   * A position without the signal id its event names, and references to what is not there. Streaming,
   * each page a short read.
   */
  readonly contradictions: () => Iterable<Contradiction>;
  /** Rows that were not understood, and those of events of which one holds a number inside a hole. */
  readonly beside?: (holes: readonly { fromSeq: number; toSeq: number }[]) => {
    readonly all: readonly RowBeside[];
    readonly total: number;
    readonly inHole: (hole: { fromSeq: number; toSeq: number }) => readonly RowBeside[];
  };
  /** Oldest first. */
  readonly runs: () => readonly SourceRun[];
  readonly highWater: () => HighWater;
  /** Oldest first; absent where no `restore` can have put another journal in place. */
  readonly restores?: () => readonly RestoreRecord[];
  /** Types that a living bot writes regularly; empty when every event is a sign of life. */
  readonly heartbeats: readonly string[];
  /** How much later than it happened the venue itself tells of a fill; a recording tells at a bar's end. */
  readonly venueLagMs?: number;
  /** Changes when the source's own log does; absent or null where it must be read to know. */
  readonly logIdentity?: () => string | null;
  /**
   * Lines in the order of their files; `null` asks for the source's own log. Streaming: a caller
   * that stops early has read no further. Throws FILE_INVALID for a named file that cannot be read.
   */
  readonly logLines: (files: readonly string[] | null) => Iterable<SourceLogLine>;
}
