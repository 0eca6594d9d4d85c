/**
 * Hands at the paper venue while no bot runs: what an operator, a second program or a fault does to an
 * account behind the registry's back. A living bot keeps its venue in memory, so hands are laid on a home
 * at rest, or on a copy of one that was made once.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { madeOnce } from './made-once.ts';
import { document, freshHome } from './tradectl.ts';

export type Side = 'long' | 'short';

export interface VenuePosition {
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: string;
  readonly entry_price: string;
}

export interface VenueOrder {
  readonly client_order_id: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly type: string;
  readonly reduce_only: 0 | 1;
  readonly quantity: string;
  readonly price: string | null;
  readonly stop_price: string | null;
}

/** A cycle of the bundled recording at which ADA is short and ETH, PEPE, SOL and TON are long. */
const CYCLES = '500';

/** A home at rest that holds five positions, each with its stop and targets. */
export async function homeWithFive(): Promise<string> {
  return copyOf(await madeOnce('five', make));
}

async function make(home: string): Promise<void> {
  const ran = await document(['run', '--cycles', CYCLES, '--home', home]);
  if (ran['open_positions'] !== 5) throw new Error(`cycle ${CYCLES} holds no five positions`);
}

/** The same home again, in a folder of its own. */
export function copyOf(home: string): string {
  const copy = freshHome('copy');
  cpSync(home, copy, { recursive: true });
  return copy;
}

/** What the venue holds now. */
export function venuePositions(home: string): VenuePosition[] {
  return withVenue(home, (db) =>
    db
      .prepare<[], VenuePosition>(
        'SELECT symbol, side, quantity, entry_price FROM positions ORDER BY symbol',
      )
      .all(),
  );
}

/** Orders that rest at the venue now, by id. */
export function venueOrders(home: string): VenueOrder[] {
  return withVenue(home, (db) =>
    db
      .prepare<[], VenueOrder>(
        `SELECT client_order_id, symbol, side, type, reduce_only, quantity, price, stop_price FROM orders
         WHERE state IN ('live', 'partially_filled') ORDER BY client_order_id`,
      )
      .all(),
  );
}

/** Somebody opened this, or it is there with another size or on another side. */
export function place(home: string, position: VenuePosition): void {
  const { symbol, side, quantity, entry_price: entry } = position;
  withVenue(home, (db) =>
    db
      .prepare(
        `INSERT INTO positions (symbol, side, quantity, entry_price, opened_bar_ms) VALUES (?, ?, ?, ?, 0)
         ON CONFLICT (symbol) DO UPDATE SET side = excluded.side, quantity = excluded.quantity`,
      )
      .run(symbol, side, quantity, entry),
  );
}

/** The position is gone, and no trade tells why. */
export function vanish(home: string, symbol: string): void {
  withVenue(home, (db) => db.prepare('DELETE FROM positions WHERE symbol = ?').run(symbol));
}

export function resize(home: string, symbol: string, quantity: string): void {
  withVenue(home, (db) =>
    db.prepare('UPDATE positions SET quantity = ? WHERE symbol = ?').run(quantity, symbol),
  );
}

export function turn(home: string, symbol: string, side: Side, quantity: string): void {
  withVenue(home, (db) =>
    db
      .prepare('UPDATE positions SET side = ?, quantity = ? WHERE symbol = ?')
      .run(side, quantity, symbol),
  );
}

/** An order that rests at the venue and that no program of ours sent. */
export function restForeign(home: string, order: Omit<VenueOrder, 'reduce_only'>): void {
  const { client_order_id: id, symbol, side, type, quantity, price, stop_price: stop } = order;
  withVenue(home, (db) =>
    db
      .prepare(`INSERT INTO orders VALUES (?, ?, ?, ?, ?, 'gtc', 1, ?, '0', ?, ?, 'live', ?, ?, ?)`)
      .run(
        id,
        `pv-${id}`,
        symbol,
        side,
        type,
        quantity,
        price,
        stop,
        ...Array<number>(3).fill(lastInstant(db)),
      ),
  );
}

function lastInstant(db: Database.Database): number {
  return Number(db.prepare('SELECT max(updated_ms) FROM orders').pluck().get());
}

function withVenue<T>(home: string, act: (db: Database.Database) => T): T {
  const db = new Database(join(home, 'paper.db'), { fileMustExist: true });
  try {
    return act(db);
  } finally {
    db.close();
  }
}
