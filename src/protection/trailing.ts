/**
 * Where a stop belongs: the plan's stop until the first target has filled, then entry plus round-trip
 * fees, then behind the last confirmed 4H swing. Pure arithmetic.
 *
 * Invariants: never looser than the best stop the position has had; never at or through the mark;
 * without a mark nothing moves.
 */
import type { Decimal, Price } from '../domain/decimal.ts';
import type { OrderPurpose, PositionSide } from '../domain/order.ts';
import type { ProtectionPlan } from '../domain/position.ts';
import { compareValues } from '../domain/compare-values.ts';
import { toTick } from './on-step.ts';

export type StopPurpose = Extract<OrderPurpose, 'stop_loss' | 'break_even' | 'trailing_stop'>;

export interface StopLevel {
  readonly price: Price;
  readonly purpose: StopPurpose;
}

export interface StopInput {
  readonly side: PositionSide;
  readonly plan: ProtectionPlan;
  /** Average entry; null for an import, which has no break-even. */
  readonly entryPrice: Price | null;
  /** True once any target has filled, at least in part. */
  readonly targetHit: boolean;
  /** The stop that is live, or the best one the position ever had; null before the first. */
  readonly held: StopLevel | null;
  readonly mark: Price | null;
  /** Last confirmed 4H swing on the losing side: low of a long, high of a short. */
  readonly swing: Decimal | null;
  readonly tickSize: Price;
  readonly takerFee: Decimal;
  readonly trailStepAtr: Decimal;
}

/** The tightest stop the rules allow now; equal to `held` when nothing should move. */
export function stopLevel(input: StopInput): StopLevel {
  const { side, plan, held, targetHit } = input;
  let level: StopLevel = {
    price: roundStop(plan.stop, input, 'tighter'),
    purpose: 'stop_loss',
  };
  const improves = held === null || isTighter(side, level.price, held.price);
  if (held !== null && !(improves && isClear(input, level.price))) level = held;
  if (!targetHit) return level;

  const even = breakEvenPrice(input);
  // The move to break-even is exempt from the trailing step: it may be small and is worth it.
  if (even !== null && isTighter(side, even, level.price) && isClear(input, even)) {
    level = { price: even, purpose: 'break_even' };
  }
  const trail = trailPrice(input);
  if (trail !== null && isClear(input, trail)) {
    const step = input.trailStepAtr.mul(plan.atr);
    const gain = side === 'long' ? trail.minus(level.price) : level.price.minus(trail);
    if (gain.gt(0) && gain.gte(step)) level = { price: trail, purpose: 'trailing_stop' };
  }
  return level;
}

/**
 * The exit price that returns entry plus both taker fees: `p - e = e x f + p x f` for a long. Rounded
 * to the tick in the position's favour. Null without a known entry.
 */
export function breakEvenPrice(
  input: Pick<StopInput, 'side' | 'entryPrice' | 'takerFee' | 'tickSize'>,
): Price | null {
  const { side, entryPrice, takerFee } = input;
  if (entryPrice === null) return null;
  const paid = takerFee.plus(1);
  const kept = takerFee.neg().plus(1);
  const exact = side === 'long' ? entryPrice.mul(paid).div(kept) : entryPrice.mul(kept).div(paid);
  return roundStop(exact, input, 'tighter');
}

/** Behind the swing by `stop_atr` x ATR, rounded away from the market; null without a usable one. */
function trailPrice(input: StopInput): Price | null {
  const { side, swing, plan } = input;
  if (swing === null) return null;
  const distance = plan.stopAtr.mul(plan.atr);
  const exact = side === 'long' ? swing.minus(distance) : swing.plus(distance);
  return exact.lte(0) ? null : roundStop(exact, input, 'looser');
}

/** True when `price` has already passed the stop (touch counts): a stop there would cross the market. */
export function isPassed(side: PositionSide, stop: Price, mark: Price): boolean {
  return side === 'long' ? mark.lte(stop) : mark.gte(stop);
}

/** True when `a` is nearer to profit than `b`. */
export function isTighter(side: PositionSide, a: Price, b: Price): boolean {
  const difference = compareValues(a, b);
  return side === 'long' ? difference > 0 : difference < 0;
}

function isClear(input: StopInput, stop: Price): boolean {
  return input.mark !== null && !isPassed(input.side, stop, input.mark);
}

function roundStop(
  exact: Decimal,
  { side, tickSize }: Pick<StopInput, 'side' | 'tickSize'>,
  toward: 'tighter' | 'looser',
): Price {
  const up = (side === 'long') === (toward === 'tighter');
  return toTick(exact, tickSize, up ? 'up' : 'down');
}
