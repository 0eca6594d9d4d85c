/** Events through an index; of a damaged page one by one, so that it hides what stands on it and no more. */
import { isSqliteError, type Db } from '../../core/database.ts';
import type { EventRow } from '../../core/event-row.ts';
import { OWN_COLUMNS } from './own-meaning.ts';

export interface Wanted {
  /** A condition that one index answers by itself. */
  readonly where: string;
  readonly values: readonly (string | number)[];
  readonly order: 'ASC' | 'DESC';
  readonly limit: number;
}

/** Numbers whose row cannot be read are added to `unread`. */
export function readableEvents(
  db: Db,
  { where, values, order, limit }: Wanted,
  unread: Set<number>,
): EventRow[] {
  const select = (columns: string) =>
    db.prepare<unknown[]>(
      `SELECT ${columns} FROM events WHERE ${where} ORDER BY seq ${order} LIMIT ${limit}`,
    );
  try {
    return select(OWN_COLUMNS).all(...values) as EventRow[];
  } catch (error) {
    if (!isSqliteError(error)) throw error;
  }
  const one = db.prepare<[number], EventRow>(`SELECT ${OWN_COLUMNS} FROM events WHERE seq = ?`);
  const seqs = select('seq')
    .pluck()
    .all(...values) as number[];
  return seqs.flatMap((seq) => {
    try {
      return one.get(seq) ?? [];
    } catch (error) {
      if (!isSqliteError(error)) throw error;
      unread.add(seq);
      return [];
    }
  });
}
