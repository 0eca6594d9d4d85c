/**
 * The orders' part of the fold. An end is final: what is told of an order that is no longer alive
 * changes nothing. Only a fill of an order that is still alive raises `filled`; a fill above the
 * order's quantity happened all the same and is kept, with a reason that says so.
 */
import { price, quantity, ZERO, ZERO_QUANTITY } from '../domain/decimal.ts';
import { assert } from '../domain/errors.ts';
import type { EventOf, PlanPayload } from '../domain/event.ts';
import type { ClientOrderId, VenueOrderId } from '../domain/ids.ts';
import { isTerminal, type Order, type OrderState } from '../domain/order.ts';
import type { RecordedFill, Registry } from '../domain/registry.ts';
import { planOfPayload } from '../domain/plan-payload.ts';

export function intended(state: Registry, event: EventOf<'ORDER_INTENDED'>): Registry {
  return putNew(state, orderOfIntent(state, event), event.payload.plan);
}

/** Ours without an intent of this journal; one that already ended is recorded and not kept alive. */
export function adopted(state: Registry, event: EventOf<'ORDER_ADOPTED'>): Registry {
  const { payload } = event;
  const order = orderOfIntent(state, event);
  const filled = quantity(payload.filled);
  const adoptedOrder: Order = {
    ...order,
    state: payload.state,
    venueOrderId: named(payload.venue_order_id),
    filled,
    // Its fills were not read; the limit is the best that is known of what they were worth.
    filledValue: filled.mul(order.price ?? order.stopPrice ?? ZERO),
    reason: payload.evidence,
  };
  return putNew(state, adoptedOrder, payload.plan);
}

/** What a hand changed at the venue is what the order is from now on. */
export function amended(state: Registry, event: EventOf<'ORDER_AMENDED'>): Registry {
  const order = alive(state, event.clientOrderId);
  if (order === null) return state;
  const { payload } = event;
  return put(state, {
    ...order,
    quantity: quantity(payload.quantity),
    price: payload.price === null ? null : price(payload.price),
    stopPrice: payload.stop_price === null ? null : price(payload.stop_price),
    updatedMs: event.tsMs,
  });
}

export function relinked(state: Registry, event: EventOf<'ORDER_RELINKED'>): Registry {
  const order = alive(state, event.clientOrderId);
  if (order === null) return state;
  return put(state, { ...order, positionId: event.positionId, updatedMs: event.tsMs });
}

function orderOfIntent(state: Registry, event: EventOf<'ORDER_INTENDED' | 'ORDER_ADOPTED'>): Order {
  const { clientOrderId, symbol, payload } = event;
  assert(clientOrderId !== null && symbol !== null, 'an intent names its order and its symbol');
  assert(!state.orders.has(clientOrderId), `${clientOrderId} is intended once`);
  return {
    clientOrderId,
    symbol,
    role: payload.role,
    purpose: payload.purpose,
    side: payload.side,
    type: payload.type,
    timeInForce: payload.time_in_force,
    postOnly: payload.post_only,
    reduceOnly: payload.reduce_only,
    quantity: quantity(payload.quantity),
    price: payload.price === null ? null : price(payload.price),
    stopPrice: payload.stop_price === null ? null : price(payload.stop_price),
    positionId: event.positionId,
    signalId: event.signalId,
    expiresMs: payload.expires_ms,
    state: 'intended',
    venueOrderId: null,
    filled: ZERO_QUANTITY,
    filledValue: ZERO,
    reason: null,
    intentSeq: event.seq,
    intendedMs: event.tsMs,
    updatedMs: event.tsMs,
  };
}

function putNew(state: Registry, order: Order, plan: PlanPayload | null): Registry {
  const next = put(state, order);
  if (plan === null || isTerminal(order.state)) return next;
  const plans = new Map(state.plans).set(order.clientOrderId, planOfPayload(plan));
  return { ...next, plans };
}

type OutcomeEvent = EventOf<
  'ORDER_ACCEPTED' | 'ORDER_DENIED' | 'ORDER_REJECTED' | 'ORDER_IN_DOUBT'
>;

/** The answer to the request. */
export function outcome(state: Registry, event: OutcomeEvent): Registry {
  const order = alive(state, event.clientOrderId);
  if (order === null) return state;
  const at = { ...order, updatedMs: event.tsMs };
  switch (event.type) {
    case 'ORDER_ACCEPTED': {
      const venueOrderId = named(event.payload.venue_order_id) ?? order.venueOrderId;
      return put(state, { ...at, state: working(order), venueOrderId, reason: null });
    }
    case 'ORDER_DENIED':
      return put(state, { ...at, state: 'rejected', reason: event.payload.code });
    case 'ORDER_REJECTED':
      return put(state, { ...at, state: 'rejected', reason: event.payload.reason });
    case 'ORDER_IN_DOUBT':
      return put(state, { ...at, state: 'in_doubt', reason: event.payload.evidence });
  }
}

/** What a later reading proved. */
export function resolved(state: Registry, event: EventOf<'ORDER_STATE'>): Registry {
  const order = alive(state, event.clientOrderId);
  if (order === null) return state;
  const { payload } = event;
  return put(state, {
    ...order,
    state: payload.state === 'live' ? working(order) : payload.state,
    venueOrderId: named(payload.venue_order_id) ?? order.venueOrderId,
    reason: payload.evidence,
    updatedMs: event.tsMs,
  });
}

export function cancelled(state: Registry, event: EventOf<'ORDER_CANCELLED'>): Registry {
  const order = alive(state, event.clientOrderId);
  if (order === null) return state;
  const { reason } = event.payload;
  return put(state, { ...order, state: 'cancelled', reason, updatedMs: event.tsMs });
}

/** A fill also proves that an order in doubt is at the venue. */
export function fillOrder(state: Registry, fill: RecordedFill): Registry {
  const order = alive(state, fill.clientOrderId);
  if (order === null || fill.kind === 'funding') return state;
  const filled = quantity(order.filled.plus(fill.quantity));
  const over = filled.gt(order.quantity);
  return put(state, {
    ...order,
    state: filled.gte(order.quantity) ? 'filled' : 'partially_filled',
    venueOrderId: fill.venueOrderId ?? order.venueOrderId,
    filled,
    filledValue: order.filledValue.plus(fill.quantity.mul(fill.price)),
    reason: over ? 'overfilled' : order.reason,
    updatedMs: fill.tsMs,
  });
}

function put(state: Registry, order: Order): Registry {
  const orders = new Map(state.orders);
  const touched = { ...state.touched, orders: [order] };
  if (!isTerminal(order.state)) {
    return { ...state, orders: orders.set(order.clientOrderId, order), touched };
  }
  orders.delete(order.clientOrderId);
  if (!state.plans.has(order.clientOrderId)) return { ...state, orders, touched };
  const plans = new Map(state.plans);
  plans.delete(order.clientOrderId);
  return { ...state, orders, plans, touched };
}

function alive(state: Registry, id: ClientOrderId | null): Order | null {
  return id === null ? null : (state.orders.get(id) ?? null);
}

/** The venue has it: live, or partly traded when a fill was told first. */
function working(order: Order): OrderState {
  return order.filled.isZero() ? 'live' : 'partially_filled';
}

function named(id: string | null): VenueOrderId | null {
  return id === null ? null : (id as VenueOrderId);
}
