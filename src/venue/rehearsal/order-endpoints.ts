/** Sending, editing and cancelling orders, one by one, in batches, and all at once. */
import { isoTime, ms, SECOND } from '../../domain/clock.ts';
import type { Price, Quantity } from '../../domain/decimal.ts';
import { isTerminal } from '../../domain/order.ts';
import { isTriggerOrder, NEVER, type Book } from './book.ts';
import { failure, success, type Answer, type Call } from './call.ts';
import { cancelEvent, editEvent, sendEvents } from './event-shapes.ts';
import type { KnownOrder } from './ledger.ts';
import { figureOf } from './parse-order.ts';
import { placeOrder } from './place-order.ts';
import { named, type Row } from './shapes.ts';

/** What fault rules and the control API ask of the next orders. */
export interface OrderWishes {
  /** The status to answer instead of looking at the order; taken once. */
  takeForcedStatus(): string | null;
  /** List the executions of one order newest first, as the venue has been seen to do. */
  lastFillFirst: boolean;
}

export async function sendOrder(
  book: Book,
  { params }: Call,
  wishes: OrderWishes,
): Promise<Answer> {
  const sent = await send(book, params, wishes);
  return typeof sent === 'string' ? failure(sent) : success({ sendStatus: sent });
}

async function send(
  book: Book,
  params: URLSearchParams,
  wishes: OrderWishes,
): Promise<Row | string> {
  const placed = await placeOrder(book, params, wishes.takeForcedStatus());
  const receivedTime = isoTime(book.now());
  if (placed.kind === 'error') return placed.error;
  if (placed.kind === 'refused') {
    return {
      ...named('cliOrdId', placed.cliOrdId),
      status: placed.status,
      receivedTime,
      orderEvents: [],
    };
  }
  const { order, fills } = placed;
  const orderEvents = sendEvents(order, fills, book.listing.idOf(order.now.symbol));
  if (wishes.lastFillFirst) orderEvents.reverse();
  return {
    order_id: order.orderId,
    ...named('cliOrdId', order.cliOrdId),
    status: 'placed',
    receivedTime,
    orderEvents,
  };
}

export async function editOrder(book: Book, { params }: Call): Promise<Answer> {
  const edited = await edit(book, params);
  return typeof edited === 'string' ? failure(edited) : success({ editStatus: edited });
}

async function edit(book: Book, params: URLSearchParams): Promise<Row | string> {
  const order = orderNamed(book, params, 'orderId');
  if (order === 'unnamed') return 'requiredArgumentMissing';
  const receivedTime = isoTime(book.now());
  const answer = (status: string, events: Row[] = []): Row => ({
    status,
    ...named('orderId', order?.orderId ?? params.get('orderId')),
    ...named('cliOrdId', order?.cliOrdId ?? null),
    receivedTime,
    orderEvents: events,
  });
  if (order === null || isTerminal(order.now.state)) return answer('orderForEditNotFound');
  const [size, limitPrice, stopPrice] = [
    figureOf(params, 'size'),
    figureOf(params, 'limitPrice'),
    figureOf(params, 'stopPrice'),
  ];
  if (size === undefined || limitPrice === undefined || stopPrice === undefined) {
    return 'invalidArgument';
  }
  if (size?.lte(0) === true) return answer('invalidSize');
  if (limitPrice?.lte(0) === true || stopPrice?.lte(0) === true) return answer('invalidPrice');
  // The size is that of what is still open, unless the client says otherwise.
  const isAbsolute = params.get('qtyMode')?.toUpperCase() === 'ABSOLUTE';
  const total = isAbsolute ? size : size?.plus(order.now.filled);
  const isTrigger = isTriggerOrder(order.now);
  const hasLimit = !isTrigger || order.now.price !== null;
  const outcome = await book.venue.trader.amend(
    order.intent.clientOrderId,
    {
      ...(total === null || total === undefined ? {} : { quantity: total as Quantity }),
      ...(limitPrice === null || !hasLimit ? {} : { price: limitPrice as Price }),
      ...(stopPrice === null || !isTrigger ? {} : { stopPrice: stopPrice as Price }),
    },
    NEVER,
  );
  if (outcome.kind !== 'accepted') {
    return answer(outcome.kind === 'rejected' ? outcome.reason : outcome.kind);
  }
  await book.sync();
  const after = book.ledger.byClientId(order.intent.clientOrderId) ?? order;
  return answer('edited', [editEvent(order, after, book.listing.idOf(order.now.symbol))]);
}

