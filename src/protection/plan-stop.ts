/**
 * What one position's stop needs: placed, resized, moved, thinned out, or, when no stop can do its
 * job any more, an exit. Pure; the price comes from `stop-choice.ts`, the cover from `coverage.ts`.
 *
 * Invariants: a stop is for the whole position, or for what a foreign one leaves of it; the old ones are named in `replaces` and go only after
 * the new one is live; nothing is decided from orders that could not be read before the deadline; a stop that
 * was accepted and is not listed gets one spare then, and never a second; what only the venue told us of is never exited (the incident: imports flattened at a start).
 */
import type { Ms } from '../domain/clock.ts';
import { ms } from '../domain/clock.ts';
import type { Quantity } from '../domain/decimal.ts';
import { floorToStep, text } from '../domain/decimal.ts';
import type { Finding, ProtectiveAction } from '../domain/plan.ts';
import type { CancelDecision, DueCancel } from './cancel-once-seen.ts';
import { cancelKey, cancelOnceSeen } from './cancel-once-seen.ts';
import { compareValues, isSame } from '../domain/compare-values.ts';
import type { LiveOrder } from './coverage.ts';
import { sumRemaining } from './coverage.ts';
import type { PositionFacts } from './position-facts.ts';
import { coverWords, findingOf, idsOf, isImported, reduceOnly } from './position-facts.ts';
import { minimumOrder } from './size-close.ts';
import { bestStop, isLevelPassed, levelToPlace, stopCovers, storedLevel } from './stop-choice.ts';
import type { StopLevel } from './trailing.ts';

export interface StopDecision extends CancelDecision {
  /** When the decision changes by time alone; null when it does not. */
  readonly retryAtMs: Ms | null;
}

export const NO_STOP: StopDecision = { actions: [], findings: [], sightings: [], retryAtMs: null };

export function planStop(facts: PositionFacts): StopDecision {
  if (facts.live.exits.length > 0 && facts.cover.state !== 'under') return NO_STOP;
  if (!facts.positionsRead && !isOwnEntry(facts)) return NO_STOP;
  if (!facts.ordersRead) return planUnread(facts);
  if (facts.cover.state === 'unconfirmed') return planUnconfirmed(facts);
  return facts.cover.state === 'under' ? planMissing(facts) : planHeld(facts);
}

/**
 * Accepted and not listed: the list may lag, or be wrong altogether. One spare at the deadline covers the
 * position whatever is true, and tells by being listed itself whether the list can be believed.
 */
function planUnconfirmed(facts: PositionFacts): StopDecision {
  const { live, settings, nowMs, unconfirmedSinceMs } = facts;
  if (live.unlistedStops.length > 1 || facts.isStopInDoubt) return NO_STOP;
  const since = unconfirmedSinceMs ?? nowMs;
  const deadline = ms(since + settings.protectionDeadlineMs);
  if (nowMs < deadline) return { ...NO_STOP, retryAtMs: deadline };
  const names = idsOf(live.unlistedStops).join(', ');
  const evidence = `${names} was accepted and is not listed for ${nowMs - since} ms: one spare stop`;
  return placeMissing(facts, { anew: false, evidence, retryAtMs: null });
}

/** Rule 15: nothing until the deadline, then a stop by the next derived id; it cannot flip anything. */
function planUnread(facts: PositionFacts): StopDecision {
  const { position, live, settings, nowMs } = facts;
  const since = ms(Math.max(facts.ordersUnknownSinceMs ?? nowMs, position.openedMs));
  const whole = live.stops.filter((stop) => stopCovers(stop, facts));
  // The second of them is a spare already.
  if (whole.length > 1) return NO_STOP;
  if (whole.some((stop) => stop.updatedMs >= since)) return NO_STOP;
  const deadline = ms(since + settings.protectionDeadlineMs);
  if (nowMs < deadline) return { ...NO_STOP, retryAtMs: deadline };
  const neverCovered = position.protectedMs === null && whole.length === 0;
  const lastChance = ms(deadline + settings.protectionDeadlineMs);
  const isOver = neverCovered && nowMs >= lastChance;
  if (isOver && isEmergency(facts)) return exit(facts, 'emergency', emergencyWords(facts));
  const evidence = `open orders unreadable for ${nowMs - since} ms: the stop cannot be confirmed`;
  const retryAtMs = neverCovered && !isOver ? lastChance : null;
  return placeMissing(facts, { anew: isOver, evidence, retryAtMs });
}

/** No stop, or too small: place one for the whole, unless the price is past it or time is up. */
function planMissing(facts: PositionFacts): StopDecision {
  const { position, mark, settings, nowMs } = facts;
  const stored = storedLevel(facts);
  if (stored !== null && isLevelPassed(facts, stored) && !isImported(position)) {
    const words = `mark ${mark === null ? '?' : text(mark)} is past the stop ${text(stored.price)}`;
    return exit(facts, 'stop_passed', words);
  }
  const deadline = ms((facts.uncoveredSinceMs ?? nowMs) + settings.protectionDeadlineMs);
  const isOver = nowMs >= deadline;
  if (isOver && isEmergency(facts)) return exit(facts, 'emergency', emergencyWords(facts));
  const retryAtMs = isOver ? null : deadline;
  return placeMissing(facts, { anew: isOver, evidence: coverWords(facts), retryAtMs });
}

