/** What the strategy says of one market at one moment: a signal, or a rejection with its numbers. */
import type { Ms } from './clock.ts';
import type { Decimal, Price } from './decimal.ts';
import type { SignalId } from './ids.ts';
import type { PositionSide } from './order.ts';
import type { TargetPlan } from './position.ts';
import type { Symbol } from './symbol.ts';

export interface Signal {
  readonly kind: 'signal';
  /** Derived from the structure event and its leg; one event is traded once. */
  readonly signalId: SignalId;
  readonly symbol: Symbol;
  readonly side: PositionSide;
  /** The last price: tested by the OTE gate, and the entry's limit. Rounded to the tick. */
  readonly entry: Price;
  readonly stop: Price;
  readonly targets: readonly TargetPlan[];
  /** Reward over risk at TP1 and TP2, before fees. */
  readonly rrTp1: Decimal;
  readonly rrTp2: Decimal;
  /** Share of the risk budget: 1, or less in tier C. */
  readonly riskFactor: Decimal;
  /** Bars since the structure event, and the age at which it stops counting. */
  readonly eventAge: number;
  readonly maxEventAge: number;
  readonly atr: Decimal;
  readonly stopAtr: Decimal;
  readonly regime: string;
  readonly decidedMs: Ms;
  /** Time of the price in `entry`. */
  readonly priceMs: Ms;
  /** Numbers of the decision, for `why` and for the journal. */
  readonly numbers: DecisionNumbers;
}

export const REJECTION_REASONS = [
  'TIER_TOO_LOW',
  'NO_DATA',
  'EMA200_UNAVAILABLE',
  'BIAS_NEUTRAL',
  '4H_STRUCTURE_REQUIRED',
  'REGIME_SHOCK',
  'REGIME_RANGE',
  'REGIME_LEG_TOO_SMALL',
  'REGIME_EXTENDED',
  'LEG_INVALIDATED',
  'ENTRY_NOT_IN_OTE',
  'STOP_INVALID',
  'RR_TOO_LOW',
  'DATA_GAP',
  'HISTORY_REVISED',
  'STALE_PRICE',
] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

export interface Rejection {
  readonly kind: 'rejection';
  readonly symbol: Symbol;
  readonly reason: RejectionReason;
  /** The more exact cause, for example `against_bias` under 4H_STRUCTURE_REQUIRED. */
  readonly detail: string;
  readonly decidedMs: Ms;
  readonly numbers: DecisionNumbers;
}

export type Decision = Signal | Rejection;

/** Figures behind a decision, ready for JSON; null for what could not be computed. */
export type DecisionNumbers = Readonly<Record<string, string | number | boolean | null>>;
