/**
 * The positions' part of the fold. A position of ours is made of its fills: POSITION_OPENED consumes
 * those told just before it, POSITION_CLOSED ends it with the fill that made it flat. What no fill
 * explains has events of its own (imported, adjusted, retired), each with the evidence it rests on.
 * Profit is (exit - entry) x quantity; the contract size is 1 on the linear perpetuals traded here.
 */
import { decimal, minDecimal, price, quantity, ZERO, ZERO_QUANTITY } from '../domain/decimal.ts';
import type { Decimal, Price, Quantity } from '../domain/decimal.ts';
import { assert } from '../domain/errors.ts';
import type { EventOf } from '../domain/event.ts';
import type { PositionId, TradeId, VenueOrderId } from '../domain/ids.ts';
import { entrySide, type OrderPurpose } from '../domain/order.ts';
import type { Position } from '../domain/position.ts';
import type { RecordedFill, Registry } from '../domain/registry.ts';
import { planOfPayload } from '../domain/plan-payload.ts';

const TARGET_LEVELS: ReadonlyMap<OrderPurpose | null, number> = new Map([
  ['target_1', 1],
  ['target_2', 2],
  ['target_3', 3],
]);

/** Digits of an average entry: far below every tick, and short enough to be read. */
const AVERAGE_DIGITS = 18;

export function recordedFill(event: EventOf<'FILL'>): RecordedFill {
  const { payload, symbol } = event;
  assert(symbol !== null, 'a fill names its symbol');
  return {
    seq: event.seq,
    tradeId: payload.trade_id as TradeId,
    clientOrderId: event.clientOrderId,
    venueOrderId: payload.venue_order_id as VenueOrderId | null,
    positionId: event.positionId,
    symbol,
    side: payload.side,
    quantity: quantity(payload.quantity),
    price: price(payload.price),
    fee: decimal(payload.fee),
    liquidity: payload.liquidity,
    kind: payload.kind,
    role: payload.role,
    purpose: payload.purpose,
    tsMs: event.tsMs,
  };
}

/** Applies a fill to its open position; keeps it for the opening when there is none. */
export function fillPosition(state: Registry, fill: RecordedFill): Registry {
  const { positionId } = fill;
  if (positionId === null) return state;
  const position = state.positions.get(fill.symbol);
  if (position?.positionId === positionId) return put(state, apply(position, fill));
  const waiting = state.pendingFills.get(positionId) ?? [];
  const pendingFills = new Map(state.pendingFills).set(positionId, [...waiting, fill]);
  return { ...state, pendingFills };
}

export function opened(state: Registry, event: EventOf<'POSITION_OPENED'>): Registry {
  const { symbol, positionId, payload } = event;
  assert(symbol !== null && positionId !== null, 'an opening names its position and its symbol');
  assert(!state.positions.has(symbol), `${symbol} has no other open position`);
  const fills = state.pendingFills.get(positionId) ?? [];
  const first = fills[0];
  assert(first !== undefined, `${positionId} is opened by a fill`);
  assert(first.side === entrySide(payload.side), `${positionId} is ${payload.side} as its fill`);
  const empty: Position = {
    positionId,
    symbol,
    side: payload.side,
    status: 'open',
    quantity: ZERO_QUANTITY,
    enteredQuantity: ZERO_QUANTITY,
    entryPrice: first.price,
    plan: payload.plan === null ? null : planOfPayload(payload.plan),
    targetsHit: [],
    signalId: event.signalId,
    origin: payload.origin,
    openedSeq: event.seq,
    openedMs: first.tsMs,
    protectedMs: null,
    closedMs: null,
    exitReason: null,
    noStopReason: null,
    realizedPnl: ZERO,
    fees: ZERO,
  };
  return put(withoutPending(state, positionId), fills.reduce(apply, empty));
}

/** Fills that were told before are part of the quantity that was reported, never added to it. */
export function imported(state: Registry, event: EventOf<'POSITION_IMPORTED'>): Registry {
  const { symbol, positionId, payload } = event;
  assert(symbol !== null && positionId !== null, 'an import names its position and its symbol');
  assert(!state.positions.has(symbol), `${symbol} has no other open position`);
  const held = openQuantity(payload.quantity, positionId);
  return put(withoutPending(state, positionId), {
    positionId,
    symbol,
    side: payload.side,
    status: 'open',
    quantity: held,
    enteredQuantity: held,
    entryPrice: payload.entry_price === null ? null : price(payload.entry_price),
    plan: payload.plan === null ? null : planOfPayload(payload.plan),
    targetsHit: [],
    signalId: event.signalId,
    origin: payload.origin,
    openedSeq: event.seq,
    openedMs: event.tsMs,
    protectedMs: null,
    closedMs: null,
    exitReason: null,
    noStopReason: payload.no_stop_reason,
    realizedPnl: ZERO,
    fees: ZERO,
  });
}

