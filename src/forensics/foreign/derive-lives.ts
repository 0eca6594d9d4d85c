/**
 * The lives of another bot's process, from the lines in which it says that it starts and stops and from
 * everything it wrote between them. What stopped without a word before the next start has died.
 */
import type { Db } from '../../core/database.ts';
import type { ForeignRow } from '../../core/foreign-store.ts';

interface StartLine {
  readonly ts_ms: number;
  readonly pid: number | null;
  readonly name: string;
  readonly line: number;
}

interface Sign {
  readonly at: number | null;
  readonly seq: number | null;
}

const FOREVER = Number.MAX_SAFE_INTEGER;

/** Rows of `runs`, oldest first; none when no line says that a process started. */
export function deriveLives(db: Db): ForeignRow[] {
  const starts = db
    .prepare<[], StartLine>(
      `SELECT ts_ms, pid, name, line FROM log JOIN files USING (file_id)
       WHERE means = 'run_started' AND source = 'log' AND ts_ms IS NOT NULL ORDER BY ts_ms, row_id`,
    )
    .all();
  return starts.map((start, index) => lifeOf(db, start, { index, next: starts[index + 1] }));
}

function lifeOf(
  db: Db,
  start: StartLine,
  { index, next }: { index: number; next: StartLine | undefined },
): ForeignRow {
  const window = { from: start.ts_ms, to: next?.ts_ms ?? FOREVER, pid: start.pid };
  const end = db
    .prepare<[typeof window], { ts_ms: number; text: string }>(
      `SELECT ts_ms, text FROM log WHERE means = 'run_ended' AND source = 'log'
       AND ts_ms >= @from AND ts_ms < @to AND (pid IS NULL OR @pid IS NULL OR pid = @pid)
       ORDER BY ts_ms DESC LIMIT 1`,
    )
    .get(window);
  const lastLine = db
    .prepare<[typeof window], Sign>(
      `SELECT max(ts_ms) AS at, NULL AS seq FROM log WHERE source = 'log'
       AND ts_ms >= @from AND ts_ms < @to AND (pid IS NULL OR @pid IS NULL OR pid = @pid)`,
    )
    .get(window);
  const lastEvent = db
    .prepare<[typeof window], Sign>(
      `SELECT ts_ms AS at, seq FROM events WHERE ts_ms >= @from AND ts_ms < @to
       ORDER BY ts_ms DESC, seq DESC LIMIT 1`,
    )
    .get(window);
  return {
    life: index + 1,
    pid: start.pid,
    started_ms: start.ts_ms,
    last_sign_ms: Math.max(start.ts_ms, lastLine?.at ?? 0, lastEvent?.at ?? 0),
    last_seq: lastEvent?.seq ?? null,
    ended_ms: end?.ts_ms ?? null,
    end_reason: end?.text ?? null,
    how: end !== undefined ? 'clean' : next === undefined ? 'unknown' : 'died',
    start_file: start.name,
    start_line: start.line,
  };
}
