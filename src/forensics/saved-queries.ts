/**
 * Questions that are asked again and again, as data: a name, a sentence, and SQL over the documented views.
 * "Today" is the UTC day of the newest event, so that a recording and a bot that died have a today too.
 */

export interface SavedQuery {
  readonly name: string;
  readonly about: string;
  readonly sql: string;
}

/** Counted as late from here on, in milliseconds. */
const LATE_MS = 5_000;
const TODAY = 'substr((SELECT ts FROM v_events ORDER BY seq DESC LIMIT 1), 1, 10)';

export const SAVED_QUERIES: readonly SavedQuery[] = [
  {
    name: 'late-events',
    about: 'recorded five seconds or more after they happened, latest first',
    sql: `SELECT seq, ts, recorded, lag_ms, type, symbol, position_id FROM v_events
      WHERE lag_ms >= ${LATE_MS} ORDER BY lag_ms DESC`,
  },
  {
    name: 'positions-without-events',
    about: 'rows of the registry that no event opened; there should be none',
    sql: `SELECT position_id, symbol, side, status, quantity, opened FROM v_positions p
      WHERE NOT EXISTS (SELECT 1 FROM v_events e WHERE e.position_id = p.position_id
        AND e.type IN ('POSITION_OPENED', 'POSITION_IMPORTED'))`,
  },
  {
    name: 'events-without-positions',
    about: 'positions that were opened and have no row; there should be none',
    sql: `SELECT seq, ts, type, symbol, position_id FROM v_events
      WHERE type IN ('POSITION_OPENED', 'POSITION_IMPORTED')
        AND position_id NOT IN (SELECT position_id FROM v_positions)`,
  },
  {
    name: 'open-positions',
    about: 'what is open, with its stop and what no stop covers',
    sql: `SELECT symbol, side, quantity, entry_price, stop, live_stops, uncovered, opened
      FROM v_positions WHERE status = 'open' ORDER BY symbol`,
  },
  {
    name: 'unprotected-now',
    about: 'open, and no live stop of ours covers all of it',
    sql: `SELECT symbol, side, quantity, uncovered, live_stops, protected, no_stop_reason
      FROM v_positions WHERE status = 'open' AND uncovered > 0 ORDER BY symbol`,
  },
  {
    name: 'orders-in-doubt',
    about: 'sent, and nobody knows what became of them',
    sql: `SELECT client_order_id, symbol, role, side, quantity, filled, intended, updated, reason
      FROM v_orders WHERE state IN ('in_doubt', 'submitted', 'intended') ORDER BY intended_ms`,
  },
  {
    name: 'live-orders',
    about: 'orders that may still trade',
    sql: `SELECT symbol, role, side, quantity, filled, coalesce(stop_price, price) AS price, state,
      updated FROM v_orders
      WHERE state IN ('live', 'partially_filled', 'in_doubt', 'submitted', 'intended')
      ORDER BY symbol, role`,
  },
  {
    name: 'fills-today',
    about: 'trades of the last day of the journal',
    sql: `SELECT ts, symbol, side, quantity, price, fee, role, purpose, position_id FROM v_fills
      WHERE substr(ts, 1, 10) = ${TODAY} ORDER BY seq`,
  },
  {
    name: 'rejections-today',
    about: 'what was not traded on the last day of the journal, by reason',
    sql: `SELECT type, reason, count(*) AS times, count(DISTINCT symbol) AS markets,
        max(ts) AS latest FROM v_rejections WHERE substr(ts, 1, 10) = ${TODAY}
      GROUP BY type, reason ORDER BY times DESC`,
  },
  {
    name: 'denials',
    about: 'entries and orders that we or the venue refused, newest first',
    sql: `SELECT ts, type, symbol, reason, signal_id, client_order_id FROM v_rejections
      WHERE type IN ('ENTRY_DENIED', 'ORDER_DENIED', 'ORDER_REJECTED') ORDER BY seq DESC`,
  },
  {
    name: 'signals',
    about: 'signals and what became of each, newest first',
    sql: `SELECT ts, symbol, side, entry, stop, rr_tp1, regime, outcome FROM v_signals
      ORDER BY seq DESC`,
  },
  {
    name: 'runs',
    about: 'the lives of the bot, newest first',
    sql: `SELECT life, pid, started, ended, end_reason, last_beat, last_seq,
        last_rss_bytes / 1048576 AS rss_mb FROM v_runs ORDER BY life DESC`,
  },
  {
    name: 'deaths',
    about: 'lives without an orderly end that another one followed',
    sql: `SELECT life, pid, host, started, last_beat, next_started, last_seq,
        last_rss_bytes / 1048576 AS rss_mb FROM v_runs
      WHERE ended IS NULL AND next_started IS NOT NULL ORDER BY life DESC`,
  },
  {
    name: 'halts',
    about: 'when it was halted, by whom, why, and when that ended',
    sql: `SELECT ts, kind, reason, set_by, cleared, cleared_reason, halt_id FROM v_halts
      ORDER BY seq DESC`,
  },
  {
    name: 'state-changes',
    about: 'between NORMAL, DEGRADED and HALTED, newest first',
    sql: `SELECT seq, ts, payload ->> '$.from' AS was, payload ->> '$.to' AS became,
        payload ->> '$.causes' AS causes FROM v_events WHERE type = 'STATE_CHANGED'
      ORDER BY seq DESC`,
  },
  {
    name: 'operator',
    about: 'what operators did, newest first',
    sql: `SELECT ts, type, payload ->> '$.command' AS command, payload ->> '$.reason' AS reason,
        payload ->> '$.uid' AS uid, payload ->> '$.terminal' AS terminal FROM v_events
      WHERE type IN ('OPERATOR_COMMAND', 'HALT_CLEARED', 'ACKNOWLEDGED', 'PLAN_APPLIED')
      ORDER BY seq DESC`,
  },
  {
    name: 'quarantined',
    about: 'rows of others that wait for somebody to look',
    sql: `SELECT row_id, source, symbol, state, finding, why, staged FROM v_staged_rows
      WHERE state IN ('staged', 'quarantined') ORDER BY staged_ms`,
  },
  {
    name: 'pnl-by-market',
    about: 'closed positions and their profit, by market',
    sql: `SELECT symbol, count(*) AS trades, sum(realized_pnl > 0) AS won,
        round(sum(realized_pnl), 2) AS pnl, round(sum(fees), 2) AS fees FROM v_positions
      WHERE status = 'closed' GROUP BY symbol ORDER BY sum(realized_pnl)`,
  },
  {
    name: 'equity-by-day',
    about: 'the last equity of each day',
    sql: `SELECT substr(ts, 1, 10) AS day, equity, peak_equity, positions, state, max(seq) AS seq
      FROM v_cycles WHERE equity IS NOT NULL GROUP BY day ORDER BY day`,
  },
  {
    name: 'events-by-type',
    about: 'how many of each, and the last of each',
    sql: `SELECT type, count(*) AS events, max(ts) AS latest, max(seq) AS seq FROM v_events
      GROUP BY type ORDER BY events DESC`,
  },
];
