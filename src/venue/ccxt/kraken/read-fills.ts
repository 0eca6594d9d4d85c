/**
 * Rows of `fills`. The fee is the one that was paid, not the one that the fee table promises; a fill
 * that is not of an order (a liquidation, an assignment) says so in its type.
 */
import { quantity, ZERO } from '../../../domain/decimal.ts';
import type { FillKind, VenueFill } from '../../../domain/fill.ts';
import type { ClientOrderId, TradeId, VenueOrderId } from '../../../domain/ids.ts';
import type { AliasTable, Symbol } from '../../../domain/symbol.ts';
import type { ParsedRows } from '../answer-list.ts';
import { parseRows } from '../answer-list.ts';
import type { JsonRow } from '../lossless-json.ts';
import { decimalOf, priceOf, sideOf, timeOf, wordOf } from '../row-fields.ts';

const KINDS: ReadonlyMap<string, FillKind> = new Map<string, FillKind>([
  ['maker', 'trade'],
  ['taker', 'trade'],
  ['takerAfterEdit', 'trade'],
  ['liquidation', 'liquidation'],
  // The position was taken away and given to another account.
  ['assignor', 'liquidation'],
  ['unwindBankrupt', 'liquidation'],
  // The position of another account was given to this one.
  ['assignee', 'assignee'],
  ['unwindCounterparty', 'assignee'],
]);

/** The fills of the rows, in the rows' order. */
export function readFills(rows: readonly unknown[], names: AliasTable): ParsedRows<VenueFill> {
  return parseRows(rows, 'symbol', names, fillOf);
}

function fillOf(row: JsonRow, symbol: Symbol): VenueFill | string {
  const id = wordOf(row, 'fill_id');
  const side = sideOf(row, 'side');
  const size = decimalOf(row, 'size');
  const price = priceOf(row, 'price');
  const tsMs = timeOf(row, 'fillTime');
  const written = wordOf(row, 'fillType');
  const kind = KINDS.get(written ?? '');
  const fee = feeOf(row, symbol);
  if (id === null) return 'no fill_id';
  if (side === null) return 'no side';
  if (size === null || size.lte(0)) return `size is ${wordOf(row, 'size') ?? 'missing'}`;
  if (price === null) return 'no price';
  if (tsMs === null) return 'no fillTime';
  if (kind === undefined) return `fillType is ${written ?? 'missing'}`;
  if (typeof fee === 'string') return fee;
  return {
    tradeId: id as TradeId,
    clientOrderId: wordOf(row, 'cliOrdId') as ClientOrderId | null,
    venueOrderId: wordOf(row, 'order_id') as VenueOrderId | null,
    symbol,
    side,
    quantity: quantity(size),
    price,
    fee,
    liquidity: written === 'maker' ? 'maker' : 'taker',
    kind,
    tsMs,
  };
}

/** A fill without a fee field is an older one; a fee in another currency cannot be counted. */
function feeOf(row: JsonRow, symbol: Symbol): typeof ZERO | string {
  if (row['fee_paid'] === undefined || row['fee_paid'] === null) return ZERO;
  const fee = decimalOf(row, 'fee_paid');
  if (fee === null) return 'fee_paid is not a number';
  const currency = wordOf(row, 'fee_currency')?.toUpperCase() ?? null;
  const quote = symbol.slice(symbol.indexOf('/') + 1, symbol.indexOf(':'));
  if (fee.isZero() || currency === null || currency === quote) return fee;
  return `fee_currency is ${currency}`;
}
