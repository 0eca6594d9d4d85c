/**
 * What one position's stop needs: placed, resized, moved, thinned out, or, when no stop can do its
 * job any more, an exit. Pure; the price comes from `trailing.ts`, the cover from `coverage.ts`.
 *
 * Invariants: a stop is for the whole position; the old ones are named in `replaces` and go only after
 * the new one is live; nothing is decided from orders that could not be read before the deadline.
 */
import type { Ms } from '../domain/clock.ts';
import { ms } from '../domain/clock.ts';
import type { Decimal, Price, Quantity } from '../domain/decimal.ts';
import { floorToStep, text } from '../domain/decimal.ts';
import type { ClientOrderId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { OrderIntent, OrderPurpose } from '../domain/order.ts';
import { exitSide } from '../domain/order.ts';
import type { Finding, ProtectiveAction } from '../domain/plan.ts';
import type { Position, ProtectionPlan } from '../domain/position.ts';
import type { Cover, LiveOrder, LiveProtection } from './coverage.ts';
import type { ProtectionSettings } from './settings.ts';
import type { StopLevel, StopPurpose } from './trailing.ts';
import { isPassed, isTighter, stopLevel } from './trailing.ts';

/** One position with everything known about it now. */
export interface PositionFacts {
  readonly position: Position;
  readonly plan: ProtectionPlan;
  readonly instrument: Instrument;
  readonly live: LiveProtection;
  readonly cover: Cover;
  readonly ordersRead: boolean;
  /** Since when open orders could not be read; null while they can. */
  readonly ordersUnknownSinceMs: Ms | null;
  /** Since when this process has seen the position without full cover; null when it just did. */
  readonly uncoveredSinceMs: Ms | null;
  /** The last stop ever sent for the position; a stop is never placed looser again. */
  readonly lastStop: StopLevel | null;
  readonly mark: Price | null;
  readonly swing: Decimal | null;
  readonly nowMs: Ms;
  readonly settings: ProtectionSettings;
}

export interface StopDecision {
  readonly actions: readonly ProtectiveAction[];
  /** When the decision changes by time alone; null when it does not. */
  readonly retryAtMs: Ms | null;
}

const NOTHING: StopDecision = { actions: [], retryAtMs: null };

export function planStop(facts: PositionFacts): StopDecision {
  if (facts.live.exits.length > 0 && facts.cover.state !== 'under') return NOTHING;
  if (!facts.ordersRead) return planUnread(facts);
  return facts.cover.state === 'under' ? planMissing(facts) : planHeld(facts);
}

/** Rule 15: nothing until the deadline, then a stop by the next derived id; it cannot flip anything. */
function planUnread(facts: PositionFacts): StopDecision {
  const { position, live, settings, nowMs } = facts;
  const since = ms(Math.max(facts.ordersUnknownSinceMs ?? nowMs, position.openedMs));
  const whole = live.stops.filter((stop) => stopCovers(stop, facts));
  if (whole.some((stop) => stop.updatedMs >= since)) return NOTHING;
  const deadline = ms(since + settings.protectionDeadlineMs);
  if (nowMs < deadline) return { actions: [], retryAtMs: deadline };
  const neverCovered = position.protectedMs === null && whole.length === 0;
  const lastChance = ms(deadline + settings.protectionDeadlineMs);
  if (neverCovered && nowMs >= lastChance) return exit(facts, 'emergency', emergencyWords(facts));
  const stop = placeStop(facts, levelNow(facts), {
    finding: 'unprotected',
    evidence: `open orders unreadable for ${nowMs - since} ms: the stop cannot be confirmed`,
  });
  return { actions: [stop], retryAtMs: neverCovered ? lastChance : null };
}

/** No stop, or too small: place one for the whole, unless the price is past it or time is up. */
function planMissing(facts: PositionFacts): StopDecision {
  const { position, cover, mark, settings, nowMs } = facts;
  const level = levelNow(facts);
  if (mark !== null && isPassed(position.side, level.price, mark)) {
    return exit(facts, 'stop_passed', `mark ${text(mark)} is past the stop ${text(level.price)}`);
  }
  const since = facts.uncoveredSinceMs ?? nowMs;
  const deadline = ms(since + settings.protectionDeadlineMs);
  if (nowMs >= deadline) return exit(facts, 'emergency', emergencyWords(facts));
  const evidence = `stops cover ${text(cover.covered)} of ${text(position.quantity)}`;
  const stop = placeStop(facts, level, { finding: 'unprotected', evidence });
  return { actions: [stop], retryAtMs: deadline };
}

/** Covered: follow the price, shrink what covers too much, and keep a single stop. */
function planHeld(facts: PositionFacts): StopDecision {
  const { live, cover } = facts;
  const best = bestStop(facts);
  if (best === null) return NOTHING;
  const level = levelNow(facts);
  const held = best.stopPrice;
  if (held === null || !level.price.eq(held)) {
    const evidence = `stop from ${held === null ? 'unknown' : text(held)} to ${text(level.price)}`;
    return just(placeStop(facts, level, { finding: level.purpose, evidence }, 'move-stop'));
  }
  if (!stopCovers(best, facts)) {
    const evidence = `stops cover ${text(cover.covered)} of ${text(facts.position.quantity)}`;
    return just(placeStop(facts, level, { finding: 'overprotected', evidence }, 'resize-stop'));
  }
  const spare = live.stops.filter((stop) => stop !== best);
  return { actions: spare.flatMap((stop) => cancelSpare(facts, stop, best)), retryAtMs: null };
}

/** The stop to keep: one that covers the whole before one that does not, then the tightest. */
function bestStop(facts: PositionFacts): LiveOrder | null {
  const { side } = facts.position;
  const rank = (stop: LiveOrder): number => (stopCovers(stop, facts) ? 1 : 0);
  let best: LiveOrder | null = null;
  for (const stop of facts.live.stops) {
    if (best === null || rank(stop) > rank(best)) best = stop;
    else if (rank(stop) === rank(best) && tighterStop(side, stop, best)) best = stop;
  }
  return best;
}

function tighterStop(side: Position['side'], a: LiveOrder, b: LiveOrder): boolean {
  if (a.stopPrice === null || b.stopPrice === null) return b.stopPrice === null;
  return isTighter(side, a.stopPrice, b.stopPrice);
}

function stopCovers(stop: LiveOrder, { position, instrument }: PositionFacts): boolean {
  return stop.remaining.minus(position.quantity).abs().lt(instrument.lotStep);
}

/** The level for now. While a stop is live it is the one held; after it is gone, the last one sent. */
function levelNow(facts: PositionFacts): StopLevel {
  const { position, plan, instrument, settings } = facts;
  return stopLevel({
    side: position.side,
    plan,
    entryPrice: position.entryPrice,
    targetHit: position.targetsHit.length > 0,
    held: heldLevel(facts),
    mark: facts.mark,
    swing: facts.swing,
    tickSize: instrument.tickSize,
    takerFee: settings.takerFee,
    trailStepAtr: settings.trailStepAtr,
  });
}

function heldLevel(facts: PositionFacts): StopLevel | null {
  const best = bestStop(facts);
  if (best?.stopPrice == null) return facts.lastStop;
  return { price: best.stopPrice, purpose: stopPurpose(best.purpose) };
}

function stopPurpose(purpose: OrderPurpose | null): StopPurpose {
  return purpose === 'break_even' || purpose === 'trailing_stop' ? purpose : 'stop_loss';
}

type Why = Pick<Finding, 'finding' | 'evidence'>;

function placeStop(
  facts: PositionFacts,
  level: StopLevel,
  why: Why,
  asked?: 'move-stop' | 'resize-stop',
): ProtectiveAction {
  const replaces = facts.ordersRead ? idsOf(facts.live.stops) : [];
  return {
    action: asked ?? (replaces.length > 0 ? 'resize-stop' : 'place-stop'),
    symbol: facts.position.symbol,
    positionId: facts.position.positionId,
    intent: {
      ...reduceOnly(facts.position, wholeLots(facts)),
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

function exit(
  facts: PositionFacts,
  purpose: 'stop_passed' | 'emergency',
  evidence: string,
): StopDecision {
  if (facts.live.exits.length > 0) return NOTHING;
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

function cancelSpare(facts: PositionFacts, spare: LiveOrder, kept: LiveOrder): ProtectiveAction[] {
  if (spare.clientOrderId === null) return [];
  const { position } = facts;
  const evidence = `${kept.clientOrderId ?? 'another stop'} covers the position and is live`;
  return [
    {
      action: 'cancel-order',
      symbol: position.symbol,
      positionId: position.positionId,
      clientOrderId: spare.clientOrderId,
      finding: findingOf(position, { finding: 'overprotected', evidence }),
    },
  ];
}

function emergencyWords(facts: PositionFacts): string {
  return `no stop for the whole position was live within ${facts.settings.protectionDeadlineMs} ms`;
}

function wholeLots({ position, instrument }: PositionFacts): Quantity {
  return floorToStep(position.quantity, instrument.lotStep);
}

/** The part every protective order shares: it can only make the position smaller. */
export function reduceOnly(
  position: Position,
  quantity: Quantity,
): Pick<
  OrderIntent,
  | 'symbol'
  | 'side'
  | 'postOnly'
  | 'reduceOnly'
  | 'quantity'
  | 'positionId'
  | 'signalId'
  | 'expiresMs'
> {
  return {
    symbol: position.symbol,
    side: exitSide(position.side),
    postOnly: false,
    reduceOnly: true,
    quantity,
    positionId: position.positionId,
    signalId: position.signalId,
    expiresMs: null,
  };
}

export function findingOf(position: Position, why: Why): Finding {
  return { symbol: position.symbol, positionId: position.positionId, ...why };
}

export function idsOf(orders: readonly LiveOrder[]): readonly ClientOrderId[] {
  return orders.flatMap((order) => (order.clientOrderId === null ? [] : [order.clientOrderId]));
}

function just(action: ProtectiveAction): StopDecision {
  return { actions: [action], retryAtMs: null };
}
