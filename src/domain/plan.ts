/**
 * Everything that changes the venue or the registry is an action in a plan, with the finding that
 * caused it and the evidence. Planners are pure; applying a plan is the only way to act. Each kind
 * of action has one author (design, idea 2).
 */
import type { VenueFill } from './fill.ts';
import type { ClientOrderId, PositionId, VenueOrderId } from './ids.ts';
import type { OrderIntent, OrderState } from './order.ts';
import type { Symbol } from './symbol.ts';

export interface Finding {
  readonly symbol: Symbol;
  readonly finding: string;
  readonly positionId: PositionId | null;
  /** What was seen, in words an operator can check. */
  readonly evidence: string;
}

/** Repair: changes the registry, sends nothing. Authored by `reconcile`. */
export type RepairAction =
  | {
      readonly action: 'record-fill';
      readonly symbol: Symbol;
      readonly fill: VenueFill;
      readonly finding: Finding;
    }
  | {
      readonly action: 'resolve-order';
      readonly symbol: Symbol;
      readonly clientOrderId: ClientOrderId;
      readonly state: OrderState;
      /** The venue's id when a row of the venue was the evidence. */
      readonly venueOrderId: VenueOrderId | null;
      readonly finding: Finding;
    };

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
