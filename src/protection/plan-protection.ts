/**
 * The only author of stop, target and cancel-protection actions (design, idea 2): registry positions,
 * live orders, marks and swings in, a plan out. Pure; planning again after applying is empty.
 *
 * The open orders must have been read after the last action, or the actions since must be in `orders`
 * with a later time: an order accepted after `takenMs` counts as live, one listed does too.
 */
import type { Ms } from '../domain/clock.ts';
import { ms } from '../domain/clock.ts';
import type { Decimal, Price } from '../domain/decimal.ts';
import { text, textOrNull } from '../domain/decimal.ts';
import type { ClientOrderId, PositionId } from '../domain/ids.ts';
import { factId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Order } from '../domain/order.ts';
import { isInFlight } from '../domain/order.ts';
import type { Finding, Plan, ProtectiveAction } from '../domain/plan.ts';
import type { Position } from '../domain/position.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { Reading, VenueMark, VenueOrder } from '../domain/venue.ts';
import type { Cover } from './coverage.ts';
import { coverOf, isSameOrder, liveProtection } from './coverage.ts';
import type { PositionFacts } from './plan-stop.ts';
import { findingOf, planStop } from './plan-stop.ts';
import type { DroppedTarget } from './plan-targets.ts';
import { planPositionTargets } from './plan-targets.ts';
import type { ProtectionSettings } from './settings.ts';
import { minimumOrder } from './size-close.ts';
import type { StopLevel } from './trailing.ts';

/** The last confirmed 4H swings of a market; null before there is one. */
export interface SwingPair {
  readonly low: Decimal | null;
  readonly high: Decimal | null;
}

export interface ProtectionInput {
  /** Head of the journal that positions and orders come from. */
  readonly baseSeq: number;
  readonly nowMs: Ms;
  /** Open positions, after the repair of this observation. */
  readonly positions: readonly Position[];
  /** Orders that are not terminal. */
  readonly orders: readonly Order[];
  readonly openOrders: Reading<VenueOrder>;
  readonly takenMs: Ms;
  /** Since when open orders could not be read; null while they can. */
  readonly ordersUnknownSinceMs: Ms | null;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  readonly marks: Reading<VenueMark>;
  readonly swings: ReadonlyMap<Symbol, SwingPair>;
  /** The last stop ever sent for each position, live or not. */
  readonly lastStops: ReadonlyMap<PositionId, StopLevel>;
  /** Since when each position has been seen without full cover. */
  readonly uncoveredSince: ReadonlyMap<PositionId, Ms>;
  readonly settings: ProtectionSettings;
}

export interface PositionCover {
  readonly position: Position;
  readonly cover: Cover;
  /** Price of the best stop that covers; null when none does or it is not known. */
  readonly stopPrice: Price | null;
  /** False when the open orders could not be read: the cover is only what we believe. */
  readonly confirmed: boolean;
}

export interface ProtectionDecision extends Plan<ProtectiveAction> {
  /** Targets that were merged or skipped, with why; journaled once by whoever applies. */
  readonly drops: readonly DroppedTarget[];
  readonly covers: readonly PositionCover[];
  /** The earliest moment at which the plan changes by time alone; null when it does not. */
  readonly retryAtMs: Ms | null;
}

/** Plans the protection of everything open. Stops come before cancels, and both before targets. */
export function planProtection(input: ProtectionInput): ProtectionDecision {
  const marks = marksBySymbol(input.marks);
  const parts = input.positions.map((position) => planPosition(input, position, marks));
  const actions = [...parts.flatMap((part) => part.actions), ...leftovers(input)].toSorted(
    (a, b) => urgency(a) - urgency(b),
  );
  const retries = parts.flatMap((part) => (part.retryAtMs === null ? [] : [part.retryAtMs]));
  const findings = [...parts.flatMap((part) => part.findings), ...actions.map((a) => a.finding)];
  return {
    planId: factId('plan', String(input.baseSeq), ...actions.map(describe)),
    baseSeq: input.baseSeq,
    findings,
    actions,
    drops: parts.flatMap((part) => part.drops),
    covers: parts.flatMap((part) => (part.cover === null ? [] : [part.cover])),
    retryAtMs: retries.length === 0 ? null : ms(Math.min(...retries)),
  };
}

interface PositionPart {
  readonly actions: readonly ProtectiveAction[];
  readonly drops: readonly DroppedTarget[];
  readonly findings: readonly Finding[];
  readonly cover: PositionCover | null;
  readonly retryAtMs: Ms | null;
}

