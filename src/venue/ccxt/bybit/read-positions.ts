/**
 * Rows of `position/list`. Index 0 is one-way mode; 1 and 2 are the two sides of hedge mode, where a market
 * has two positions: then nothing of the account is believed.
 */
import { quantity } from '../../../domain/decimal.ts';
import type { AliasTable, Symbol } from '../../../domain/symbol.ts';
import type { VenuePosition } from '../../../domain/venue.ts';
import type { ParsedRows } from '../answer-list.ts';
import { parseRows } from '../answer-list.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow } from '../lossless-json.ts';
import { onePositionEach } from '../one-position-each.ts';
import { decimalOf, priceOf, sideOf, wordOf } from '../row-fields.ts';

export const HEDGE_MODE =
  'the account is in hedge mode: a market has two positions there; ' +
  'choose one-way mode in the preferences of Bybit';

export function isHedged(rows: readonly unknown[]): boolean {
  return rows.some((row) => isRow(row) && ['1', '2'].includes(wordOf(row, 'positionIdx') ?? ''));
}

export function readPositions(
  rows: readonly unknown[],
  names: AliasTable,
): ParsedRows<VenuePosition> {
  const open = rows.filter((row) => !(isRow(row) && decimalOf(row, 'size')?.isZero() === true));
  return onePositionEach(parseRows(open, 'symbol', names, positionOf));
}

function positionOf(row: JsonRow, symbol: Symbol): VenuePosition | string {
  const side = sideOf(row, 'side');
  const size = decimalOf(row, 'size');
  if (wordOf(row, 'positionIdx') !== '0') return 'no positionIdx';
  if (side === null) return `side is ${wordOf(row, 'side') ?? 'missing'}`;
  if (size === null || size.isNegative()) return `size is ${wordOf(row, 'size') ?? 'missing'}`;
  return {
    symbol,
    side: side === 'buy' ? 'long' : 'short',
    quantity: quantity(size),
    entryPrice: priceOf(row, 'avgPrice'),
    liquidationPrice: priceOf(row, 'liqPrice'),
  };
}
