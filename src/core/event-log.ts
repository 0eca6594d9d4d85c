/**
 * The log, a projection of the journal: the line of an event is written after its COMMIT, never before and
 * never instead. What a process did not get to write is written by the next one, marked `replayed`. The log
 * never stops the bot: a disk that takes no line is said once, and what is missing is caught up later.
 */
import { isoTime, type Clock } from '../domain/clock.ts';
import type { StoredEvent } from '../domain/event.ts';
import { messageOf } from '../domain/errors.ts';
import { isSqliteError, type Db } from './database.ts';
import { EVENT_COLUMNS, storedEvent, type EventRow } from './event-row.ts';
import { readHead } from './head.ts';
import { lastLogged } from './log-cursor.ts';
import { logFile, type LogFile, type LogLimits } from './log-file.ts';
import { eventLine, HASH_DIGITS, noteLine, type LineStamp, type LogLevel } from './log-record.ts';

export interface EventLogOptions {
  readonly file: string;
  readonly limits: LogLimits;
  /** The journal's database: what is missing is read from it. */
  readonly db: Db;
  readonly wall: Clock;
  readonly pid: number;
  /** Said once when no line can be written, and once when lines are written again. */
  readonly onTrouble: (line: string) => void;
}

export interface EventLog {
  /** Writes the lines of events that were just committed. Never throws. */
  readonly committed: (events: readonly StoredEvent[]) => void;
  /** Writes a line that is no event's; one that cannot be written is counted and lost. Never throws. */
  readonly note: (level: LogLevel, message: string) => void;
  readonly close: () => void;
}

/** Events that are read at once to catch up. */
const PAGE = 500;
/** Bytes of a line, roughly: how far back a log that was lost is written again. */
const LINE_BYTES = 400;

/** Opens the log and catches up with the journal. Only the holder of the bot's lock may. Never throws. */
export function openEventLog(options: EventLogOptions): EventLog {
  const { wall, pid } = options;
  const log = new LogWriter(options);
  const stamp = (): LineStamp => ({ time: isoTime(wall.now()), pid });
  log.attempt(stamp(), () => log.begin(stamp()));
  return {
    committed: (events) => {
      const now = stamp();
      log.attempt(now, () => log.writeEvents(events, now));
    },
    note: (level, message) => {
      const now = stamp();
      if (!log.attempt(now, () => log.write(noteLine(level, message, now)))) log.lost += 1;
    },
    close: () => log.close(),
  };
}

class LogWriter {
  /** Notes that could not be written. */
  lost = 0;
  private readonly options: EventLogOptions;
  private readonly file: LogFile;
  /** The last event with a line; null until the log could be read. */
  private logged: number | null = null;
  private isBehind = false;

  constructor(options: EventLogOptions) {
    this.options = options;
    this.file = logFile(options.file, options.limits);
  }

  close(): void {
    this.file.close();
  }

  write(text: string): void {
    this.file.append(text);
  }

  /** Does it after what an earlier failure left undone; false when it failed, which is said once. */
  attempt(stamp: LineStamp, work: () => void): boolean {
    try {
      if (this.isBehind) this.recover(stamp);
      work();
      return true;
    } catch (error) {
      const why = messageOf(error);
      if (!this.isBehind) {
        this.options.onTrouble(
          `the log cannot be written, the journal goes on without it: ${why}; ` +
            'free disk space or look at who owns the home: lines are caught up',
        );
      }
      this.isBehind = true;
      return false;
    }
  }

  /** Finds how far the log came and writes what the journal has beyond it. */
  begin(stamp: LineStamp): void {
    const { db, file, limits } = this.options;
    const head = readHead(db).seq;
    const last = lastLogged(file);
    if (last !== null && last.seq > head) {
      this.write(noteLine('warn', aheadText(last.seq, head), stamp));
      this.logged = head;
      return;
    }
    const isOurs = last !== null && hashOf(db, last.seq) === last.hash;
    const earliest = Math.max(0, head - Math.floor(limits.maxBytes / LINE_BYTES));
    this.logged = isOurs ? last.seq : earliest;
    if (last !== null && !isOurs) {
      this.write(noteLine('warn', `event ${last.seq} of this log is not in the journal`, stamp));
    }
    if (last === null && earliest > 0) {
      const text = `the log begins here; events up to ${earliest} are only in the journal`;
      this.write(noteLine('info', text, stamp));
    }
    this.catchUp(head, stamp);
  }

  writeEvents(events: readonly StoredEvent[], stamp: LineStamp): void {
    const fresh = events.filter(({ seq }) => seq > (this.logged ?? 0));
    if (fresh.length === 0) return;
    this.write(fresh.map((event) => eventLine(event, stamp, false)).join(''));
    this.logged = fresh.at(-1)?.seq ?? this.logged;
  }

  /** The events just committed are written as late ones too: they are in the journal like the others. */
  private recover(stamp: LineStamp): void {
    if (this.logged === null) this.begin(stamp);
    else this.catchUp(readHead(this.options.db).seq, stamp);
    const lost = this.lost === 0 ? '' : `; ${this.lost} lines that were no events are lost`;
    this.write(noteLine('warn', `the log can be written again${lost}`, stamp));
    this.isBehind = false;
    this.lost = 0;
    this.options.onTrouble('the log can be written again, what was missing is written');
  }

  private catchUp(until: number, stamp: LineStamp): void {
    for (;;) {
      const rows = this.page(until, stamp);
      if (rows.length === 0) return;
      this.write(rows.map((row) => eventLine(storedEvent(row), stamp, true)).join(''));
      this.logged = rows.at(-1)?.seq ?? until;
    }
  }

  /** What the database cannot give is said and passed over: it must not hold up every line after it. */
  private page(until: number, stamp: LineStamp): readonly EventRow[] {
    const after = this.logged ?? 0;
    try {
      return this.options.db
        .prepare<[number, number], EventRow>(
          `SELECT ${EVENT_COLUMNS} FROM events WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ${PAGE}`,
        )
        .all(after, until);
    } catch (error) {
      if (!isSqliteError(error)) throw error;
      const why = messageOf(error);
      const text = `events ${after + 1} to ${until} cannot be read for the log: ${why}`;
      this.write(noteLine('warn', text, stamp));
      this.logged = until;
      return [];
    }
  }
}

function aheadText(logged: number, head: number): string {
  return (
    `this log tells of events up to ${logged}, the journal ends at ${head}: ` +
    'they are gone, or the journal was replaced; look with: tradectl events gap'
  );
}

function hashOf(db: Db, seq: number): string | undefined {
  return db
    .prepare<[number, number], string>('SELECT substr(hash, 1, ?) FROM events WHERE seq = ?')
    .pluck()
    .get(HASH_DIGITS, seq);
}