function planPosition(
  input: ProtectionInput,
  position: Position,
  marks: ReadonlyMap<Symbol, VenueMark>,
): PositionPart {
  const instrument = input.instruments.get(position.symbol);
  if (instrument === undefined) {
    return cannot(position, 'the venue does not list this instrument: no order can be sized');
  }
  const live = liveProtection(position, input);
  const cover = coverOf(position.quantity, live, instrument.lotStep);
  const positionCover: PositionCover = {
    position,
    cover,
    stopPrice:
      cover.state === 'under' ? null : ((live.stops[0] ?? live.foreignStops[0])?.stopPrice ?? null),
    confirmed: input.openOrders.read === 'complete',
  };
  if (position.plan === null) {
    const covered = cover.state !== 'under';
    const part = cannot(position, 'no stop is known for it');
    return { ...part, cover: positionCover, findings: covered ? [] : part.findings };
  }
  const minimum = minimumOrder(instrument, undefined);
  if (position.quantity.lt(minimum)) {
    const words = `${text(position.quantity)} is below the venue's minimum ${text(minimum)}`;
    return { ...cannot(position, words), cover: positionCover };
  }
  const facts: PositionFacts = {
    position,
    plan: position.plan,
    instrument,
    live,
    cover,
    ordersRead: input.openOrders.read === 'complete',
    ordersUnknownSinceMs: input.ordersUnknownSinceMs,
    uncoveredSinceMs: input.uncoveredSince.get(position.positionId) ?? null,
    lastStop: input.lastStops.get(position.positionId) ?? null,
    mark: marks.get(position.symbol)?.mark ?? null,
    swing: swingOf(input, position),
    nowMs: input.nowMs,
    settings: input.settings,
  };
  const stop = planStop(facts);
  const exiting = stop.actions.some((action) => action.action === 'exit-position');
  const targets = exiting ? { actions: [], drops: [] } : planPositionTargets(facts);
  return {
    actions: [...stop.actions, ...targets.actions],
    drops: targets.drops,
    findings: foreignFindings(facts),
    cover: positionCover,
    retryAtMs: stop.retryAtMs,
  };
}

function cannot(position: Position, evidence: string): PositionPart {
  const findings = [findingOf(position, { finding: 'unprotected', evidence })];
  return { actions: [], drops: [], findings, cover: null, retryAtMs: null };
}

function foreignFindings({ position, live }: PositionFacts): Finding[] {
  return live.foreignStops.map((stop) =>
    findingOf(position, {
      finding: 'order.foreign',
      evidence: `stop ${stop.venueOrderId ?? '?'} is not ours: counts as cover, left alone`,
    }),
  );
}

/**
 * Rule 14: protective orders of ours whose position is closed go by id, once no entry is in flight. So
 * does the rest of its entry: filled later, it would be a position that nothing protects.
 */
function leftovers(input: ProtectionInput): ProtectiveAction[] {
  const { openOrders, orders, takenMs } = input;
  if (openOrders.read === 'unknown') return [];
  const open = new Set(input.positions.map((position) => position.positionId));
  const entering = new Set(
    orders.filter((o) => o.role === 'entry' && isInFlight(o.state)).map((o) => o.symbol),
  );
  const isLive = (order: Order): boolean =>
    !isInFlight(order.state) &&
    (order.updatedMs >= takenMs || openOrders.rows.some((row) => isSameOrder(order, row)));
  const isSpent = (order: Order): boolean => order.role !== 'entry' || order.filled.gt(0);
  return orders
    .filter((order) => isSpent(order) && !entering.has(order.symbol) && isLive(order))
    .filter((order) => order.positionId === null || !open.has(order.positionId))
    .map((order) => cancelLeftover(order.clientOrderId, order));
}

function cancelLeftover(clientOrderId: ClientOrderId, order: Order): ProtectiveAction {
  const { symbol, positionId, role } = order;
  const evidence = `the position of this ${role} is closed`;
  const finding: Finding = { symbol, positionId, finding: 'overprotected', evidence };
  return { action: 'cancel-order', symbol, positionId, clientOrderId, finding };
}

function swingOf({ swings }: ProtectionInput, { symbol, side }: Position): Decimal | null {
  const pair = swings.get(symbol);
  if (pair === undefined) return null;
  return side === 'long' ? pair.low : pair.high;
}

function marksBySymbol(marks: Reading<VenueMark>): ReadonlyMap<Symbol, VenueMark> {
  if (marks.read === 'unknown') return new Map();
  return new Map(marks.rows.map((row) => [row.symbol, row]));
}

const URGENCY: Record<ProtectiveAction['action'], number> = {
  'exit-position': 0,
  'place-stop': 1,
  'resize-stop': 2,
  'move-stop': 3,
  'cancel-order': 4,
  'place-target': 5,
};

function urgency(action: ProtectiveAction): number {
  return URGENCY[action.action];
}

/** One action as text: what it would do, without why. */
function describe(action: ProtectiveAction): string {
  if (action.action === 'cancel-order') return `cancel-order ${action.clientOrderId}`;
  const { intent } = action;
  const prices = `${textOrNull(intent.price)} ${textOrNull(intent.stopPrice)}`;
  const owner = `${action.positionId} ${intent.purpose}`;
  return `${action.action} ${owner} ${text(intent.quantity)} ${prices} ${action.replaces.join(',')}`;
}
