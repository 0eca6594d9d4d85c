/** An order's life as events: the intent with all its parameters, then exactly one outcome. */
import { payloadOfPlan } from '../domain/plan-payload.ts';
import { text, textOrNull } from '../domain/decimal.ts';
import type { NewEvent } from '../domain/event.ts';
import type { OrderIntent, Outcome } from '../domain/order.ts';
import type { ProtectionPlan } from '../domain/position.ts';

export function intentEvent(
  intent: OrderIntent,
  attempt: number,
  plan: ProtectionPlan | null,
): NewEvent {
  return {
    type: 'ORDER_INTENDED',
    ...orderRefs(intent),
    payload: {
      role: intent.role,
      purpose: intent.purpose,
      side: intent.side,
      type: intent.type,
      time_in_force: intent.timeInForce,
      post_only: intent.postOnly,
      reduce_only: intent.reduceOnly,
      quantity: text(intent.quantity),
      price: textOrNull(intent.price),
      stop_price: textOrNull(intent.stopPrice),
      expires_ms: intent.expiresMs,
      attempt,
      plan: plan === null ? null : payloadOfPlan(plan),
    },
  };
}

export function outcomeEvent(intent: OrderIntent, outcome: Outcome): NewEvent {
  const refs = orderRefs(intent);
  switch (outcome.kind) {
    case 'accepted':
      return {
        type: 'ORDER_ACCEPTED',
        ...refs,
        payload: { venue_order_id: outcome.venueOrderId, server_ms: outcome.serverMs },
      };
    case 'denied':
      return { type: 'ORDER_DENIED', ...refs, payload: { code: outcome.code } };
    case 'rejected':
      return { type: 'ORDER_REJECTED', ...refs, payload: { reason: outcome.reason } };
    case 'in_doubt':
      return { type: 'ORDER_IN_DOUBT', ...refs, payload: { evidence: outcome.evidence } };
  }
}

type OrderRefs = Pick<OrderIntent, 'symbol' | 'positionId' | 'clientOrderId' | 'signalId'> & {
  readonly correlationId: string | null;
};

export function orderRefs(
  order: Pick<OrderIntent, 'symbol' | 'positionId' | 'clientOrderId' | 'signalId'>,
): OrderRefs {
  const { symbol, positionId, clientOrderId, signalId } = order;
  return { symbol, positionId, clientOrderId, signalId, correlationId: signalId ?? positionId };
}
