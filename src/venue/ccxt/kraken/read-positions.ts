/**
 * Rows of `openpositions`. The venue tells neither a liquidation price nor the margin of one position.
 * Flat rows have been seen, and lower-case names; a market has one position, so two different rows
 * for it cannot both be true.
 */
import { quantity } from '../../../domain/decimal.ts';
import type { AliasTable, Symbol } from '../../../domain/symbol.ts';
import type { VenuePosition } from '../../../domain/venue.ts';
import type { ParsedRows } from '../answer-list.ts';
import { parseRows } from '../answer-list.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow } from '../lossless-json.ts';
import { onePositionEach } from '../one-position-each.ts';
import { decimalOf, priceOf, wordOf } from '../row-fields.ts';

export function readPositions(
  rows: readonly unknown[],
  names: AliasTable,
): ParsedRows<VenuePosition> {
  const open = rows.filter((row) => !isFlat(row));
  return onePositionEach(parseRows(open, 'symbol', names, positionOf));
}

/** Flat rows are left out before their market is looked at: they say nothing of any. */
function isFlat(row: unknown): boolean {
  return isRow(row) && decimalOf(row, 'size')?.isZero() === true;
}

function positionOf(row: JsonRow, symbol: Symbol): VenuePosition | string {
  const side = wordOf(row, 'side')?.toLowerCase();
  const size = decimalOf(row, 'size');
  if (side !== 'long' && side !== 'short') return `side is ${side ?? 'missing'}`;
  if (size === null || size.isNegative()) return `size is ${wordOf(row, 'size') ?? 'missing'}`;
  return { symbol, side, quantity: quantity(size), entryPrice: priceOf(row, 'price') };
}
