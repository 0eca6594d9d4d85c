/** The events around one event of our own journal, through the indices that the schema has. */
import type { Db } from '../core/database.ts';
import { EVENT_COLUMNS, type EventRow } from '../core/event-row.ts';
import type { EventNeighbours } from './event-facts.ts';
import type { JournalSource, SourceEvent, SourceRun } from './journal-source.ts';
import { sourceEvent } from './own-journal.ts';

/** Related events shown on each side. */
const AROUND = 6;
/** An effect stands near its cause; there is no index on causes. */
const EFFECTS_WITHIN = 20_000;
const MOST_EFFECTS = 20;

export function ownNeighbours(db: Db, source: JournalSource): EventNeighbours {
  return {
    causedBy: (seq) =>
      db
        .prepare<[Record<string, number>], EventRow>(
          `SELECT ${EVENT_COLUMNS} FROM events WHERE seq > @seq AND seq <= @seq + ${EFFECTS_WITHIN}
           AND causation_seq = @seq ORDER BY seq LIMIT ${MOST_EFFECTS}`,
        )
        .all({ seq })
        .map(sourceEvent),
    related: (event) => related(db, event),
    runOf: (seq) => runOf(db, source.runs(), seq),
  };
}

/** By the strongest name it carries. */
function related(db: Db, event: SourceEvent): ReturnType<EventNeighbours['related']> {
  const names = [
    ['position', 'position_id', event.positionId],
    ['order', 'client_order_id', event.clientOrderId],
    ['signal', 'signal_id', event.signalId],
  ] as const;
  for (const [word, column, value] of names) {
    if (value === null) continue;
    const some = (comparison: string, order: string): SourceEvent[] =>
      db
        .prepare<[string, number], EventRow>(
          `SELECT ${EVENT_COLUMNS} FROM events WHERE ${column} = ? AND seq ${comparison} ?
           ORDER BY seq ${order} LIMIT ${AROUND}`,
        )
        .all(value, event.seq)
        .map(sourceEvent);
    const total = db
      .prepare<[string], number>(`SELECT count(*) FROM events WHERE ${column} = ?`)
      .pluck();
    return {
      by: `${word} ${value}`,
      total: total.get(value) ?? 0,
      events: [...some('<', 'DESC').reverse(), ...some('>', 'ASC')],
    };
  }
  return null;
}

/**
 * The life whose start stands last before it, found in the run table by how far each life came. Between the
 * end of one and the start of the next only a command with the lock writes.
 */
function runOf(
  db: Db,
  runs: readonly SourceRun[],
  seq: number,
): { run: SourceRun | null; why: string } {
  const bound = (sql: string): number | null =>
    db.prepare<[number], number | null>(sql).pluck().get(seq) ?? null;
  const start = bound("SELECT max(seq) FROM events WHERE type = 'RUN_STARTED' AND seq <= ?");
  const next = bound("SELECT min(seq) FROM events WHERE type = 'RUN_STARTED' AND seq > ?");
  const took = db
    .prepare<[number], string>('SELECT type FROM events WHERE seq = ?')
    .pluck()
    .get(seq);
  // The life that took over says it before its own RUN_STARTED.
  if (took === 'PREVIOUS_RUN_DIED' && next === seq + 1) return runOf(db, runs, next);
  if (start === null) {
    return { run: null, why: 'no run had started in this journal before it' };
  }
  const run =
    runs.find(
      ({ lastSeq, isAlive }) =>
        lastSeq !== null && (lastSeq >= start || isAlive) && (next === null || lastSeq < next),
    ) ?? null;
  if (run === null) {
    return {
      run,
      why: `the run that started with event ${start} gave no sign of life in the run table`,
    };
  }
  const ended = bound("SELECT max(seq) FROM events WHERE type = 'RUN_ENDED' AND seq < ?");
  if (ended !== null && ended > start) {
    return {
      run: null,
      why: `event ${ended} ended the run before it: a command with the lock wrote it`,
    };
  }
  return { run, why: `event ${start} started the run; the run table has its process` };
}
