/**
 * The schema of `state.db`, and what it makes impossible: an event that changes or goes, a position of
 * size zero, two open positions on a symbol, a position or fill that no event explains, an order
 * without its intent, one trade counted twice, a number that is not canonical text. The bot's own
 * code obeys these rules anyway; they are here for the day it does not, and for hand-written SQL.
 */

/** `TRAD`: whose file this is. */
export const STATE_APPLICATION_ID = 0x54524144;

/** Lifted only while rows are written anew from their events (`mendProjection`). */
export const KEPT_TRIGGERS = {
  positions: {
    name: 'positions_kept',
    sql: refuse('positions_kept', 'BEFORE DELETE ON positions', {
      say: 'a position is never deleted',
    }),
  },
  orders: {
    name: 'orders_kept',
    sql: refuse('orders_kept', 'BEFORE DELETE ON orders', { say: 'an order is never deleted' }),
  },
} as const;

const CREATE_JOURNAL = `
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  seq INTEGER PRIMARY KEY CHECK (seq > 0),
  run_id TEXT NOT NULL,
  ts_ms INTEGER NOT NULL,
  recorded_ms INTEGER NOT NULL,
  type TEXT NOT NULL,
  symbol TEXT ${symbolCheck('symbol')},
  position_id TEXT,
  client_order_id TEXT,
  signal_id TEXT,
  correlation_id TEXT,
  causation_seq INTEGER CHECK (causation_seq < seq),
  payload TEXT NOT NULL CHECK (json_valid(payload)),
  hash TEXT NOT NULL CHECK (length(hash) = 64)
) STRICT;
CREATE INDEX events_type ON events (type, seq);
CREATE INDEX events_symbol ON events (symbol, seq) WHERE symbol IS NOT NULL;
CREATE INDEX events_position ON events (position_id, seq) WHERE position_id IS NOT NULL;
CREATE INDEX events_order ON events (client_order_id, seq) WHERE client_order_id IS NOT NULL;
CREATE INDEX events_signal ON events (signal_id, seq) WHERE signal_id IS NOT NULL;
${refuse('events_at_the_end', 'BEFORE INSERT ON events', {
  when: 'NEW.seq <= (SELECT max(seq) FROM events)',
  say: 'an event is appended after the last one',
})}
${refuse('events_unchanged', 'BEFORE UPDATE ON events', { say: 'an event is never changed' })}
${refuse('events_kept', 'BEFORE DELETE ON events', { say: 'an event is never deleted' })}
`;

const CREATE_POSITIONS = `
CREATE TABLE positions (
  position_id TEXT PRIMARY KEY,
  symbol TEXT NOT NULL ${symbolCheck('symbol')},
  side TEXT NOT NULL CHECK (side IN ('long', 'short')),
  status TEXT NOT NULL CHECK (status IN ('open', 'closed')),
  quantity TEXT NOT NULL CHECK (${unsigned('quantity')}),
  entered_quantity TEXT NOT NULL CHECK (${positive('entered_quantity')}),
  entry_price TEXT CHECK (${positive('entry_price')}),
  plan TEXT CHECK (json_valid(plan)),
  targets_hit TEXT NOT NULL CHECK (json_valid(targets_hit)),
  signal_id TEXT,
  origin TEXT NOT NULL CHECK (origin IN ('signal', 'venue-report', 'fill', 'operator')),
  opened_seq INTEGER NOT NULL UNIQUE REFERENCES events (seq),
  opened_ms INTEGER NOT NULL,
  protected_ms INTEGER,
  closed_ms INTEGER,
  exit_reason TEXT,
  realized_pnl TEXT NOT NULL CHECK (${signed('realized_pnl')}),
  fees TEXT NOT NULL CHECK (${signed('fees')}),
  CHECK ((status = 'open') = (quantity GLOB '*[1-9]*')),
  CHECK ((status = 'closed') = (closed_ms IS NOT NULL)),
  CHECK ((status = 'closed') = (exit_reason IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX positions_one_open ON positions (symbol) WHERE status = 'open';
CREATE INDEX positions_signal ON positions (signal_id) WHERE signal_id IS NOT NULL;
${refuse('positions_explained', 'BEFORE INSERT ON positions', {
  when: `NOT EXISTS (SELECT 1 FROM events WHERE seq = NEW.opened_seq AND type = 'POSITION_OPENED'
    AND position_id = NEW.position_id AND symbol = NEW.symbol)`,
  say: 'a position needs the event that opened it',
})}
${refuse('positions_same', 'BEFORE UPDATE ON positions', {
  when: `NEW.position_id <> OLD.position_id OR NEW.symbol <> OLD.symbol OR NEW.side <> OLD.side
    OR NEW.opened_seq <> OLD.opened_seq`,
  say: 'what a position is never changes',
})}
${refuse('positions_closed', 'BEFORE UPDATE ON positions', {
  when: "OLD.status = 'closed' AND NEW.status <> 'closed'",
  say: 'a closed position is never reopened',
})}
${KEPT_TRIGGERS.positions.sql}
`;

