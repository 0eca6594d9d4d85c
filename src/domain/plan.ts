/**
 * Everything that changes the venue or the registry is an action in a plan, with the finding that
 * caused it and the evidence. Planners are pure; applying a plan is the only way to act. Each kind
 * of action has one author (design, idea 2).
 */
import type { Brand } from './brand.ts';
import type { NewEvent } from './event.ts';
import type { ClientOrderId, PositionId } from './ids.ts';
import type { OrderIntent } from './order.ts';
import { isSymbol, type Symbol } from './symbol.ts';

/** The venue's own spelling of a market that no instrument of ours stands for. */
export type UnknownMarket = Brand<string, 'UnknownMarket'>;

/** What was found between registry and venue; the meaning of each stands in docs/reconciliation.md. */
export const RECONCILE_FINDINGS = [
  'matched',
  'fill.missing',
  'fill.differs',
  'drift.quantity',
  'drift.side',
  'drift.price',
  'phantom',
  'orphan',
  'orphan?',
  'duplicate',
  'malformed.registry',
  'malformed.venue',
  'unprotected',
  'overprotected',
  'order.unknown-local',
  'order.foreign',
  'order.in-doubt',
  'order.unlisted',
  'order.ended',
  'order.amended',
  'ghost',
  'unknown',
] as const;
export type ReconcileFinding = (typeof RECONCILE_FINDINGS)[number];

export interface Finding {
  /** Canonical, or the raw id of a market that nobody here knows. */
  readonly symbol: Symbol | UnknownMarket;
  /** A {@link ReconcileFinding}, or the reason of a protective action. */
  readonly finding: string;
  readonly positionId: PositionId | null;
  /** What was seen, in words an operator can check. */
  readonly evidence: string;
}

/** The canonical symbol of a finding; null for a market that is not known. */
export function symbolOf({ symbol }: Pick<Finding, 'symbol'>): Symbol | null {
  return isSymbol(symbol) ? symbol : null;
}

export const REPAIRS = [
  'record-fill',
  'resolve-order',
  'adopt-order',
  'adjust-registry',
  'import-position',
  'close-registry',
  'merge-registry',
  'quarantine-row',
  'mend-row',
  'retire-row',
  'release-row',
] as const;
export type RepairKind = (typeof REPAIRS)[number];

/**
 * A repair changes the registry and sends nothing. What it does is exactly the events it holds: they
 * are appended in one batch, so a crash leaves all of an action or nothing. Authored by `reconcile`.
 */
export interface RepairAction {
  readonly action: RepairKind;
  /** Null for a row whose market is not known. */
  readonly symbol: Symbol | null;
  readonly positionId: PositionId | null;
  /** What it comes down to, in a few words: `to long 150 at 2.5`. */
  readonly summary: string;
  readonly finding: Finding;
  readonly events: readonly NewEvent[];
}

/** Protection: stops, targets, trailing and protective exits, all reduce-only. Authored by `protection`. */
export type ProtectiveAction =
  | {
      readonly action: 'place-stop' | 'move-stop' | 'resize-stop';
      readonly symbol: Symbol;
      readonly positionId: PositionId;
      readonly intent: Omit<OrderIntent, 'clientOrderId'>;
      /** Cancelled by id only after the new stop is live: cover is never zero in between. */
      readonly replaces: readonly ClientOrderId[];
      readonly finding: Finding;
    }
  | {
      readonly action: 'place-target' | 'exit-position';
      readonly symbol: Symbol;
      readonly positionId: PositionId;
      readonly intent: Omit<OrderIntent, 'clientOrderId'>;
      readonly replaces: readonly ClientOrderId[];
      readonly finding: Finding;
    }
  | {
      readonly action: 'cancel-order';
      readonly symbol: Symbol;
      readonly positionId: PositionId | null;
      readonly clientOrderId: ClientOrderId;
      readonly finding: Finding;
    };

export type Action = RepairAction | ProtectiveAction;

export interface Plan<A extends Action = Action> {
  /** Hash of the base and the content: equal plans have equal ids. */
  readonly planId: string;
  /** Head of the journal the plan was made from. */
  readonly baseSeq: number;
  readonly findings: readonly Finding[];
  readonly actions: readonly A[];
}
