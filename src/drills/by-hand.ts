/**
 * Hands: what a person, another program or a fault does behind the bot's back, at the simulated venue or in
 * the stored registry. Only on a home at rest: a living bot keeps its venue in memory.
 */
import { openDatabase, type Db } from '../core/database.ts';
import type { HomePaths } from '../core/home.ts';
import { STATE_APPLICATION_ID, STATE_MIGRATIONS } from '../core/schema.ts';
import { ms } from '../domain/clock.ts';
import { price, quantity, ZERO } from '../domain/decimal.ts';
import type { PositionSide } from '../domain/order.ts';
import { symbol } from '../domain/symbol.ts';
import type { PaperOrder, PaperPosition } from '../venue/paper/book.ts';
import { openPaperStore } from '../venue/paper/paper-store.ts';

export interface HandPosition {
  readonly symbol: string;
  readonly side: PositionSide;
  readonly quantity: string;
  readonly entry: string;
}

/** What the venue holds: positions, orders that may still trade, and all that ever ended. */
export interface AtVenue {
  readonly positions: readonly PaperPosition[];
  readonly live: readonly PaperOrder[];
  readonly ended: readonly PaperOrder[];
}

/** Somebody opened these, and no order of ours tells of it. */
export function openByHand({ paper }: HomePaths, positions: readonly HandPosition[]): void {
  const store = openPaperStore(paper);
  try {
    store.write({
      positions: positions.map((each) => ({
        symbol: symbol(each.symbol),
        side: each.side,
        quantity: quantity(each.quantity),
        entryPrice: price(each.entry),
        openedBarMs: ms(0),
      })),
    });
  } finally {
    store.close();
  }
}

export function lookAtVenue({ paper }: HomePaths): AtVenue {
  const store = openPaperStore(paper);
  try {
    const { positions, orders } = store.load(ZERO);
    return { positions, live: orders, ended: store.endedSince(ms(0)) };
  } finally {
    store.close();
  }
}

/** An open row of size zero, explained by no event: written past the rules that keep the program from it. */
export function insertEmptyRow({ state }: HomePaths, market: string): void {
  const db = openDatabase(state, {
    applicationId: STATE_APPLICATION_ID,
    migrations: STATE_MIGRATIONS,
    durability: 'full',
    busyTimeoutMs: 250,
  });
  try {
    pastTheRules(db, () =>
      db
        .prepare(
          `INSERT INTO positions
             (position_id, symbol, side, status, quantity, entered_quantity, targets_hit, origin,
              opened_seq, opened_ms, realized_pnl, fees)
           VALUES ('pos-empty', ?, 'long', 'open', '0', '1', '[]', 'signal', 3, 0, '0', '0')`,
        )
        .run(market),
    );
  } finally {
    db.close();
  }
}

function pastTheRules(db: Db, act: () => void): void {
  const trigger = db
    .prepare<[], string>("SELECT sql FROM sqlite_schema WHERE name = 'positions_explained'")
    .pluck()
    .get();
  db.pragma('ignore_check_constraints = ON');
  db.exec('DROP TRIGGER positions_explained');
  act();
  if (trigger !== undefined) db.exec(trigger);
}
