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
  /** Of which `orders` are the first. */
  readonly total: number;
  readonly orders: readonly OrderRow[];
}

const COLUMNS = `client_order_id, venue_order_id, symbol, role, purpose, side, type, quantity, filled,
  price, stop_price, reduce_only, state, reason, position_id, signal_id, intended_ms, updated_ms`;
const ALIVE = "state IN ('intended', 'submitted', 'in_doubt', 'live', 'partially_filled')";

/** `limit` 0 is all. */
export function readOrders(
  home: string,
  options: { all: boolean; limit: number; asOfMs: number },
): OrdersDocument {
  const { all, limit, asOfMs } = options;
  const found = readHome(home, (db) => {
    if (all)
      return { total: countOf(db, 'SELECT count(*) FROM orders'), orders: newest(db, limit) };
    const alive = aliveOrders(db);
    return { total: alive.length, orders: limit === 0 ? alive : alive.slice(0, limit) };
  });
  return { schema: 'tradectl.orders/1', as_of_ms: asOfMs, ...found };
}

/** Orders that may still act at the venue, by symbol. */
export function aliveOrders(db: Db): OrderRow[] {
  return rows(db, `WHERE ${ALIVE} ORDER BY symbol, intent_seq`, []);
}

function newest(db: Db, limit: number): OrderRow[] {
  return rows(db, 'ORDER BY intent_seq DESC LIMIT ?', [sqlLimit(limit)]);
}

function rows(db: Db, rest: string, parameters: readonly number[]): OrderRow[] {
  return db
    .prepare<number[], Omit<OrderRow, 'reduce_only'> & { reduce_only: number }>(
      `SELECT ${COLUMNS} FROM orders ${rest}`,
    )
    .all(...parameters)
    .map((row) => ({ ...row, reduce_only: row.reduce_only === 1 }));
}

/** SQLite takes -1 for no limit. */
export function sqlLimit(limit: number): number {
  return limit === 0 ? -1 : limit;
}

export function countOf(db: Db, sql: string): number {
  return db.prepare<[], number>(sql).pluck().get() ?? 0;
}
