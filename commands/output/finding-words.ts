/** What each finding of reconciliation means, and what the plan does about it, in words for an operator. */
import { RECONCILE_FINDINGS, type ReconcileFinding } from '../../src/domain/plan.ts';

export interface FindingWords {
  /** Completes a heading: `phantom (2): open at the venue, not in the registry`. */
  readonly meaning: string;
  /** One sentence. */
  readonly remedy: string;
}

const WORDS: Readonly<Record<ReconcileFinding, FindingWords>> = {
  matched: {
    meaning: 'registry and venue agree',
    remedy: 'Nothing to repair.',
  },
  'fill.missing': {
    meaning: 'executed at the venue, not in the journal',
    remedy: 'Recorded once per trade; all else is judged on the result.',
  },
  'fill.differs': {
    meaning: 'a trade of the journal that the venue now tells otherwise',
    remedy: 'The one in the journal is kept; the difference is reported.',
  },
  'drift.quantity': {
    meaning: 'both hold it, in different sizes',
    remedy: 'The registry takes the size of the venue, and the stop follows it.',
  },
  'drift.side': {
    meaning: 'long on one side, short on the other',
    remedy: "The registry row is retired and the venue's position imported; no order opens risk.",
  },
  'drift.price': {
    meaning: 'both hold it, at different average prices',
    remedy: 'The registry takes the price of the venue.',
  },
  phantom: {
    meaning: 'open at the venue, not in the registry',
    remedy: 'Imported as it is and given a stop; it is never flattened.',
  },
  orphan: {
    meaning: 'open in the registry, proven absent at the venue',
    remedy: 'Closed in the registry with the evidence; its leftover orders are cancelled.',
  },
  'orphan?': {
    meaning: 'open in the registry, not seen at the venue, not proven',
    remedy: 'Nothing changes; no entries on it until a second look proves it or finds it.',
  },
  duplicate: {
    meaning: 'two registry rows of one market',
    remedy: 'Merged into the row that stands; the quantity is the one at the venue.',
  },
  'malformed.registry': {
    meaning: 'a registry row that cannot be a position',
    remedy: 'Quarantined as it was found, then treated as if it were not there.',
  },
  'malformed.venue': {
    meaning: 'an answer of the venue that cannot be a position',
    remedy: 'Nothing changes; no entries on it until it can be read.',
  },
  unprotected: {
    meaning: 'open, and no live stop covers the whole of it',
    remedy: 'A reduce-only stop is due, unless its owner declined one.',
  },
  overprotected: {
    meaning: 'a stop that is larger than its position, or has none',
    remedy: 'Resized, or cancelled when the position is proven to be gone.',
  },
  'order.unknown-local': {
    meaning: 'an order of ours at the venue without an intent here',
    remedy: 'Adopted, and counts as cover; it may be the work of a second instance.',
  },
  'order.foreign': {
    meaning: 'an order at the venue that is not ours',
    remedy: 'Reported and left alone; a reduce-only stop among them counts as cover.',
  },
  'order.in-doubt': {
    meaning: 'sent, and what became of it is not known',
    remedy: 'Resolved once orders and fills of the venue tell; never by waiting.',
  },
  'order.unlisted': {
    meaning: 'a stop that was accepted and is not listed',
    remedy: 'No entries; one spare stop at the deadline, until the list or its end is known.',
  },
  'order.ended': {
    meaning: 'alive in the registry, ended at the venue',
    remedy: 'Ended here too, with all that it filled.',
  },
  'order.amended': {
    meaning: 'changed at the venue by another hand',
    remedy: 'The registry takes what the venue has; no second order is sent.',
  },
  ghost: {
    meaning: 'a registry row that no event explains',
    remedy: 'Quarantined; it is acted on only after an operator vouched for it.',
  },
  unknown: {
    meaning: 'could not be read, so nothing is concluded',
    remedy: 'Nothing changes; no entries on it until a complete look.',
  },
};

/** Why protection acts where nothing differs: the words that stand in the findings of its actions. */
export const PROTECTION_REASONS = [
  'stop_loss',
  'break_even',
  'trailing_stop',
  'target.missing',
  'target.surplus',
  'stop_passed',
  'emergency',
] as const;
export type ProtectionReason = (typeof PROTECTION_REASONS)[number];

const REASONS: Readonly<Record<ProtectionReason, FindingWords>> = {
  stop_loss: {
    meaning: 'the live stop is not at the level of its plan',
    remedy: 'The stop is replaced at that level; the old one goes when the new one is live.',
  },
  break_even: {
    meaning: 'far enough in profit to risk nothing more',
    remedy: 'The stop moves to break-even, and only ever towards profit.',
  },
  trailing_stop: {
    meaning: 'the price has gone on, and the stop follows',
    remedy: 'The stop moves, and only ever towards profit.',
  },
  'target.missing': {
    meaning: 'a target of its plan is not live as it should be',
    remedy: 'A reduce-only limit order is placed for its share.',
  },
  'target.surplus': {
    meaning: 'a live target without a share of what is open',
    remedy: 'That order is cancelled; the stop stays.',
  },
  stop_passed: {
    meaning: 'open without a stop, and the price is past its level',
    remedy: 'Closed at the market, reduce-only: what the stop would have done.',
  },
  emergency: {
    meaning: 'opened with a plan, and no stop could be confirmed in time',
    remedy: 'Closed at the market, reduce-only.',
  },
};

/** Null for a name that is neither a finding of reconciliation nor a reason of protection. */
export function findingWords(finding: string): FindingWords | null {
  const known = RECONCILE_FINDINGS.find((each) => each === finding);
  if (known !== undefined) return WORDS[known];
  const reason = PROTECTION_REASONS.find((each) => each === finding);
  return reason === undefined ? null : REASONS[reason];
}
