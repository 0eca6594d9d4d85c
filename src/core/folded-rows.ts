/** What folding a whole journal says every row is, kept in a scratch file: there may be millions. */
import type { Touched } from '../domain/registry.ts';
import type { Db } from './database.ts';
import { fillRow, orderRow, positionRow, stagedRow, type Row } from './registry-rows.ts';

export interface FoldedRows {
  /** Each row as the last event left it. */
  put(touched: Touched): void;
  /** Rows of a table by key, after `after` and up to `until`; to the end when that is null. */
  between(table: string, after: string, until: string | null): Map<string, Row>;
}

export function foldedRows(scratch: Db): FoldedRows {
  scratch.exec(
    'CREATE TABLE folded (place TEXT, id TEXT, row TEXT, PRIMARY KEY (place, id)) WITHOUT ROWID',
  );
  const put = scratch.prepare('INSERT OR REPLACE INTO folded VALUES (?, ?, ?)');
  const some = scratch.prepare<[string, string, string], { id: string; row: string }>(
    'SELECT id, row FROM folded WHERE place = ? AND id > ? AND id <= ?',
  );
  const rest = scratch.prepare<[string, string], { id: string; row: string }>(
    'SELECT id, row FROM folded WHERE place = ? AND id > ?',
  );
  const write = (place: string, id: string, row: Row): void => {
    put.run(place, id, JSON.stringify(row));
  };
  return {
    // At once: rows that wait in memory for others outlive the young generation, and the heap of a fold doubled.
    put: ({ positions, orders, fills, rows }) => {
      for (const one of positions) write('positions', one.positionId, positionRow(one));
      for (const one of orders) write('orders', one.clientOrderId, orderRow(one));
      for (const one of fills) write('fills', one.tradeId, fillRow(one));
      for (const one of rows) write('staged_rows', one.rowId, stagedRow(one));
    },
    between: (table, after, until) => {
      const found = until === null ? rest.all(table, after) : some.all(table, after, until);
      return new Map(found.map(({ id, row }) => [id, JSON.parse(row) as Row]));
    },
  };
}
