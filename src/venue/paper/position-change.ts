/** What one fill does to a position: opens, averages in, realises out, or turns it over. Pure. */
import type { Ms } from '../../domain/clock.ts';
import { minDecimal, ZERO, type Decimal, type Price, type Quantity } from '../../domain/decimal.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { entrySide } from '../../domain/order.ts';
import type { PaperFill, PaperPosition } from './book.ts';
import { profit } from './margin.ts';

export interface PositionChange {
  /** Null when the fill made it flat. */
  readonly position: PaperPosition | null;
  /** Profit of what was closed, before fees, quote units. */
  readonly realized: Decimal;
}

type Traded = Pick<PaperFill, 'symbol' | 'side' | 'quantity' | 'price'>;

/** `barMs` is the open of the bar the fill fell into: a position opened there gets no target there. */
export function withFill(
  held: PaperPosition | null,
  fill: Traded,
  { instrument, barMs }: { readonly instrument: Instrument; readonly barMs: Ms },
): PositionChange {
  if (held === null) return { position: opened(fill, fill.quantity, barMs), realized: ZERO };
  if (fill.side === entrySide(held.side)) return { position: grown(held, fill), realized: ZERO };
  const closed = minDecimal(held.quantity, fill.quantity);
  const realized = profit({ ...held, quantity: closed }, fill.price, instrument);
  const left = held.quantity.minus(closed) as Quantity;
  if (!left.isZero()) return { position: { ...held, quantity: left }, realized };
  const over = fill.quantity.minus(closed) as Quantity;
  return { position: over.isZero() ? null : opened(fill, over, barMs), realized };
}

function opened({ symbol, side, price }: Traded, quantity: Quantity, barMs: Ms): PaperPosition {
  const positionSide = side === 'buy' ? 'long' : 'short';
  return { symbol, side: positionSide, quantity, entryPrice: price, openedBarMs: barMs };
}

function grown(held: PaperPosition, fill: Traded): PaperPosition {
  const quantity = held.quantity.plus(fill.quantity) as Quantity;
  const value = held.entryPrice.mul(held.quantity).plus(fill.price.mul(fill.quantity));
  return { ...held, quantity, entryPrice: value.div(quantity) as Price };
}
