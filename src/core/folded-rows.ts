/** What folding a whole journal says every row is, kept in a scratch file: there may be millions. */
import type { Touched } from '../domain/registry.ts';
import type { Db } from './database.ts';
import { collect, noChanges, type Changes } from './projection.ts';
import { fillRow, orderRow, positionRow, stagedRow, type Row } from './registry-rows.ts';

export interface FoldedRows {
  collect(touched: Touched): void;
  /** Writes what was collected; the next `between` sees it. */
  flush(): void;
  /** Rows of a table by key, after `after` and up to `until`; to the end when that is null. */
  between(table: string, after: string, until: string | null): Map<string, Row>;
}

/** Rows in memory before they are written. */
const MOST_WAITING = 1_000;

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
  let waiting = noChanges();
  const write = scratch.transaction(({ positions, orders, fills, rows }: Changes) => {
    for (const [id, one] of positions) put.run('positions', id, JSON.stringify(positionRow(one)));
    for (const [id, one] of orders) put.run('orders', id, JSON.stringify(orderRow(one)));
    for (const one of fills) put.run('fills', one.tradeId, JSON.stringify(fillRow(one)));
    for (const [id, one] of rows) put.run('staged_rows', id, JSON.stringify(stagedRow(one)));
  });
  const flush = (): void => {
    write(waiting);
    waiting = noChanges();
  };
  return {
    collect: (touched) => {
      collect(waiting, touched);
      const { positions, orders, fills, rows } = waiting;
      if (positions.size + orders.size + fills.length + rows.size >= MOST_WAITING) flush();
    },
    flush,
    between: (table, after, until) => {
      const found = until === null ? rest.all(table, after) : some.all(table, after, until);
      return new Map(found.map(({ id, row }) => [id, JSON.parse(row) as Row]));
    },
  };
}
