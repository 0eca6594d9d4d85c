/** A position of ours, as the registry holds it: folded from events, never edited. */
import type { Ms } from './clock.ts';
import type { Decimal, Price, Quantity } from './decimal.ts';
import type { PositionId, SignalId } from './ids.ts';
import type { PositionSide } from './order.ts';
import type { Symbol } from './symbol.ts';

export type PositionStatus = 'open' | 'closed';
export type PositionOrigin = 'signal' | 'venue-report' | 'fill' | 'operator';

export const EXIT_REASONS = [
  'stop_loss',
  'break_even',
  'trailing_stop',
  'target_1',
  'target_2',
  'target_3',
  'stop_passed',
  'emergency',
  'operator_close',
  'liquidation',
] as const;
/** Why the fill that made a position flat happened. */
export type ExitReason = (typeof EXIT_REASONS)[number];

/** Why a position ended in the registry without a fill. */
export const RETIRE_REASONS = ['orphan', 'side_flipped', 'ledger'] as const;
export type RetireReason = (typeof RETIRE_REASONS)[number];

/** What protects a position: decided at entry, journaled, and followed after a restart. */
export interface ProtectionPlan {
  readonly stop: Price;
  /** TP1..TP3 with the share of the entered quantity each closes; shares sum to 1. */
  readonly targets: readonly TargetPlan[];
  /** 4H ATR14 at entry, quote units: the unit of trailing steps. */
  readonly atr: Decimal;
  /** Distance of a trailing stop behind its swing, in ATRs. */
  readonly stopAtr: Decimal;
}

export interface TargetPlan {
  readonly level: 1 | 2 | 3;
  readonly price: Price;
  readonly share: Decimal;
}

export interface Position {
  readonly positionId: PositionId;
  readonly symbol: Symbol;
  readonly side: PositionSide;
  readonly status: PositionStatus;
  /** What is open now. */
  readonly quantity: Quantity;
  /** All that was ever entered; targets are shares of it. */
  readonly enteredQuantity: Quantity;
  /** Average entry; null when the venue reported none (imports). Never invented. */
  readonly entryPrice: Price | null;
  readonly plan: ProtectionPlan | null;
  /** Levels whose target order has filled at least in part. */
  readonly targetsHit: readonly number[];
  readonly signalId: SignalId | null;
  readonly origin: PositionOrigin;
  readonly openedSeq: number;
  readonly openedMs: Ms;
  /** First moment its whole quantity was covered by a live stop; null until then. */
  readonly protectedMs: Ms | null;
  readonly closedMs: Ms | null;
  readonly exitReason: ExitReason | RetireReason | null;
  /** An operator imported it without a stop, and why; null for every other position. */
  readonly noStopReason: string | null;
  /** Profit of the closed part, before fees, quote units. */
  readonly realizedPnl: Decimal;
  readonly fees: Decimal;
}
