/**
 * Rows of `order/realtime` and `order/history`: resting and conditional orders in one list. A status that is
 * not listed is not understood, and neither is an order whose kind cannot be told.
 */
import type { Decimal } from '../../../domain/decimal.ts';
import { quantity } from '../../../domain/decimal.ts';
import type { ClientOrderId, VenueOrderId } from '../../../domain/ids.ts';
import type { OrderState, OrderType, Side } from '../../../domain/order.ts';
import type { AliasTable, Symbol } from '../../../domain/symbol.ts';
import type { VenueOrder } from '../../../domain/venue.ts';
import type { ParsedRows } from '../answer-list.ts';
import { parseRows } from '../answer-list.ts';
import type { JsonRow } from '../lossless-json.ts';
import { decimalOf, priceOf, sideOf, timeOf, wordOf } from '../row-fields.ts';

const STATES: ReadonlyMap<string, OrderState> = new Map<string, OrderState>([
  ['Created', 'live'],
  ['New', 'live'],
  ['Untriggered', 'live'],
  ['Triggered', 'live'],
  ['PartiallyFilled', 'partially_filled'],
  ['Filled', 'filled'],
  ['Cancelled', 'cancelled'],
  ['PartiallyFilledCanceled', 'cancelled'],
  ['Deactivated', 'cancelled'],
  ['Rejected', 'rejected'],
]);

/** One row per order: of two, the later one. */
export function readOrders(rows: readonly unknown[], names: AliasTable): ParsedRows<VenueOrder> {
  const { rows: parsed, malformed } = parseRows(rows, 'symbol', names, orderOf);
  const last = new Map<VenueOrderId, VenueOrder>();
  for (const row of parsed) {
    const known = last.get(row.venueOrderId);
    if (known === undefined || row.updatedMs >= known.updatedMs) last.set(row.venueOrderId, row);
  }
  return { rows: [...last.values()], malformed };
}

function orderOf(row: JsonRow, symbol: Symbol): VenueOrder | string {
  const id = wordOf(row, 'orderId');
  const side = sideOf(row, 'side');
  const state = STATES.get(wordOf(row, 'orderStatus') ?? '');
  const size = decimalOf(row, 'qty');
  const filled = decimalOf(row, 'cumExecQty');
  const updatedMs = timeOf(row, 'updatedTime') ?? timeOf(row, 'createdTime');
  if (id === null) return 'no orderId';
  if (side === null) return 'no side';
  if (state === undefined) return `orderStatus is ${wordOf(row, 'orderStatus') ?? 'missing'}`;
  if (size === null || size.isNegative()) return 'no qty';
  if (filled === null || filled.isNegative()) return 'no cumExecQty';
  if (updatedMs === null) return 'no time';
  const stopPrice = priceOf(row, 'triggerPrice');
  const type = typeOf(row, side, stopPrice);
  if (type === null) return `orderType is ${wordOf(row, 'orderType') ?? 'missing'}`;
  return {
    clientOrderId: wordOf(row, 'orderLinkId') as ClientOrderId | null,
    venueOrderId: id as VenueOrderId,
    symbol,
    side,
    type,
    quantity: quantity(size),
    filled: quantity(filled),
    price: priceOf(row, 'price'),
    stopPrice,
    reduceOnly: row['reduceOnly'] === true || row['closeOnTrigger'] === true,
    state,
    updatedMs,
  };
}

/** A conditional order is a stop when it sells lower or buys higher, else a target. */
function typeOf(row: JsonRow, side: Side, stopPrice: Decimal | null): OrderType | null {
  const written = wordOf(row, 'orderType');
  if (written !== 'Market' && written !== 'Limit') return null;
  if (stopPrice === null) return written === 'Market' ? 'market' : 'limit';
  const direction = wordOf(row, 'triggerDirection');
  if (direction === '1') return side === 'buy' ? 'stop' : 'take_profit';
  if (direction === '2') return side === 'sell' ? 'stop' : 'take_profit';
  const kind = wordOf(row, 'stopOrderType') ?? '';
  return /TakeProfit/.test(kind) ? 'take_profit' : 'stop';
}
