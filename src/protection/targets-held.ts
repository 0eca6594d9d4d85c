/**
 * Do the live targets stand exactly where the plan puts them? They do at nearly every look, and saying so takes
 * a few comparisons, where the split into tradable parts takes dozens of divisions.
 *
 * Invariant: where this says yes, `planTargets` asks for the very orders that are live, and drops none. A share
 * is therefore computed as it is there; what needs any rounding at all is left to it.
 */
import type { Decimal, Price, Quantity } from '../domain/decimal.ts';
import { decimal } from '../domain/decimal.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { OrderPurpose } from '../domain/order.ts';
import type { TargetPlan } from '../domain/position.ts';
import { compareValues, isSame } from '../domain/compare-values.ts';
import { isPlainlyOnStep } from './on-step.ts';
import { minimumOrder } from './size-close.ts';
import { sumShares } from './targets.ts';

/** Of shares that sum to it none needs a division. */
const WHOLE = decimal(1);

export interface HeldTarget {
  readonly purpose: OrderPurpose | null;
  readonly remaining: Quantity;
  readonly price: Price | null;
}

export interface HeldInput {
  readonly open: Quantity;
  readonly targets: readonly TargetPlan[];
  readonly hit: readonly number[];
  readonly live: readonly HeldTarget[];
  readonly instrument: Instrument;
}

/** True when each level ahead has one live order, at its price and for its exact share. */
export function areTargetsHeld(input: HeldInput): boolean {
  const { targets, hit } = input;
  const ahead =
    hit.length === 0 ? targets : targets.filter(({ level }) => hit.every((each) => level > each));
  // A minimum that depends on the price is the business of the full split.
  if (ahead.length !== input.live.length || input.instrument.minNotional !== null) return false;
  const minimum = minimumOrder(input.instrument, undefined);
  const live = ahead.map((target) => liveAt(target, input, minimum));
  return isAscending(ahead) && hasExactShares(input, ahead, live);
}

/** Different levels, and so different orders: none is counted twice. */
function isAscending(ahead: readonly TargetPlan[]): boolean {
  return ahead.every(({ level }, index) => level > (ahead[index - 1]?.level ?? 0));
}

/** What is open of the live order of a level; null when it is missing, or not plainly as planned. */
function liveAt(
  { level, price }: TargetPlan,
  { live, instrument }: HeldInput,
  minimum: Quantity,
): Quantity | null {
  const order = live.find(({ purpose }) => purpose === `target_${level}`);
  if (order === undefined || order.price === null) return null;
  const { remaining } = order;
  const isPlain =
    isPlainlyOnStep(price, instrument.tickSize) &&
    isPlainlyOnStep(remaining, instrument.lotStep) &&
    isSame(order.price, price) &&
    compareValues(remaining, minimum) >= 0;
  return isPlain ? remaining : null;
}

function hasExactShares(
  { open }: HeldInput,
  ahead: readonly TargetPlan[],
  live: readonly (Quantity | null)[],
): boolean {
  const shares = sumShares(ahead);
  if (shares.isZero()) return false;
  let left: Decimal = open;
  return live.every((size, index) => {
    const share = ahead[index]?.share;
    if (size === null || share === undefined) return false;
    // The last takes what is left, free of the rounding of a division.
    if (index === live.length - 1) return isSame(size, left);
    left = left.minus(size);
    const part = open.mul(share);
    return isSame(size, isSame(shares, WHOLE) ? part : part.div(shares));
  });
}
