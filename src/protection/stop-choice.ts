/**
 * Which stop to keep, and the level of the one to place. With a plan the level follows `trailing.ts`;
 * without one it stays where a stop of ours was, or goes where the policy puts it (rule 13).
 *
 * Invariant: an import gets a new stop only behind a known mark. A stop that the price has passed
 * already would fire at once, and so exit what is not understood.
 */
import type { OrderPurpose } from '../domain/order.ts';
import type { Position } from '../domain/position.ts';
import type { LiveOrder } from './coverage.ts';
import { isWithinLot } from './coverage.ts';
import { policyStop } from './policy-stop.ts';
import type { PositionFacts } from './position-facts.ts';
import { isImported } from './position-facts.ts';
import type { StopLevel, StopPurpose } from './trailing.ts';
import { isPassed, isTighter, stopLevel } from './trailing.ts';

/** The stop to keep: one that covers the whole before one that does not, then the tightest. */
export function bestStop(facts: PositionFacts): LiveOrder | null {
  const { side } = facts.position;
  const rank = (stop: LiveOrder): number => (stopCovers(stop, facts) ? 1 : 0);
  let best: LiveOrder | null = null;
  for (const stop of facts.live.stops) {
    if (best === null || rank(stop) > rank(best)) best = stop;
    else if (rank(stop) === rank(best) && tighterStop(side, stop, best)) best = stop;
  }
  return best;
}

/** True when this stop alone is for the whole position, not more and not less. */
export function stopCovers(
  stop: LiveOrder,
  { position, instrument }: Pick<PositionFacts, 'position' | 'instrument'>,
): boolean {
  return isWithinLot(stop.remaining, position.quantity, instrument.lotStep);
}

/**
 * The level that was decided. While a stop is live it is the one held; after it is gone, the last one
 * sent; before the first, the plan's. Null when none of them exists.
 */
export function storedLevel(facts: PositionFacts, best = bestStop(facts)): StopLevel | null {
  const { position, instrument, settings, mark } = facts;
  const { plan } = position;
  const live = liveLevel(best);
  if (live === null && mark === null && isImported(position)) return null;
  const held = live ?? facts.lastStop;
  if (plan === null) return held;
  return stopLevel({
    side: position.side,
    plan,
    entryPrice: position.entryPrice,
    // Nothing trails without targets: it was never said what the price has to reach first.
    targetHit: plan.targets.length > 0 && position.targetsHit.length > 0,
    held,
    mark,
    swing: facts.swing,
    tickSize: instrument.tickSize,
    takerFee: settings.takerFee,
    trailStepAtr: settings.trailStepAtr,
  });
}

/**
 * The level of a stop that is missing: the stored one, else the policy's. An import gets a policy stop
 * `anew` in place of one that the price has passed, or that could not be placed in time. Null when
 * there is no place for one.
 */
export function levelToPlace(facts: PositionFacts, anew: boolean): StopLevel | null {
  const stored = storedLevel(facts);
  if (stored === null) return policyLevel(facts);
  const isUseless = anew || isLevelPassed(facts, stored);
  return isUseless && isImported(facts.position) ? policyLevel(facts) : stored;
}

/** True when the price is known and has reached `level`: a stop there would fire at once. */
export function isLevelPassed({ position, mark }: PositionFacts, level: StopLevel): boolean {
  return mark !== null && isPassed(position.side, level.price, mark);
}

function policyLevel(facts: PositionFacts): StopLevel | null {
  const { position, mark, liquidationPrice, settings, instrument } = facts;
  if (mark === null) return null;
  const { stopDistance } = settings;
  const { tickSize } = instrument;
  const price = policyStop({ side: position.side, mark, liquidationPrice, stopDistance, tickSize });
  return price === null ? null : { price, purpose: 'stop_loss' };
}

function liveLevel(best: LiveOrder | null): StopLevel | null {
  if (best?.stopPrice == null) return null;
  return { price: best.stopPrice, purpose: stopPurpose(best.purpose) };
}

function stopPurpose(purpose: OrderPurpose | null): StopPurpose {
  return purpose === 'break_even' || purpose === 'trailing_stop' ? purpose : 'stop_loss';
}

function tighterStop(side: Position['side'], a: LiveOrder, b: LiveOrder): boolean {
  if (a.stopPrice === null || b.stopPrice === null) return b.stopPrice === null;
  return isTighter(side, a.stopPrice, b.stopPrice);
}
