/**
 * How orders ended, from the event lists of orders and triggers: one row per order, of its last ending
 * event. An immediate order that is filled as it is placed has no other event than its placing.
 */
import type { Ms } from '../../../domain/clock.ts';
import { quantity, ZERO } from '../../../domain/decimal.ts';
import type { ClientOrderId, VenueOrderId } from '../../../domain/ids.ts';
import type { OrderState } from '../../../domain/order.ts';
import type { AliasTable, Symbol } from '../../../domain/symbol.ts';
import type { VenueOrder } from '../../../domain/venue.ts';
import type { ParsedRows } from '../answer-list.ts';
import { parseRows } from '../answer-list.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow } from '../lossless-json.ts';
import { orderTypeOf } from './read-orders.ts';
import { decimalOf, priceOf, sideOf, timeOf, wordOf } from '../row-fields.ts';

/** An ending, laid flat: the order's own fields, the state it ended in and when. */
interface Ending {
  readonly id: string;
  readonly row: JsonRow;
  readonly state: OrderState;
  readonly atMs: Ms;
}

/** The orders that ended in the elements of `orders` and `triggers`, at or after `since`. */
export function readHistory(
  elements: readonly unknown[],
  names: AliasTable,
  since: Ms,
): ParsedRows<VenueOrder> {
  const last = new Map<string, Ending>();
  for (const element of elements) {
    const ending = isRow(element) ? endingOf(element) : null;
    if (ending === null || ending.atMs < since) continue;
    const known = last.get(ending.id);
    if (known === undefined || ending.atMs > known.atMs) last.set(ending.id, ending);
  }
  const endings = new Map([...last.values()].map((ending) => [ending.row, ending]));
  return parseRows([...endings.keys()], 'tradeable', names, (row, symbol) => {
    const ending = endings.get(row);
    return ending === undefined ? null : orderOf(ending, symbol);
  });
}

function endingOf(element: JsonRow): Ending | null {
  const event = isRow(element['event']) ? element['event'] : {};
  const placed = orderIn(event['OrderPlaced'], 'order');
  if (placed !== null) return isDone(placed) ? ending(element, placed, 'filled') : null;
  // A trigger that fired is done only when it says so: else its order has a life of its own.
  const activated = orderIn(event['OrderTriggerActivated'], 'order');
  if (activated !== null) return isDone(activated) ? ending(element, activated, 'filled') : null;
  const updated = event['OrderUpdated'];
  if (isRow(updated)) {
    const order = orderIn(updated, 'newOrder');
    const done = updated['reason'] === 'full_fill' || (order !== null && isDone(order));
    return done ? ending(element, order, 'filled') : null;
  }
  const rejected = orderIn(event['OrderRejected'], 'order');
  if (rejected !== null) return ending(element, rejected, 'rejected');
  const trigger = event['OrderTriggerCancelled'];
  const cancelled =
    orderIn(event['OrderCancelled'], 'order') ??
    orderIn(trigger, 'order') ??
    orderIn(trigger, 'orderTrigger');
  return ending(element, cancelled, 'cancelled');
}

function orderIn(event: unknown, key: string): JsonRow | null {
  const order = isRow(event) ? event[key] : undefined;
  return isRow(order) ? order : null;
}

function isDone(order: JsonRow): boolean {
  return (
    decimalOf(order, 'quantity')?.isZero() === true && decimalOf(order, 'filled')?.gt(0) === true
  );
}

function ending(element: JsonRow, order: JsonRow | null, state: OrderState): Ending | null {
  if (order === null) return null;
  const id = wordOf(order, 'uid');
  const atMs = timeOf(element, 'timestamp') ?? timeOf(order, 'lastUpdateTimestamp');
  return id === null || atMs === null ? null : { id, row: order, state, atMs };
}

function orderOf({ id, row, state, atMs }: Ending, symbol: Symbol): VenueOrder | string {
  const side = sideOf(row, 'direction') ?? sideOf(row, 'side');
  const trigger = orderIn(row, 'triggerOptions') ?? orderIn(row, 'priceTriggerOptions') ?? row;
  const stopPrice = priceOf(trigger, 'triggerPrice') ?? priceOf(row, 'stopPrice');
  // What was refused may lack its type; nothing depends on it any more.
  const written =
    wordOf(row, 'orderType') ?? wordOf(row, 'type') ?? (state === 'rejected' ? 'limit' : null);
  const type = orderTypeOf(written);
  const left = decimalOf(row, 'quantity');
  const filled = row['filled'] === undefined ? ZERO : decimalOf(row, 'filled');
  if (side === null) return 'no direction';
  if (type === null) return `orderType is ${written ?? 'missing'}`;
  if (left === null || left.isNegative()) return 'no quantity';
  if (filled === null || filled.isNegative()) return 'no filled';
  return {
    clientOrderId: (wordOf(row, 'clientId') ?? wordOf(row, 'cliOrdId')) as ClientOrderId | null,
    venueOrderId: id as VenueOrderId,
    symbol,
    side,
    // A trigger is named after the order that it will send.
    type: stopPrice !== null && type !== 'take_profit' ? 'stop' : type,
    quantity: quantity(left.plus(filled)),
    filled: quantity(filled),
    price: priceOf(row, 'limitPrice'),
    stopPrice,
    reduceOnly: row['reduceOnly'] === true,
    state,
    updatedMs: atMs,
  };
}
