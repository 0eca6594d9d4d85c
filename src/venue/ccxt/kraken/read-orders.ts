/** Rows of `openorders`: resting orders and triggers in one list, sizes split into done and to do. */
import type { Decimal } from '../../../domain/decimal.ts';
import { quantity, ZERO } from '../../../domain/decimal.ts';
import type { ClientOrderId, VenueOrderId } from '../../../domain/ids.ts';
import type { OrderState, OrderType } from '../../../domain/order.ts';
import type { AliasTable, Symbol } from '../../../domain/symbol.ts';
import type { VenueOrder } from '../../../domain/venue.ts';
import type { ParsedRows } from '../answer-list.ts';
import { parseRows } from '../answer-list.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow } from '../lossless-json.ts';
import { decimalOf, priceOf, sideOf, timeOf, wordOf } from '../row-fields.ts';

/** What the venue calls its kinds, in lists and in history; in lower case. */
const TYPES: ReadonlyMap<string, OrderType> = new Map<string, OrderType>([
  ['lmt', 'limit'],
  ['limit', 'limit'],
  ['post', 'limit'],
  ['ioc', 'limit'],
  ['fok', 'limit'],
  ['mkt', 'market'],
  ['market', 'market'],
  ['stop', 'stop'],
  ['stp', 'stop'],
  ['take_profit', 'take_profit'],
  ['takeprofit', 'take_profit'],
  ['fillorkill', 'limit'],
  // The venue's own orders, in the history only.
  ['liquidation', 'market'],
  ['assignment', 'market'],
  ['unwind', 'market'],
]);
const STATES: ReadonlyMap<string, OrderState> = new Map<string, OrderState>([
  ['untouched', 'live'],
  ['partiallyFilled', 'partially_filled'],
]);

export function readOrders(rows: readonly unknown[], names: AliasTable): ParsedRows<VenueOrder> {
  const { rows: parsed, malformed } = parseRows(
    rows.filter((row) => !isEmpty(row)),
    'symbol',
    names,
    orderOf,
  );
  return { rows: [...new Map(parsed.map((row) => [row.venueOrderId, row])).values()], malformed };
}

export function orderTypeOf(written: string | null): OrderType | null {
  return TYPES.get(written?.toLowerCase() ?? '') ?? null;
}

/** An order of nothing is no order. */
function isEmpty(row: unknown): boolean {
  if (!isRow(row)) return false;
  return decimalOf(row, 'unfilledSize')?.isZero() === true && (filledOf(row)?.isZero() ?? false);
}

/** Triggers have been seen without the field: nothing of them is done. */
function filledOf(row: JsonRow): Decimal | null {
  return row['filledSize'] === undefined || row['filledSize'] === null
    ? ZERO
    : decimalOf(row, 'filledSize');
}

function orderOf(row: JsonRow, symbol: Symbol): VenueOrder | string {
  const id = wordOf(row, 'order_id');
  const side = sideOf(row, 'side');
  const type = orderTypeOf(wordOf(row, 'orderType'));
  const state = STATES.get(wordOf(row, 'status') ?? '');
  const updatedMs = timeOf(row, 'lastUpdateTime') ?? timeOf(row, 'receivedTime');
  const unfilled = decimalOf(row, 'unfilledSize');
  const filled = filledOf(row);
  if (id === null) return 'no order_id';
  if (side === null) return 'no side';
  if (type === null) return `orderType is ${wordOf(row, 'orderType') ?? 'missing'}`;
  if (state === undefined) return `status is ${wordOf(row, 'status') ?? 'missing'}`;
  if (updatedMs === null) return 'no time';
  if (unfilled === null || filled === null) return 'no size';
  if (unfilled.isNegative() || filled.isNegative()) return 'negative size';
  return {
    clientOrderId: wordOf(row, 'cliOrdId') as ClientOrderId | null,
    venueOrderId: id as VenueOrderId,
    symbol,
    side,
    type,
    quantity: quantity(unfilled.plus(filled)),
    filled: quantity(filled),
    price: priceOf(row, 'limitPrice'),
    stopPrice: priceOf(row, 'stopPrice'),
    reduceOnly: row['reduceOnly'] === true,
    state,
    updatedMs,
  };
}
