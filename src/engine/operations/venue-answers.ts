/** What the venue answered, as JSON: journaled before a plan is applied, to be looked at afterwards. */
import type { Json } from '../../domain/canonical-json.ts';
import { Decimal, text } from '../../domain/decimal.ts';
import type { Snapshot } from '../../domain/venue.ts';

/** Marks are left out: they are many, and no repair rests on them. */
export function venueAnswers(snapshot: Snapshot): Json {
  const { takenMs, account, positions, openOrders, orderHistory, fills } = snapshot;
  return {
    taken_ms: takenMs,
    account: jsonOf(account),
    positions: jsonOf(positions),
    open_orders: jsonOf(openOrders),
    order_history: orderHistory === undefined ? null : jsonOf(orderHistory),
    fills: jsonOf(fills),
  };
}

function jsonOf(value: unknown): Json {
  if (value instanceof Decimal) return text(value);
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [snakeCase(key), jsonOf(each)]),
    );
  }
  return (value ?? null) as Json;
}

function snakeCase(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
