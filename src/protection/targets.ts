/**
 * Which targets a position should have now, with their quantities. Each level is judged on its own:
 * the incident was a whole target list thrown away because one of its targets was bad.
 *
 * Invariants: the quantities never sum to more than the position; each is a size that `sizeClose`
 * lets through; what stays open after the last target is nothing, or the share of a skipped level.
 */
import type { Decimal, Price, Quantity } from '../domain/decimal.ts';
import { ZERO, quantity } from '../domain/decimal.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { PositionSide } from '../domain/order.ts';
import type { TargetPlan } from '../domain/position.ts';
import { toTick } from './on-step.ts';
import type { CloseSizing } from './size-close.ts';
import { sizeClose } from './size-close.ts';

export type TargetLevel = TargetPlan['level'];

export interface TargetOrder {
  readonly level: TargetLevel;
  readonly price: Price;
  readonly quantity: Quantity;
}

export interface TargetDrop {
  readonly level: TargetLevel;
  readonly reason: 'below_minimum' | 'already_passed';
  /** The level that takes its share; null when the share stays without a target. */
  readonly mergedInto: TargetLevel | null;
}

export interface TargetInput {
  readonly side: PositionSide;
  /** What is open and not already promised to a target that is filling. */
  readonly open: Quantity;
  readonly targets: readonly TargetPlan[];
  /** Levels that have filled, at least in part. */
  readonly hit: readonly number[];
  /** Levels that have a live order: they are kept even when the mark touches them. */
  readonly live: ReadonlySet<number>;
  readonly mark: Price;
  readonly instrument: Instrument;
}

/**
 * Splits the open quantity over the levels still ahead, by their shares. A level below the minimum
 * is merged into the next; when no part is tradable on its own, the first level takes everything: it is
 * the nearest, and a position of one lot has no other way to take a profit before its stop moves.
 */
export function planTargets(input: TargetInput): {
  readonly orders: readonly TargetOrder[];
  readonly drops: readonly TargetDrop[];
} {
  const reached = Math.max(0, ...input.hit);
  const ahead = input.targets.filter((target) => target.level > reached);
  const passed = (target: TargetPlan): boolean =>
    !input.live.has(target.level) && isReached(input.side, target.price, input.mark);
  const valid = ahead.filter((target) => !passed(target));
  const skipped: TargetDrop[] = ahead
    .filter(passed)
    .map(({ level }) => ({ level, reason: 'already_passed', mergedInto: null }));
  const shares = sumShares(ahead);
  if (valid.length === 0 || shares.isZero()) return { orders: [], drops: skipped };
  const { orders, merged } = allocate(input, valid, shares);
  return { orders, drops: [...skipped, ...merged] };
}

function allocate(
  input: TargetInput,
  valid: readonly TargetPlan[],
  shares: Decimal,
): { orders: TargetOrder[]; merged: TargetDrop[] } {
  const orders: TargetOrder[] = [];
  const below: TargetLevel[] = [];
  const nothingSkipped = sumShares(valid).eq(shares);
  let left = input.open;
  let carried: Decimal = ZERO;
  let closed = false;
  valid.forEach((target, index) => {
    if (closed || left.isZero()) return void below.push(target.level);
    // The last level takes what is left exactly, free of the rounding of a division.
    const takesRest = index === valid.length - 1 && nothingSkipped;
    const own = takesRest ? left : input.open.mul(target.share).div(shares).plus(carried);
    const want = own.gt(left) ? left : own;
    const price = targetPrice(input, target);
    const sizing = sizeClose({ quantity: left }, { quantity: want }, input.instrument, {
      // A share that cannot stand alone goes to the next level; only the first, and the last, take all.
      allowFull: orders.length === 0 || index === valid.length - 1,
      price,
    });
    if (!isSendable(sizing)) {
      carried = want;
      return void below.push(target.level);
    }
    orders.push({ level: target.level, price, quantity: sizing.quantity });
    carried = want.minus(sizing.quantity);
    left = quantity(left.minus(sizing.quantity));
    closed = sizing.closesPosition;
  });
  return { orders, merged: below.map((level) => mergedBelow(level, orders)) };
}

function isSendable(sizing: CloseSizing): boolean {
  return sizing.outcome !== 'refused' && sizing.quantity.gt(0);
}

/** The share of a dropped level went to the next order ahead of it, else to the one before. */
function mergedBelow(level: TargetLevel, orders: readonly TargetOrder[]): TargetDrop {
  const next = orders.find((order) => order.level > level) ?? orders.at(-1);
  return { level, reason: 'below_minimum', mergedInto: next?.level ?? null };
}

function targetPrice(input: TargetInput, target: TargetPlan): Price {
  // Toward the entry: a tick early rather than a tick short of the level.
  const direction = input.side === 'long' ? 'down' : 'up';
  return toTick(target.price, input.instrument.tickSize, direction);
}

/** Touch counts: at the level, a limit there would execute at once. */
function isReached(side: PositionSide, target: Price, mark: Price): boolean {
  return side === 'long' ? mark.gte(target) : mark.lte(target);
}

export function sumShares(targets: readonly TargetPlan[]): Decimal {
  const [first, ...others] = targets;
  return others.reduce<Decimal>((sum, { share }) => sum.plus(share), first?.share ?? ZERO);
}
