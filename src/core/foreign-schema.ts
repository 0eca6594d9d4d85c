/**
 * The forensic database: what another bot left behind, kept as it was found. Its own application id, so that
 * it can never be taken for a bot's `state.db`, and no rule about what a row says: an incident is made of rows
 * that break rules. Every row names its file and line, and keeps its text.
 */

/** `TRAF`: forensic. */
export const FOREIGN_APPLICATION_ID = 0x54524146;

const REFERENCES = `
  symbol TEXT,
  position_id TEXT,
  client_order_id TEXT,
  venue_order_id TEXT,
  trade_id TEXT,
  signal_id TEXT,
  correlation_id TEXT`;

const FOUND = `
  file_id INTEGER NOT NULL REFERENCES files (file_id) ON DELETE CASCADE,
  line INTEGER NOT NULL,
  raw TEXT NOT NULL`;

function indexed(table: string, columns: readonly string[]): string {
  return columns
    .map(
      (column) =>
        `CREATE INDEX ${table}_${column} ON ${table} (${column}) WHERE ${column} IS NOT NULL;`,
    )
    .join('\n');
}

const CREATE_TABLES = `
CREATE TABLE files (
  file_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('events', 'positions', 'signals', 'log', 'notes')),
  sha256 TEXT NOT NULL,
  map_sha256 TEXT NOT NULL,
  rows INTEGER NOT NULL,
  bad_rows INTEGER NOT NULL,
  imported_ms INTEGER NOT NULL,
  UNIQUE (path)
) STRICT;

CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  numbered INTEGER NOT NULL CHECK (numbered IN (0, 1)),
  ts_ms INTEGER,
  recorded_ms INTEGER,
  recorded_by TEXT CHECK (recorded_by IN ('told', 'counted')),
  type TEXT NOT NULL,
  means TEXT NOT NULL,
  pid INTEGER,${REFERENCES},${FOUND}
) STRICT;
CREATE INDEX events_ts ON events (ts_ms);
${indexed('events', ['symbol', 'position_id', 'client_order_id', 'venue_order_id', 'trade_id', 'signal_id', 'correlation_id'])}

CREATE TABLE positions (
  row_id INTEGER PRIMARY KEY,
  ts_ms INTEGER,
  closed_ms INTEGER,
  side TEXT,
  status TEXT,
  quantity TEXT,
  entry_price TEXT,
  stop_price TEXT,
  targets TEXT NOT NULL CHECK (json_valid(targets)),${REFERENCES},${FOUND}
) STRICT;
${indexed('positions', ['symbol', 'position_id', 'signal_id'])}

CREATE TABLE signals (
  row_id INTEGER PRIMARY KEY,
  ts_ms INTEGER,
  side TEXT,
  entry_price TEXT,
  stop_price TEXT,${REFERENCES},${FOUND}
) STRICT;
${indexed('signals', ['symbol', 'signal_id'])}

CREATE TABLE log (
  row_id INTEGER PRIMARY KEY,
  source TEXT NOT NULL CHECK (source IN ('log', 'note')),
  ts_ms INTEGER,
  means TEXT NOT NULL,
  level TEXT,
  author TEXT,
  pid INTEGER,
  seq INTEGER,
  wrote INTEGER,
  count_before INTEGER,
  count_after INTEGER,
  text TEXT NOT NULL,${REFERENCES},${FOUND}
) STRICT;
CREATE INDEX log_ts ON log (ts_ms);
CREATE INDEX log_means ON log (means, ts_ms) WHERE means <> 'other';
${indexed('log', ['symbol', 'position_id', 'signal_id'])}

CREATE TABLE runs (
  life INTEGER PRIMARY KEY,
  pid INTEGER,
  started_ms INTEGER NOT NULL,
  last_sign_ms INTEGER NOT NULL,
  last_seq INTEGER,
  ended_ms INTEGER,
  end_reason TEXT,
  how TEXT NOT NULL CHECK (how IN ('clean', 'died', 'unknown')),
  start_file TEXT NOT NULL,
  start_line INTEGER NOT NULL
) STRICT;

CREATE TABLE bad_rows (${FOUND},
  why TEXT NOT NULL
) STRICT;
`;

/** The rows for a reader with SQL: times in UTC beside milliseconds, file and line beside each row. */
const CREATE_VIEWS = `
CREATE VIEW v_events AS SELECT seq, ${time('e.ts_ms')} AS happened, ${time('e.recorded_ms')} AS recorded,
  e.recorded_ms - e.ts_ms AS late_ms, recorded_by, type, means, symbol, position_id, signal_id,
  client_order_id, venue_order_id, trade_id, correlation_id, pid, e.ts_ms, e.recorded_ms,
  f.name AS file, e.line, e.raw FROM events e JOIN files f USING (file_id);
CREATE VIEW v_positions AS SELECT position_id, symbol, side, status, quantity, entry_price, stop_price,
  targets, signal_id, ${time('p.ts_ms')} AS opened, ${time('p.closed_ms')} AS closed, p.ts_ms AS opened_ms,
  p.closed_ms, f.name AS file, p.line, p.raw FROM positions p JOIN files f USING (file_id);
CREATE VIEW v_signals AS SELECT signal_id, symbol, side, entry_price, stop_price, ${time('s.ts_ms')} AS at,
  s.ts_ms, f.name AS file, s.line, s.raw FROM signals s JOIN files f USING (file_id);
CREATE VIEW v_log AS SELECT ${time('l.ts_ms')} AS at, source, means, level, author, pid, seq, symbol,
  position_id, signal_id, wrote, count_before, count_after, text, l.ts_ms, f.name AS file, l.line
  FROM log l JOIN files f USING (file_id);
CREATE VIEW v_runs AS SELECT life, pid, ${time('started_ms')} AS started,
  ${time('last_sign_ms')} AS last_sign, ${time('ended_ms')} AS ended, how, end_reason, last_seq,
  started_ms, last_sign_ms, ended_ms, start_file AS file, start_line AS line FROM runs;
CREATE VIEW v_bad_rows AS SELECT f.name AS file, b.line, b.why, b.raw
  FROM bad_rows b JOIN files f USING (file_id);
`;

function time(column: string): string {
  return `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`;
}

/**
 * A row that is kept although a time of it could not be read is told among the bad ones too. A line of a log that no
 * pattern knew is told from one that a pattern called nothing special.
 */
const KEEP_UNTIMED = `
ALTER TABLE files ADD COLUMN bytes INTEGER;
ALTER TABLE log ADD COLUMN understood INTEGER NOT NULL DEFAULT 0 CHECK (understood IN (0, 1));
ALTER TABLE bad_rows ADD COLUMN kept INTEGER NOT NULL DEFAULT 0 CHECK (kept IN (0, 1));
DROP VIEW v_bad_rows;
CREATE VIEW v_bad_rows AS SELECT f.name AS file, b.line, b.why, b.kept, b.raw
  FROM bad_rows b JOIN files f USING (file_id);
`;

export const FOREIGN_MIGRATIONS: readonly string[] = [CREATE_TABLES + CREATE_VIEWS, KEEP_UNTIMED];
export const FOREIGN_SCHEMA_VERSION = FOREIGN_MIGRATIONS.length;
