/** What one fill does to a position: opens, grows, reduces, closes or turns it. Pure. */
import type { VenueFill } from '../../domain/fill.ts';
import type { Ms } from '../../domain/clock.ts';
import { minDecimal, ZERO, type Decimal, type Price, type Quantity } from '../../domain/decimal.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { entrySide } from '../../domain/order.ts';
import type { PaperPosition } from './book.ts';
import { profit } from './margin.ts';

export interface FilledPosition {
  /** Null when the fill made it flat. */
  readonly position: PaperPosition | null;
  /** Profit of the quantity that was closed, before the fee. */
  readonly realized: Decimal;
}

type Trade = Pick<VenueFill, 'symbol' | 'side' | 'quantity' | 'price'>;

export function applyFill(
  held: PaperPosition | null,
  fill: Trade,
  { instrument, barMs }: { instrument: Instrument; barMs: Ms },
): FilledPosition {
  if (held === null) return { position: opened(fill, fill.quantity, barMs), realized: ZERO };
  if (fill.side === entrySide(held.side)) {
    return { position: grown(held, fill, barMs), realized: ZERO };
  }
  const closing = minDecimal(held.quantity, fill.quantity);
  const realized = profit({ ...held, quantity: closing }, fill.price, instrument);
  const left = held.quantity.minus(closing) as Quantity;
  if (!left.isZero()) return { position: { ...held, quantity: left }, realized };
  // An order that was not reduce-only trades on through zero: one position per market, net.
  const beyond = fill.quantity.minus(closing) as Quantity;
  return { position: beyond.isZero() ? null : opened(fill, beyond, barMs), realized };
}

function opened(fill: Trade, quantity: Quantity, openedBarMs: Ms): PaperPosition {
  const side = fill.side === 'buy' ? 'long' : 'short';
  return { symbol: fill.symbol, side, quantity, entryPrice: fill.price, openedBarMs };
}

/** What was added has no target in this bar either, so the whole position waits for the next. */
function grown(held: PaperPosition, fill: Trade, openedBarMs: Ms): PaperPosition {
  const quantity = held.quantity.plus(fill.quantity) as Quantity;
  const value = held.entryPrice.mul(held.quantity).plus(fill.price.mul(fill.quantity));
  return { ...held, quantity, entryPrice: value.div(quantity) as Price, openedBarMs };
}
