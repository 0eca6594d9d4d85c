/**
 * The paper venue on disk, in its own `paper.db`: what happened there is committed before anyone is
 * answered, so it outlives a killed bot and may be one step ahead of it, as a real venue would be.
 */
import type { VenueFill } from '../../domain/fill.ts';
import { openDatabase, type Db } from '../../core/database.ts';
import { ms, type Ms } from '../../domain/clock.ts';
import { decimal, price, quantity, text, textOrNull, type Decimal } from '../../domain/decimal.ts';
import type { ClientOrderId, TradeId, VenueOrderId } from '../../domain/ids.ts';
import type { OrderState, OrderType, PositionSide, Side, TimeInForce } from '../../domain/order.ts';
import { symbol, type Symbol } from '../../domain/symbol.ts';
import type { PaperOrder, PaperPosition } from './book.ts';

/** `TRPV`. */
const APPLICATION_ID = 0x54525056;
const BUSY_TIMEOUT_MS = 5_000;

const SCHEMA = `
CREATE TABLE account (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  balance TEXT NOT NULL,
  net_deposits TEXT NOT NULL
) STRICT;
CREATE TABLE orders (
  client_order_id TEXT PRIMARY KEY,
  venue_order_id TEXT NOT NULL UNIQUE,
  symbol TEXT NOT NULL,
  side TEXT NOT NULL,
  type TEXT NOT NULL,
  time_in_force TEXT NOT NULL,
  reduce_only INTEGER NOT NULL,
  quantity TEXT NOT NULL,
  filled TEXT NOT NULL,
  price TEXT,
  stop_price TEXT,
  state TEXT NOT NULL,
  accepted_ms INTEGER NOT NULL,
  acts_from_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX orders_live ON orders (symbol) WHERE state IN ('live', 'partially_filled');
CREATE INDEX orders_updated ON orders (updated_ms);
CREATE TABLE positions (
  symbol TEXT PRIMARY KEY,
  side TEXT NOT NULL,
  quantity TEXT NOT NULL,
  entry_price TEXT NOT NULL,
  opened_bar_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE fills (
  trade_id TEXT PRIMARY KEY,
  client_order_id TEXT,
  venue_order_id TEXT,
  symbol TEXT NOT NULL,
  side TEXT NOT NULL,
  quantity TEXT NOT NULL,
  price TEXT NOT NULL,
  fee TEXT NOT NULL,
  liquidity TEXT NOT NULL,
  kind TEXT NOT NULL,
  ts_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX fills_ts ON fills (ts_ms);
CREATE TABLE markets (
  symbol TEXT PRIMARY KEY,
  matched_to_ms INTEGER NOT NULL
) STRICT;
`;

type Row = Record<string, string | number | null>;

export interface Stored {
  readonly balance: Decimal;
  readonly netDeposits: Decimal;
  readonly orders: readonly PaperOrder[];
  readonly positions: readonly PaperPosition[];
  readonly matchedTo: ReadonlyMap<Symbol, Ms>;
  /** Time of the newest order change or fill; 0 for a new account. */
  readonly newestMs: Ms;
}

/** What one step changed; written in one transaction. */
export interface Changes {
  readonly balance?: Decimal;
  readonly netDeposits?: Decimal;
  readonly orders?: readonly PaperOrder[];
  readonly fills?: readonly VenueFill[];
  readonly positions?: readonly PaperPosition[];
  readonly flat?: readonly Symbol[];
  readonly matchedTo?: ReadonlyMap<Symbol, Ms>;
}

export interface PaperStore {
  load(startingEquity: Decimal): Stored;
  write(changes: Changes): void;
  knows(id: ClientOrderId): PaperOrder | null;
  endedSince(since: Ms): PaperOrder[];
  fillsSince(since: Ms): VenueFill[];
  close(): void;
}

export function openPaperStore(file: string): PaperStore {
  const db = openDatabase(file, {
    applicationId: APPLICATION_ID,
    migrations: [SCHEMA],
    durability: 'normal',
    busyTimeoutMs: BUSY_TIMEOUT_MS,
  });
  const write = prepareWrite(db);
  const known = db.prepare<[string], Row>('SELECT * FROM orders WHERE client_order_id = ?');
  const ended = db.prepare<[number], Row>(
    `SELECT * FROM orders WHERE updated_ms >= ? AND state NOT IN ('live', 'partially_filled')
     ORDER BY updated_ms, client_order_id`,
  );
  const fills = db.prepare<[number], Row>(
    'SELECT * FROM fills WHERE ts_ms >= ? ORDER BY ts_ms, rowid',
  );
  return {
    load: (startingEquity) => load(db, startingEquity),
    write: (changes) => write.immediate(changes),
    knows: (id) => {
      const row = known.get(id);
      return row === undefined ? null : orderOf(row);
    },
    endedSince: (since) => ended.all(since).map(orderOf),
    fillsSince: (since) => fills.all(since).map(fillOf),
    close: () => db.close(),
  };
}

function load(db: Db, startingEquity: Decimal): Stored {
  // What the account starts with is no deposit: drawdown is measured net of those that follow.
  db.prepare("INSERT OR IGNORE INTO account VALUES (1, ?, '0')").run(text(startingEquity));
  const account = db.prepare<[], Row>('SELECT * FROM account').get() ?? {};
  const live = "SELECT * FROM orders WHERE state IN ('live', 'partially_filled') ORDER BY rowid";
  const matched = db.prepare<[], Row>('SELECT * FROM markets').all();
  const newest = `SELECT max(coalesce((SELECT max(updated_ms) FROM orders), 0),
                             coalesce((SELECT max(ts_ms) FROM fills), 0))`;
  return {
    newestMs: ms(db.prepare<[], number>(newest).pluck().get() ?? 0),
    balance: decimal(String(account['balance'])),
    netDeposits: decimal(String(account['net_deposits'])),
    orders: db.prepare<[], Row>(live).all().map(orderOf),
    positions: db.prepare<[], Row>('SELECT * FROM positions ORDER BY symbol').all().map(positionOf),
    matchedTo: new Map(
      matched.map((row) => [symbol(String(row['symbol'])), ms(Number(row['matched_to_ms']))]),
    ),
  };
}

