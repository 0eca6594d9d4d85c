/**
 * Is a position covered by somebody else's stop? Orders of others are in no table: the journal tells, in
 * what the bot last said of the cover, and in its finding that a foreign stop counts. Told by the bot's
 * last look, so it is as old as that; nothing is asked of the venue.
 */
import type { Db } from '../../core/database.ts';

export interface CoverQuestion {
  readonly position_id: string;
  readonly symbol: string;
  readonly opened_seq: number;
}

/** Asked only about positions that our own live stops do not cover. */
export function foreignCoverIn(db: Db): (position: CoverQuestion) => boolean {
  const lastWord = db
    .prepare<[string], string>(
      `SELECT type FROM events
       WHERE position_id = ? AND type IN ('POSITION_PROTECTED', 'POSITION_UNPROTECTED')
       ORDER BY seq DESC LIMIT 1`,
    )
    .pluck();
  // Of an earlier position on the market it would tell nothing: a stop is sized for what was open then.
  const foreignStop = db
    .prepare<[string, number], number>(
      `SELECT 1 FROM events
       WHERE type = 'FINDING' AND symbol = ? AND seq > ?
         AND payload ->> '$.finding' = 'order.foreign'
         AND instr(payload ->> '$.evidence', 'counts as cover') > 0
       LIMIT 1`,
    )
    .pluck();
  return ({ position_id: id, symbol, opened_seq: opened }) =>
    lastWord.get(id) === 'POSITION_PROTECTED' && foreignStop.get(symbol, opened) !== undefined;
}
