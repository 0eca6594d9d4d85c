/**
 * The lives of the bot process, in `runs` of `state.db`. A life that has no end was killed: the next
 * one finds it and says so. Wall clock only; nothing here is an event, so equal runs stay equal.
 */
import { ms, type Ms } from '../domain/clock.ts';
import type { RunId } from '../domain/ids.ts';
import type { Db } from './database.ts';
import type { ProcessFacts } from './process-facts.ts';

export type EndReason = 'finished' | 'signal' | 'cycles' | 'once' | 'memory' | 'error';

/** One life; `life` is the number of its row, for `run_id` is the same after a resume. */
export interface RunLife {
  readonly life: number;
  readonly runId: RunId;
  readonly bootId: string;
  readonly pid: number;
  readonly pidStarttime: number | null;
  readonly host: string;
  readonly version: string;
  readonly node: string;
  readonly startedMs: Ms;
  readonly lastBeatMs: Ms;
  readonly lastRssBytes: number | null;
  readonly lastSeq: number | null;
  readonly endedMs: Ms | null;
  readonly endReason: string | null;
  readonly wallMs: Ms | null;
  readonly cpuMs: Ms | null;
  readonly rssMaxBytes: number | null;
}

export interface Beat {
  readonly nowMs: Ms;
  readonly rssBytes: number;
  readonly seq: number;
}

export interface RunEnd {
  readonly nowMs: Ms;
  readonly reason: EndReason;
  readonly seq: number;
  readonly wallMs: Ms;
  readonly cpuMs: Ms;
  readonly rssMaxBytes: number;
}

const COLUMNS = `rowid AS life, run_id AS runId, boot_id AS bootId, pid,
  pid_starttime AS pidStarttime, host, version, node, started_ms AS startedMs,
  last_beat_ms AS lastBeatMs, last_rss_bytes AS lastRssBytes, last_seq AS lastSeq,
  ended_ms AS endedMs, end_reason AS endReason, wall_ms AS wallMs, cpu_ms AS cpuMs,
  rss_max_bytes AS rssMaxBytes`;

/** Notes that a life began; returns its number for {@link beat} and {@link endRun}. */
export function startRun(db: Db, runId: RunId, facts: ProcessFacts, nowMs: Ms): number {
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO runs(run_id, boot_id, pid, pid_starttime, host, version, node, started_ms,
         last_beat_ms)
       VALUES (@runId, @bootId, @pid, @pidStarttime, @host, @version, @node, @nowMs, @nowMs)`,
    )
    .run({ runId, ...facts, nowMs });
  return Number(lastInsertRowid);
}

/** Says that the process is alive: what is known about it when it is found dead. */
export function beat(db: Db, life: number, { nowMs, rssBytes, seq }: Beat): void {
  db.prepare(
    'UPDATE runs SET last_beat_ms = ?, last_rss_bytes = ?, last_seq = ? WHERE rowid = ?',
  ).run(nowMs, rssBytes, seq, life);
}

/** Notes an orderly end. */
export function endRun(db: Db, life: number, end: RunEnd): void {
  db.prepare(
    `UPDATE runs SET ended_ms = @nowMs, last_beat_ms = @nowMs, end_reason = @reason,
       last_seq = @seq, wall_ms = @wallMs, cpu_ms = @cpuMs, rss_max_bytes = @rssMaxBytes
     WHERE rowid = @life`,
  ).run({ ...end, wallMs: Math.round(end.wallMs), cpuMs: Math.round(end.cpuMs), life });
}

/**
 * The life before this one, when it has no end; null after a clean end or at the first start. Ask
 * before {@link startRun}, holding the lock: without it a life without an end may be alive.
 */
export function previousDeath(db: Db): RunLife | null {
  const last = recentRuns(db, 1)[0];
  return last !== undefined && last.endedMs === null ? last : null;
}

/** Lives, newest first. */
export function recentRuns(db: Db, limit: number): RunLife[] {
  const rows = db.prepare(`SELECT ${COLUMNS} FROM runs ORDER BY rowid DESC LIMIT ?`).all(limit);
  return rows as RunLife[];
}

/**
 * Notes the ends that another journal has of the same lives: in a copy that was made while its bot lived, that life has
 * none. A life is the same when its number, process and start are.
 */
export function carryEnds(db: Db, known: readonly RunLife[]): void {
  const carry = db.prepare(
    `UPDATE runs SET ended_ms = @endedMs, last_beat_ms = @lastBeatMs, end_reason = @endReason,
       wall_ms = @wallMs, cpu_ms = @cpuMs, rss_max_bytes = @rssMaxBytes
     WHERE rowid = @life AND run_id = @runId AND pid = @pid AND started_ms = @startedMs
       AND boot_id = @bootId AND ended_ms IS NULL`,
  );
  for (const life of known) if (life.endedMs !== null) carry.run(life);
}

/** How many lives there are. */
export function countRuns(db: Db): number {
  return db.prepare<[], number>('SELECT count(*) FROM runs').pluck().get() ?? 0;
}

/** Time between the last sign of life and `nowMs`. */
export function silentFor(life: RunLife, nowMs: Ms): Ms {
  return ms(Math.max(0, nowMs - life.lastBeatMs));
}
