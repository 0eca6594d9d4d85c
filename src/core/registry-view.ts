/**
 * Reading the registry and the journal: for the gateway and reconciliation of the bot, and for commands
 * on their own read-only connection. Statements are prepared when first asked and then held. Rows that
 * ended are found here; the registry in memory holds only what is alive.
 */
import type { Ms } from '../domain/clock.ts';
import type { EventOf, EventType, PlanPayload, StoredEvent } from '../domain/event.ts';
import type { DecimalText } from '../domain/decimal.ts';
import type { RecordedTrade } from '../domain/fill.ts';
import type { ClientOrderId, PositionId, SignalId, TradeId, VenueOrderId } from '../domain/ids.ts';
import type { Order, OrderRole } from '../domain/order.ts';
import type { Position, ProtectionPlan } from '../domain/position.ts';
import type { RecordedFill } from '../domain/registry.ts';
import type { RowId, StagedRow } from '../domain/staged-row.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { Db } from './database.ts';
import { EVENT_COLUMNS, storedEvent, type EventRow } from './event-row.ts';
import { planOfPayload } from '../domain/plan-payload.ts';
import { fillOf, orderOf, positionOf, stagedRowOf, type Row } from './registry-rows.ts';
import { ALIVE_ORDER, WAITING_ROW } from './restore-rows.ts';

export interface EventQuery {
  readonly type?: EventType;
  readonly symbol?: Symbol;
  /** At most this many events; all when absent. */
  readonly limit?: number;
}

export interface StandingFinding {
  readonly symbol: Symbol;
  readonly finding: string;
  readonly evidence: string;
  readonly sinceMs: Ms;
}

/** Reading events. */
export interface JournalView {
  /** Events after `seq`, oldest first. */
  readonly eventsAfter: (seq: number, query?: EventQuery) => StoredEvent[];
  /** The newest events, oldest of them first. */
  readonly lastEvents: (limit: number, query?: Omit<EventQuery, 'limit'>) => StoredEvent[];
  readonly lastEventOf: <T extends EventType>(type: T, symbol?: Symbol) => EventOf<T> | null;
  readonly eventAt: (seq: number) => StoredEvent | null;
  /** For the high-water mark: the hash of one event, null where there is none. */
  readonly hashAt: (seq: number) => string | null;
  readonly countEvents: () => number;
  readonly countEventsByType: () => Readonly<Record<string, number>>;
  /** What blocks entries of a symbol: the newest finding of each that nothing unblocked since. */
  readonly standingFindings: () => StandingFinding[];
  /** True once a plan was carried out: it is never carried out twice. */
  readonly planApplied: (planId: string) => boolean;
}

export interface RegistryView extends JournalView {
  /** Intents an owner ever had in a role: a signal for entries, a position for all else. */
  readonly countIntents: (owner: SignalId | PositionId, role: OrderRole) => number;
  /** A recorded fill as its row has it; null for one that is not there. */
  readonly tradeOf: (tradeId: TradeId) => RecordedTrade | null;
  readonly orderByClientId: (id: ClientOrderId) => Order | null;
  readonly orderByVenueId: (id: VenueOrderId) => Order | null;
  /** The plan journaled with an entry, also after the entry ended. */
  readonly planOf: (id: ClientOrderId) => ProtectionPlan | null;
  /** Oldest first; only those that may still act unless `all`. */
  readonly orders: (options: { readonly all: boolean }) => Order[];
  readonly positionById: (id: PositionId) => Position | null;
  readonly isClosed: (id: PositionId) => boolean;
  /** Null while the signal is unspent. */
  readonly positionOfSignal: (id: SignalId) => Position | null;
  /** Oldest first. */
  readonly openPositions: () => Position[];
  /** The last ones, latest first; all when no limit is given. */
  readonly closedPositions: (limit?: number) => Position[];
  /** Every fill in the order of the journal. */
  readonly fills: () => RecordedFill[];
  readonly fillsOf: (id: PositionId) => RecordedFill[];
  /** The last stop that reached the venue for a position, live or not; null before the first. */
  readonly lastStopOf: (id: PositionId) => Order | null;
  /** Rows of others, oldest first; only those neither retired nor released unless `all`. */
  readonly stagedRows: (options: { readonly all: boolean }) => StagedRow[];
  readonly stagedRow: (id: RowId) => StagedRow | null;
}

