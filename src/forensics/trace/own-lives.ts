/**
 * The lives of our bot as the journal tells them, on its own clock: RUN_STARTED begins one, RUN_ENDED ends it
 * in order, and one that the next start found without an end died. Pids come from `runs`.
 */
import type { Db } from '../../core/database.ts';
import { homePaths } from '../../core/home.ts';
import { isRunning, lockState, runningBot } from '../../core/lock.ts';
import { recentRuns, type RunLife } from '../../core/runs.ts';
import { ms } from '../../domain/clock.ts';
import { matchStarts } from '../lives.ts';
import type { Life, Source } from '../timeline.ts';

export interface OwnLife extends Life {
  /** Of its RUN_STARTED; what has a number from here to the next life's belongs to it. */
  readonly fromSeq: number;
}

interface Mark {
  readonly seq: number;
  readonly ts_ms: number;
  readonly type: string;
  readonly payload: string;
}

/** Oldest first. `home` is null for a copy: what became of its newest life is not in it. */
export function ownLives(db: Db, home: string | null): OwnLife[] {
  const marks = ['RUN_STARTED', 'RUN_ENDED', 'PREVIOUS_RUN_DIED']
    .flatMap((type) =>
      db
        .prepare<[string], Mark>('SELECT seq, ts_ms, type, payload FROM events WHERE type = ?')
        .all(type),
    )
    .sort((a, b) => a.seq - b.seq);
  const starts = marks.filter(({ type }) => type === 'RUN_STARTED');
  const runs = runsOf(db, starts);
  const head = db
    .prepare<[], { seq: number; ts_ms: number }>(
      'SELECT seq, ts_ms FROM events ORDER BY seq DESC LIMIT 1',
    )
    .get();
  return starts.map((start, index) => {
    const run = runs.get(start.seq);
    const next = starts[index + 1]?.seq ?? Number.MAX_SAFE_INTEGER;
    const inside = marks.filter(({ seq }) => seq > start.seq && seq < next);
    const end = inside.find(({ type }) => type === 'RUN_ENDED');
    const death = marks.find(({ seq, type }) => type === 'PREVIOUS_RUN_DIED' && seq > start.seq);
    const diedHere = death !== undefined && end === undefined;
    const last = diedHere ? lastOf(death.payload) : null;
    const isLast = index === starts.length - 1;
    return {
      life: index + 1,
      pid: run?.pid ?? null,
      ...(run === undefined
        ? {}
        : { wall: { startedMs: ms(run.startedMs), lastBeatMs: run.lastBeatMs } }),
      fromSeq: start.seq,
      startedMs: ms(start.ts_ms),
      lastSignMs: ms(last?.ms ?? end?.ts_ms ?? head?.ts_ms ?? start.ts_ms),
      lastSeq: last?.seq ?? end?.seq ?? (isLast ? (head?.seq ?? null) : null),
      endedMs: end === undefined ? null : ms(end.ts_ms),
      endReason: end === undefined ? null : reasonOf(end.payload),
      end:
        end !== undefined
          ? 'clean'
          : diedHere || !isLast
            ? 'died'
            : lastLife(home, run?.pid ?? null),
      evidence: [start, ...(end === undefined ? [] : [end]), ...(diedHere ? [death] : [])].map(
        sourceOf,
      ),
    };
  });
}

/** Without an end, the newest life runs as long as its process holds the lock. */
function lastLife(home: string | null, pid: number | null): Life['end'] {
  if (home === null) return 'unknown';
  return isRunning(runningBot(lockState(homePaths(home))), pid) ? 'running' : 'died';
}

/** By the number of the RUN_STARTED; a life that was killed before it wrote one has a row and no event. */
function runsOf(db: Db, starts: readonly Mark[]): ReadonlyMap<number, RunLife> {
  const runs = recentRuns(db, Number.MAX_SAFE_INTEGER);
  const seqs = starts.map(({ seq }) => seq).reverse();
  const matched = matchStarts(runs, seqs);
  return new Map(
    runs.flatMap((run) => {
      const seq = matched.get(run.life);
      return seq === undefined ? [] : [[seq, run] as const];
    }),
  );
}

function sourceOf({ seq }: Mark): Source {
  return { kind: 'journal', file: null, line: null, seq };
}

/** A payload that cannot be read tells nothing; the event itself still stands. */
function read(payload: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(payload) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function lastOf(payload: string): { seq: number | null; ms: number | null } {
  const { last_seq: seq, last_event_ms: at } = read(payload);
  return { seq: typeof seq === 'number' ? seq : null, ms: typeof at === 'number' ? at : null };
}

function reasonOf(payload: string): string {
  const { reason } = read(payload);
  return typeof reason === 'string' ? reason : 'in order';
}

/** The life that wrote the event of this number. */
export function lifeAt(lives: readonly OwnLife[], seq: number): number | null {
  return lives.findLast(({ fromSeq }) => fromSeq <= seq)?.life ?? null;
}
