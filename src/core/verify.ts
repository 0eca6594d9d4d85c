/**
 * Proof that the registry is nothing but its events: folds the whole journal from nothing, one event at
 * a time, checks the hash chain on the way, and compares every row with what the fold says it is.
 */
import type { Registry } from '../domain/registry.ts';
import type { Db } from './database.ts';
import { chainHash, EVENT_COLUMNS, GENESIS, storedEvent, type EventRow } from './event-row.ts';
import { EMPTY_REGISTRY, fold } from './fold.ts';
import { collect, noChanges, type Changes } from './projection.ts';
import {
  fillRow,
  orderRow,
  positionRow,
  STAGED_COLUMNS,
  stagedRow,
  type Row,
} from './registry-rows.ts';
import { rowDifferences } from './row-difference.ts';
import { messageOf } from './row-fault.ts';

export interface Verification {
  readonly events: number;
  readonly registry: Registry;
  /** What differs, in words; empty when the journal and its tables agree. */
  readonly differences: readonly string[];
}

/** Folds all events of `db`. Memory: one event at a time, plus every row that ever was. */
export function foldAll(db: Db): Verification {
  const rows = db
    .prepare<[], EventRow>(`SELECT ${EVENT_COLUMNS} FROM events ORDER BY seq`)
    .iterate();
  const changes = noChanges();
  const differences: string[] = [];
  let registry = EMPTY_REGISTRY;
  let previousHash = GENESIS.hash;
  let events = 0;
  for (const row of rows) {
    if (chainHash(previousHash, row) !== row.hash) {
      differences.push(`event ${row.seq}: the hash chain is broken`);
    }
    try {
      registry = fold(registry, storedEvent(row));
      collect(changes, registry.touched);
    } catch (error) {
      registry = { ...registry, seq: row.seq };
      differences.push(`event ${row.seq}: ${row.type} cannot be folded: ${messageOf(error)}`);
    }
    previousHash = row.hash;
    events += 1;
  }
  return { events, registry, differences: [...differences, ...compareTables(db, changes)] };
}

function compareTables(db: Db, { positions, orders, fills, rows }: Changes): string[] {
  return [
    ...compare(
      db,
      { table: 'positions', key: 'position_id' },
      [...positions.values()].map(positionRow),
    ),
    ...compare(db, { table: 'orders', key: 'client_order_id' }, [...orders.values()].map(orderRow)),
    ...compare(db, { table: 'fills', key: 'trade_id' }, fills.map(fillRow)),
    ...compare(
      db,
      { table: 'staged_rows', key: 'row_id', columns: STAGED_COLUMNS.join(', ') },
      [...rows.values()].map(stagedRow),
    ),
  ];
}

interface Compared {
  readonly table: string;
  readonly key: string;
  readonly columns?: string;
}

function compare(db: Db, of: Compared, folded: readonly Row[]): string[] {
  const { table, key, columns = '*' } = of;
  const expected = new Map(folded.map((row) => [row[key], row]));
  const differences: string[] = [];
  for (const row of db.prepare<[], Row>(`SELECT ${columns} FROM ${table}`).iterate()) {
    const name = `${table} ${String(row[key])}`;
    const wanted = expected.get(row[key]);
    expected.delete(row[key]);
    if (wanted === undefined) differences.push(`${name}: no event explains it`);
    else differences.push(...rowDifferences(row, wanted).map((column) => `${name}: ${column}`));
  }
  for (const id of expected.keys()) differences.push(`${table} ${String(id)}: the row is missing`);
  return differences;
}
