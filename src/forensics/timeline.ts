/**
 * One line of time over every source: journal, registry, log, venue, the lives of the process, and what
 * people wrote. The same words for our own bot and for another one's, so that a rule of the verdict reads both.
 */
import type { Ms } from '../domain/clock.ts';

/** Where a line was found. `note`: what somebody wrote about it later, never first-hand. */
export type SourceKind = 'journal' | 'registry' | 'signals' | 'log' | 'note' | 'venue' | 'runs';

export interface Source {
  readonly kind: SourceKind;
  /** A file for what was read from one; null for a table of the home and for the venue. */
  readonly file: string | null;
  readonly line: number | null;
  /** The number of an event. */
  readonly seq: number | null;
}

/** What a line says happened, in the words that all sources share. */
export const MEANINGS = [
  'run_started',
  'run_ended',
  'lock_released',
  'died',
  'signal',
  'declined',
  'order_sent',
  'order_accepted',
  'order_refused',
  'order_in_doubt',
  'order_ended',
  'fill',
  'position_opened',
  'position_imported',
  'position_changed',
  'position_closed',
  'stop_placed',
  'protected',
  'unprotected',
  'tracked',
  'not_tracked',
  'batch_written',
  'at_venue',
  'not_at_venue',
  'created_elsewhere',
  'held_in_memory',
  'events_lost',
  'operator',
  'blocked',
  'other',
] as const;
export type Meaning = (typeof MEANINGS)[number];

/** What a line names; null where it names none. */
export interface Refs {
  readonly symbol: string | null;
  readonly positionId: string | null;
  readonly signalId: string | null;
  readonly clientOrderId: string | null;
  readonly venueOrderId: string | null;
  readonly tradeId: string | null;
  readonly correlationId: string | null;
}

export const NO_REFS: Refs = {
  symbol: null,
  positionId: null,
  signalId: null,
  clientOrderId: null,
  venueOrderId: null,
  tradeId: null,
  correlationId: null,
};

export type Fact = string | number | boolean | null;

export interface TimelineEntry {
  /** When it happened, by the source's own word. */
  readonly atMs: Ms;
  /** When it was written down, where the source says so or counts prove it. */
  readonly recordedMs: Ms | null;
  readonly source: Source;
  readonly means: Meaning;
  /** The source's own name for it: an event type, a column, the venue's word. */
  readonly type: string;
  /** The line as it was found, on one line. */
  readonly quote: string;
  readonly refs: Refs;
  /** Number of the life of the process it belongs to; null when that cannot be said. */
  readonly life: number | null;
  /** True when it concerns what was asked for; false for what happened around it. */
  readonly about: boolean;
  readonly facts: Readonly<Record<string, Fact>>;
}

/** One life of the bot process, as far as it is known. */
export interface Life {
  readonly life: number;
  readonly pid: number | null;
  readonly startedMs: Ms;
  /** The last thing that proves it was alive: a heartbeat, a line, an event. */
  readonly lastSignMs: Ms;
  readonly lastSeq: number | null;
  /** Null while it runs and after a death. */
  readonly endedMs: Ms | null;
  readonly endReason: string | null;
  /** `running`: it still holds the lock. `died`: no end, and a later life or no lock proves it gone. */
  readonly end: 'clean' | 'died' | 'running' | 'unknown';
  /** On the clock of the host, where the run table has it: a recording has its own. */
  readonly wall?: { readonly startedMs: Ms; readonly lastBeatMs: number | null };
  readonly evidence: readonly Source[];
}

/** A hole between two numbers of the sequence; nothing in the evidence has a number inside it. */
export interface NumberGap {
  readonly after: number;
  readonly before: number;
  readonly missing: number;
  readonly afterMs: Ms;
  readonly beforeMs: Ms;
  /** What says that the numbers between were given out; null when only the numbers do. */
  readonly witness: string | null;
  /** Whether the event after it follows from the one before it; null where there are no hashes to ask. */
  readonly link: 'whole' | 'broken' | 'unhashed' | null;
}

/** A row of positions: what the database holds, whoever wrote it. */
export interface PositionRow {
  readonly positionId: string;
  readonly symbol: string;
  readonly side: string | null;
  readonly status: string | null;
  readonly quantity: string | null;
  readonly entryPrice: string | null;
  readonly stopPrice: string | null;
  readonly targets: readonly string[];
  readonly signalId: string | null;
  readonly openedMs: Ms;
  readonly closedMs: Ms | null;
  /** `signal`, `venue-report`, ... where the registry says how it came to be. */
  readonly origin: string | null;
  readonly exitReason: string | null;
  /** Profit before fees, and fees; null where the source does not tell. */
  readonly realizedPnl: string | null;
  readonly fees: string | null;
  readonly source: Source;
  readonly quote: string;
  readonly about: boolean;
}

/** `journal 2126`, `bot.log:31`, `positions`: short enough to stand before a line. */
export function sourceName({ kind, file, line, seq }: Source): string {
  const place = file === null ? kind : line === null ? file : `${file}:${line}`;
  return seq === null ? place : file === null ? `${place} ${seq}` : `${place} (event ${seq})`;
}