export function adjusted(state: Registry, event: EventOf<'POSITION_ADJUSTED'>): Registry {
  const open = openPosition(state, event);
  const { payload } = event;
  const held = openQuantity(payload.quantity, open.positionId);
  return put(state, {
    ...open,
    quantity: held,
    enteredQuantity: held.gt(open.enteredQuantity) ? held : open.enteredQuantity,
    entryPrice: payload.entry_price === null ? null : price(payload.entry_price),
  });
}

/** A rest below one lot ends with it: it cannot be traded and must not stay as a row. */
export function ended(
  state: Registry,
  event: EventOf<'POSITION_CLOSED' | 'POSITION_RETIRED'>,
): Registry {
  const open = openPosition(state, event);
  const position: Position = {
    ...open,
    status: 'closed',
    quantity: ZERO_QUANTITY,
    closedMs: event.tsMs,
    exitReason: event.payload.reason,
  };
  const positions = new Map(state.positions);
  positions.delete(position.symbol);
  return { ...state, positions, touched: { ...state.touched, positions: [position] } };
}

/** A stop may be acknowledged after its position closed: that changes nothing any more. */
export function protectedNow(state: Registry, event: EventOf<'POSITION_PROTECTED'>): Registry {
  const position = event.symbol === null ? undefined : state.positions.get(event.symbol);
  if (position?.positionId !== event.positionId || position.protectedMs !== null) return state;
  return put(state, { ...position, protectedMs: event.tsMs });
}

function openPosition(
  state: Registry,
  event: Pick<EventOf<'POSITION_CLOSED'>, 'symbol' | 'positionId'>,
): Position {
  const open = event.symbol === null ? undefined : state.positions.get(event.symbol);
  assert(open?.positionId === event.positionId, `${String(event.positionId)} is open`);
  return open;
}

/** The incident: an open position of size zero. No event can make one. */
function openQuantity(written: string, positionId: PositionId): Quantity {
  const held = quantity(written);
  assert(held.gt(0), `${positionId} is open with more than nothing`);
  return held;
}

function withoutPending(state: Registry, positionId: PositionId): Registry {
  if (!state.pendingFills.has(positionId)) return state;
  const pendingFills = new Map(state.pendingFills);
  pendingFills.delete(positionId);
  return { ...state, pendingFills };
}

function apply(position: Position, fill: RecordedFill): Position {
  const fees = position.fees.plus(fill.fee);
  if (fill.kind === 'funding') return { ...position, fees };
  if (fill.side === entrySide(position.side)) return { ...enter(position, fill), fees };
  return { ...exit(position, fill), fees };
}

function enter(position: Position, fill: RecordedFill): Position {
  const { entryPrice } = position;
  return {
    ...position,
    quantity: quantity(position.quantity.plus(fill.quantity)),
    enteredQuantity: quantity(position.enteredQuantity.plus(fill.quantity)),
    entryPrice: entryPrice === null ? null : averageEntry(position, entryPrice, fill),
  };
}

/** More than is open cannot be taken from it; reduce-only keeps the venue from doing so. */
function exit(position: Position, fill: RecordedFill): Position {
  const taken = minDecimal<Decimal>(fill.quantity, position.quantity);
  const level = TARGET_LEVELS.get(fill.purpose);
  const hit = position.targetsHit;
  return {
    ...position,
    quantity: quantity(position.quantity.minus(taken)),
    realizedPnl: position.realizedPnl.plus(profit(position, fill.price, taken)),
    targetsHit: level === undefined || hit.includes(level) ? hit : [...hit, level],
  };
}

function averageEntry(position: Position, entryPrice: Price, fill: RecordedFill): Price {
  if (entryPrice.eq(fill.price)) return entryPrice;
  const value = entryPrice.mul(position.quantity).plus(fill.price.mul(fill.quantity));
  const average = value.div(position.quantity.plus(fill.quantity));
  return price(average.toSignificantDigits(AVERAGE_DIGITS));
}

/** Quote units, before fees; zero while the entry price is unknown, never invented. */
function profit(position: Position, exitPrice: Price, taken: Decimal): Decimal {
  if (position.entryPrice === null) return ZERO;
  const gain = exitPrice.minus(position.entryPrice).mul(taken);
  return position.side === 'long' ? gain : gain.neg();
}

function put(state: Registry, position: Position): Registry {
  const positions = new Map(state.positions).set(position.symbol, position);
  return { ...state, positions, touched: { ...state.touched, positions: [position] } };
}
