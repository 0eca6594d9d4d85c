/**
 * Rows of orders, of both services: the matching engine's and the conditional ones, which wait elsewhere and
 * are in none of the engine's lists. A conditional order that fired is an order there under another
 * number; how that one ended is the end of both.
 */
import { quantity, ZERO } from '../../../domain/decimal.ts';
import type { ClientOrderId, VenueOrderId } from '../../../domain/ids.ts';
import type { OrderState, OrderType } from '../../../domain/order.ts';
import type { AliasTable, Symbol } from '../../../domain/symbol.ts';
import type { VenueOrder } from '../../../domain/venue.ts';
import type { ParsedRows } from '../answer-list.ts';
import { parseRows } from '../answer-list.ts';
import type { JsonRow } from '../lossless-json.ts';
import { decimalOf, priceOf, sideOf, timeOf, wordOf } from '../row-fields.ts';

const TYPES: ReadonlyMap<string, OrderType> = new Map<string, OrderType>([
  ['LIMIT', 'limit'],
  ['MARKET', 'market'],
  ['STOP', 'stop'],
  ['STOP_MARKET', 'stop'],
  ['TAKE_PROFIT', 'take_profit'],
  ['TAKE_PROFIT_MARKET', 'take_profit'],
  ['TRAILING_STOP_MARKET', 'stop'],
  // The venue's own orders, in the history only.
  ['LIQUIDATION', 'market'],
]);

const STATES: ReadonlyMap<string, OrderState> = new Map<string, OrderState>([
  ['NEW', 'live'],
  ['PARTIALLY_FILLED', 'partially_filled'],
  ['FILLED', 'filled'],
  ['CANCELED', 'cancelled'],
  ['EXPIRED', 'expired'],
  ['EXPIRED_IN_MATCH', 'expired'],
  ['REJECTED', 'rejected'],
]);

const CONDITIONAL_STATES: ReadonlyMap<string, OrderState> = new Map<string, OrderState>([
  ['NEW', 'live'],
  // It left for the matching engine: not resting any more, not ended.
  ['TRIGGERING', 'live'],
  ['TRIGGERED', 'live'],
  ['CANCELED', 'cancelled'],
  ['EXPIRED', 'expired'],
  ['REJECTED', 'rejected'],
]);

/** Rows of `openOrders` and `allOrders`. */
export function readOrders(rows: readonly JsonRow[], names: AliasTable): ParsedRows<VenueOrder> {
  return parseRows(rows, 'symbol', names, orderOf);
}

/** The number of the order that a conditional one became; null while it waits. */
export function firedOrderId(row: JsonRow): VenueOrderId | null {
  const id = wordOf(row, 'actualOrderId');
  return id === null || id === '0' ? null : (id as VenueOrderId);
}

/**
 * Rows of `openAlgoOrders` and `allAlgoOrders`. `fired` are the matching engine's orders by number: the end
 * of an order that fired is looked up there.
 */
export function readConditional(
  rows: readonly JsonRow[],
  names: AliasTable,
  fired: ReadonlyMap<string, VenueOrder>,
): ParsedRows<VenueOrder> {
  return parseRows(rows, 'symbol', names, (row, symbol) => conditionalOf(row, symbol, fired));
}

function orderOf(row: JsonRow, symbol: Symbol): VenueOrder | string {
  const id = wordOf(row, 'orderId');
  const side = sideOf(row, 'side');
  const written = wordOf(row, 'origType') ?? wordOf(row, 'type');
  const type = TYPES.get(written ?? '');
  const state = STATES.get(wordOf(row, 'status') ?? '');
  const size = decimalOf(row, 'origQty');
  const filled = decimalOf(row, 'executedQty');
  const updatedMs = timeOf(row, 'updateTime') ?? timeOf(row, 'time');
  if (id === null) return 'no orderId';
  if (side === null) return 'no side';
  if (type === undefined) return `type is ${written ?? 'missing'}`;
  if (state === undefined) return `status is ${wordOf(row, 'status') ?? 'missing'}`;
  if (size === null || size.lte(0)) return 'no origQty';
  if (filled === null || filled.isNegative()) return 'no executedQty';
  if (updatedMs === null) return 'no time';
  return {
    clientOrderId: wordOf(row, 'clientOrderId') as ClientOrderId | null,
    venueOrderId: id as VenueOrderId,
    symbol,
    side,
    type,
    quantity: quantity(size),
    filled: quantity(filled),
    price: priceOf(row, 'price'),
    stopPrice: priceOf(row, 'stopPrice'),
    reduceOnly: isTrue(row['reduceOnly']),
    state,
    updatedMs,
  };
}

function conditionalOf(
  row: JsonRow,
  symbol: Symbol,
  fired: ReadonlyMap<string, VenueOrder>,
): VenueOrder | string {
  const id = wordOf(row, 'algoId');
  const side = sideOf(row, 'side');
  const type = TYPES.get(wordOf(row, 'orderType') ?? '');
  const size = decimalOf(row, 'quantity');
  const updatedMs = timeOf(row, 'updateTime') ?? timeOf(row, 'createTime');
  const became = firedOrderId(row);
  const order = became === null ? null : (fired.get(became) ?? null);
  const state = order?.state ?? stateOf(row);
  if (id === null) return 'no algoId';
  if (side === null) return 'no side';
  if (type === undefined) return `orderType is ${wordOf(row, 'orderType') ?? 'missing'}`;
  if (size === null || size.isNegative()) return 'no quantity';
  if (updatedMs === null) return 'no time';
  if (state === null) return `algoStatus is ${wordOf(row, 'algoStatus') ?? 'missing'}`;
  return {
    clientOrderId: wordOf(row, 'clientAlgoId') as ClientOrderId | null,
    venueOrderId: (became ?? id) as VenueOrderId,
    symbol,
    side,
    type,
    quantity: quantity(size),
    filled: order?.filled ?? quantity(ZERO),
    price: priceOf(row, 'price'),
    stopPrice: priceOf(row, 'triggerPrice'),
    reduceOnly: isTrue(row['reduceOnly']) || isTrue(row['closePosition']),
    state,
    updatedMs: order?.updatedMs ?? updatedMs,
  };
}

/** Finished says that the order it became ended, not how: without that order it is not understood. */
function stateOf(row: JsonRow): OrderState | null {
  return CONDITIONAL_STATES.get(wordOf(row, 'algoStatus') ?? '') ?? null;
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}
