/**
 * Reads `events` of our own journal a page at a time and checks every hash link on the way. SQLite writes
 * the canonical bytes of a row itself, which halves the time of a scan; a link that does not hold that
 * way is judged again by the journal's own function, so the fast way can only ever be too strict.
 */
import type { Db } from '../core/database.ts';
import { chainHash, EVENT_COLUMNS, GENESIS_HASH, type EventRow } from '../core/event-row.ts';
import { sha256 } from '../domain/random.ts';
import type { EventMark, Link } from './journal-source.ts';

type RawMark = [
  seq: number,
  type: string,
  tsMs: number,
  recordedMs: number,
  hash: string,
  bytes: string,
];

/** Fields that few readers want are taken out of the bytes when asked: a string costs as much as a hash. */
class OwnMark implements EventMark {
  readonly seq: number;
  readonly type: string;
  readonly tsMs: number;
  readonly recordedMs: number;
  readonly hash: string;
  readonly link: Link;
  private readonly bytes: string;

  constructor([seq, type, tsMs, recordedMs, hash, bytes]: RawMark, link: Link) {
    this.seq = seq;
    this.type = type;
    this.tsMs = tsMs;
    this.recordedMs = recordedMs;
    this.hash = hash;
    this.link = link;
    this.bytes = bytes;
  }

  get runId(): string | null {
    return this.column(1);
  }

  get positionId(): string | null {
    return this.column(6);
  }

  /** By the order of {@link HASHED}. */
  private column(at: number): string | null {
    return (JSON.parse(this.bytes) as (string | null)[])[at] ?? null;
  }
}

const HASHED = EVENT_COLUMNS.slice(0, EVENT_COLUMNS.lastIndexOf(','));

/** Returns the reader of pages; see `JournalSource.marks`. */
export function ownMarks(db: Db): (afterSeq: number, limit: number) => EventMark[] {
  const fast = db
    .prepare<[number, number], RawMark>(
      `SELECT seq, type, ts_ms, recorded_ms, hash, json_array(${HASHED})
       FROM events WHERE seq > ? ORDER BY seq LIMIT ?`,
    )
    .raw();
  const slow = db.prepare<[number, number], EventRow>(
    `SELECT ${EVENT_COLUMNS} FROM events WHERE seq > ? ORDER BY seq LIMIT ?`,
  );
  const before = db
    .prepare<[number], string>('SELECT hash FROM events WHERE seq <= ? ORDER BY seq DESC LIMIT 1')
    .pluck();
  const holds = (previous: string, seq: number): boolean => {
    const row = slow.get(seq - 1, 1);
    return row?.seq === seq && chainHash(previous, row) === row.hash;
  };
  const exactly = (afterSeq: number, limit: number, previous: string): EventMark[] => {
    let hash = previous;
    return slow.all(afterSeq, limit).map((row) => {
      const link = chainHash(hash, row) === row.hash ? 'whole' : 'broken';
      hash = row.hash;
      return { ...markOf(row), link };
    });
  };

  /** Null when the event before stands on a damaged page. */
  const hashBefore = (afterSeq: number): string | null => {
    try {
      return before.get(afterSeq) ?? GENESIS_HASH;
    } catch {
      return null;
    }
  };
  /** One event that can be read behind one that cannot: its link cannot be judged. */
  const unlinked = (afterSeq: number, limit: number): EventMark[] =>
    slow.all(afterSeq, Math.min(1, limit)).map((row) => ({ ...markOf(row), link: 'unhashed' }));

  return (afterSeq, limit) => {
    const known = hashBefore(afterSeq);
    if (known === null) return unlinked(afterSeq, limit);
    let previous = known;
    let rows: RawMark[];
    try {
      rows = fast.all(afterSeq, limit);
    } catch {
      // A value that has no JSON, which only a hand can have written: row by row, or the true error.
      return exactly(afterSeq, limit, previous);
    }
    return rows.map((row) => {
      const [seq, , , , hash, bytes] = row;
      const isWhole = sha256(previous + bytes) === hash || holds(previous, seq);
      previous = hash;
      return new OwnMark(row, isWhole ? 'whole' : 'broken');
    });
  };
}

function markOf(row: EventRow): Omit<EventMark, 'link'> {
  const { seq, type, hash } = row;
  return {
    seq,
    type,
    runId: row.run_id,
    positionId: row.position_id,
    tsMs: row.ts_ms,
    recordedMs: row.recorded_ms,
    hash,
  };
}
