/**
 * Events of a few types, for a restart that does not fold all of them. An event of the wrong shape is
 * skipped and named, once each, and the next one is asked: no event may keep a bot from starting.
 */
import type { EventOf, EventType, StoredEvent } from '../domain/event.ts';
import type { PositionId } from '../domain/ids.ts';
import { messageOf } from '../domain/errors.ts';
import type { Db } from './database.ts';
import { EVENT_COLUMNS, storedEvent, type EventRow } from './event-row.ts';
import type { RestoreProblem } from './restore-problem.ts';

type Value = string | number;

export interface EventReader {
  /** What `read` makes of each event, oldest first; `where` names the columns of `events e`. */
  readonly each: <T>(
    where: string,
    values: readonly Value[],
    read: (event: StoredEvent) => T,
  ) => T[];
  /** The newest event of a type of which `read` makes something; null when there is none. */
  readonly last: <K extends EventType, T>(
    type: K,
    read: (event: EventOf<K>) => T | null,
  ) => T | null;
  /** Events that could not be read so far. */
  readonly problems: () => readonly RestoreProblem[];
}

export function eventReader(db: Db): EventReader {
  const problems = new Map<number, RestoreProblem>();
  const attempt = <T>(row: EventRow, read: (event: StoredEvent) => T): T | null => {
    try {
      return read(storedEvent(row));
    } catch (error) {
      problems.set(row.seq, unreadable(row, messageOf(error)));
      return null;
    }
  };
  const rows = (where: string, order: string): ReturnType<typeof prepared> =>
    prepared(db, `SELECT ${EVENT_COLUMNS} FROM events e WHERE ${where} ORDER BY seq ${order}`);

  return {
    each: (where, values, read) =>
      rows(where, 'ASC')
        .all(...values)
        .map((row) => attempt(row, read))
        .filter((value) => value !== null),
    last: <K extends EventType, T>(type: K, read: (event: EventOf<K>) => T | null) => {
      for (const row of rows('type = ?', 'DESC').iterate(type)) {
        const value = attempt(row, (event) => read(event as EventOf<K>));
        if (value !== null) return value;
      }
      return null;
    },
    problems: () => [...problems.values()],
  };
}

function prepared(db: Db, sql: string) {
  return db.prepare<Value[], EventRow>(sql);
}

function unreadable(row: EventRow, why: string): RestoreProblem {
  return {
    kind: 'journal.unreadable',
    table: 'events',
    id: String(row.seq),
    positionId: row.position_id as PositionId | null,
    symbol: null,
    why: `event ${row.seq} (${row.type}): ${why}`,
    row: null,
    seq: row.seq,
  };
}
