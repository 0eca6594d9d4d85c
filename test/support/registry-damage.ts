/**
 * Damage to the stored registry of a home at rest, as a disk, an older program or a hand in the database does
 * it: past the constraints and triggers that keep the program itself from writing such rows.
 */
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** The incident: open, and of size zero. Returns the market. */
export function emptyAnOpenRow(home: string): string {
  return withState(home, (db) => {
    db.pragma('ignore_check_constraints = ON');
    const symbol = db
      .prepare<[], string>("SELECT min(symbol) FROM positions WHERE status = 'open'")
      .pluck()
      .get();
    db.prepare("UPDATE positions SET quantity = '0' WHERE status = 'open' AND symbol = ?").run(
      symbol,
    );
    return symbol ?? '';
  });
}

/** An open row that no event explains. */
export function insertGhost(home: string, symbol: string, quantity: string): void {
  withState(home, (db) => {
    db.pragma('ignore_check_constraints = ON');
    db.exec('DROP TRIGGER positions_explained');
    db.prepare(
      `INSERT INTO positions
         (position_id, symbol, side, status, quantity, entered_quantity, targets_hit, origin,
          opened_seq, opened_ms, realized_pnl, fees)
       VALUES ('pos-ghost', ?, 'long', 'open', ?, '1', '[]', 'signal', 3, 0, '0', '0')`,
    ).run(symbol, quantity);
  });
}

function withState<T>(home: string, act: (db: Database.Database) => T): T {
  const db = new Database(join(home, 'state.db'), { fileMustExist: true });
  try {
    return act(db);
  } finally {
    db.close();
  }
}
