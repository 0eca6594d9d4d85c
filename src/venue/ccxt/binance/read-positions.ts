/**
 * Rows of `positionRisk`. The amount bears the sign, flat rows are left out. A row of one side (`LONG`,
 * `SHORT`) exists only in hedge mode, where a market has two positions and a reduce-only stop would not
 * know which one it is of: then nothing of the account is believed.
 */
import { quantity } from '../../../domain/decimal.ts';
import type { AliasTable, Symbol } from '../../../domain/symbol.ts';
import type { VenuePosition } from '../../../domain/venue.ts';
import type { ParsedRows } from '../answer-list.ts';
import { parseRows } from '../answer-list.ts';
import type { JsonRow } from '../lossless-json.ts';
import { onePositionEach } from '../one-position-each.ts';
import { decimalOf, priceOf, wordOf } from '../row-fields.ts';

export const HEDGE_MODE =
  'the account is in hedge mode: a market has two positions there; ' +
  'choose one-way mode in the preferences of Binance Futures';

export function isHedged(rows: readonly JsonRow[]): boolean {
  return rows.some((row) => {
    const side = wordOf(row, 'positionSide');
    return side === 'LONG' || side === 'SHORT';
  });
}

export function readPositions(
  rows: readonly JsonRow[],
  names: AliasTable,
): ParsedRows<VenuePosition> {
  const open = rows.filter((row) => decimalOf(row, 'positionAmt')?.isZero() !== true);
  return onePositionEach(parseRows(open, 'symbol', names, positionOf));
}

function positionOf(row: JsonRow, symbol: Symbol): VenuePosition | string {
  const amount = decimalOf(row, 'positionAmt');
  if (amount === null) return `positionAmt is ${wordOf(row, 'positionAmt') ?? 'missing'}`;
  return {
    symbol,
    side: amount.gt(0) ? 'long' : 'short',
    quantity: quantity(amount.abs()),
    entryPrice: priceOf(row, 'entryPrice'),
    liquidationPrice: priceOf(row, 'liquidationPrice'),
  };
}
