/** The rows of `tradectl.flatten/1` while it works: one per market and side, known by both. */
import { text } from '../../domain/decimal.ts';
import type { VenuePosition } from '../../domain/venue.ts';

export interface FlattenRow {
  readonly symbol: string;
  readonly side: string;
  /** As it was first seen. */
  readonly quantity: string;
  /**
   * `flat`, `refused: why`, `pending: which exit is alive`, `in doubt: which exit has no answer`, `unknown` (sent, not
   * seen gone) or `unknown: why it is not proven`.
   */
  readonly outcome: string;
}

/** By {@link keyOf}, or by the venue's spelling where a row could not be understood. */
export type Rows = Map<string, FlattenRow>;

export type Held = Pick<VenuePosition, 'symbol' | 'side' | 'quantity'>;

/** Keeps the quantity that was seen first: what there was to close. */
export function note(rows: Rows, held: Held, outcome: string): void {
  const { symbol, side, quantity } = held;
  const known = rows.get(keyOf(held));
  rows.set(keyOf(held), { symbol, side, quantity: known?.quantity ?? text(quantity), outcome });
}

export function keyOf({ symbol, side }: Pick<Held, 'symbol' | 'side'>): string {
  return `${symbol} ${side}`;
}
