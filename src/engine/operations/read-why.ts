/**
 * `tradectl.why/1`, the funnel from markets scanned to entries, and `tradectl.why_symbol/1`, the last
 * decision on one market with its numbers. Totals come from CYCLE_END; nothing is computed again.
 */
import { readRunTotals } from '../../core/run-totals.ts';
import type { Db } from '../../core/database.ts';
import type { EventPayloads } from '../../domain/event.ts';
import { readHome } from './read-home.ts';
import { resolveMarket } from './resolve-market.ts';

type Counts = Readonly<Record<string, number>>;

export interface Funnel {
  readonly scanned: number;
  readonly rejections: Counts;
  readonly signals: number;
  readonly lost: Counts;
  readonly denied: Counts;
  readonly approved: number;
  /** Positions opened; an approved order may find no price and open none. */
  readonly entered: number;
}

export interface WhyDocument {
  readonly schema: 'tradectl.why/1';
  readonly as_of_ms: number;
  readonly cycle: number | null;
  readonly cycle_ms: number | null;
  readonly state: string | null;
  readonly last: Funnel | null;
  readonly totals: Funnel;
}

export interface Decision {
  readonly decided_ms: number;
  readonly kind: string;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly numbers: Readonly<Record<string, string | number | boolean | null>>;
}

export interface WhySymbolDocument {
  readonly schema: 'tradectl.why_symbol/1';
  readonly as_of_ms: number;
  readonly symbol: string;
  readonly decision: Decision | null;
  /** The newest entry-side facts: signal, auction, denial. */
  readonly events: readonly { seq: number; ts_ms: number; type: string; payload: unknown }[];
}

export function readWhy(home: string, asOfMs: number): WhyDocument {
  return readHome(home, (db) => {
    const row = db
      .prepare<[], { ts_ms: number; payload: string }>(
        `SELECT ts_ms, payload FROM events WHERE type = 'CYCLE_END' ORDER BY seq DESC LIMIT 1`,
      )
      .get();
    const opened = countOpened(db);
    const last = row === undefined ? null : (JSON.parse(row.payload) as EventPayloads['CYCLE_END']);
    const totals = readRunTotals(db);
    const rejected = Object.values(totals.rejections).reduce((sum, count) => sum + count, 0);
    return {
      schema: 'tradectl.why/1',
      as_of_ms: asOfMs,
      cycle: last?.cycle ?? null,
      cycle_ms: row?.ts_ms ?? null,
      state: last?.state ?? null,
      last: last === null ? null : funnel({ ...last, entered: opened.inLastCycle }, last.markets),
      totals: funnel({ ...totals, entered: opened.ever }, rejected + totals.signals),
    };
  });
}

function funnel(from: Omit<Funnel, 'scanned'>, scanned: number): Funnel {
  const { rejections, signals, lost, denied, approved, entered } = from;
  return { scanned, rejections, signals, lost, denied, approved, entered };
}

/** Positions opened: ever, and between the last two ends of a cycle. */
function countOpened(db: Db): { ever: number; inLastCycle: number } {
  const ends = db
    .prepare<[], { seq: number }>(
      `SELECT seq FROM events WHERE type = 'CYCLE_END' ORDER BY seq DESC LIMIT 2`,
    )
    .all();
  const count = db
    .prepare<[number, number]>(
      `SELECT count(*) FROM events WHERE type = 'POSITION_OPENED' AND seq > ? AND seq <= ?`,
    )
    .pluck();
  const between = (from: number, to: number): number => Number(count.get(from, to));
  return {
    ever: between(0, Number.MAX_SAFE_INTEGER),
    inLastCycle: between(ends[1]?.seq ?? 0, ends[0]?.seq ?? 0),
  };
}

export function readWhySymbol(home: string, written: string, asOfMs: number): WhySymbolDocument {
  return readHome(home, (db) => {
    const symbol = resolveMarket(db, written);
    return {
      schema: 'tradectl.why_symbol/1',
      as_of_ms: asOfMs,
      symbol,
      decision: latestDecision(db, symbol),
      events: newestEntryFacts(db, symbol),
    };
  });
}

function latestDecision(db: Db, symbol: string): Decision | null {
  const row = db
    .prepare<[string], Omit<Decision, 'numbers'> & { numbers: string }>(
      `SELECT decided_ms, kind, reason, detail, numbers FROM latest_decisions WHERE symbol = ?`,
    )
    .get(symbol);
  if (row === undefined) return null;
  return { ...row, numbers: JSON.parse(row.numbers) as Decision['numbers'] };
}

function newestEntryFacts(db: Db, symbol: string): WhySymbolDocument['events'] {
  return db
    .prepare<[string], { seq: number; ts_ms: number; type: string; payload: string }>(
      `SELECT seq, ts_ms, type, payload FROM events WHERE symbol = ?
       AND type IN ('SIGNAL', 'AUCTION_LOST', 'ENTRY_DENIED', 'POSITION_OPENED', 'POSITION_CLOSED')
       ORDER BY seq DESC LIMIT 5`,
    )
    .all(symbol)
    .map((row) => ({ ...row, payload: JSON.parse(row.payload) as unknown }));
}
