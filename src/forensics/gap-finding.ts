/**
 * `tradectl.gaps/1`: every kind of hole in a journal. A finding is a sentence, how bad it is, where it is,
 * and the command that repairs it or shows more. What the evidence cannot tell is listed beside it.
 */
export type GapKind =
  | 'missing_events'
  | 'broken_link'
  | 'unreadable'
  | 'tail_lost'
  | 'mark_broken'
  | 'restored'
  | 'silence'
  | 'no_heartbeat'
  | 'death'
  | 'late_events'
  | 'no_log_line'
  | 'no_event'
  | 'log_differs'
  | 'venue_only'
  | 'contradiction'
  | 'fold_differs';

/** `fail`: facts are gone or wrong. `warn`: look at it. `note`: explained, nothing to do. */
export type Severity = 'fail' | 'warn' | 'note';

export interface GapFinding {
  readonly kind: GapKind;
  readonly severity: Severity;
  readonly text: string;
  /** The command that repairs it, or shows what to decide. */
  readonly repair: string;
  readonly from_seq: number | null;
  readonly to_seq: number | null;
  /** The time it spans, in the time of the journal: what the venue is asked for. */
  readonly from_ms: number | null;
  readonly to_ms: number | null;
  /** Events, lines or deaths that are meant. */
  readonly count: number;
  readonly pid: number | null;
  /** What was read, word for word. */
  readonly evidence: string | null;
  /** What happened at the venue meanwhile; null when it was not asked. */
  readonly venue: VenueInHole | null;
}

export interface VenueInHole {
  readonly fills: readonly VenueFact[];
  readonly orders: readonly VenueFact[];
  /** Net change of each market by its fills, as signed decimal text. */
  readonly position_changes: Readonly<Record<string, string>>;
}

export interface VenueFact {
  readonly at_ms: number;
  readonly symbol: string;
  readonly id: string;
  readonly text: string;
  readonly in_journal: boolean;
}

export interface GapDocument {
  readonly schema: 'tradectl.gaps/1';
  readonly as_of_ms: number;
  readonly source: string;
  readonly source_kind: 'own' | 'foreign';
  readonly since_ms: number | null;
  readonly events: number;
  readonly first_seq: number | null;
  readonly last_seq: number | null;
  /** The event up to which an earlier look had verified the journal; 0 when everything was read now. */
  readonly verified_before_seq: number;
  readonly verified_before_ms: number | null;
  readonly log_lines: number;
  /** What the venue answered, counted; null when it was not asked or a part is unknown. */
  readonly venue_since_ms: number | null;
  readonly venue_fills: number | null;
  readonly venue_orders: number | null;
  readonly longest_lag_ms: number;
  readonly findings: readonly GapFinding[];
  /** What this evidence cannot tell, and why. */
  readonly unknown: readonly string[];
}

type Place = Partial<Omit<GapFinding, 'kind' | 'severity' | 'text' | 'repair'>>;
type Said = Pick<GapFinding, 'kind' | 'severity' | 'text' | 'repair'>;

const NOWHERE = {
  from_seq: null,
  to_seq: null,
  from_ms: null,
  to_ms: null,
  count: 1,
  pid: null,
  evidence: null,
  venue: null,
} as const;

export function gapFinding(said: Said, place: Place = {}): GapFinding {
  return { ...said, ...NOWHERE, ...place };
}

/** `events 12 to 15`, `event 12`. */
export function eventsText(from: number, to: number): string {
  return from === to ? `event ${from}` : `events ${from} to ${to}`;
}