// Counted in the journal, where nothing goes: rows are mended and orders change their position, and an
// attempt that is counted too low is a client order id that was used before. Adopted orders bring theirs.
const INTENTS = `SELECT max(count(*), coalesce(max(payload ->> '$.attempt'), 0)) AS n FROM events
  WHERE +type IN ('ORDER_INTENDED', 'ORDER_ADOPTED') AND payload ->> '$.role' = ? AND`;
const STOPS = "SELECT * FROM orders WHERE role = 'stop' AND state NOT IN ('rejected', 'absent')";
const PLAN =
  "SELECT payload -> '$.plan' AS plan FROM events WHERE type IN ('ORDER_INTENDED', 'ORDER_ADOPTED')";

const BLOCKS = `SELECT ${EVENT_COLUMNS} FROM events
  WHERE type IN ('POSITION_BLOCKED', 'POSITION_UNBLOCKED') ORDER BY seq`;

export function registryView(db: Db): RegistryView {
  const queries = preparedQueries(db);
  const { one, many } = queries;
  const order = (sql: string, id: string): Order | null => mapped(one(sql, id), orderOf);
  const position = (sql: string, id: string): Position | null => mapped(one(sql, id), positionOf);
  const byId = (id: PositionId): Position | null =>
    position('SELECT * FROM positions WHERE position_id = ?', id);

  return {
    countIntents: (owner, role) => {
      const column = role === 'entry' ? 'signal_id' : 'position_id';
      return Number(one(`${INTENTS} ${column} = ?`, role, owner)?.['n']);
    },
    tradeOf: (id) =>
      mapped(one('SELECT price, quantity FROM fills WHERE trade_id = ?', id), tradeOfRow),
    orderByClientId: (id) => order('SELECT * FROM orders WHERE client_order_id = ?', id),
    orderByVenueId: (id) => order('SELECT * FROM orders WHERE venue_order_id = ?', id),
    planOf: (id) => {
      const plan = one(`${PLAN} AND client_order_id = ? ORDER BY seq DESC`, id)?.['plan'];
      if (typeof plan !== 'string' || plan === 'null') return null;
      return planOfPayload(JSON.parse(plan) as PlanPayload);
    },
    orders: ({ all }) =>
      many(`SELECT * FROM orders ${all ? '' : `WHERE ${ALIVE_ORDER}`} ORDER BY intent_seq`).map(
        orderOf,
      ),
    positionById: byId,
    isClosed: (id) => byId(id)?.status === 'closed',
    positionOfSignal: (id) => position('SELECT * FROM positions WHERE signal_id = ?', id),
    openPositions: () =>
      many("SELECT * FROM positions WHERE status = 'open' ORDER BY opened_seq").map(positionOf),
    closedPositions: (limit = -1) =>
      many(
        `SELECT * FROM positions WHERE status = 'closed'
         ORDER BY closed_ms DESC, opened_seq DESC LIMIT ?`,
        limit,
      ).map(positionOf),
    fills: () => many('SELECT * FROM fills ORDER BY seq').map(fillOf),
    fillsOf: (id) => many('SELECT * FROM fills WHERE position_id = ? ORDER BY seq', id).map(fillOf),
    lastStopOf: (id) => order(`${STOPS} AND position_id = ? ORDER BY intent_seq DESC LIMIT 1`, id),
    stagedRows: ({ all }) =>
      many(
        `SELECT * FROM staged_rows ${all ? '' : `WHERE ${WAITING_ROW}`} ORDER BY staged_seq`,
      ).map(stagedRowOf),
    stagedRow: (id) => mapped(one('SELECT * FROM staged_rows WHERE row_id = ?', id), stagedRowOf),
    ...journalView(queries),
  };
}

