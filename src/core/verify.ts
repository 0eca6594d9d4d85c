/**
 * Proof that the registry is nothing but its events: folds the whole journal from nothing, one event at
 * a time, checks the hash chain on the way, and compares every row with what the fold says it is.
 *
 * It may run for seconds beside a living bot: every read is a short one, and what was folded waits in a
 * scratch file, not in memory. A page of a table is compared in one snapshot with the events that made it.
 */
import type { Registry } from '../domain/registry.ts';
import { messageOf } from '../domain/errors.ts';
import { openScratch, type Db } from './database.ts';
import { chainHash, EVENT_COLUMNS, GENESIS, storedEvent, type EventRow } from './event-row.ts';
import { EMPTY_REGISTRY, fold } from './fold.ts';
import { foldedRows, type FoldedRows } from './folded-rows.ts';
import { STAGED_COLUMNS, type Row } from './registry-rows.ts';
import { rowDifferences } from './row-difference.ts';

export interface Verification {
  readonly events: number;
  readonly registry: Registry;
  /** What differs, in words; empty when the journal and its tables agree. At most a thousand. */
  readonly differences: readonly string[];
}

const PAGE = 50;
const MOST_DIFFERENCES = 1_000;

/** Folds all events of `db`. Memory does not grow with the journal. */
export function foldAll(db: Db): Verification {
  const scratch = openScratch();
  try {
    const rows = foldedRows(scratch);
    const folder = new Folder(db, rows);
    folder.catchUp();
    for (const table of TABLES) compareTable(db, { table, folder, rows });
    const { events, registry, differences } = folder;
    return { events, registry, differences: differences.slice(0, MOST_DIFFERENCES) };
  } finally {
    scratch.close();
  }
}

/** Folds what the journal has beyond what was folded. */
class Folder {
  events = 0;
  registry = EMPTY_REGISTRY;
  readonly differences: string[] = [];
  private previousHash = GENESIS.hash;
  private lastSeq = 0;
  private readonly page;
  private readonly rows: FoldedRows;

  constructor(db: Db, rows: FoldedRows) {
    this.rows = rows;
    this.page = db.prepare<[number], EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM events WHERE seq > ? ORDER BY seq LIMIT ${PAGE}`,
    );
  }

  catchUp(): void {
    for (;;) {
      const rows = this.page.all(this.lastSeq);
      for (const row of rows) this.foldRow(row);
      if (rows.length < PAGE) break;
    }
  }

  private foldRow(row: EventRow): void {
    if (chainHash(this.previousHash, row) !== row.hash) {
      this.differences.push(`event ${row.seq}: the hash chain is broken`);
    }
    try {
      this.registry = fold(this.registry, storedEvent(row));
      this.rows.put(this.registry.touched);
    } catch (error) {
      this.registry = { ...this.registry, seq: row.seq };
      this.differences.push(`event ${row.seq}: ${row.type} cannot be folded: ${messageOf(error)}`);
    }
    this.previousHash = row.hash;
    this.lastSeq = row.seq;
    this.events += 1;
  }
}

interface Table {
  readonly table: string;
  readonly key: string;
  readonly columns?: string;
}

const TABLES: readonly Table[] = [
  { table: 'positions', key: 'position_id' },
  { table: 'orders', key: 'client_order_id' },
  { table: 'fills', key: 'trade_id' },
  { table: 'staged_rows', key: 'row_id', columns: STAGED_COLUMNS.join(', ') },
];

interface Comparing {
  readonly table: Table;
  readonly folder: Folder;
  readonly rows: FoldedRows;
}

function compareTable(
  db: Db,
  { table: { table, key, columns = '*' }, folder, rows }: Comparing,
): void {
  const page = db.prepare<[string], Row>(
    `SELECT ${columns} FROM ${table} WHERE ${key} > ? ORDER BY ${key} LIMIT ${PAGE}`,
  );
  const nameless = db.prepare(`SELECT 1 FROM ${table} WHERE ${key} = ''`);
  const { differences } = folder;
  const comparePage = db.transaction((after: string): string | null => {
    const stored = page.all(after);
    // The rows above opened the snapshot: the events that made them are folded before the comparison.
    folder.catchUp();
    const until = stored.length < PAGE ? null : String(stored.at(-1)?.[key]);
    const expected = rows.between(table, after, until);
    for (const row of stored) {
      const id = String(row[key]);
      const wanted = expected.get(id);
      expected.delete(id);
      if (wanted === undefined) differences.push(`${table} ${id}: no event explains it`);
      else {
        const columnsOff = rowDifferences(row, wanted);
        differences.push(...columnsOff.map((column) => `${table} ${id}: ${column}`));
      }
    }
    for (const id of expected.keys()) differences.push(`${table} ${id}: the row is missing`);
    return until;
  });
  if (nameless.get() !== undefined) differences.push(`${table}: a row has no id`);
  for (let after: string | null = ''; after !== null;) after = comparePage(after);
}
