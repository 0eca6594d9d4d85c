/** Holes in the numbers of another bot's events, before, between and after those of one subject. */
import type { Db } from '../../core/database.ts';
import { ms } from '../../domain/clock.ts';
import type { NumberGap } from '../timeline.ts';
import type { EventRow } from './foreign-rows.ts';

/** How far a hole is looked for from an event; a hole farther away is another story. */
const NEAR = 20_000;

interface Edge {
  readonly after: number;
  readonly before: number;
  readonly afterMs: number | null;
  readonly beforeMs: number | null;
}

export function gapsAround(db: Db, events: readonly EventRow[]): NumberGap[] {
  const numbered = events.filter((row) => row.numbered === 1).map(({ seq }) => seq);
  if (numbered.length === 0) return [];
  const edges = db
    .prepare<[number, number], Edge>(
      `SELECT * FROM (SELECT seq AS after, lead(seq) OVER w AS before, ts_ms AS afterMs,
         lead(ts_ms) OVER w AS beforeMs FROM events WHERE numbered = 1 AND seq BETWEEN ? AND ?
         WINDOW w AS (ORDER BY seq)) WHERE before > after + 1 ORDER BY after LIMIT 50`,
    )
    .all(Math.min(...numbered) - NEAR, Math.max(...numbered) + NEAR);
  return edges.map(({ after, before, afterMs, beforeMs }) => ({
    after,
    before,
    missing: before - after - 1,
    afterMs: ms(afterMs ?? 0),
    beforeMs: ms(beforeMs ?? 0),
    witness: null,
    link: null,
  }));
}
