/**
 * Orders of ours that protect nothing any more (rule 14): their position is closed, or the symbol is
 * held on the other side now. They go by id. So does the rest of a closed position's entry: filled later,
 * it would be a position that nothing protects.
 *
 * Invariants: foreign orders are never touched (only the registry's are looked at); nothing goes while
 * an entry is in flight on the symbol or its absence is not proven; fills prove it, the rest is seen twice.
 */
import type { PositionId } from '../domain/ids.ts';
import type { Order, Side } from '../domain/order.ts';
import { exitSide, isInFlight } from '../domain/order.ts';
import type { Position } from '../domain/position.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { CancelDecision, DueCancel } from './cancel-once-seen.ts';
import { cancelKey, cancelOnceSeen } from './cancel-once-seen.ts';
import type { EvidenceIndex } from './index-evidence.ts';

export interface LeftoverInput {
  readonly positions: readonly Position[];
  readonly orders: readonly Order[];
  readonly index: EvidenceIndex;
  /** Symbols whose position has no stop yet, and gets none in this plan. */
  readonly awaitingStop: ReadonlySet<Symbol>;
  readonly absenceUnproven: ReadonlySet<Symbol>;
  readonly seenBefore: (key: string) => boolean;
  readonly closedByFills: (id: PositionId) => boolean;
}

const NOTHING: CancelDecision = { actions: [], findings: [], sightings: [] };

export function planLeftovers(input: LeftoverInput): CancelDecision {
  const { index, orders } = input;
  if (!index.ordersRead) return NOTHING;
  const spent = spentAmong(orders, input.positions);
  if (spent.length === 0) return NOTHING;
  const exitSides = exitSidesOf(input.positions);
  const entering = new Set(
    orders.filter((o) => o.role === 'entry' && isInFlight(o.state)).map((o) => o.symbol),
  );
  const isQuiet = ({ symbol }: Order): boolean =>
    !entering.has(symbol) && !input.absenceUnproven.has(symbol);
  return cancelOnceSeen(
    spent
      .filter((order) => isQuiet(order) && isLive(order, index))
      .map((order) => dueCancel(input, order, exitSides)),
  );
}

function spentAmong(orders: readonly Order[], positions: readonly Position[]): readonly Order[] {
  const open = new Map<PositionId, Position>();
  for (const position of positions) open.set(position.positionId, position);
  // Orders come in runs of one position, mostly: a run needs one look.
  let id: PositionId | null = null;
  let owner: Position | undefined;
  return orders.filter((order) => {
    if (order.positionId !== id) {
      id = order.positionId;
      owner = id === null ? undefined : open.get(id);
    }
    return isSpent(order, owner);
  });
}

/** The side on which an order makes what is open smaller, per symbol; null where both do. */
function exitSidesOf(positions: readonly Position[]): ReadonlyMap<Symbol, Side | null> {
  const sides = new Map<Symbol, Side | null>();
  for (const { symbol, side: held } of positions) {
    const side = exitSide(held);
    const before = sides.get(symbol);
    sides.set(symbol, before === undefined || before === side ? side : null);
  }
  return sides;
}

/** True when no open position is made smaller by it. An entry counts once it has filled in part. */
function isSpent(order: Order, owner: Position | undefined): boolean {
  if (order.role === 'entry') return owner === undefined && order.filled.gt(0);
  return owner === undefined || exitSide(owner.side) !== order.side;
}

function isLive(order: Order, index: EvidenceIndex): boolean {
  if (isInFlight(order.state)) return false;
  return order.updatedMs >= index.takenMs || index.isListed(order);
}

function dueCancel(
  input: LeftoverInput,
  order: Order,
  exitSides: ReadonlyMap<Symbol, Side | null>,
): DueCancel {
  const { symbol, positionId, clientOrderId, role } = order;
  const due = { symbol, positionId, clientOrderId };
  const seen = input.seenBefore(cancelKey(clientOrderId));
  const side = exitSides.get(symbol) ?? null;
  if (role !== 'entry' && side !== null && side !== order.side) {
    // Case G: the new side's stop is live first. Orders of ours there cover nothing, but nor does haste.
    const isAllowed = seen && !input.awaitingStop.has(symbol);
    return { ...due, isAllowed, evidence: `the position is on the other side of this ${role}` };
  }
  if (positionId === null) {
    return { ...due, isAllowed: seen, evidence: `this ${role} belongs to no position` };
  }
  const isAllowed = seen || input.closedByFills(positionId);
  return { ...due, isAllowed, evidence: `the position of this ${role} is closed` };
}
