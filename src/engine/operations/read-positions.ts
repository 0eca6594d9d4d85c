/**
 * `tradectl.positions/1` and `tradectl.trades/1`. A position is covered by what its live reduce-only
 * stops would close, or with a foreign stop that the bot counted (rule 14); an order whose outcome is in
 * doubt covers nothing.
 */
import type { Db } from '../../core/database.ts';
import { decimal, text, ZERO, type Decimal } from '../../domain/decimal.ts';
import { foreignCoverIn } from './foreign-cover.ts';
import { uncoveredWhyIn } from './uncovered-why.ts';
import { readHome } from './read-home.ts';
import { aliveOrders, countOf, sqlLimit, type OrderRow } from './read-orders.ts';

export interface PositionRow {
  readonly position_id: string;
  readonly symbol: string;
  readonly side: string;
  readonly status: string;
  readonly quantity: string;
  readonly entered_quantity: string;
  readonly entry_price: string | null;
  /** Nearest trigger of its live stops; null when it has none. */
  readonly stop_price: string | null;
  /** By stops of ours alone. */
  readonly covered_quantity: string;
  readonly is_protected: boolean;
  /** What the bot said of it last; null for one that is protected, or of which nothing was said. */
  readonly uncovered_why: string | null;
  /** `foreign`: not without somebody else's stop. `none` of a closed position: it needs none. */
  readonly covered_by: 'own' | 'foreign' | 'none';
  readonly targets_live: readonly string[];
  readonly targets_hit: readonly number[];
  readonly realized_pnl: string;
  readonly fees: string;
  readonly origin: string;
  readonly signal_id: string | null;
  readonly opened_seq: number;
  readonly opened_ms: number;
  readonly protected_ms: number | null;
  readonly closed_ms: number | null;
  readonly exit_reason: string | null;
}

export interface PositionsDocument {
  readonly schema: 'tradectl.positions/1';
  readonly as_of_ms: number;
  /** Of which `positions` are the first. */
  readonly total: number;
  readonly positions: readonly PositionRow[];
}

export interface TradeRow {
  readonly position_id: string;
  readonly symbol: string;
  readonly side: string;
  readonly quantity: string;
  readonly entry_price: string | null;
  readonly exit_price: string | null;
  readonly exit_reason: string;
  readonly pnl: string;
  readonly fees: string;
  readonly net_pnl: string;
  readonly opened_ms: number;
  readonly closed_ms: number;
  readonly held_ms: number;
}

export interface TradesDocument {
  readonly schema: 'tradectl.trades/1';
  readonly as_of_ms: number;
  /** Of which `trades` are the newest. */
  readonly total: number;
  readonly trades: readonly TradeRow[];
}

type StoredPosition = Omit<
  PositionRow,
  | 'stop_price'
  | 'covered_quantity'
  | 'is_protected'
  | 'uncovered_why'
  | 'covered_by'
  | 'targets_live'
  | 'targets_hit'
> & { readonly targets_hit: string };

const COLUMNS = `position_id, symbol, side, status, quantity, entered_quantity, entry_price,
  targets_hit, realized_pnl, fees, origin, signal_id, opened_seq, opened_ms, protected_ms, closed_ms,
  exit_reason`;

/** `limit` is of closed positions, 0 is all; open ones are always all there. */
export function readPositions(
  home: string,
  options: { closed: boolean; limit: number; asOfMs: number },
): PositionsDocument {
  const { closed, limit, asOfMs } = options;
  const found = readHome(home, (db) => {
    if (closed) return { total: closedCount(db), positions: closedPositions(db, limit) };
    const positions = openPositions(db);
    return { total: positions.length, positions };
  });
  return { schema: 'tradectl.positions/1', as_of_ms: asOfMs, ...found };
}

export function openPositions(db: Db): PositionRow[] {
  const orders = aliveOrders(db);
  const isCoveredByOthers = foreignCoverIn(db);
  const whyUncovered = uncoveredWhyIn(db);
  return db
    .prepare<[], StoredPosition>(
      `SELECT ${COLUMNS} FROM positions WHERE status = 'open' ORDER BY symbol`,
    )
    .all()
    .map((row) => withProtection(row, orders, isCoveredByOthers))
    .map((row) =>
      row.is_protected ? row : { ...row, uncovered_why: whyUncovered(row.position_id) },
    );
}

