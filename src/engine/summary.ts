/**
 * `tradectl.run/1`: the story of a recording, told from the journal. What the wall clock says (wall_ms,
 * cpu_ms, rss_max_mb) comes from `runs` and is summed over all lives of the bot.
 */
import { recentRuns } from '../core/runs.ts';
import { readRunTotals, type EquityPoint } from '../core/run-totals.ts';
import { readHead } from '../core/head.ts';
import type { Db } from '../core/database.ts';
import { readMeta } from '../core/meta.ts';
import { restoredRegistry } from '../core/restore.ts';
import type { TradingState } from '../domain/trading-state.ts';

export interface SummaryFacts {
  readonly markets: number;
  readonly state: TradingState;
  readonly openPositions: number;
  readonly feedDigest: string | null;
  readonly finished: boolean;
  readonly home: string;
}

export interface Summary {
  readonly document: Readonly<Record<string, unknown>>;
  readonly curve: readonly EquityPoint[];
}

/** What the totals do not say: the state it ended in, and whether the recording was over. */
export function summaryFacts(db: Db, home: string): SummaryFacts {
  const registry = restoredRegistry(db);
  return {
    markets: Number(db.prepare('SELECT count(*) FROM instruments').pluck().get()),
    state: registry.state,
    openPositions: registry.positions.size,
    feedDigest: readMeta(db, 'feed_digest'),
    finished: readMeta(db, 'finished_seq') !== null,
    home,
  };
}

const CURVE_POINTS = 400;

export function summarise(db: Db, facts: SummaryFacts): Summary {
  const totals = readRunTotals(db);
  const head = readHead(db);
  const document = {
    schema: 'tradectl.run/1',
    home: facts.home,
    finished: facts.finished,
    state: facts.state,
    feed_digest: facts.feedDigest,
    cycles: totals.cycles,
    markets: facts.markets,
    markets_set_aside: totals.setAside,
    candles: totals.candles,
    signals: totals.signals,
    rejections: totals.rejections,
    lost: totals.lost,
    approved: totals.approved,
    denied: totals.denied,
    orders: totals.orders,
    fills: totals.fills,
    trades: totals.trades,
    open_positions: facts.openPositions,
    exits: totals.exits,
    pnl: totals.pnl,
    fees: totals.fees,
    equity_start: totals.equityStart,
    equity_end: totals.equityEnd,
    max_drawdown: totals.maxDrawdown,
    unprotected_ms_max: totals.unprotectedMsMax,
    cycles_by_state: totals.cyclesByState,
    events: totals.events,
    head_seq: head.seq,
    head_hash: head.hash,
    ...machineFigures(db),
  };
  return { document, curve: thin(totals.curve) };
}

/** Sums over every life that noted its end; a life that was killed noted none. */
function machineFigures(db: Db): { wall_ms: number; cpu_ms: number; rss_max_mb: number } {
  let [wall, cpu, rss] = [0, 0, 0];
  for (const life of recentRuns(db, 1_000)) {
    wall += life.wallMs ?? 0;
    cpu += life.cpuMs ?? 0;
    rss = Math.max(rss, life.rssMaxBytes ?? life.lastRssBytes ?? 0);
  }
  return { wall_ms: wall, cpu_ms: cpu, rss_max_mb: Math.round(rss / 104_857.6) / 10 };
}

/** Enough points for a terminal: first, last and every nth between. */
function thin(curve: readonly EquityPoint[]): EquityPoint[] {
  const step = Math.max(1, Math.ceil(curve.length / CURVE_POINTS));
  return curve.filter((_, index) => index % step === 0 || index === curve.length - 1);
}
