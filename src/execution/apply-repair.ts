/**
 * Carries out a repair plan: fills and order states go into the journal, nothing goes to the venue.
 * Applying the same plan twice would repeat facts, so a plan is made from the registry of this moment.
 */
import type { NewEvent } from '../domain/event.ts';
import type { Plan, RepairAction } from '../domain/plan.ts';
import type { FillContext } from './record-fills.ts';
import { orderRefs } from './order-events.ts';
import { recordFill } from './record-fills.ts';

/** Records what the plan found; returns how many fills and order states that were. */
export function applyRepair(
  plan: Plan<RepairAction>,
  context: FillContext,
): { readonly fills: number; readonly orders: number } {
  let fills = 0;
  let orders = 0;
  for (const action of plan.actions) {
    if (action.action === 'record-fill') {
      recordFill(action.fill, context);
      fills += 1;
      continue;
    }
    const event = orderStateEvent(action, context);
    if (event === null) continue;
    context.journal.appendOrKeep([event]);
    orders += 1;
  }
  return { fills, orders };
}

function orderStateEvent(
  action: Extract<RepairAction, { action: 'resolve-order' }>,
  { journal }: FillContext,
): NewEvent | null {
  // A fill of the same plan may have ended the order already; an end is final.
  const order = journal.registry().orders.get(action.clientOrderId);
  if (order === undefined) return null;
  return {
    type: 'ORDER_STATE',
    ...orderRefs(order),
    payload: {
      state: action.state,
      venue_order_id: action.venueOrderId,
      evidence: action.finding.evidence,
    },
  };
}
