/**
 * Trailing stops: a stop that follows the market at a distance and never goes back. It is an ordinary stop
 * of the simulated account, moved after each minute by the minute's best price.
 */
import { MINUTE, ms } from '../../domain/clock.ts';
import { price, roundPriceToTick, type Decimal, type Price } from '../../domain/decimal.ts';
import type { Side } from '../../domain/order.ts';
import { NEVER, type Book } from './book.ts';
import type { KnownOrder } from './ledger.ts';
import { minuteFloor } from './minute-bars.ts';

export interface Trail {
  readonly deviation: Decimal;
  readonly unit: 'PERCENT' | 'QUOTE_CURRENCY';
}

/** Where the stop lies behind `best`, the highest price for a sell and the lowest for a buy. */
export function trailedStop(
  side: Side,
  best: Decimal,
  { trail, tickSize }: { trail: Trail; tickSize: Price },
): Price {
  const { deviation, unit } = trail;
  const distance = unit === 'PERCENT' ? best.mul(deviation).div(100) : deviation;
  const level = side === 'sell' ? best.minus(distance) : best.plus(distance);
  return roundPriceToTick(level, tickSize, side === 'sell' ? 'down' : 'up');
}

/** Moves the trailing stops that are open by the last minute that closed. */
export async function moveTrailingStops(book: Book): Promise<void> {
  for (const order of trailingOf(book)) {
    const { now, trail } = order;
    const instrument = book.listing.instruments.get(now.symbol);
    const minute = ms(minuteFloor(book.now()) - MINUTE);
    const bar = book.bars.bar(now.symbol, minute);
    if (trail === null || instrument === undefined || bar === null || minute < order.receivedMs) {
      continue;
    }
    const best = price(now.side === 'sell' ? bar.high : bar.low);
    const stopPrice = trailedStop(now.side, best, { trail, tickSize: instrument.tickSize });
    const held = now.stopPrice;
    const isBetter =
      held === null || (now.side === 'sell' ? stopPrice.gt(held) : stopPrice.lt(held));
    if (!isBetter) continue;
    await book.venue.trader.amend(order.intent.clientOrderId, { stopPrice }, NEVER);
  }
}

export function trailingOf({ ledger }: Pick<Book, 'ledger'>): readonly KnownOrder[] {
  return ledger.open().filter(({ trail }) => trail !== null);
}
