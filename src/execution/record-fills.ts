/**
 * Turns one fill into its batch: FILL, and with it the opening or the closing of a position. One fill is
 * one transaction, so no crash can leave a fill without the position it made.
 *
 * Invariants: a position opens on the first fill of its entry, with the plan of that order; it
 * closes with the fill that leaves less than one lot; a closed one is never opened again.
 */
import type { Decimal } from '../domain/decimal.ts';
import { ZERO, minDecimal, text } from '../domain/decimal.ts';
import { ms } from '../domain/clock.ts';
import type { NewEvent } from '../domain/event.ts';
import type { VenueFill } from '../domain/fill.ts';
import type { PositionId } from '../domain/ids.ts';
import { positionIdOf } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Order } from '../domain/order.ts';
import { exitSide } from '../domain/order.ts';
import type { ExitReason, Position, ProtectionPlan } from '../domain/position.ts';
import { EXIT_REASONS } from '../domain/position.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { BacklogJournal } from './backlog-journal.ts';
import type { OrderBook } from './order-book.ts';
import { payloadOfPlan } from '../core/plan-payload.ts';

export interface FillContext {
  readonly journal: BacklogJournal;
  readonly book: OrderBook;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
}

/** Records one fill. It already happened: what the store cannot take now is kept and written later. */
export function recordFill(fill: VenueFill, context: FillContext): void {
  const order =
    fill.clientOrderId === null ? null : context.book.orderByClientId(fill.clientOrderId);
  const held = context.journal.registry().positions.get(fill.symbol) ?? null;
  const positionId = ownerOf(fill, order, { held, book: context.book });
  const events: NewEvent[] = [fillEvent(fill, order, positionId)];
  if (positionId !== null && held?.positionId !== positionId) {
    events.push(openedEvent(fill, order, { positionId, plan: planOf(order, context) }));
  } else if (held !== null && positionId === held.positionId && fill.side === exitSide(held.side)) {
    const instrument = context.instruments.get(fill.symbol);
    const rest = held.quantity.minus(fill.quantity);
    if (rest.lt(instrument?.lotStep ?? ZERO) || rest.lte(0)) {
      events.push(closedEvent(fill, order, held));
    }
  }
  context.journal.appendOrKeep(events);
}

/**
 * The position of a fill: its order's, or the open one of its symbol when nobody of us ordered it.
 * Null when that position is closed: a late fill is kept as a fact and opens nothing (scenario 38).
 */
function ownerOf(
  fill: VenueFill,
  order: Order | null,
  { held, book }: { held: Position | null; book: OrderBook },
): PositionId | null {
  if (order === null) return fill.kind === 'funding' ? null : (held?.positionId ?? null);
  const derived = order.signalId === null ? null : positionIdOf(order.signalId);
  const owner = order.positionId ?? derived;
  if (owner === null || owner === held?.positionId) return owner;
  // Only an entry can open, and only what is neither closed nor taken by another position.
  return order.role === 'entry' && held === null && !book.isClosed(owner) ? owner : null;
}

function planOf(order: Order | null, { book }: FillContext): ProtectionPlan | null {
  return order === null ? null : book.planOf(order.clientOrderId);
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

function openedEvent(
  fill: VenueFill,
  order: Order | null,
  { positionId, plan }: { positionId: PositionId; plan: ProtectionPlan | null },
): NewEvent {
  return {
    type: 'POSITION_OPENED',
    ...refsOf(fill, order, positionId),
    payload: {
      side: fill.side === 'buy' ? 'long' : 'short',
      origin: 'signal',
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
