/** The end of a journal as its file has it. Apart from the journal, so that who only looks loads no fold. */
import type { Db } from './database.ts';
import { GENESIS, type Head } from './event-row.ts';

export const HEAD_SQL = 'SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1';

/** The last event; {@link GENESIS} when there is none. */
export function readHead(db: Db): Head {
  return db.prepare<[], Head>(HEAD_SQL).get() ?? GENESIS;
}

/** Null when the journal has no such event. */
export function hashAt(db: Db, seq: number): string | null {
  const sql = 'SELECT hash FROM events WHERE seq = ?';
  return db.prepare<[number], { hash: string }>(sql).get(seq)?.hash ?? null;
}
