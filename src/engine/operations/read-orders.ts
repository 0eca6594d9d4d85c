/** `tradectl.orders/1`: orders that may still trade, or the newest of all. */
import type { Db } from '../../core/database.ts';
import { readHome } from './read-home.ts';

export interface OrderRow {
  readonly client_order_id: string;
  readonly venue_order_id: string | null;
  readonly symbol: string;
  readonly role: string;
  readonly purpose: string;
  readonly side: string;
  readonly type: string;
  readonly quantity: string;
  readonly filled: string;
  readonly price: string | null;
  readonly stop_price: string | null;
  readonly reduce_only: boolean;
  readonly state: string;
  readonly reason: string | null;
  readonly position_id: string | null;
  readonly signal_id: string | null;
  readonly intended_ms: number;
  readonly updated_ms: number;
}

export interface OrdersDocument {
  readonly schema: 'tradectl.orders/1';
  readonly as_of_ms: number;
  readonly orders: readonly OrderRow[];
}

const COLUMNS = `client_order_id, venue_order_id, symbol, role, purpose, side, type, quantity, filled,
  price, stop_price, reduce_only, state, reason, position_id, signal_id, intended_ms, updated_ms`;
const ALIVE = "state IN ('intended', 'submitted', 'in_doubt', 'live', 'partially_filled')";

export function readOrders(
  home: string,
  options: { all: boolean; limit: number; asOfMs: number },
): OrdersDocument {
  const orders = readHome(home, (db) =>
    options.all ? newestOrders(db, options.limit) : aliveOrders(db).slice(0, options.limit),
  );
  return { schema: 'tradectl.orders/1', as_of_ms: options.asOfMs, orders };
}

/** Orders that may still act at the venue, by symbol. */
export function aliveOrders(db: Db): OrderRow[] {
  return rows(db, `WHERE ${ALIVE} ORDER BY symbol, intent_seq`, []);
}

function newestOrders(db: Db, limit: number): OrderRow[] {
  return rows(db, 'ORDER BY intent_seq DESC LIMIT ?', [limit]);
}

function rows(db: Db, rest: string, parameters: readonly number[]): OrderRow[] {
  return db
    .prepare<number[], Omit<OrderRow, 'reduce_only'> & { reduce_only: number }>(
      `SELECT ${COLUMNS} FROM orders ${rest}`,
    )
    .all(...parameters)
    .map((row) => ({ ...row, reduce_only: row.reduce_only === 1 }));
}