/** Covered: follow the price, shrink what covers too much, and keep a single stop. */
function planHeld(facts: PositionFacts): StopDecision {
  const best = bestStop(facts);
  if (best === null || facts.cover.by === 'foreign') return NO_STOP;
  const level = storedLevel(facts, best);
  // Without a plan a live stop stays where it is, also one whose level the venue does not tell.
  if (level === null || (facts.position.plan === null && best.stopPrice === null)) return NO_STOP;
  const held = best.stopPrice;
  if (held === null || !isSame(level.price, held)) {
    const evidence = `stop from ${held === null ? 'unknown' : text(held)} to ${text(level.price)}`;
    if (compareValues(heldLots(facts), minimumOrder(facts.instrument, undefined)) < 0) {
      return NO_STOP;
    }
    return just(placeStop(facts, level, { finding: level.purpose, evidence }, 'move-stop'));
  }
  // Ours is the part that a foreign stop leaves open: neither too small nor one too many.
  if (facts.cover.by === 'both') return NO_STOP;
  if (!stopCovers(best, facts)) {
    const why = { finding: 'overprotected', evidence: coverWords(facts) };
    return just(placeStop(facts, level, why, 'resize-stop'));
  }
  const spare = facts.live.stops.filter((stop) => stop !== best);
  if (spare.length === 0) return NO_STOP;
  const due = spare.flatMap((stop) => dueSpare(facts, stop, best));
  return { ...cancelOnceSeen(due), retryAtMs: null };
}

interface Missing {
  readonly anew: boolean;
  readonly evidence: string;
  readonly retryAtMs: Ms | null;
}

/** A stop for the whole where there is a level for one; else the alarm alone. */
function placeMissing(facts: PositionFacts, missing: Missing): StopDecision {
  const level = levelToPlace(facts, missing.anew);
  const { evidence, retryAtMs } = missing;
  if (level !== null) {
    const stop = placeStop(facts, level, { finding: 'unprotected', evidence });
    return { ...just(stop), retryAtMs };
  }
  const why = { finding: 'unprotected', evidence: `${evidence}; ${noLevelWords(facts)}` };
  return { ...NO_STOP, findings: [findingOf(facts.position, why)] };
}

function placeStop(
  facts: PositionFacts,
  level: StopLevel,
  why: Pick<Finding, 'finding' | 'evidence'>,
  asked?: 'move-stop' | 'resize-stop',
): ProtectiveAction {
  const replaces = facts.ordersRead ? idsOf(facts.live.stops) : [];
  return {
    action: asked ?? (replaces.length > 0 ? 'resize-stop' : 'place-stop'),
    symbol: facts.position.symbol,
    positionId: facts.position.positionId,
    intent: {
      ...reduceOnly(facts.position, heldLots(facts)),
      role: 'stop',
      purpose: level.purpose,
      type: 'stop',
      timeInForce: 'gtc',
      price: null,
      stopPrice: level.price,
    },
    replaces,
    finding: findingOf(facts.position, why),
  };
}

/** Its fills prove that it is there. Of anything else an unread venue may mean that it is gone: nothing. */
function isOwnEntry({ position: { origin } }: PositionFacts): boolean {
  return origin === 'signal' || origin === 'fill';
}

/** Only what was opened with a plan is closed for want of a stop: it was never to be open without. */
function isEmergency({ position, positionsRead }: PositionFacts): boolean {
  return positionsRead && position.plan !== null && !isImported(position);
}

function exit(
  facts: PositionFacts,
  purpose: 'stop_passed' | 'emergency',
  evidence: string,
): StopDecision {
  if (facts.live.exits.length > 0 || !facts.positionsRead) return NO_STOP;
  const { position } = facts;
  return just({
    action: 'exit-position',
    symbol: position.symbol,
    positionId: position.positionId,
    intent: {
      ...reduceOnly(position, wholeLots(facts)),
      role: 'exit',
      purpose,
      type: 'market',
      timeInForce: 'ioc',
      price: null,
      stopPrice: null,
    },
    replaces: [],
    finding: findingOf(position, { finding: purpose, evidence }),
  });
}

function dueSpare(facts: PositionFacts, spare: LiveOrder, kept: LiveOrder): DueCancel[] {
  const { clientOrderId } = spare;
  if (clientOrderId === null) return [];
  const { symbol, positionId } = facts.position;
  const evidence = `${kept.clientOrderId ?? 'another stop'} covers the position and is live`;
  const isAllowed = facts.seenBefore(cancelKey(clientOrderId));
  return [{ symbol, positionId, clientOrderId, evidence, isAllowed }];
}

function emergencyWords(facts: PositionFacts): string {
  return `no stop for the whole position was live within ${facts.settings.protectionDeadlineMs} ms`;
}

function noLevelWords({ mark, liquidationPrice }: PositionFacts): string {
  if (mark === null) return 'there is no mark to measure a stop from';
  const limit = liquidationPrice === null ? 'zero' : `liquidation at ${text(liquidationPrice)}`;
  return `no tick for a stop between the mark ${text(mark)} and ${limit}`;
}

function wholeLots({ position, instrument }: PositionFacts): Quantity {
  return floorToStep(position.quantity, instrument.lotStep);
}

/** What a stop is for: the whole, or what ours have of it while a foreign stop covers the rest. */
function heldLots(facts: PositionFacts): Quantity {
  if (facts.cover.by !== 'both') return wholeLots(facts);
  return floorToStep(sumRemaining(facts.live.stops), facts.instrument.lotStep);
}

function just(action: ProtectiveAction): StopDecision {
  return { ...NO_STOP, actions: [action] };
}