export async function cancelOrder(book: Book, { params }: Call): Promise<Answer> {
  const cancelled = await cancel(book, params);
  return typeof cancelled === 'string' ? failure(cancelled) : success({ cancelStatus: cancelled });
}

async function cancel(book: Book, params: URLSearchParams): Promise<Row | string> {
  const order = orderNamed(book, params, 'order_id');
  if (order === 'unnamed') return 'requiredArgumentMissing';
  const receivedTime = isoTime(book.now());
  if (order === null || isTerminal(order.now.state)) {
    const status = order?.now.state === 'filled' ? 'filled' : 'notFound';
    return { status, ...named('order_id', params.get('order_id')), receivedTime, orderEvents: [] };
  }
  await book.cancel([order]);
  return {
    status: 'cancelled',
    order_id: order.orderId,
    ...named('cliOrdId', order.cliOrdId),
    receivedTime,
    orderEvents: [cancelEvent(order, book.listing.idOf(order.now.symbol))],
  };
}

export async function cancelAllOrders(book: Book, { params }: Call): Promise<Answer> {
  const id = params.get('symbol');
  const symbol = id === null ? null : book.listing.markets.get(id);
  if (symbol === undefined) return failure('contractNotFound');
  const orders = book.ledger.open().filter(({ now }) => id === null || now.symbol === symbol);
  await book.cancel(orders);
  return success({
    cancelStatus: {
      receivedTime: isoTime(book.now()),
      cancelOnly: id ?? 'all',
      status: orders.length === 0 ? 'noOrdersToCancel' : 'cancelled',
      cancelledOrders: orders.map(({ orderId, cliOrdId }) => ({
        order_id: orderId,
        ...named('cliOrdId', cliOrdId),
      })),
      orderEvents: orders.map((order) => cancelEvent(order, book.listing.idOf(order.now.symbol))),
    },
  });
}

/** The dead man's switch: at its time everything goes, stop-losses too, and it stays disarmed. */
export function cancelAllOrdersAfter(book: Book, { params }: Call): Answer {
  const timeout = figureOf(params, 'timeout');
  if (timeout === null) return failure('requiredArgumentMissing');
  if (timeout === undefined || timeout.lt(0)) return failure('invalidArgument: timeout');
  book.deadManMs = timeout.isZero() ? null : ms(book.now() + timeout.toNumber() * SECOND);
  return success({
    status: {
      currentTime: isoTime(book.now()),
      triggerTime: book.deadManMs === null ? '0' : isoTime(book.deadManMs),
    },
  });
}

export async function batchOrder(book: Book, call: Call, wishes: OrderWishes): Promise<Answer> {
  const items = batchItems(call.params);
  if (items === null) return failure('invalidArgument: json');
  const batchStatus: Row[] = [];
  for (const item of items) {
    const done = await batchItem(book, item, wishes);
    const status = typeof done === 'string' ? { status: done, orderEvents: [] } : done;
    batchStatus.push({ ...named('order_tag', item.get('order_tag')), ...status });
  }
  return success({ batchStatus });
}

async function batchItem(
  book: Book,
  item: URLSearchParams,
  wishes: OrderWishes,
): Promise<Row | string> {
  const order = item.get('order');
  if (order === 'send') return send(book, item, wishes);
  if (order === 'edit') {
    if (!item.has('orderId')) item.set('orderId', item.get('order_id') ?? '');
    return edit(book, item);
  }
  return order === 'cancel' ? cancel(book, item) : 'invalidArgument: order';
}

/** The instructions of a batch; null when it is none. */
export function batchItems(params: URLSearchParams): URLSearchParams[] | null {
  try {
    const parsed = JSON.parse(params.get('json') ?? '') as { batchOrder?: unknown };
    if (!Array.isArray(parsed.batchOrder)) return null;
    return parsed.batchOrder.map((item) => {
      const entries = Object.entries(item as Record<string, unknown>);
      return new URLSearchParams(
        entries.map(([name, value]): [string, string] => [name, String(value)]),
      );
    });
  } catch {
    return null;
  }
}

function orderNamed(
  book: Book,
  params: URLSearchParams,
  idName: string,
): KnownOrder | null | 'unnamed' {
  const orderId = params.get(idName);
  const cliOrdId = params.get('cliOrdId');
  if (orderId !== null && orderId !== '') return book.ledger.byOrderId(orderId);
  return cliOrdId === null || cliOrdId === '' ? 'unnamed' : book.ledger.byCliOrdId(cliOrdId);
}
