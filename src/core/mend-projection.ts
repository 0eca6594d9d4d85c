/**
 * Brings the tables back in line with what a restart restored. `positions` and `orders` are projections:
 * a row that its events contradict is written anew from them, a row that nothing explains is taken out
 * and kept as a quarantined row in the journal. Left in the table, a ghost would hold the place of the
 * one open position of its symbol, and would be found at every start.
 */
import { canonicalJson } from '../domain/canonical-json.ts';
import type { NewEvent } from '../domain/event.ts';
import { factId } from '../domain/ids.ts';
import type { Order } from '../domain/order.ts';
import type { Position } from '../domain/position.ts';
import type { Registry } from '../domain/registry.ts';
import type { RawRow, RowId } from '../domain/staged-row.ts';
import { isSymbol } from '../domain/symbol.ts';
import type { Db } from './database.ts';
import { foldOrder, foldPosition, type Folded } from './fold-one.ts';
import { insertOf } from './projection.ts';
import {
  ORDER_COLUMNS,
  orderRow,
  POSITION_COLUMNS,
  positionRow,
  type Row,
} from './registry-rows.ts';
import type { RestoreProblem } from './restore-problem.ts';
import { orderFault, positionFault } from './row-fault.ts';
import { KEPT_TRIGGERS } from './schema.ts';

type Table = 'positions' | 'orders';
/** A row that is no position and no order of ours. */
interface Stray {
  readonly table: Table;
  readonly row: Row;
  readonly why: string;
}

const KEYS = { positions: 'position_id', orders: 'client_order_id' } as const;
const COLUMNS = { positions: POSITION_COLUMNS, orders: ORDER_COLUMNS } as const;
const FAULTS = { positions: positionFault, orders: orderFault } as const;

/**
 * One transaction; writes no event. Returns the events that keep what was taken out, and that say once
 * which events cannot be read: append them at once. A row that is staged already gets none.
 */
export function mendProjection(
  db: Db,
  registry: Registry,
  problems: readonly RestoreProblem[],
): NewEvent[] {
  const strays = problems.length === 0 ? [] : rewrite(db, registry, problems);
  return [...quarantineOf(db, strays), ...findingsOf(problems)];
}

/** The same events before anything is taken out: appended first, a crash between loses no row. */
export function quarantineEvents(db: Db, problems: readonly RestoreProblem[]): NewEvent[] {
  return [...quarantineOf(db, problems.flatMap(strayOf)), ...findingsOf(problems)];
}

function rewrite(db: Db, registry: Registry, problems: readonly RestoreProblem[]): Stray[] {
  return db
    .transaction(() => {
      for (const { name } of Object.values(KEPT_TRIGGERS))
        db.exec(`DROP TRIGGER IF EXISTS ${name}`);
      const strays = problems.flatMap(strayOf);
      for (const { table, row } of strays) remove(db, table, row[KEYS[table]]);
      const differing = problems.filter(({ kind }) => kind === 'projection.differs');
      for (const { table, id } of differing) if (isTable(table)) remove(db, table, id);
      const inTheWay = differing.flatMap((problem) => writeAnew(db, registry, problem));
      for (const { sql } of Object.values(KEPT_TRIGGERS)) db.exec(sql);
      return [...strays, ...inTheWay];
    })
    .immediate();
}

/** Writes the row as its events have it; rows that no event allows beside it give way. */
function writeAnew(db: Db, registry: Registry, { table, id }: RestoreProblem): Stray[] {
  if (!isTable(table)) return [];
  const row =
    table === 'positions' ? positionTruth(db, registry, id) : orderTruth(db, registry, id);
  if (row === null) return [];
  const rivals = rivalsOf(db, table, row);
  for (const rival of rivals) remove(db, table, rival[KEYS[table]]);
  db.prepare(insertOf(table, COLUMNS[table])).run(row);
  return rivals.map((rival) => ({ table, row: rival, why: `it holds the place of ${id}` }));
}

function positionTruth(db: Db, registry: Registry, id: string): Row | null {
  const open = [...registry.positions.values()].find(({ positionId }) => positionId === id);
  const position: Position | null = open ?? valueOf(foldPosition(db, id));
  return position === null ? null : positionRow(position);
}

function orderTruth(db: Db, registry: Registry, id: string): Row | null {
  const alive = [...registry.orders.values()].find(({ clientOrderId }) => clientOrderId === id);
  const order: Order | null = alive ?? valueOf(foldOrder(db, id));
  return order === null ? null : orderRow(order);
}

function valueOf<T>(folded: Folded<T>): T | null {
  return folded.read === 'complete' ? folded.value : null;
}

/** What the unique indexes would not let stand beside `row`. */
function rivalsOf(db: Db, table: Table, row: Row): Row[] {
  const sql =
    table === 'positions'
      ? `SELECT * FROM positions WHERE opened_seq = @opened_seq
         OR (status = 'open' AND @status = 'open' AND symbol = @symbol)`
      : 'SELECT * FROM orders WHERE intent_seq = @intent_seq';
  return db.prepare<[Row], Row>(sql).all(row);
}

function remove(db: Db, table: Table, id: unknown): void {
  db.prepare(`DELETE FROM ${table} WHERE ${KEYS[table]} = ?`).run(id);
}

/** The row of a problem that nothing explains; none where the events or the row are believed. */
function strayOf(problem: RestoreProblem): Stray[] {
  const { kind, table, row, why } = problem;
  if (kind !== 'ghost' && kind !== 'position.unreadable' && kind !== 'order.unreadable') return [];
  return row === null || !isTable(table) ? [] : [{ table, row, why }];
}

function quarantineOf(db: Db, strays: readonly Stray[]): NewEvent[] {
  const known = db.prepare('SELECT 1 FROM staged_rows WHERE row_id = ?');
  const seen = new Map<string, number>();
  return strays.flatMap(({ table, row: columns, why }) => {
    const row = columns as RawRow;
    const text = canonicalJson(row);
    const occurrence = seen.get(text) ?? 0;
    seen.set(text, occurrence + 1);
    const rowId = factId('row', table, text, String(occurrence)) as RowId;
    if (known.get(rowId) !== undefined) return [];
    const written = columns['symbol'];
    const symbol = typeof written === 'string' && isSymbol(written) ? written : null;
    const finding = FAULTS[table](columns) === null ? 'ghost' : 'malformed.registry';
    return [
      {
        type: 'ROW_STAGED',
        symbol,
        payload: { row_id: rowId, source: table, row, explained: false },
      },
      { type: 'ROW_QUARANTINED', symbol, payload: { row_id: rowId, finding, why } },
    ] satisfies NewEvent[];
  });
}

function findingsOf(problems: readonly RestoreProblem[]): NewEvent[] {
  return problems.flatMap((problem) => {
    if (!('seq' in problem)) return [];
    const { kind, seq, symbol, positionId, why } = problem;
    const payload = { finding: kind, evidence: why };
    return [{ type: 'FINDING', symbol, positionId, causationSeq: seq, payload } satisfies NewEvent];
  });
}

function isTable(table: RestoreProblem['table']): table is Table {
  return table === 'positions' || table === 'orders';
}
