/**
 * The lives of the bot process with the events around each: from the run table, and from the RUN_STARTED that
 * each life wrote first. A journal has no pid, so a life and its start are matched by sequence numbers.
 */
import type { Db } from '../core/database.ts';
import { recentRuns, type RunLife } from '../core/runs.ts';

export interface EventMention {
  readonly seq: number;
  readonly type: string;
  /** Trading clock. */
  readonly recordedMs: number;
}

export interface LifeWithEvents {
  readonly run: RunLife;
  /** The life after it. */
  readonly next: RunLife | null;
  /** The event it wrote first; null when it wrote none, or none can be told to be its own. */
  readonly first: EventMention | null;
  /** The last event before the next life's first, or of the journal. */
  readonly last: EventMention | null;
  /** The first event of the next life. */
  readonly after: EventMention | null;
}

/** How many lives this journal knows. */
export function countLives(db: Db): number {
  return db.prepare<[], number>('SELECT count(*) FROM runs').pluck().get() ?? 0;
}

/** Lives, newest first, and the one before the oldest of them is not needed to judge it. */
export function readLives(db: Db, limit: number): LifeWithEvents[] {
  const runs = recentRuns(db, limit);
  const starts = new Map(
    [...matchStarts(runs, startSeqs(db, limit))].map(([life, seq]) => [life, firstOf(db, seq)]),
  );
  const mention = mentionReader(db);
  return runs.map((run, at): LifeWithEvents => {
    const first = starts.get(run.life) ?? null;
    const newer = runs.slice(0, at).map(({ life }) => starts.get(life) ?? null);
    // Lives that wrote nothing stand between this one and the next that did.
    const after = newer.findLast((seq) => seq !== null) ?? null;
    return {
      run,
      next: runs[at - 1] ?? null,
      first: first === null ? null : mention('at', first),
      last: first === null ? null : mention('before', after),
      after: after === null ? null : mention('at', after),
    };
  });
}

/** A life that took over from a dead one says so before its RUN_STARTED, in the same commit. */
function firstOf(db: Db, start: number): number {
  const before = db
    .prepare<[number], string>('SELECT type FROM events WHERE seq = ?')
    .pluck()
    .get(start - 1);
  return before === 'PREVIOUS_RUN_DIED' ? start - 1 : start;
}

/** Newest first. One life writes at most one. */
function startSeqs(db: Db, limit: number): number[] {
  return db
    .prepare<[number], number>(
      `SELECT seq FROM events WHERE type = 'RUN_STARTED' ORDER BY seq DESC LIMIT ?`,
    )
    .pluck()
    .all(limit);
}

/**
 * Newest first on both sides. A life that said how far the journal was owns no start beyond it; one that
 * wrote nothing before it died owns none, and then the start belongs to an older life.
 */
export function matchStarts(
  runs: readonly Pick<RunLife, 'life' | 'lastSeq'>[],
  starts: readonly number[],
): ReadonlyMap<number, number> {
  const matched = new Map<number, number>();
  let next = 0;
  for (const [at, { life, lastSeq }] of runs.entries()) {
    const start = starts[next];
    if (start === undefined) break;
    const older = runs.slice(at + 1).find((run) => run.lastSeq !== null)?.lastSeq ?? 0;
    // It began before this life's predecessors spoke last: it is one of theirs.
    if (start <= older || (lastSeq !== null && start > lastSeq)) continue;
    matched.set(life, start);
    next += 1;
  }
  return matched;
}

type MentionReader = (which: 'at' | 'before', seq: number | null) => EventMention | null;

function mentionReader(db: Db): MentionReader {
  const columns = 'SELECT seq, type, recorded_ms AS recordedMs FROM events';
  const at = db.prepare<[number], EventMention>(`${columns} WHERE seq = ?`);
  const before = db.prepare<[number], EventMention>(
    `${columns} WHERE seq < ? ORDER BY seq DESC LIMIT 1`,
  );
  return (which, seq) =>
    (which === 'at' ? at.get(seq ?? 0) : before.get(seq ?? Number.MAX_SAFE_INTEGER)) ?? null;
}
