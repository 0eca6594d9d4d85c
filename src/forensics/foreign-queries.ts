/** The saved questions of an imported incident: its views have the columns another bot wrote down. */
import type { SavedQuery } from './saved-queries.ts';

const LATE_MS = 5_000;

export const FOREIGN_QUERIES: readonly SavedQuery[] = [
  {
    name: 'late-events',
    about: 'recorded five seconds or more after they happened, latest first',
    sql: `SELECT seq, happened, recorded, late_ms, recorded_by, type, symbol, position_id FROM v_events
      WHERE late_ms >= ${LATE_MS} ORDER BY late_ms DESC`,
  },
  {
    name: 'positions-without-events',
    about: 'positions that no event names',
    sql: `SELECT position_id, symbol, side, status, quantity, opened, signal_id FROM v_positions p
      WHERE NOT EXISTS (SELECT 1 FROM v_events e WHERE e.position_id = p.position_id)`,
  },
  {
    name: 'positions-without-log',
    about: 'positions that no line of the log names by their id',
    sql: `SELECT position_id, symbol, opened, signal_id FROM v_positions p
      WHERE NOT EXISTS (SELECT 1 FROM v_log l WHERE l.position_id = p.position_id)`,
  },
  {
    name: 'positions-without-signal',
    about: 'positions without a signal id, and the one their events name',
    sql: `SELECT p.position_id, p.symbol, p.opened, group_concat(DISTINCT e.signal_id) AS of_events
      FROM v_positions p LEFT JOIN v_events e USING (position_id)
      WHERE p.signal_id IS NULL GROUP BY p.position_id`,
  },
  {
    name: 'runs',
    about: 'the lives of the bot, newest first',
    sql: 'SELECT life, pid, started, last_sign, ended, how, end_reason, last_seq FROM v_runs ORDER BY life DESC',
  },
  {
    name: 'events-by-type',
    about: 'how many of each, and the last of each',
    sql: `SELECT type, count(*) AS events, max(happened) AS latest, max(seq) AS seq FROM v_events
      GROUP BY type ORDER BY events DESC`,
  },
  {
    name: 'bad-rows',
    about: 'rows of the files that could not be read, and why',
    sql: 'SELECT file, line, why, raw FROM v_bad_rows ORDER BY file, line',
  },
];