const CREATE_ORDERS = `
CREATE TABLE orders (
  client_order_id TEXT PRIMARY KEY CHECK (length(client_order_id) BETWEEN 1 AND 36),
  symbol TEXT NOT NULL ${symbolCheck('symbol')},
  role TEXT NOT NULL CHECK (role IN ('entry', 'stop', 'target', 'exit')),
  purpose TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
  type TEXT NOT NULL CHECK (type IN ('market', 'limit', 'stop', 'take_profit')),
  time_in_force TEXT NOT NULL CHECK (time_in_force IN ('gtc', 'ioc')),
  post_only INTEGER NOT NULL CHECK (post_only IN (0, 1)),
  reduce_only INTEGER NOT NULL CHECK (reduce_only IN (0, 1)),
  quantity TEXT NOT NULL CHECK (${positive('quantity')}),
  price TEXT CHECK (${positive('price')}),
  stop_price TEXT CHECK (${positive('stop_price')}),
  position_id TEXT,
  signal_id TEXT,
  expires_ms INTEGER,
  state TEXT NOT NULL CHECK (state IN ('intended', 'submitted', 'in_doubt', 'live',
    'partially_filled', 'filled', 'cancelled', 'rejected', 'expired', 'absent')),
  venue_order_id TEXT,
  filled TEXT NOT NULL CHECK (${unsigned('filled')}),
  filled_value TEXT NOT NULL CHECK (${unsigned('filled_value')}),
  reason TEXT,
  intent_seq INTEGER NOT NULL UNIQUE REFERENCES events (seq),
  intended_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  CHECK ((role = 'entry') = (reduce_only = 0)),
  CHECK (type <> 'limit' OR price IS NOT NULL),
  CHECK (type NOT IN ('stop', 'take_profit') OR stop_price IS NOT NULL)
) STRICT;
CREATE INDEX orders_alive ON orders (symbol) WHERE ${alive()};
CREATE UNIQUE INDEX orders_one_entry ON orders (signal_id) WHERE role = 'entry' AND ${alive()};
CREATE INDEX orders_venue ON orders (venue_order_id) WHERE venue_order_id IS NOT NULL;
CREATE INDEX orders_position ON orders (position_id, role);
CREATE INDEX orders_signal ON orders (signal_id, role);
${refuse('orders_intended', 'BEFORE INSERT ON orders', {
  when: `NOT EXISTS (SELECT 1 FROM events WHERE seq = NEW.intent_seq AND type = 'ORDER_INTENDED'
    AND client_order_id = NEW.client_order_id AND symbol = NEW.symbol)`,
  say: 'an order needs the event that intended it',
})}
${refuse('orders_same', 'BEFORE UPDATE ON orders', {
  when: `NEW.client_order_id <> OLD.client_order_id OR NEW.symbol <> OLD.symbol
    OR NEW.role <> OLD.role OR NEW.side <> OLD.side OR NEW.intent_seq <> OLD.intent_seq`,
  say: 'what an order is never changes',
})}
${KEPT_TRIGGERS.orders.sql}
`;

const CREATE_FILLS = `
CREATE TABLE fills (
  trade_id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL UNIQUE REFERENCES events (seq),
  ts_ms INTEGER NOT NULL,
  symbol TEXT NOT NULL ${symbolCheck('symbol')},
  client_order_id TEXT,
  venue_order_id TEXT,
  position_id TEXT,
  side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
  quantity TEXT NOT NULL CHECK (${unsigned('quantity')}),
  price TEXT NOT NULL CHECK (${positive('price')}),
  fee TEXT NOT NULL CHECK (${signed('fee')}),
  liquidity TEXT NOT NULL CHECK (liquidity IN ('maker', 'taker')),
  kind TEXT NOT NULL CHECK (kind IN ('trade', 'liquidation', 'assignee', 'funding')),
  role TEXT CHECK (role IN ('entry', 'stop', 'target', 'exit')),
  purpose TEXT,
  CHECK (kind = 'funding' OR quantity GLOB '*[1-9]*')
) STRICT;
CREATE INDEX fills_position ON fills (position_id, seq) WHERE position_id IS NOT NULL;
CREATE INDEX fills_order ON fills (client_order_id) WHERE client_order_id IS NOT NULL;
${refuse('fills_explained', 'BEFORE INSERT ON fills', {
  when: `NOT EXISTS (SELECT 1 FROM events WHERE seq = NEW.seq AND type = 'FILL'
    AND payload ->> '$.trade_id' = NEW.trade_id AND symbol = NEW.symbol)`,
  say: 'a fill needs the event that told it',
})}
${refuse('fills_unchanged', 'BEFORE UPDATE ON fills', { say: 'a fill is never changed' })}
${refuse('fills_kept', 'BEFORE DELETE ON fills', { say: 'a fill is never deleted' })}
`;

