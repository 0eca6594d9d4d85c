/**
 * Funding of perpetuals: at each full hour a long pays the rate times its value to nobody, and a short
 * gets it; the other way round below zero. What has run up since the last hour is told as unrealised.
 */
import { HOUR } from '../../domain/clock.ts';
import { decimal, Decimal, price, type Price } from '../../domain/decimal.ts';
import { notional } from '../../domain/instrument.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { VenuePosition } from '../../domain/venue.ts';
import type { Book } from './book.ts';
import { rowsOf } from './ledger.ts';
import type { FundingPayment } from './statement.ts';

/** Share of the price per hour, where nobody set another one. */
const USUAL_FUNDING = decimal('0.000004');

export function fundingRateOf(book: Pick<Book, 'funding'>, symbol: Symbol): Decimal {
  return book.funding.get(symbol) ?? USUAL_FUNDING;
}

/** Pays what the positions owe at a full hour. */
export async function payFunding(book: Book): Promise<void> {
  for (const position of rowsOf(await book.venue.reader.positions())) {
    const payment = hourOf(book, position);
    if (payment === null || payment.amount.isZero()) continue;
    book.venue.credit(payment.amount, 'funding');
    book.statement.funding(payment, book.now());
  }
}

/** What has run up since the last full hour; signed, negative will be paid. */
export function unrealizedFunding(book: Book, position: VenuePosition): Decimal {
  const payment = hourOf(book, position);
  const share = new Decimal(book.now() % HOUR).div(HOUR);
  return payment === null ? share.mul(0) : payment.amount.mul(share).toDecimalPlaces(12);
}

function hourOf(book: Book, position: VenuePosition): FundingPayment | null {
  const { symbol, side, quantity } = position;
  const instrument = book.listing.instruments.get(symbol);
  const mark = markOf(book, position);
  if (instrument === undefined || mark === null) return null;
  const rate = fundingRateOf(book, symbol);
  const paid = notional(quantity, mark, instrument).mul(rate);
  return { symbol, rate, mark, amount: side === 'long' ? paid.neg() : paid };
}

function markOf(book: Book, { symbol, entryPrice }: VenuePosition): Price | null {
  const now = book.bars.priceNow(symbol) ?? book.bars.latest(symbol)?.close ?? null;
  return now === null ? entryPrice : price(now);
}
