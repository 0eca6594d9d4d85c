/**
 * `tradectl.status/1`: what the bot is doing and what is wrong, from the journal, the lock and the halt
 * files. Nothing is asked of the venue. Works beside a live bot, after a dead one, on an empty home.
 */
import type { Db } from '../../core/database.ts';
import { GENESIS } from '../../core/event-row.ts';
import { hashAt, readHead } from '../../core/head.ts';
import { readHalts, type StandingHalt } from '../../core/halt-files.ts';
import { compareWithHead, readHighWaterMark } from '../../core/high-water-mark.ts';
import { homePaths, type HomePaths } from '../../core/home.ts';
import { isRunning, lockState, runningBot, type LockState } from '../../core/lock.ts';
import { recentRuns } from '../../core/runs.ts';
import type { EventPayloads } from '../../domain/event.ts';
import { decimal, text } from '../../domain/decimal.ts';
import type { TradingState } from '../../domain/trading-state.ts';
import { readVenueHealth, type VenueHealth } from '../venue-health.ts';
import { readHomeOrNull } from './read-home.ts';
import { aliveOrders, type OrderRow } from './read-orders.ts';
import { openPositions, type PositionRow } from './read-positions.ts';
import { problemsOf, type Problem } from './status-problems.ts';

export interface HaltRow {
  readonly id: string;
  readonly kind: string;
  readonly reason: string;
  readonly findings: readonly string[];
  readonly set_ms: number;
  readonly set_by: string;
  readonly file: string;
}

export interface RunRow {
  readonly run_id: string;
  /** `died`: it has no end and is not the bot that holds the lock. */
  readonly liveness: 'alive' | 'ended' | 'died';
  readonly pid: number;
  readonly host: string;
  readonly started_ms: number;
  readonly last_beat_ms: number;
  readonly ended_ms: number | null;
  readonly end_reason: string | null;
}

export interface StatusDocument {
  readonly schema: 'tradectl.status/1';
  readonly as_of_ms: number;
  readonly home: string;
  /** False when no bot has ever run here; everything below is empty then. */
  readonly started: boolean;
  readonly healthy: boolean;
  readonly problems: readonly Problem[];
  readonly state: TradingState | null;
  readonly causes: readonly string[];
  readonly halts: readonly HaltRow[];
  readonly run: RunRow | null;
  readonly cycle: number | null;
  readonly cycle_ms: number | null;
  readonly equity: string | null;
  readonly peak_equity: string | null;
  readonly drawdown: string | null;
  readonly margin_utilization: string | null;
  readonly positions: readonly PositionRow[];
  readonly orders_in_doubt: readonly OrderRow[];
  readonly blocked: readonly BlockedRow[];
  /** What waits for `acknowledge`: no entries on the market, and DEGRADED. */
  readonly attention: readonly AttentionRow[];
  /** How the live venue answers; null on a recording. */
  readonly venue: VenueHealth | null;
  readonly head_seq: number;
  readonly head_hash: string;
  readonly high_water_seq: number | null;
  readonly high_water_mark: 'ok' | 'behind' | 'broken';
}

export interface BlockedRow {
  readonly symbol: string;
  readonly finding: string;
  readonly evidence: string;
}

export interface AttentionRow {
  readonly symbol: string;
  readonly cause: string;
  readonly evidence: string;
  readonly since_ms: number;
}

export function readStatus(home: string, asOfMs: number): StatusDocument {
  const paths = homePaths(home);
  const halts = readHalts(paths).map(haltRow);
  // The lock is asked before the journal: a bot that ends in between is then seen as ended.
  const lock = lockState(paths);
  const journal = readHomeOrNull(home, (db) => readJournal(db, paths, lock)) ?? NOTHING;
  const facts = { ...journal, ...standingState(journal, halts), halts };
  const problems = problemsOf(facts);
  return {
    schema: 'tradectl.status/1',
    as_of_ms: asOfMs,
    home,
    healthy: problems.length === 0,
    problems,
    ...facts,
  };
}

/** Halt files and what waits for an operator lead; the journal follows when a bot has seen them. */
function standingState(
  { state, causes, attention }: JournalFacts,
  halts: readonly HaltRow[],
): Pick<JournalFacts, 'state' | 'causes'> {
  if (halts.length > 0) return { state: 'HALTED', causes };
  if (attention.length === 0 || state !== 'NORMAL') return { state, causes };
  return { state: 'DEGRADED', causes: ['unacknowledged'] };
}

export type StatusFacts = Omit<
  StatusDocument,
  'schema' | 'as_of_ms' | 'home' | 'healthy' | 'problems'
>;
type JournalFacts = Omit<StatusFacts, 'halts'>;

const NOTHING: JournalFacts = {
  started: false,
  state: null,
  causes: [],
  run: null,
  cycle: null,
  cycle_ms: null,
  equity: null,
  peak_equity: null,
  drawdown: null,
  margin_utilization: null,
  positions: [],
  orders_in_doubt: [],
  blocked: [],
  attention: [],
  venue: null,
  head_seq: GENESIS.seq,
  head_hash: GENESIS.hash,
  high_water_seq: null,
  high_water_mark: 'ok',
};

