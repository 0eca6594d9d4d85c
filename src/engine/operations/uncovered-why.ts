/** Why a position is not covered, as the bot said it when the alarm began: the venue's own reason among it. */
import type { Db } from '../../core/database.ts';

/** Null for a position of which no alarm was raised. */
export function uncoveredWhyIn(db: Db): (positionId: string) => string | null {
  const lastAlarm = db
    .prepare<[string], string>(
      `SELECT payload ->> '$.why' FROM events
       WHERE position_id = ? AND type = 'POSITION_UNPROTECTED' ORDER BY seq DESC LIMIT 1`,
    )
    .pluck();
  return (id) => lastAlarm.get(id) ?? null;
}
