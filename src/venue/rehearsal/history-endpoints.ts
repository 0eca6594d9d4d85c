/** The history service: what happened to orders, triggers, executions, positions and the balance. */
import { ms, type Ms } from '../../domain/clock.ts';
import { text, type Decimal } from '../../domain/decimal.ts';
import type { VenueFill } from '../../domain/fill.ts';
import { isTriggerOrder, type Book } from './book.ts';
import { failure, type Answer, type Call } from './call.ts';
import { executionEvent, orderHistoryEvent, triggerHistoryEvent } from './history-shapes.ts';
import type { OrderEvent } from './order-events.ts';
import type { Row } from './shapes.ts';
import type { TradeLeg } from './statement.ts';
import { uuidOf } from './uuid-of.ts';

const DEFAULT_COUNT = 500;
const MOST = 1_000;

interface Element {
  readonly timestamp: Ms;
  readonly event: Row;
}

export function orderHistory(book: Book, call: Call): Answer {
  const events = book.ledger.events().filter((event) => !isOfTrigger(event) || isActivation(event));
  return envelope(book, call, events.flatMap(elementOf(book, orderHistoryEvent)));
}

export function triggerHistory(book: Book, call: Call): Answer {
  const events = book.ledger
    .events()
    .filter((event) => event.kind === 'activated' || isOfTrigger(event));
  return envelope(book, call, events.flatMap(elementOf(book, triggerHistoryEvent)));
}

export function executionHistory(book: Book, call: Call): Answer {
  const elements = book.ledger.fills().map((fill) => ({
    timestamp: fill.tsMs,
    event: executionEvent(fill, {
      id: book.listing.idOf(fill.symbol),
      accountUid: accountUid(book),
      order: fill.clientOrderId === null ? null : book.ledger.byClientId(fill.clientOrderId),
    }),
  }));
  return envelope(book, call, elements);
}

/** `closed=true`: only the updates that closed a position, as the client asks for them. */
export function positionHistory(book: Book, call: Call): Answer {
  const onlyClosed = call.params.get('closed') === 'true';
  const tradeable = call.params.get('tradeable');
  const elements = legsOf(book)
    .map((leg) => ({ leg, change: positionChange(leg), id: book.listing.idOf(leg.fill.symbol) }))
    .filter(({ change, id }) => {
      return (!onlyClosed || change === 'close') && (tradeable === null || id === tradeable);
    })
    .map(({ leg, change, id }) => ({
      timestamp: leg.fill.tsMs,
      event: { PositionUpdate: positionUpdate(leg, change, id) },
    }));
  return envelope(book, call, elements);
}

/** Newest first unless `sort=asc`. */
function envelope(book: Book, { path, params }: Call, elements: readonly Element[]): Answer {
  const count = countOf(params);
  if (count === null) return failure('invalidArgument: count');
  const since = timeOf(params, 'since') ?? timeOf(params, 'from');
  const before = timeOf(params, 'before') ?? timeOf(params, 'to');
  const wanted = elements
    .map((element, index) => ({ ...element, uid: uuidOf(`element|${book.seed}|${path}|${index}`) }))
    .filter(({ timestamp }) => isWithin(timestamp, since, before));
  const sorted = params.get('sort') === 'asc' ? wanted : wanted.reverse();
  const found = sorted.slice(0, count);
  return { body: { accountUid: accountUid(book), len: found.length, elements: found } };
}

function elementOf(
  book: Book,
  shape: (event: OrderEvent, of: { id: string; accountUid: string }) => Row,
): (event: OrderEvent) => Element[] {
  return (event) => {
    const symbol = event.kind === 'rejected' ? event.sent.intent.symbol : event.order.now.symbol;
    const id = book.listing.idOf(symbol);
    return [{ timestamp: event.at, event: shape(event, { id, accountUid: accountUid(book) }) }];
  };
}

/** A trigger order that acted is an order from then on, under the same id. */
function isActivation(event: OrderEvent): boolean {
  return event.kind === 'updated' && event.reason !== 'edited_by_user';
}

function isOfTrigger(event: OrderEvent): boolean {
  return isTriggerOrder(event.kind === 'rejected' ? event.sent.intent : event.order.now);
}

function legsOf(book: Book): TradeLeg[] {
  return book.statement.entries().flatMap((entry) => (entry.kind === 'trade' ? entry.leg : []));
}

function positionChange({ sizeBefore, sizeAfter }: TradeLeg): string {
  if (sizeBefore.isZero()) return 'open';
  if (sizeAfter.isZero()) return 'close';
  if (sizeBefore.isNegative() !== sizeAfter.isNegative()) return 'reverse';
  return sizeAfter.abs().gt(sizeBefore.abs()) ? 'increase' : 'decrease';
}

function positionUpdate(leg: TradeLeg, positionChange: string, id: string): Row {
  const { fill } = leg;
  return {
    accountUid: null,
    tradeable: id,
    oldPosition: text(leg.sizeBefore),
    oldAverageEntryPrice: textOf(leg.entryBefore),
    newPosition: text(leg.sizeAfter),
    newAverageEntryPrice: textOf(leg.entryAfter),
    fillTime: fill.tsMs,
    updateReason: fill.kind,
    positionChange,
    executionUid: executionUid(fill),
    executionPrice: text(fill.price),
    executionSize: text(fill.quantity),
    tradeType: 'userExecution',
    fee: text(fill.fee),
    feeCurrency: 'USD',
    realizedPnL: text(leg.realized),
    timestamp: fill.tsMs,
  };
}

export function executionUid({ tradeId }: VenueFill): string {
  return uuidOf(`fill|${tradeId}`);
}

export function accountUid(book: Book): string {
  return uuidOf(`account|${book.seed}`);
}

export function isWithin(at: Ms, since: Ms | null, before: Ms | null): boolean {
  return (since === null || at >= since) && (before === null || at < before);
}

export function countOf(params: URLSearchParams): number | null {
  const written = params.get('count');
  if (written === null) return DEFAULT_COUNT;
  const count = Number(written);
  return Number.isInteger(count) && count > 0 ? Math.min(count, MOST) : null;
}

export function timeOf(params: URLSearchParams, name: string): Ms | null {
  const written = Number(params.get(name) ?? Number.NaN);
  return Number.isFinite(written) ? ms(written) : null;
}

function textOf(value: Decimal | null): string | null {
  return value === null ? null : text(value);
}
