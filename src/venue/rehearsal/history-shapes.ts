/** Events of the history service, version 2: figures are text, times are milliseconds. Pure. */
import type { Ms } from '../../domain/clock.ts';
import { text, textOrNull } from '../../domain/decimal.ts';
import type { VenueFill } from '../../domain/fill.ts';
import type { VenueOrder } from '../../domain/venue.ts';
import { isTriggerOrder } from './book.ts';
import type { KnownOrder, SentOrder } from './ledger.ts';
import type { OrderEvent } from './order-events.ts';
import { leavesOf, triggerSide, type Row } from './shapes.ts';
import { uuidOf } from './uuid-of.ts';

interface Of {
  /** The market as the venue writes it. */
  readonly id: string;
  readonly accountUid: string;
}

const WORDS = {
  lmt: 'Limit',
  post: 'Post',
  mkt: 'IoC',
  ioc: 'IoC',
  fok: 'FoK',
  stp: 'Stop',
  take_profit: 'TakeProfit',
  trailing_stop: 'TrailingStop',
} as const;

export function orderHistoryEvent(event: OrderEvent, of: Of): Row {
  if (event.kind === 'placed') {
    return {
      OrderPlaced: { order: orderRow(event.order, of), reason: 'new_user_order', ...NOTHING },
    };
  }
  if (event.kind === 'rejected') {
    return {
      OrderRejected: { order: rejectedRow(event.sent, event.at, of), reason: event.reason },
    };
  }
  if (event.kind === 'cancelled') {
    return {
      OrderCancelled: { order: orderRow(event.order, of), reason: event.reason, ...NOTHING },
    };
  }
  const { before, order, reason } = event;
  if (event.kind === 'activated' || isTriggerOrder(order.now)) {
    return {
      OrderPlaced: { order: orderRow(order, of), reason: 'stop_order_triggered', ...NOTHING },
    };
  }
  const rows = { oldOrder: orderRow(before, of), newOrder: orderRow(order, of) };
  return { OrderUpdated: { ...rows, reason, ...NOTHING } };
}

export function triggerHistoryEvent(event: OrderEvent, of: Of): Row {
  if (event.kind === 'placed') {
    return { OrderTriggerPlaced: { order: triggerRow(event.order, of), reason: 'new_user_order' } };
  }
  if (event.kind === 'rejected') {
    return {
      OrderRejected: { order: rejectedRow(event.sent, event.at, of), reason: event.reason },
    };
  }
  if (event.kind === 'cancelled') {
    return { OrderTriggerCancelled: { order: triggerRow(event.order, of), reason: event.reason } };
  }
  if (event.kind === 'activated') {
    return { OrderTriggerActivated: { order: triggerRow(event.before, of), reason: event.reason } };
  }
  if (event.reason === 'edited_by_user') {
    const rows = { oldOrder: triggerRow(event.before, of), newOrder: triggerRow(event.order, of) };
    return { OrderTriggerUpdated: { ...rows, reason: event.reason } };
  }
  return { OrderTriggerActivated: { order: triggerRow(event.order, of), reason: event.reason } };
}

export function executionEvent(
  fill: VenueFill,
  { order, ...of }: Of & { order: KnownOrder | null },
): Row {
  const row = order === null ? null : orderRow(order, of);
  const isTaker = fill.liquidity === 'taker';
  const execution = {
    uid: uuidOf(`fill|${fill.tradeId}`),
    timestamp: fill.tsMs,
    quantity: text(fill.quantity),
    price: text(fill.price),
    markPrice: text(fill.price),
    limitFilled: order?.now.state === 'filled',
    usdValue: text(fill.quantity.mul(fill.price)),
    executionType: fill.kind === 'trade' ? fill.liquidity : fill.kind,
    ...(isTaker ? { takerOrder: row } : { makerOrder: row }),
    orderData: { fee: text(fill.fee), feeCurrency: 'USD' },
  };
  return { Execution: { execution, takerReducedQuantity: '' } };
}

const NOTHING = { reducedQuantity: '', algoId: '' } as const;

/** `quantity` is what is left, `filled` is what is done. */
function orderRow(order: KnownOrder, { id, accountUid }: Of): Row {
  const { now } = order;
  return {
    uid: order.orderId,
    accountUid,
    tradeable: id,
    direction: directionOf(now),
    quantity: text(leavesOf(now)),
    filled: text(now.filled),
    timestamp: order.receivedMs,
    limitPrice: textOrNull(now.price ?? order.limitPrice),
    orderType:
      isTriggerOrder(now) || now.type !== 'limit' ? WORDS[order.wireType] : limitWord(order),
    clientId: order.cliOrdId ?? '',
    reduceOnly: now.reduceOnly,
    lastUpdateTimestamp: now.updatedMs,
  };
}

/** What a stop with a limit is once it fired. */
function limitWord({ wireType }: KnownOrder): string {
  return wireType === 'stp' ? WORDS.lmt : WORDS[wireType];
}

function triggerRow(order: KnownOrder, of: Of): Row {
  return {
    ...orderRow(order, of),
    triggerOptions: {
      triggerPrice: textOrNull(order.now.stopPrice),
      triggerSide: triggerSide(order.now),
      triggerSignal: `${order.triggerSignal}_price`,
    },
  };
}

function rejectedRow({ intent, cliOrdId, limitPrice }: SentOrder, at: Ms, of: Of): Row {
  return {
    uid: uuidOf(`rejected|${intent.clientOrderId}|${at}`),
    accountUid: of.accountUid,
    tradeable: of.id,
    direction: directionOf(intent),
    quantity: text(intent.quantity),
    filled: '0',
    timestamp: at,
    limitPrice: textOrNull(limitPrice),
    clientId: cliOrdId ?? '',
    reduceOnly: intent.reduceOnly,
    lastUpdateTimestamp: at,
  };
}

function directionOf({ side }: Pick<VenueOrder, 'side'>): string {
  return side === 'buy' ? 'Buy' : 'Sell';
}
