/**
 * Writes the rows a fold touched, inside the transaction of the events that touched them: the tables
 * are never ahead of the journal and never behind it.
 */
import type { Order } from '../domain/order.ts';
import type { Position } from '../domain/position.ts';
import type { RecordedFill, Touched } from '../domain/registry.ts';
import type { StagedRow } from '../domain/staged-row.ts';
import type { Db } from './database.ts';
import {
  FILL_COLUMNS,
  fillRow,
  ORDER_COLUMNS,
  orderRow,
  POSITION_COLUMNS,
  positionRow,
  STAGED_COLUMNS,
  stagedRow,
} from './registry-rows.ts';

/** Every row a batch touched, each as the last event left it. */
export interface Changes {
  readonly positions: Map<string, Position>;
  readonly orders: Map<string, Order>;
  readonly fills: RecordedFill[];
  readonly rows: Map<string, StagedRow>;
}

export function noChanges(): Changes {
  return { positions: new Map(), orders: new Map(), fills: [], rows: new Map() };
}

export function collect(changes: Changes, touched: Touched): void {
  for (const position of touched.positions) changes.positions.set(position.positionId, position);
  for (const order of touched.orders) changes.orders.set(order.clientOrderId, order);
  changes.fills.push(...touched.fills);
  for (const row of touched.rows) changes.rows.set(row.rowId, row);
}

/** Prepares the statements once; the returned function writes the changes of one batch. */
export function prepareProjection(db: Db): (changes: Changes) => void {
  const position = db.prepare(upsert('positions', POSITION_COLUMNS));
  const order = db.prepare(upsert('orders', ORDER_COLUMNS));
  const fill = db.prepare(insertOf('fills', FILL_COLUMNS));
  const staged = db.prepare(UPSERT_STAGED);
  return (changes) => {
    // A closed row first: the same symbol may be opened again in the same batch.
    const positions = [...changes.positions.values()];
    const closedFirst = positions.filter((row) => row.status === 'closed');
    const thenOpen = positions.filter((row) => row.status === 'open');
    for (const row of [...closedFirst, ...thenOpen]) position.run(positionRow(row));
    for (const row of changes.orders.values()) order.run(orderRow(row));
    for (const row of changes.fills) fill.run(fillRow(row));
    for (const row of changes.rows.values()) staged.run(stagedRow(row));
  };
}

/** The event that staged a row stands in the journal under its id; the registry needs it for nothing. */
const STAGED_SEQ = `(SELECT min(seq) FROM events
  WHERE type = 'ROW_STAGED' AND payload ->> '$.row_id' = @row_id)`;
const UPSERT_STAGED = upsert('staged_rows', STAGED_COLUMNS)
  .replace('(row_id,', '(staged_seq, row_id,')
  .replace('VALUES (', `VALUES (${STAGED_SEQ}, `);

export function insertOf(table: string, columns: readonly string[]): string {
  const values = columns.map((column) => `@${column}`).join(', ');
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${values})`;
}

function upsert(table: string, columns: readonly string[]): string {
  const [key, ...rest] = columns;
  const changes = rest.map((column) => `${column} = excluded.${column}`).join(', ');
  return `${insertOf(table, columns)} ON CONFLICT (${String(key)}) DO UPDATE SET ${changes}`;
}