/** `limit` 0 is all. */
export function readTrades(
  home: string,
  options: { limit: number; asOfMs: number },
): TradesDocument {
  const found = readHome(home, (db) => ({
    total: closedCount(db),
    trades: closedPositions(db, options.limit).map(toTrade(db)),
  }));
  return { schema: 'tradectl.trades/1', as_of_ms: options.asOfMs, ...found };
}

function closedCount(db: Db): number {
  return countOf(db, `SELECT count(*) FROM positions WHERE status = 'closed'`);
}

function closedPositions(db: Db, limit: number): PositionRow[] {
  return db
    .prepare<[number], StoredPosition>(
      `SELECT ${COLUMNS} FROM positions WHERE status = 'closed'
       ORDER BY closed_ms DESC, opened_seq DESC LIMIT ?`,
    )
    .all(sqlLimit(limit))
    .map((row) => withProtection(row, [], () => false));
}

function withProtection(
  row: StoredPosition,
  orders: readonly OrderRow[],
  isCoveredByOthers: (row: StoredPosition) => boolean,
): PositionRow {
  const own = orders.filter((order) => order.position_id === row.position_id && acts(order));
  const stops = own.filter((order) => order.role === 'stop' && order.reduce_only);
  const covered = stops.reduce((sum, stop) => sum.plus(stop.quantity).minus(stop.filled), ZERO);
  const coveredBy = coverOwner(row, covered, isCoveredByOthers);
  return {
    ...row,
    stop_price: nearestStop(stops, row.side),
    covered_quantity: text(covered),
    is_protected: row.status === 'closed' || coveredBy !== 'none',
    uncovered_why: null,
    covered_by: coveredBy,
    targets_live: own.filter((order) => order.role === 'target').flatMap(triggerOf),
    targets_hit: JSON.parse(row.targets_hit) as number[],
  };
}

function coverOwner(
  row: StoredPosition,
  covered: Decimal,
  isCoveredByOthers: (row: StoredPosition) => boolean,
): PositionRow['covered_by'] {
  if (row.status === 'closed') return 'none';
  if (covered.gte(row.quantity)) return 'own';
  return isCoveredByOthers(row) ? 'foreign' : 'none';
}

/** Known to be live at the venue; an order in doubt may not be there. */
function acts(order: OrderRow): boolean {
  return order.state === 'live' || order.state === 'partially_filled';
}

function nearestStop(stops: readonly OrderRow[], side: string): string | null {
  const prices = stops.flatMap(triggerOf).map((written) => decimal(written));
  const [first, ...others] = prices;
  if (first === undefined) return null;
  const nearer = (a: Decimal, b: Decimal): Decimal => (a.gt(b) === (side === 'long') ? a : b);
  return text(others.reduce(nearer, first));
}

function triggerOf(order: OrderRow): string[] {
  const trigger = order.stop_price ?? order.price;
  return trigger === null ? [] : [trigger];
}

/** The exit price is the average of the fills on the closing side. */
function toTrade(db: Db): (row: PositionRow) => TradeRow {
  const exits = db.prepare<[string, string], { quantity: string; price: string }>(
    `SELECT quantity, price FROM fills WHERE position_id = ? AND side = ? AND kind <> 'funding'`,
  );
  return (row) => {
    const fills = exits.all(row.position_id, row.side === 'long' ? 'sell' : 'buy');
    const closed = fills.reduce((sum, fill) => sum.plus(fill.quantity), ZERO);
    const value = fills.reduce(
      (sum, fill) => sum.plus(decimal(fill.quantity).mul(fill.price)),
      ZERO,
    );
    return {
      position_id: row.position_id,
      symbol: row.symbol,
      side: row.side,
      quantity: row.entered_quantity,
      entry_price: row.entry_price,
      exit_price: closed.isZero() ? null : text(value.div(closed).toSignificantDigits(12)),
      exit_reason: row.exit_reason ?? '',
      pnl: row.realized_pnl,
      fees: row.fees,
      net_pnl: text(decimal(row.realized_pnl).minus(row.fees)),
      opened_ms: row.opened_ms,
      closed_ms: row.closed_ms ?? row.opened_ms,
      held_ms: (row.closed_ms ?? row.opened_ms) - row.opened_ms,
    };
  };
}
