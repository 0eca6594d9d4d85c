/** A home somebody wrote into past the rules: triggers dropped, CHECKs ignored. */
import type { NewEvent } from '../../src/domain/event.ts';
import { mendProjection } from '../../src/core/mend-projection.ts';
import { restoreRegistry, type Restored } from '../../src/core/restore.ts';
import type { JournalHome } from './journal-home.ts';

/** Runs SQL with every trigger of state.db gone for its duration and no CHECK looked at. */
export function damage(home: Pick<JournalHome, 'db'>, sql: string): void {
  const { db } = home;
  const triggers = db
    .prepare<[], { name: string; sql: string }>(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'",
    )
    .all();
  db.exec('PRAGMA ignore_check_constraints=ON; PRAGMA foreign_keys=OFF; BEGIN IMMEDIATE');
  for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
  db.exec(sql);
  for (const trigger of triggers) db.exec(trigger.sql);
  db.exec('COMMIT; PRAGMA ignore_check_constraints=OFF; PRAGMA foreign_keys=ON');
}

/** A row of `positions` as a hand writes it: open, long, size zero, explained by nothing. */
export function strayPosition(columns: Readonly<Record<string, string>> = {}): string {
  const row: Record<string, string> = {
    position_id: "'ghost-1'",
    symbol: "'ATOM/USD:USD'",
    side: "'long'",
    status: "'open'",
    quantity: "'0'",
    entered_quantity: "'10'",
    entry_price: "'9.5'",
    targets_hit: "'[]'",
    origin: "'signal'",
    opened_seq: '900',
    opened_ms: '1',
    realized_pnl: "'0'",
    fees: "'0'",
    ...columns,
  };
  return insertSql('positions', row);
}

function insertSql(table: string, row: Readonly<Record<string, string>>): string {
  const columns = Object.keys(row).join(', ');
  return `INSERT INTO ${table} (${columns}) VALUES (${Object.values(row).join(', ')})`;
}

/** What a start does: restore, mend, append what mending tells. */
export function startOf(home: JournalHome): Restored & { readonly events: readonly NewEvent[] } {
  const { db, journal } = home.reopen();
  const restored = restoreRegistry(db);
  const events = mendProjection(db, restored.registry, journal.problems);
  if (events.length > 0) journal.append(events);
  return { ...restored, events };
}
