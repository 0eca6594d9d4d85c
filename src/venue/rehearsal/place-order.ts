/**
 * sendorder, check by check in the venue's order. The simulated account makes the checks it knows
 * itself and in the same order; what it cannot know stands before and after it here.
 */
import { priceOfCandle } from '../../domain/candle.ts';
import { MINUTE, ms } from '../../domain/clock.ts';
import { decimal, type Price } from '../../domain/decimal.ts';
import type { VenueFill } from '../../domain/fill.ts';
import type { ClientOrderId } from '../../domain/ids.ts';
import type { OrderIntent } from '../../domain/order.ts';
import type { Symbol } from '../../domain/symbol.ts';
import { takerPrice } from '../paper/matching.ts';
import type { PaperPosition } from '../paper/book.ts';
import { validatePaperOrder } from '../paper/validate-order.ts';
import { NEVER, type Book } from './book.ts';
import { rowsOf, type KnownOrder } from './ledger.ts';
import { minuteFloor } from './minute-bars.ts';
import { parseOrder, type ParsedOrder } from './parse-order.ts';
import { trailedStop } from './trailing.ts';

export type Placed =
  /** Not even an order: the request is refused as a whole. */
  | { readonly kind: 'error'; readonly error: string }
  | { readonly kind: 'refused'; readonly status: string; readonly cliOrdId: string | null }
  | { readonly kind: 'placed'; readonly order: KnownOrder; readonly fills: readonly VenueFill[] };

/** `forced` is the status that the control API asked for; the order is then not looked at. */
export async function placeOrder(
  book: Book,
  params: URLSearchParams,
  forced: string | null,
): Promise<Placed> {
  const parsed = parseOrder(params, {
    symbolOf: (id) => book.listing.markets.get(id) ?? (id as Symbol),
    internalId: `no-client-id-${book.ledger.count() + 1}`,
  });
  if (typeof parsed === 'string') return { kind: 'error', error: parsed };
  return placeParsed(book, withItsStop(book, parsed), forced);
}

/** A trailing stop begins behind the price of now. */
function withItsStop(book: Book, parsed: ParsedOrder): ParsedOrder {
  const { intent, trail } = parsed;
  const instrument = book.listing.instruments.get(intent.symbol);
  const now = instrument === undefined ? null : book.bars.priceNow(intent.symbol);
  if (trail === null || instrument === undefined || now === null) return parsed;
  const how = { trail, tickSize: instrument.tickSize };
  const stopPrice = trailedStop(intent.side, decimal(now), how);
  return { ...parsed, intent: { ...intent, stopPrice } };
}

async function placeParsed(
  book: Book,
  parsed: ParsedOrder,
  forced: string | null,
): Promise<Placed> {
  if (!book.listing.markets.has(parsed.id)) return { kind: 'error', error: 'contractNotFound' };
  const status = forced ?? (await refusal(book, parsed));
  if (status !== null) return refused(book, parsed, status);
  const { intent } = parsed;
  const outcome = await book.venue.trader.place(arriving(book, intent), NEVER);
  if (outcome.kind !== 'accepted') {
    return refused(book, parsed, outcome.kind === 'rejected' ? outcome.reason : outcome.kind);
  }
  book.ledger.take(parsed, book.now());
  await book.sync();
  const order = book.ledger.byClientId(intent.clientOrderId);
  if (order === null) return { kind: 'error', error: 'internalError' };
  const fills = book.ledger.fills().filter((fill) => fill.clientOrderId === intent.clientOrderId);
  return { kind: 'placed', order, fills };
}

/**
 * The simulated account lets a resting limit wait for the end of its bar. One that crosses on arrival
 * trades at once at a real venue, and here in full: so it is given to the account as one that must.
 */
function arriving(book: Book, intent: OrderIntent): OrderIntent {
  if (intent.type !== 'limit' || intent.postOnly) return intent;
  return takenAt(book, intent) === null ? intent : { ...intent, timeInForce: 'ioc' };
}

/** Where an order would trade now; null when its limit does not allow it, or nothing trades. */
function takenAt(book: Book, intent: OrderIntent): Price | null {
  const instrument = book.listing.instruments.get(intent.symbol);
  const bar = book.bars.bar(intent.symbol, minuteFloor(book.now()));
  if (instrument === undefined || bar === null) return null;
  return takerPrice(intent, bar, { instrument, slippage: book.settings.slippage });
}

function refused(book: Book, sent: ParsedOrder, status: string): Placed {
  // Of an order under a known id the history says nothing: it would be taken for the first one's end.
  if (status !== 'clientOrderIdAlreadyExist') {
    book.ledger.note({ kind: 'rejected', at: book.now(), sent, reason: status });
  }
  return { kind: 'refused', status, cliOrdId: sent.cliOrdId };
}

async function refusal(book: Book, parsed: ParsedOrder): Promise<string | null> {
  const { intent, size } = parsed;
  if (isKnown(book, intent.clientOrderId)) return 'clientOrderIdAlreadyExist';
  if (intent.clientOrderId.length > 100) return 'clientOrderIdTooLong';
  if (size.lte(0)) return 'invalidSize';
  if ([parsed.limitPrice, intent.stopPrice].some((level) => level?.lte(0) === true)) {
    return 'invalidPrice';
  }
  if (!book.listing.isTrading(intent.symbol)) return 'marketSuspended';
  const { processBefore } = parsed;
  if (processBefore === null || processBefore >= book.now()) return null;
  // The last check: whatever else is wrong is told first.
  return (await paperRefusal(book, parsed)) ?? 'wouldProcessAfterSpecifiedTime';
}

/** What the simulated account would refuse, without asking it to take the order. */
async function paperRefusal(book: Book, { intent }: ParsedOrder): Promise<string | null> {
  const { reader } = book.venue;
  const held = rowsOf(await reader.positions()).find(({ symbol }) => symbol === intent.symbol);
  const [account] = rowsOf(await reader.account());
  const instrument = book.listing.instruments.get(intent.symbol) ?? null;
  if (account === undefined || instrument === null) return 'contractNotFound';
  const bar = book.bars.bar(intent.symbol, minuteFloor(book.now()));
  const position: PaperPosition | null =
    held === undefined || held.entryPrice === null
      ? null
      : { ...held, entryPrice: held.entryPrice, openedBarMs: ms(book.now() - MINUTE) };
  const refusal = validatePaperOrder(intent, {
    instrument,
    isKnownId: false,
    position,
    price: bar === null ? null : priceOfCandle(bar.open),
    margin: account,
    leverage: book.settings.leverage,
  });
  if (refusal !== null || bar === null || intent.timeInForce !== 'ioc') return refusal;
  return takenAt(book, intent) === null ? 'iocWouldNotExecute' : null;
}

function isKnown(book: Book, id: ClientOrderId): boolean {
  return book.ledger.byClientId(id) !== null;
}