function journalView({ one, many }: Queries): JournalView {
  const event = (sql: string, ...values: Value[]): StoredEvent | null =>
    mapped(one(sql, ...values), eventOf);
  return {
    eventsAfter: (seq, query = {}) => {
      const { where, values } = filter(query);
      const sql = `SELECT ${EVENT_COLUMNS} FROM events WHERE seq > ?${where} ORDER BY seq LIMIT ?`;
      return many(sql, seq, ...values, query.limit ?? -1).map(eventOf);
    },
    lastEvents: (limit, query = {}) => {
      const { where, values } = filter(query);
      const sql = `SELECT ${EVENT_COLUMNS} FROM events WHERE seq > 0${where} ORDER BY seq DESC LIMIT ?`;
      return many(sql, ...values, limit)
        .map(eventOf)
        .toReversed();
    },
    lastEventOf: <T extends EventType>(type: T, symbol?: Symbol) => {
      const { where, values } = filter(symbol === undefined ? { type } : { type, symbol });
      const sql = `SELECT ${EVENT_COLUMNS} FROM events WHERE seq > 0${where} ORDER BY seq DESC LIMIT 1`;
      return event(sql, ...values) as EventOf<T> | null;
    },
    eventAt: (seq) => event(`SELECT ${EVENT_COLUMNS} FROM events WHERE seq = ?`, seq),
    hashAt: (seq) => {
      const hash = one('SELECT hash FROM events WHERE seq = ?', seq)?.['hash'];
      return typeof hash === 'string' ? hash : null;
    },
    countEvents: () => Number(one('SELECT count(*) AS n FROM events')?.['n']),
    countEventsByType: () =>
      Object.fromEntries(
        many('SELECT type, count(*) AS n FROM events GROUP BY type ORDER BY type').map((row) => [
          String(row['type']),
          Number(row['n']),
        ]),
      ),
    standingFindings: () => standingFindings(many(BLOCKS).map(eventOf)),
    planApplied: (planId) =>
      one(
        "SELECT 1 FROM events WHERE type = 'PLAN_APPLIED' AND payload ->> '$.plan_id' = ?",
        planId,
      ) !== undefined,
  };
}

/** An end of one finding leaves another of the same symbol standing. */
function standingFindings(events: readonly StoredEvent[]): StandingFinding[] {
  const standing = new Map<string, StandingFinding>();
  for (const event of events) {
    if (event.symbol === null) continue;
    if (event.type !== 'POSITION_BLOCKED' && event.type !== 'POSITION_UNBLOCKED') continue;
    const key = `${event.symbol}|${event.payload.finding}`;
    standing.delete(key);
    if (event.type === 'POSITION_UNBLOCKED') continue;
    const { finding, evidence } = event.payload;
    standing.set(key, { symbol: event.symbol, finding, evidence, sinceMs: event.tsMs });
  }
  const newest = new Map([...standing.values()].map((one) => [one.symbol, one]));
  return [...newest.values()];
}

type Value = string | number;

interface Queries {
  readonly one: (sql: string, ...values: readonly Value[]) => Row | undefined;
  readonly many: (sql: string, ...values: readonly Value[]) => Row[];
}

function preparedQueries(db: Db): Queries {
  const held = new Map<string, ReturnType<typeof prepare>>();
  const prepare = (sql: string) => db.prepare<Value[], Row>(sql);
  const statement = (sql: string): ReturnType<typeof prepare> => {
    const known = held.get(sql) ?? prepare(sql);
    held.set(sql, known);
    return known;
  };
  return {
    one: (sql, ...values) => statement(sql).get(...values),
    many: (sql, ...values) => statement(sql).all(...values),
  };
}

function filter(query: EventQuery): { where: string; values: Value[] } {
  const { type, symbol } = query;
  const where = `${type === undefined ? '' : ' AND type = ?'}${symbol === undefined ? '' : ' AND symbol = ?'}`;
  return { where, values: [type, symbol].filter((value) => value !== undefined) };
}

function eventOf(row: Row): StoredEvent {
  return storedEvent(row as unknown as EventRow);
}

function tradeOfRow(row: Row): RecordedTrade {
  return { price: row['price'] as DecimalText, quantity: row['quantity'] as DecimalText };
}

function mapped<T>(row: Row | undefined, map: (row: Row) => T): T | null {
  return row === undefined ? null : map(row);
}
