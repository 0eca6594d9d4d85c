/**
 * Turns one fill into its events: FILL, and with it the opening or the closing of a position. They are
 * one batch, so no crash can leave a fill without the position it made. Pure.
 *
 * Invariants: a position opens on the first fill of its entry, with the plan of that order; it
 * closes with the fill that leaves less than one lot; a closed one is never opened again.
 */
import { ms } from '../domain/clock.ts';
import type { Decimal, Quantity } from '../domain/decimal.ts';
import { ZERO, minDecimal, text } from '../domain/decimal.ts';
import type { NewEvent } from '../domain/event.ts';
import type { VenueFill } from '../domain/fill.ts';
import type { PositionId } from '../domain/ids.ts';
import { positionIdOf } from '../domain/ids.ts';
import type { Order } from '../domain/order.ts';
import { exitSide } from '../domain/order.ts';
import { payloadOfPlan } from '../domain/plan-payload.ts';
import type { ExitReason, Position, ProtectionPlan } from '../domain/position.ts';
import { EXIT_REASONS } from '../domain/position.ts';

/** What decides whose a fill is. */
export interface FillWorld {
  /** The open position of its symbol. */
  readonly held: Position | null;
  /** The order of ours that it filled, living or ended; null when nobody of us ordered it. */
  readonly order: Order | null;
  /** The plan journaled with that order. */
  readonly plan: ProtectionPlan | null;
  readonly isClosed: (id: PositionId) => boolean;
  /** What is less cannot be traded and ends with the position. */
  readonly lotStep: Quantity;
}

export function fillEvents(fill: VenueFill, world: FillWorld): NewEvent[] {
  const { held, order, lotStep } = world;
  const positionId = ownerOf(fill, world);
  const events: NewEvent[] = [fillEvent(fill, order, positionId)];
  if (positionId !== null && held?.positionId !== positionId) {
    return [...events, openedEvent(fill, { order, positionId, plan: world.plan })];
  }
  if (held === null || positionId !== held.positionId || fill.side !== exitSide(held.side)) {
    return events;
  }
  if (fill.kind === 'funding') return events;
  const rest = held.quantity.minus(fill.quantity);
  return rest.lt(lotStep) || rest.lte(0) ? [...events, closedEvent(fill, order, held)] : events;
}

/**
 * The position of a fill: its order's, or the open one of its symbol when nobody of us ordered it.
 * Null when that position is closed: a late fill is kept as a fact and opens nothing (scenario 38).
 */
function ownerOf(fill: VenueFill, { held, order, isClosed }: FillWorld): PositionId | null {
  if (order === null) return fill.kind === 'funding' ? null : (held?.positionId ?? null);
  const derived = order.signalId === null ? null : positionIdOf(order.signalId);
  const owner = order.positionId ?? derived;
  if (owner === null || owner === held?.positionId) return owner;
  if (fill.kind === 'funding') return null;
  // Only an entry can open, and only what is neither closed nor taken by another position.
  return order.role === 'entry' && held === null && !isClosed(owner) ? owner : null;
}

type Refs = Pick<
  NewEvent,
  'symbol' | 'positionId' | 'clientOrderId' | 'signalId' | 'correlationId' | 'tsMs'
>;

function refsOf(fill: VenueFill, order: Order | null, positionId: PositionId | null): Refs {
  const signalId = order?.signalId ?? null;
  return {
    symbol: fill.symbol,
    positionId,
    clientOrderId: order?.clientOrderId ?? null,
    signalId,
    correlationId: signalId ?? positionId,
    tsMs: fill.tsMs,
  };
}

function fillEvent(fill: VenueFill, order: Order | null, positionId: PositionId | null): NewEvent {
  return {
    type: 'FILL',
    ...refsOf(fill, order, positionId),
    payload: {
      trade_id: fill.tradeId,
      venue_order_id: fill.venueOrderId,
      side: fill.side,
      quantity: text(fill.quantity),
      price: text(fill.price),
      fee: text(fill.fee),
      liquidity: fill.liquidity,
      kind: fill.kind,
      role: order?.role ?? null,
      purpose: order?.purpose ?? null,
    },
  };
}

interface Opening {
  readonly order: Order | null;
  readonly positionId: PositionId;
  readonly plan: ProtectionPlan | null;
}

function openedEvent(fill: VenueFill, { order, positionId, plan }: Opening): NewEvent {
  return {
    type: 'POSITION_OPENED',
    ...refsOf(fill, order, positionId),
    payload: {
      side: fill.side === 'buy' ? 'long' : 'short',
      origin: order?.signalId == null ? 'fill' : 'signal',
      plan: plan === null ? null : payloadOfPlan(plan),
    },
  };
}

function closedEvent(fill: VenueFill, order: Order | null, held: Position): NewEvent {
  const realized = held.realizedPnl.plus(realizedBy(fill, held));
  return {
    type: 'POSITION_CLOSED',
    ...refsOf(fill, order, held.positionId),
    signalId: held.signalId,
    correlationId: held.signalId ?? held.positionId,
    payload: {
      reason: exitReason(fill, order),
      realized_pnl: text(realized),
      fees: text(held.fees.plus(fill.fee)),
      held_ms: ms(fill.tsMs - held.openedMs),
    },
  };
}

/** `(exit - entry) x quantity`, negated for a short: what the fold computes. Zero without an entry. */
function realizedBy(fill: VenueFill, held: Position): Decimal {
  if (held.entryPrice === null) return ZERO;
  const taken = minDecimal<Decimal>(fill.quantity, held.quantity);
  const gain = fill.price.minus(held.entryPrice).mul(taken);
  return held.side === 'long' ? gain : gain.neg();
}

/** The purpose of the order that made it flat. Without an order of ours it was a hand, or the venue. */
function exitReason(fill: VenueFill, order: Order | null): ExitReason {
  if (fill.kind === 'liquidation' || fill.kind === 'assignee') return 'liquidation';
  const reason = EXIT_REASONS.find((known) => known === order?.purpose);
  return reason ?? 'operator_close';
}