/** Operations: what differs between equal runs (pid, host, durations), and what operators asked. */
const CREATE_OPERATIONS = `
CREATE TABLE runs (
  run_id TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  pid INTEGER NOT NULL,
  pid_starttime INTEGER,
  host TEXT NOT NULL,
  version TEXT NOT NULL,
  node TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  last_beat_ms INTEGER NOT NULL,
  last_rss_bytes INTEGER,
  last_seq INTEGER,
  ended_ms INTEGER,
  end_reason TEXT,
  wall_ms INTEGER,
  cpu_ms INTEGER,
  rss_max_bytes INTEGER,
  CHECK ((ended_ms IS NULL) = (end_reason IS NULL))
) STRICT;
CREATE INDEX runs_started ON runs (started_ms);

CREATE TABLE commands (
  id TEXT PRIMARY KEY,
  posted_ms INTEGER NOT NULL,
  posted_by TEXT NOT NULL CHECK (json_valid(posted_by)),
  command TEXT NOT NULL,
  arguments TEXT NOT NULL CHECK (json_valid(arguments)),
  state TEXT NOT NULL CHECK (state IN ('posted', 'taken', 'answered')),
  answer TEXT CHECK (json_valid(answer)),
  CHECK ((state = 'answered') = (answer IS NOT NULL))
) STRICT;
CREATE INDEX commands_waiting ON commands (posted_ms) WHERE state <> 'answered';

CREATE TABLE instruments (
  symbol TEXT PRIMARY KEY ${symbolCheck('symbol')},
  venue_id TEXT NOT NULL UNIQUE,
  contract_size TEXT NOT NULL CHECK (${positive('contract_size')}),
  lot_step TEXT NOT NULL CHECK (${positive('lot_step')}),
  tick_size TEXT NOT NULL CHECK (${positive('tick_size')}),
  min_quantity TEXT NOT NULL CHECK (${unsigned('min_quantity')}),
  min_notional TEXT CHECK (${unsigned('min_notional')}),
  max_leverage REAL NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE latest_decisions (
  symbol TEXT PRIMARY KEY ${symbolCheck('symbol')},
  decided_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  reason TEXT,
  detail TEXT,
  numbers TEXT NOT NULL CHECK (json_valid(numbers))
) STRICT, WITHOUT ROWID;
`;

/**
 * Reconciliation: a position that was imported and an order that was adopted are explained by those
 * events, and rows of others are kept as they were found. An order that ended and was then seen alive
 * is adopted anew, so its intent may move on to a later adoption.
 */
