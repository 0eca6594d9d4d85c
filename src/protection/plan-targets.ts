/**
 * Compares the targets a position should have with the ones that are live, and plans the difference.
 * A target that already has the right quantity and price is left alone; one that has not is
 * replaced, old one first, so that targets never promise more than the position.
 */
import type { Decimal, Quantity } from '../domain/decimal.ts';
import { ZERO, ZERO_QUANTITY, quantity, text } from '../domain/decimal.ts';
import type { OrderPurpose } from '../domain/order.ts';
import type { ProtectiveAction } from '../domain/plan.ts';
import type { PositionId } from '../domain/ids.ts';
import type { TargetPlan } from '../domain/position.ts';
import type { LiveOrder } from './coverage.ts';
import { isWithinLot } from './coverage.ts';
import type { PositionFacts } from './position-facts.ts';
import { findingOf, idsOf, reduceOnly } from './position-facts.ts';
import type { TargetDrop, TargetLevel, TargetOrder } from './targets.ts';
import { areTargetsHeld } from './targets-held.ts';
import { planTargets } from './targets.ts';

export interface DroppedTarget extends TargetDrop {
  readonly positionId: PositionId;
}

export interface TargetDecision {
  readonly actions: readonly ProtectiveAction[];
  readonly drops: readonly DroppedTarget[];
}

export const NO_TARGETS: TargetDecision = { actions: [], drops: [] };

export function planPositionTargets(facts: PositionFacts): TargetDecision {
  const { position, live, mark, ordersRead } = facts;
  // Targets are not urgent: without a mark or a list of orders they wait. So they do behind an exit.
  if (mark === null || !ordersRead || live.exits.length > 0) return NO_TARGETS;
  const targets = position.plan?.targets ?? [];
  // Nobody said where to take a profit: none is placed, and a target that stands there is left alone.
  if (targets.length === 0 || isHeld(facts, targets)) return NO_TARGETS;
  const byLevel = groupByLevel(live.targets);
  const filling = live.targets.filter((order) => isHit(facts, order));
  const { orders, drops } = planTargets({
    side: position.side,
    open: openBeside(position.quantity, filling),
    targets,
    hit: position.targetsHit,
    live: new Set(byLevel.keys()),
    mark,
    instrument: facts.instrument,
  });
  const wanted = new Map(orders.map((order) => [order.level, order]));
  const actions = [
    ...surplus(facts, byLevel, wanted),
    ...orders.flatMap((order) => placeUnlessLive(facts, order, byLevel.get(order.level) ?? [])),
  ];
  return { actions, drops: drops.map((drop) => ({ ...drop, positionId: position.positionId })) };
}

function isHeld(
  { position, live, instrument }: PositionFacts,
  targets: readonly TargetPlan[],
): boolean {
  const { quantity: open, targetsHit: hit } = position;
  return areTargetsHeld({ open, targets, hit, live: live.targets, instrument });
}

function placeUnlessLive(
  facts: PositionFacts,
  wanted: TargetOrder,
  live: readonly LiveOrder[],
): ProtectiveAction[] {
  const right = live.filter((order) => isAsWanted(facts, order, wanted));
  if (right.length === 1 && live.length === 1) return [];
  const { position } = facts;
  const evidence =
    live.length === 0
      ? `target ${wanted.level} at ${text(wanted.price)} is not live`
      : `target ${wanted.level} should be ${text(wanted.quantity)} at ${text(wanted.price)}`;
  return [
    {
      action: 'place-target',
      symbol: position.symbol,
      positionId: position.positionId,
      intent: {
        ...reduceOnly(position, wanted.quantity),
        role: 'target',
        purpose: `target_${wanted.level}`,
        type: 'limit',
        timeInForce: 'gtc',
        price: wanted.price,
        stopPrice: null,
      },
      replaces: idsOf(live),
      finding: findingOf(position, { finding: 'target.missing', evidence }),
    },
  ];
}

/** Live targets of levels that should have none: merged, or beyond what is open. */
function surplus(
  facts: PositionFacts,
  byLevel: ReadonlyMap<TargetLevel, readonly LiveOrder[]>,
  wanted: ReadonlyMap<TargetLevel, TargetOrder>,
): ProtectiveAction[] {
  const { position } = facts;
  const extra = [...byLevel].filter(([level]) => !wanted.has(level)).flatMap(([, live]) => live);
  return idsOf(extra.filter((order) => !isHit(facts, order))).map((clientOrderId) => ({
    action: 'cancel-order',
    symbol: position.symbol,
    positionId: position.positionId,
    clientOrderId,
    finding: findingOf(position, {
      finding: 'target.surplus',
      evidence: `${text(position.quantity)} open leaves no tradable share for it`,
    }),
  }));
}

function isAsWanted(facts: PositionFacts, order: LiveOrder, wanted: TargetOrder): boolean {
  const isWhole = isWithinLot(order.remaining, wanted.quantity, facts.instrument.lotStep);
  return isWhole && order.price?.eq(wanted.price) === true;
}

/** A target that has begun to fill is let finish. */
function isHit({ position }: PositionFacts, order: LiveOrder): boolean {
  const level = levelOf(order.purpose);
  return level !== null && level <= Math.max(0, ...position.targetsHit);
}

function openBeside(open: Quantity, filling: readonly LiveOrder[]): Quantity {
  const promised = filling.reduce<Decimal>((sum, order) => sum.plus(order.remaining), ZERO);
  return promised.gte(open) ? ZERO_QUANTITY : quantity(open.minus(promised));
}

function groupByLevel(live: readonly LiveOrder[]): Map<TargetLevel, LiveOrder[]> {
  const groups = new Map<TargetLevel, LiveOrder[]>();
  for (const order of live) {
    const level = levelOf(order.purpose);
    if (level === null) continue;
    groups.set(level, [...(groups.get(level) ?? []), order]);
  }
  return groups;
}

function levelOf(purpose: OrderPurpose | null): TargetLevel | null {
  if (purpose === 'target_1') return 1;
  if (purpose === 'target_2') return 2;
  return purpose === 'target_3' ? 3 : null;
}
