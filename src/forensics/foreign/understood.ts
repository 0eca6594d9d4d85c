/** Which rows of another bot's files were understood: nothing follows from the absence of what nobody can read. */
import type { Db } from '../../core/database.ts';
import type { ForeignKind } from '../../core/foreign-store.ts';

const CONDITIONS: Partial<Record<ForeignKind, { table: string; is: string }>> = {
  log: { table: 'log', is: 'understood = 1' },
  events: { table: 'events', is: "means <> 'other'" },
};

/** Rows of a file whose words have a meaning for us; null for a kind of file that is made of columns alone. */
export function understoodRows(db: Db, path: string, kind: ForeignKind): number | null {
  const condition = CONDITIONS[kind];
  if (condition === undefined) return null;
  const { table, is } = condition;
  return db
    .prepare<[string], number>(
      `SELECT count(*) FROM ${table} WHERE ${is} AND file_id = (SELECT file_id FROM files WHERE path = ?)`,
    )
    .pluck()
    .get(path) as number;
}
