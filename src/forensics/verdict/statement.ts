/**
 * What the verdict is made of: sentences, each with the evidence it rests on. A rule is a pure function from
 * the evidence to sentences; one that has nothing to say says nothing.
 */
import type { Ms } from '../../domain/clock.ts';
import {
  sourceName,
  type Life,
  type Meaning,
  type NumberGap,
  type PositionRow,
  type Source,
  type TimelineEntry,
} from '../timeline.ts';
import type { RefKind } from '../trace/own-subject.ts';

/** The questions a verdict answers, in the order it answers them. */
export const TOPICS = [
  'origin',
  'knowledge',
  'protection',
  'outcome',
  'run',
  'delay',
  'missing',
  'contradiction',
  'explanation',
  'ruled_out',
  'settle',
  'unknown',
] as const;
export type Topic = (typeof TOPICS)[number];

export interface Citation {
  /** As {@link sourceName} writes it. */
  readonly source: string;
  readonly quote: string;
}

export interface Statement {
  /** Name of the rule that said it. */
  readonly rule: string;
  readonly topic: Topic;
  /** `act`: an operator must do something. `warning`: something is wrong. `note`: it is so. */
  readonly weight: 'note' | 'warning' | 'act';
  readonly text: string;
  readonly evidence: readonly Citation[];
  /** The command that helps, when one does. */
  readonly command: string | null;
}

/** What a reading of the venue says of the subject; null parts could not be read. */
export interface VenueEvidence {
  readonly takenMs: Ms;
  readonly positions: readonly { symbol: string; side: string; quantity: string }[] | null;
  readonly stops: readonly { symbol: string; quantity: string; stopPrice: string | null }[] | null;
  /** What the whole registry holds of the subject's markets, whatever this trace tells of. */
  readonly books: readonly { symbol: string; side: string; quantity: string }[];
  /** Trades that the whole journal lacks. */
  readonly fills: readonly string[] | null;
  /** Trades so young that the running bot may still read them. */
  readonly coming: readonly string[];
}

/** What hashes and the fold prove of our own journal, beside its holes. */
export interface Proof {
  /** Events that do not follow from the one before them and from their own content. */
  readonly broken: readonly { readonly seq: number; readonly type: string }[];
  /** Positions whose row is not what their events come to, or whose events cannot be folded. */
  readonly differences: readonly {
    readonly positionId: string;
    /** The event at which the fold stops. */
    readonly unreadSeq: number | null;
    readonly columns: readonly string[];
  }[];
  /** Positions that their events make, and of which no row is there. */
  readonly rowless: readonly string[];
  /** False when only the events beside those that are told were looked at. */
  readonly isWhole: boolean;
}

/** The bot's own log as far as it was read. */
export interface LogEvidence {
  readonly lines: number;
  /** Lines of which the words were understood, and of what they speak; null for our own log. */
  readonly understood: number | null;
  /** Markets that lines name of which the words were not understood. */
  readonly namedUnread: readonly string[];
  readonly fromMs: Ms;
  readonly toMs: Ms;
  /** What its lines were understood to say: nothing follows from the absence of what it never says. */
  readonly says: readonly Meaning[];
}

/** A row that was found and could not be understood, and what of this trace its text names. */
export interface RowNotUnderstood {
  readonly source: Source;
  readonly why: string;
  readonly quote: string;
  /** Names of the subject. */
  readonly names: readonly string[];
  /** Numbers inside a hole of the sequence. */
  readonly numbers: readonly number[];
}

/** Everything that the rules may look at; it holds no clock and no file. */
export interface Evidence {
  /** What was asked for, as it was written. */
  readonly ref: string;
  readonly symbols: readonly string[];
  /** The number that was asked for, when the journal gave it out and has no event for it. */
  readonly missingSeq: number | null;
  /** Events of the subject on a page of the file that cannot be read. */
  readonly unreadSeqs?: readonly number[];
  /** What kind of name it is, where that was looked up in our own journal. */
  readonly kind?: RefKind;
  /** Positions of the same market that are not part of this, newest first. */
  readonly older: readonly string[];
  /** Decisions not to trade, and signals of other positions: counted, not told. */
  readonly leftOut: number;
  /** True when there was more than a page can hold; what is told is the newest. */
  readonly truncated: boolean;
  readonly entries: readonly TimelineEntry[];
  readonly positions: readonly PositionRow[];
  readonly lives: readonly Life[];
  readonly gaps: readonly NumberGap[];
  /** Of another bot's files: rows that stand beside, and how many of them are of its events. */
  readonly unread?: { readonly events: number; readonly rows: readonly RowNotUnderstood[] };
  /** Null for another bot's files, which prove nothing of themselves. */
  readonly proof: Proof | null;
  /** Lines of the bot's own log that were read; null when there was none to read. */
  readonly log: LogEvidence | null;
  readonly venue: VenueEvidence | null;
  /** True for a database of another bot: its words are told, ours are proven by the journal. */
  readonly foreign: boolean;
  /** True for a copy of our journal: no lock, no mark and no log stand beside it. */
  readonly isCopy?: boolean;
  readonly asOfMs: Ms;
  /** Minutes east of UTC in which the sources write their times. */
  readonly zone: number;
  /** Writes a moment the way the sources write it; without the day when all of it was on one day. */
  readonly time: (at: Ms) => string;
}

export type Rule = (evidence: Evidence) => readonly Statement[];

/** A sentence without a command, of no weight unless it is given one. */
export function statement(
  rule: string,
  topic: Topic,
  text: string,
  more: Partial<Pick<Statement, 'weight' | 'evidence' | 'command'>> = {},
): Statement {
  return { rule, topic, text, weight: 'note', evidence: [], command: null, ...more };
}

/** The line itself as evidence. */
export function cite({ source, quote }: { source: Source; quote: string }): Citation {
  return { source: sourceName(source), quote };
}