const ADD_RECONCILIATION = `
ALTER TABLE positions ADD COLUMN no_stop_reason TEXT;
DROP TRIGGER IF EXISTS positions_explained;
${refuse('positions_explained', 'BEFORE INSERT ON positions', {
  when: `NOT EXISTS (SELECT 1 FROM events WHERE seq = NEW.opened_seq
    AND type IN ('POSITION_OPENED', 'POSITION_IMPORTED')
    AND position_id = NEW.position_id AND symbol = NEW.symbol)`,
  say: 'a position needs the event that opened it',
})}
DROP TRIGGER IF EXISTS orders_intended;
${refuse('orders_intended', 'BEFORE INSERT ON orders', {
  when: `NOT EXISTS (SELECT 1 FROM events WHERE seq = NEW.intent_seq
    AND type IN ('ORDER_INTENDED', 'ORDER_ADOPTED')
    AND client_order_id = NEW.client_order_id AND symbol = NEW.symbol)`,
  say: 'an order needs the event that intended it',
})}
DROP TRIGGER IF EXISTS orders_same;
${refuse('orders_same', 'BEFORE UPDATE ON orders', {
  when: `NEW.client_order_id <> OLD.client_order_id OR NEW.symbol <> OLD.symbol
    OR NEW.role <> OLD.role OR NEW.side <> OLD.side
    OR (NEW.intent_seq <> OLD.intent_seq AND NOT EXISTS (SELECT 1 FROM events
      WHERE seq = NEW.intent_seq AND seq > OLD.intent_seq AND type = 'ORDER_ADOPTED'
      AND client_order_id = NEW.client_order_id))`,
  say: 'what an order is never changes',
})}

CREATE TABLE staged_rows (
  row_id TEXT PRIMARY KEY,
  source TEXT NOT NULL,
  row TEXT NOT NULL CHECK (json_valid(row)),
  symbol TEXT ${symbolCheck('symbol')},
  explained INTEGER NOT NULL CHECK (explained IN (0, 1)),
  state TEXT NOT NULL CHECK (state IN ('staged', 'quarantined', 'retired', 'released')),
  finding TEXT CHECK (finding IN ('malformed.registry', 'ghost', 'duplicate')),
  why TEXT,
  staged_seq INTEGER NOT NULL UNIQUE REFERENCES events (seq),
  staged_ms INTEGER NOT NULL,
  quarantined_ms INTEGER,
  ended_ms INTEGER,
  CHECK ((finding IS NULL) = (quarantined_ms IS NULL)),
  CHECK (state <> 'quarantined' OR finding IS NOT NULL),
  CHECK ((state IN ('retired', 'released')) = (ended_ms IS NOT NULL))
) STRICT;
CREATE INDEX staged_rows_waiting ON staged_rows (staged_seq)
  WHERE state IN ('staged', 'quarantined');
CREATE INDEX events_staged_row ON events (payload ->> '$.row_id') WHERE type = 'ROW_STAGED';
${refuse('staged_rows_explained', 'BEFORE INSERT ON staged_rows', {
  when: `NOT EXISTS (SELECT 1 FROM events WHERE seq = NEW.staged_seq AND type = 'ROW_STAGED'
    AND payload ->> '$.row_id' = NEW.row_id)`,
  say: 'a staged row needs the event that staged it',
})}
${refuse('staged_rows_same', 'BEFORE UPDATE ON staged_rows', {
  when: `NEW.row_id <> OLD.row_id OR NEW.source <> OLD.source OR NEW.row <> OLD.row
    OR NEW.symbol IS NOT OLD.symbol OR NEW.staged_seq <> OLD.staged_seq`,
  say: 'a staged row stays as it was found',
})}
${refuse('staged_rows_kept', 'BEFORE DELETE ON staged_rows', {
  say: 'a staged row is never deleted',
})}
`;

/** SQL of each schema version; the number of entries is the newest `user_version`. */
export const STATE_MIGRATIONS: readonly string[] = [
  CREATE_JOURNAL + CREATE_POSITIONS + CREATE_ORDERS + CREATE_FILLS + CREATE_OPERATIONS,
  ADD_RECONCILIATION,
];

export const STATE_SCHEMA_VERSION = STATE_MIGRATIONS.length;

function refuse(name: string, event: string, rule: { when?: string; say: string }): string {
  const when = rule.when === undefined ? '' : ` WHEN ${rule.when}`;
  return `CREATE TRIGGER ${name} ${event}${when} BEGIN SELECT RAISE(ABORT, '${rule.say}'); END;`;
}

/** `BASE/QUOTE:SETTLE` in capitals; aliases are resolved before anything is stored. */
function symbolCheck(column: string): string {
  return `CHECK (${column} GLOB '*/*:*' AND ${column} = upper(${column}))`;
}

/** Canonical decimal text at or above zero: no sign, no exponent, no needless zeros. */
function unsigned(value: string): string {
  const digits = `${value} GLOB '[0-9]*' AND ${value} NOT GLOB '*[^0-9.]*'`;
  const point = `${value} NOT GLOB '*.*.*' AND ${value} NOT GLOB '*.' AND ${value} NOT GLOB '*.*0'`;
  return `${digits} AND ${point} AND ${value} NOT GLOB '0[0-9]*'`;
}

function positive(value: string): string {
  return `${unsigned(value)} AND ${value} GLOB '*[1-9]*'`;
}

function signed(value: string): string {
  const magnitude = unsigned(`substr(${value}, 2)`);
  return `CASE WHEN ${value} GLOB '-*' THEN ${magnitude} AND ${value} <> '-0' ELSE ${unsigned(value)} END`;
}

/** Orders that may still act at the venue. */
function alive(): string {
  return "state IN ('intended', 'submitted', 'in_doubt', 'live', 'partially_filled')";
}