function readJournal(db: Db, paths: HomePaths, lock: LockState): JournalFacts {
  const head = readHead(db);
  const reading = readHighWaterMark(paths.highWaterMark);
  // A live bot rewrites the mark after each commit: it may be ahead of this snapshot by now.
  const { verdict } = compareWithHead(reading, head, (seq) => hashAt(db, seq));
  const running = lock.held && verdict === 'behind';
  return {
    started: true,
    ...stateOf(db),
    run: runRow(db, lock),
    ...cycleFacts(db),
    positions: openPositions(db),
    orders_in_doubt: aliveOrders(db).filter((order) => isUnknown(order, lock)),
    blocked: blockedSymbols(db),
    attention: attentionRows(db),
    venue: readVenueHealth(db),
    head_seq: head.seq,
    head_hash: head.hash,
    high_water_seq: reading.state === 'read' ? reading.mark.seq : null,
    high_water_mark: running ? 'ok' : verdict,
  };
}

/** An intent without an answer is in doubt once nobody is waiting for the answer. */
function isUnknown(order: OrderRow, lock: LockState): boolean {
  const waiting = order.state === 'intended' || order.state === 'submitted';
  return order.state === 'in_doubt' || (waiting && !lock.held);
}

function stateOf(db: Db): Pick<JournalFacts, 'state' | 'causes'> {
  const last = newestPayload<EventPayloads['STATE_CHANGED']>(db, 'STATE_CHANGED');
  return { state: last?.payload.to ?? 'NORMAL', causes: last?.payload.causes ?? [] };
}

function cycleFacts(
  db: Db,
): Pick<
  JournalFacts,
  'cycle' | 'cycle_ms' | 'equity' | 'peak_equity' | 'drawdown' | 'margin_utilization'
> {
  const last = newestPayload<EventPayloads['CYCLE_END']>(db, 'CYCLE_END');
  const payload = last?.payload;
  return {
    cycle: payload?.cycle ?? null,
    cycle_ms: last?.at ?? null,
    equity: payload?.equity ?? null,
    peak_equity: payload?.peak_equity ?? null,
    drawdown: payload === undefined ? null : drawdownOf(payload),
    margin_utilization: payload?.margin_utilization ?? null,
  };
}

/** Equity net of deposits below its peak, as a fraction; a deposit is no recovery. */
function drawdownOf(cycle: EventPayloads['CYCLE_END']): string | null {
  if (cycle.equity === null || cycle.peak_equity === null) return null;
  const peak = decimal(cycle.peak_equity);
  if (peak.lte(0)) return null;
  const own = decimal(cycle.equity).minus(cycle.net_deposits ?? 0);
  return own.gte(peak) ? '0' : text(peak.minus(own).div(peak).toDecimalPlaces(6));
}

function runRow(db: Db, lock: LockState): RunRow | null {
  const life = recentRuns(db, 1)[0];
  if (life === undefined) return null;
  const open = isRunning(runningBot(lock), life.pid) ? 'alive' : 'died';
  return {
    run_id: life.runId,
    liveness: life.endedMs === null ? open : 'ended',
    pid: life.pid,
    host: life.host,
    started_ms: life.startedMs,
    last_beat_ms: life.lastBeatMs,
    ended_ms: life.endedMs,
    end_reason: life.endReason,
  };
}

/** The newest finding on each market that nothing ended. */
function blockedSymbols(db: Db): BlockedRow[] {
  return db
    .prepare<[], BlockedRow>(
      `SELECT b.symbol, b.payload ->> '$.finding' AS finding, b.payload ->> '$.evidence' AS evidence
       FROM events b
       WHERE b.seq IN (SELECT max(seq) FROM events WHERE type = 'POSITION_BLOCKED' GROUP BY symbol)
         AND NOT EXISTS (SELECT 1 FROM events u WHERE u.type = 'POSITION_UNBLOCKED'
           AND u.symbol = b.symbol AND u.seq > b.seq)
       ORDER BY b.symbol`,
    )
    .all();
}

function attentionRows(db: Db): AttentionRow[] {
  return db
    .prepare<[], AttentionRow>(
      `SELECT n.symbol, n.payload ->> '$.cause' AS cause, n.payload ->> '$.evidence' AS evidence,
         min(n.ts_ms) AS since_ms
       FROM events n
       WHERE n.type = 'ACKNOWLEDGEMENT_NEEDED' AND NOT EXISTS (SELECT 1 FROM events a
         WHERE a.type = 'ACKNOWLEDGED' AND a.symbol = n.symbol AND a.seq > n.seq)
       GROUP BY n.symbol, cause ORDER BY n.symbol`,
    )
    .all();
}

function newestPayload<T>(db: Db, type: string): { at: number; payload: T } | null {
  const row = db
    .prepare<[string], { ts_ms: number; payload: string }>(
      'SELECT ts_ms, payload FROM events WHERE type = ? ORDER BY seq DESC LIMIT 1',
    )
    .get(type);
  return row === undefined ? null : { at: row.ts_ms, payload: JSON.parse(row.payload) as T };
}

function haltRow({ halt, file }: StandingHalt): HaltRow {
  const { id, kind, reason, findings, set_ms, set_by } = halt;
  return { id, kind, reason, findings, set_ms, set_by, file };
}
