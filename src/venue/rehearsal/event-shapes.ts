/** The `orderEvents` of answers to sendorder, editorder and cancelorder. Pure. */
import { isoTime } from '../../domain/clock.ts';
import { ZERO_QUANTITY, type Quantity } from '../../domain/decimal.ts';
import type { VenueFill } from '../../domain/fill.ts';
import { isTriggerOrder } from './book.ts';
import type { KnownOrder } from './ledger.ts';
import { figure, figureOrNull, limitOf, triggerSide, type Row } from './shapes.ts';
import { uuidOf } from './uuid-of.ts';

/** What an order did on arrival: its executions, or that it was placed. */
export function sendEvents(order: KnownOrder, fills: readonly VenueFill[], id: string): Row[] {
  if (fills.length === 0) return [placeEvent(order, id)];
  let filled: Quantity = ZERO_QUANTITY;
  return fills.map((fill) => {
    const prior = orderRow(order, { id, filled });
    filled = filled.plus(fill.quantity) as Quantity;
    return {
      type: 'EXECUTION',
      executionId: uuidOf(`fill|${fill.tradeId}`),
      price: figure(fill.price),
      amount: figure(fill.quantity),
      orderPriorEdit: null,
      orderPriorExecution: prior,
      takerReducedQuantity: null,
    };
  });
}

function placeEvent(order: KnownOrder, id: string): Row {
  if (!isTriggerOrder(order.now)) {
    return { type: 'PLACE', order: orderRow(order, { id }), reducedQuantity: null };
  }
  return { type: 'PLACE', orderTrigger: triggerRow(order, id) };
}

export function editEvent(before: KnownOrder, after: KnownOrder, id: string): Row {
  const rowOf = (order: KnownOrder): Row =>
    isTriggerOrder(order.now) ? triggerRow(order, id) : orderRow(order, { id });
  return { type: 'EDIT', old: rowOf(before), new: rowOf(after), reducedQuantity: null };
}

export function cancelEvent(order: KnownOrder, id: string): Row {
  const row = isTriggerOrder(order.now)
    ? { orderTrigger: triggerRow(order, id) }
    : { order: orderRow(order, { id }) };
  return { type: 'CANCEL', uid: order.orderId, ...row };
}

function orderRow(
  order: KnownOrder,
  { id, filled = order.now.filled }: { id: string; filled?: Quantity },
): Row {
  return {
    orderId: order.orderId,
    cliOrdId: order.cliOrdId,
    type: order.wireType === 'mkt' ? 'ioc' : order.wireType,
    symbol: id,
    side: order.now.side,
    quantity: figure(order.now.quantity),
    filled: figure(filled),
    limitPrice: limitOf(order),
    reduceOnly: order.now.reduceOnly,
    timestamp: isoTime(order.receivedMs),
    lastUpdateTimestamp: isoTime(order.now.updatedMs),
  };
}

function triggerRow(order: KnownOrder, id: string): Row {
  return {
    uid: order.orderId,
    clientId: order.cliOrdId,
    type: order.limitPrice === null ? 'ioc' : 'lmt',
    symbol: id,
    side: order.now.side,
    quantity: figure(order.now.quantity),
    limitPrice: limitOf(order),
    triggerPrice: figureOrNull(order.now.stopPrice),
    triggerSide: triggerSide(order.now),
    triggerSignal: `${order.triggerSignal}_price`,
    reduceOnly: order.now.reduceOnly,
    timestamp: isoTime(order.receivedMs),
    lastUpdateTimestamp: isoTime(order.now.updatedMs),
  };
}
