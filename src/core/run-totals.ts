/**
 * Sums over the journal of one recording: what `tradectl.run/1` and the equity curve are made of.
 * Everything is read from committed events and rows, so a run that was killed and resumed tells the
 * same story as one that was not.
 */
import type Database from 'better-sqlite3';
import type { EventPayloads } from '../domain/event.ts';
import {
  decimal,
  maxDecimal,
  text,
  ZERO,
  type Decimal,
  type DecimalText,
} from '../domain/decimal.ts';
import type { Ms } from '../domain/clock.ts';

export type Counts = Record<string, number>;

export interface EquityPoint {
  readonly ms: Ms;
  readonly equity: DecimalText;
}

export interface RunTotals {
  readonly cycles: number;
  readonly candles: number;
  readonly signals: number;
  readonly rejections: Counts;
  readonly approved: number;
  readonly denied: Counts;
  readonly lost: Counts;
  readonly orders: number;
  readonly fills: number;
  readonly trades: { readonly count: number; readonly wins: number; readonly losses: number };
  readonly exits: Counts;
  readonly pnl: DecimalText;
  readonly fees: DecimalText;
  readonly equityStart: DecimalText | null;
  readonly equityEnd: DecimalText | null;
  /** Largest fall below the running peak, as a fraction of the peak. */
  readonly maxDrawdown: DecimalText;
  /** Of every time without full cover that ended: before the first stop, or after an alarm. */
  readonly unprotectedMsMax: number;
  readonly cyclesByState: Counts;
  readonly setAside: readonly { readonly symbol: string; readonly reason: string }[];
  readonly events: number;
  readonly curve: readonly EquityPoint[];
}

interface CycleSums {
  cycles: number;
  candles: number;
  signals: number;
  approved: number;
  rejections: Counts;
  denied: Counts;
  lost: Counts;
  byState: Counts;
  curve: EquityPoint[];
  first: DecimalText | null;
  last: DecimalText | null;
  /** Equity net of deposits is compared with its own peak, so a deposit is no recovery. */
  peak: Decimal;
  drawdown: Decimal;
}

/** Reads the totals of everything journaled so far. */
export function readRunTotals(db: Database.Database): RunTotals {
  const sums = sumCycles(db);
  const closed = closedPositions(db);
  return {
    cycles: sums.cycles,
    candles: sums.candles,
    signals: sums.signals,
    rejections: sums.rejections,
    approved: sums.approved,
    denied: sums.denied,
    lost: sums.lost,
    orders: count(db, 'SELECT COUNT(*) AS n FROM orders'),
    fills: count(db, 'SELECT COUNT(*) AS n FROM fills'),
    ...closed,
    exits: exitsByReason(db),
    equityStart: startingEquity(db) ?? sums.first,
    equityEnd: sums.last,
    maxDrawdown: text(sums.drawdown.toDecimalPlaces(6)),
    unprotectedMsMax: count(
      db,
      `SELECT COALESCE(MAX(CAST(json_extract(payload, '$.unprotected_ms') AS INTEGER)), 0) AS n
       FROM events WHERE type = 'POSITION_PROTECTED'`,
    ),
    cyclesByState: sums.byState,
    setAside: setAside(db),
    events: count(db, 'SELECT COUNT(*) AS n FROM events'),
    curve: sums.curve,
  };
}

function sumCycles(db: Database.Database): CycleSums {
  const sums: CycleSums = {
    cycles: 0,
    candles: 0,
    signals: 0,
    approved: 0,
    rejections: {},
    denied: {},
    lost: {},
    byState: {},
    curve: [],
    first: null,
    last: null,
    peak: ZERO,
    drawdown: ZERO,
  };
  const rows = db
    .prepare<[], { ts_ms: Ms; payload: string }>(
      `SELECT ts_ms, payload FROM events WHERE type = 'CYCLE_END' ORDER BY seq`,
    )
    .iterate();
  for (const row of rows)
    addCycle(sums, row.ts_ms, JSON.parse(row.payload) as EventPayloads['CYCLE_END']);
  return sums;
}

function addCycle(sums: CycleSums, at: Ms, cycle: EventPayloads['CYCLE_END']): void {
  sums.cycles += 1;
  sums.candles += cycle.candles;
  sums.signals += cycle.signals;
  sums.approved += cycle.approved;
  add(sums.rejections, cycle.rejections);
  add(sums.denied, cycle.denied);
  add(sums.lost, cycle.lost);
  add(sums.byState, { [cycle.state]: 1 });
  if (cycle.equity === null) return;
  sums.first ??= cycle.equity;
  sums.last = cycle.equity;
  sums.curve.push({ ms: at, equity: cycle.equity });
  const own = decimal(cycle.equity).minus(cycle.net_deposits ?? 0);
  sums.peak = maxDecimal(sums.peak, own);
  if (sums.peak.gt(0)) {
    sums.drawdown = maxDecimal(sums.drawdown, sums.peak.minus(own).div(sums.peak));
  }
}

function startingEquity(db: Database.Database): DecimalText | null {
  const row = db
    .prepare<[], { payload: string }>(
      `SELECT payload FROM events WHERE type = 'RUN_STARTED' ORDER BY seq LIMIT 1`,
    )
    .get();
  if (row === undefined) return null;
  return (JSON.parse(row.payload) as EventPayloads['RUN_STARTED']).equity;
}

function closedPositions(db: Database.Database): Pick<RunTotals, 'trades' | 'pnl' | 'fees'> {
  const rows = db
    .prepare<[], { realized_pnl: string; fees: string; status: string }>(
      `SELECT realized_pnl, fees, status FROM positions`,
    )
    .iterate();
  let [pnl, fees, wins, losses, closed] = [ZERO, ZERO, 0, 0, 0];
  for (const row of rows) {
    pnl = pnl.plus(row.realized_pnl);
    fees = fees.plus(row.fees);
    if (row.status !== 'closed') continue;
    closed += 1;
    // A trade is won when it earned more than its fees; what it only gave back is a loss.
    if (decimal(row.realized_pnl).gt(row.fees)) wins += 1;
    else losses += 1;
  }
  return { trades: { count: closed, wins, losses }, pnl: text(pnl), fees: text(fees) };
}

/** Exit orders that traded, by their purpose: a partial exit at TP1 counts as one `target_1`. */
function exitsByReason(db: Database.Database): Counts {
  const rows = db
    .prepare<[], { purpose: string; n: number }>(
      `SELECT purpose, COUNT(DISTINCT client_order_id) AS n FROM fills
       WHERE role IS NOT NULL AND role <> 'entry' GROUP BY purpose ORDER BY purpose`,
    )
    .all();
  const exits: Counts = Object.fromEntries(rows.map((row) => [row.purpose, row.n]));
  const liquidated = count(db, `SELECT COUNT(*) AS n FROM fills WHERE kind = 'liquidation'`);
  return liquidated === 0 ? exits : { ...exits, liquidation: liquidated };
}

function setAside(db: Database.Database): { symbol: string; reason: string }[] {
  return db
    .prepare<[], { symbol: string; reason: string }>(
      `SELECT json_extract(payload, '$.market') AS symbol, json_extract(payload, '$.reason') AS reason
       FROM events WHERE type = 'MARKET_SET_ASIDE' ORDER BY seq`,
    )
    .all();
}

function add(into: Counts, more: Readonly<Counts>): void {
  for (const [key, n] of Object.entries(more)) into[key] = (into[key] ?? 0) + n;
}

function count(db: Database.Database, sql: string): number {
  return db.prepare<[], { n: number }>(sql).get()?.n ?? 0;
}
