/**
 * Rows of `userTrades`. They carry the venue's number of the order and no client id, so the number is looked
 * up; a fee may be paid in another coin than the quote currency, and is valued by the caller.
 */
import type { Decimal } from '../../../domain/decimal.ts';
import { quantity } from '../../../domain/decimal.ts';
import type { FillKind, VenueFill } from '../../../domain/fill.ts';
import type { ClientOrderId, TradeId, VenueOrderId } from '../../../domain/ids.ts';
import type { AliasTable, Symbol } from '../../../domain/symbol.ts';
import type { ParsedRows } from '../answer-list.ts';
import { parseRows } from '../answer-list.ts';
import type { JsonRow } from '../lossless-json.ts';
import { decimalOf, priceOf, sideOf, timeOf, wordOf } from '../row-fields.ts';

export interface FillContext {
  readonly clientIdOf: (id: VenueOrderId) => string | null | undefined;
  /** Price of a coin in the quote currency of a market; null when it cannot be told. */
  readonly valueOf: (coin: string, quote: string) => Decimal | null;
}

export function readFills(
  rows: readonly JsonRow[],
  names: AliasTable,
  context: FillContext,
): ParsedRows<VenueFill> {
  return parseRows(rows, 'symbol', names, (row, symbol) => fillOf(row, symbol, context));
}

/** The coin a fee was paid in, where it is not the quote currency. */
export function foreignFeeCoin(row: JsonRow, quote: string): string | null {
  const coin = wordOf(row, 'commissionAsset');
  const isFree = decimalOf(row, 'commission')?.isZero() === true;
  return coin === null || coin === quote || isFree ? null : coin;
}

export function quoteOf(symbol: Symbol): string {
  return symbol.slice(symbol.indexOf('/') + 1, symbol.indexOf(':'));
}

function fillOf(row: JsonRow, symbol: Symbol, context: FillContext): VenueFill | string {
  const id = wordOf(row, 'id');
  const orderId = wordOf(row, 'orderId') as VenueOrderId | null;
  const side = sideOf(row, 'side');
  const size = decimalOf(row, 'qty');
  const price = priceOf(row, 'price');
  const tsMs = timeOf(row, 'time');
  const fee = feeOf(row, symbol, context);
  if (id === null) return 'no id';
  if (side === null) return 'no side';
  if (size === null || size.lte(0)) return `qty is ${wordOf(row, 'qty') ?? 'missing'}`;
  if (price === null) return 'no price';
  if (tsMs === null) return 'no time';
  if (typeof fee === 'string') return fee;
  const clientId = orderId === null ? null : (context.clientIdOf(orderId) ?? null);
  return {
    // Numbers of trades begin anew in every market.
    tradeId: `${wordOf(row, 'symbol')}-${id}` as TradeId,
    clientOrderId: clientId as ClientOrderId | null,
    venueOrderId: orderId,
    symbol,
    side,
    quantity: quantity(size),
    price,
    fee,
    liquidity: row['maker'] === true ? 'maker' : 'taker',
    kind: kindOf(clientId),
    tsMs,
  };
}

/** The venue names its own orders: of a liquidation, of a deleveraging, of a market that ends. */
function kindOf(clientId: string | null): FillKind {
  const isVenues = /^(autoclose-|adl_autoclose|settlement_autoclose-)/.test(clientId ?? '');
  return isVenues ? 'liquidation' : 'trade';
}

function feeOf(row: JsonRow, symbol: Symbol, { valueOf }: FillContext): Decimal | string {
  const fee = decimalOf(row, 'commission');
  if (fee === null) return 'no commission';
  const quote = quoteOf(symbol);
  const coin = foreignFeeCoin(row, quote);
  if (coin === null) return fee;
  const value = valueOf(coin, quote);
  return value === null ? `the fee in ${coin} cannot be valued` : fee.mul(value);
}