function prepareWrite(db: Db) {
  const balance = db.prepare('UPDATE account SET balance = ?');
  const netDeposits = db.prepare('UPDATE account SET net_deposits = ?');
  const order = db.prepare(
    `INSERT OR REPLACE INTO orders VALUES (@client_order_id, @venue_order_id, @symbol, @side, @type,
       @time_in_force, @reduce_only, @quantity, @filled, @price, @stop_price, @state, @accepted_ms,
       @acts_from_ms, @updated_ms)`,
  );
  const fill = db.prepare(
    `INSERT INTO fills VALUES (@trade_id, @client_order_id, @venue_order_id, @symbol, @side,
       @quantity, @price, @fee, @liquidity, @kind, @ts_ms)`,
  );
  const position = db.prepare(
    'INSERT OR REPLACE INTO positions VALUES (@symbol, @side, @quantity, @entry_price, @opened_bar_ms)',
  );
  const flat = db.prepare('DELETE FROM positions WHERE symbol = ?');
  const matched = db.prepare('INSERT OR REPLACE INTO markets VALUES (?, ?)');
  return db.transaction((changes: Changes) => {
    if (changes.balance !== undefined) balance.run(text(changes.balance));
    if (changes.netDeposits !== undefined) netDeposits.run(text(changes.netDeposits));
    for (const each of changes.orders ?? []) order.run(orderRow(each));
    for (const each of changes.fills ?? []) fill.run(fillRow(each));
    for (const each of changes.positions ?? []) position.run(positionRow(each));
    for (const each of changes.flat ?? []) flat.run(each);
    for (const [each, at] of changes.matchedTo ?? []) matched.run(each, at);
  });
}

function orderRow(order: PaperOrder): Row {
  return {
    client_order_id: order.clientOrderId,
    venue_order_id: order.venueOrderId,
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    time_in_force: order.timeInForce,
    reduce_only: order.reduceOnly ? 1 : 0,
    quantity: text(order.quantity),
    filled: text(order.filled),
    price: textOrNull(order.price),
    stop_price: textOrNull(order.stopPrice),
    state: order.state,
    accepted_ms: order.acceptedMs,
    acts_from_ms: order.actsFromMs,
    updated_ms: order.updatedMs,
  };
}

function orderOf(row: Row): PaperOrder {
  return {
    clientOrderId: String(row['client_order_id']) as ClientOrderId,
    venueOrderId: String(row['venue_order_id']) as VenueOrderId,
    symbol: symbol(String(row['symbol'])),
    side: String(row['side']) as Side,
    type: String(row['type']) as OrderType,
    timeInForce: String(row['time_in_force']) as TimeInForce,
    reduceOnly: row['reduce_only'] === 1,
    quantity: quantity(String(row['quantity'])),
    filled: quantity(String(row['filled'])),
    price: row['price'] === null ? null : price(String(row['price'])),
    stopPrice: row['stop_price'] === null ? null : price(String(row['stop_price'])),
    state: String(row['state']) as OrderState,
    acceptedMs: ms(Number(row['accepted_ms'])),
    actsFromMs: ms(Number(row['acts_from_ms'])),
    updatedMs: ms(Number(row['updated_ms'])),
  };
}

function fillRow(fill: VenueFill): Row {
  return {
    trade_id: fill.tradeId,
    client_order_id: fill.clientOrderId,
    venue_order_id: fill.venueOrderId,
    symbol: fill.symbol,
    side: fill.side,
    quantity: text(fill.quantity),
    price: text(fill.price),
    fee: text(fill.fee),
    liquidity: fill.liquidity,
    kind: fill.kind,
    ts_ms: fill.tsMs,
  };
}

function fillOf(row: Row): VenueFill {
  const idOrNull = (key: string): string | null => (row[key] === null ? null : String(row[key]));
  return {
    tradeId: String(row['trade_id']) as TradeId,
    clientOrderId: idOrNull('client_order_id') as ClientOrderId | null,
    venueOrderId: idOrNull('venue_order_id') as VenueOrderId | null,
    symbol: symbol(String(row['symbol'])),
    side: String(row['side']) as Side,
    quantity: quantity(String(row['quantity'])),
    price: price(String(row['price'])),
    fee: decimal(String(row['fee'])),
    liquidity: String(row['liquidity']) as 'maker' | 'taker',
    kind: String(row['kind']) as 'trade' | 'liquidation',
    tsMs: ms(Number(row['ts_ms'])),
  };
}

function positionRow(position: PaperPosition): Row {
  return {
    symbol: position.symbol,
    side: position.side,
    quantity: text(position.quantity),
    entry_price: text(position.entryPrice),
    opened_bar_ms: position.openedBarMs,
  };
}

function positionOf(row: Row): PaperPosition {
  return {
    symbol: symbol(String(row['symbol'])),
    side: String(row['side']) as PositionSide,
    quantity: quantity(String(row['quantity'])),
    entryPrice: price(String(row['entry_price'])),
    openedBarMs: ms(Number(row['opened_bar_ms'])),
  };
}
