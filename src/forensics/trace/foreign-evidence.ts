/**
 * Everything that an imported incident holds of one subject: its events, rows, signals, log lines and what was
 * written about it; and around it the starts and deaths, the counts, and what other positions left where.
 */
import { zoneOf, readForeign } from '../../core/foreign-store.ts';
import { logOf, unreadLogLines } from './foreign-log.ts';
import { unreadRows } from '../foreign/unread-rows.ts';
import type { Db } from '../../core/database.ts';
import { ms } from '../../domain/clock.ts';
import type { Life, Meaning, PositionRow, TimelineEntry } from '../timeline.ts';
import { LATE_MS } from '../verdict/late-groups.ts';
import type { Evidence } from '../verdict/statement.ts';
import {
  EVENT_ROWS,
  eventEntry,
  LOG_ROWS,
  oneLine,
  logEntry,
  POSITION_ROWS,
  positionRow,
  SIGNAL_ROWS,
  signalEntry,
  unreadEntry,
  type EventRow,
  type LogRow,
  type PositionFound,
  type SignalRow,
} from './foreign-rows.ts';
import { timeAmong } from './moments.ts';
import { gapsAround } from './foreign-gaps.ts';
import { foreignSubject, type ForeignSubject } from './foreign-subject.ts';
import type { TraceRequest } from './own-evidence.ts';

/** Rows of one kind about one subject, and of those that mean nothing to us, such as prices: the newest. */
const MOST_ROWS = 2_000;
const MOST_OTHERS = 300;
/** Positions of other markets that stand beside it, for what the log has of them. */
const NEIGHBOURS = 40;

/** Throws STORE_MISSING, STORE_CORRUPT, or NOT_FOUND for a reference that names nothing. */
export function foreignEvidence(path: string, request: TraceRequest): Evidence {
  return readForeign(path, (db) => gather(db, foreignSubject(db, request.ref), request));
}

function gather(db: Db, subject: ForeignSubject, request: TraceRequest): Evidence {
  const lives = livesOf(db);
  const zone = zoneOf(db);
  const events = meaningful<EventRow>(
    db,
    { subject, sql: EVENT_ROWS, table: 'e' },
    ({ seq }) => seq,
  );
  const logLines = meaningful<LogRow>(
    db,
    { subject, sql: LOG_ROWS, table: 'l' },
    (row) => row.row_id,
  );
  const ofSignals = { subject, sql: SIGNAL_ROWS, table: 's', most: MOST_ROWS };
  const signals = ofSubject<SignalRow>(db, ofSignals).reverse();
  const rows = positionsOf(db, subject);
  const own = rows.filter(({ about }) => about);
  const unreadLog = unreadLogLines(db, { rows, ...subject });
  const entries = oncePerLine([
    ...events.rows.map((row) => eventEntry(row, true, lives)),
    ...logLines.rows.map((row) => logEntry(row, true, lives)),
    ...unreadLog.about.map((row) => unreadEntry(row, lives)),
    ...signals.map((row) => signalEntry(row, lives)),
    ...own.map((row) => rowEntry(row, lives)),
    ...aroundOf(db, lives, rows),
    ...besideLate(db, events.rows, lives),
  ]);
  const gaps = gapsAround(db, events.rows);
  return {
    ref: request.ref,
    missingSeq: null,
    symbols: subject.symbols,
    older: [],
    leftOut: 0,
    truncated: events.isCut || logLines.isCut || unreadLog.isCut || signals.length === MOST_ROWS,
    entries,
    positions: rows,
    lives,
    gaps,
    unread: unreadOf(db, { subject, entries, gaps }),
    proof: null,
    log: logOf(db, unreadLog.symbols),
    venue: null,
    foreign: true,
    asOfMs: request.asOfMs,
    zone,
    time: timeAmong(zone, entries),
  };
}

/** A line may be about the subject and around it; what it says of the subject stands first. */
function oncePerLine(entries: readonly TimelineEntry[]): TimelineEntry[] {
  const seen = new Set<string>();
  return entries.filter(({ source: { kind, file, line } }) => {
    const place = `${kind} ${file}:${line}`;
    return !seen.has(place) && seen.add(place);
  });
}

/** Rows beside that name the subject or a number of a hole; a trace may call neither absent. */
function unreadOf(
  db: Db,
  { subject, entries, gaps }: Pick<Evidence, 'entries' | 'gaps'> & { subject: ForeignSubject },
): NonNullable<Evidence['unread']> {
  const holes = gaps.map(({ after, before }) => ({ fromSeq: after + 1, toSeq: before - 1 }));
  const { events, rows } = unreadRows(db, { names: namesOf(subject, entries), holes });
  return {
    events,
    rows: rows.map(({ file, line, raw, ...row }) => ({
      ...row,
      source: { kind: 'journal', file, line, seq: null },
      quote: oneLine(raw),
    })),
  };
}

/** What a text that nobody understood may call the subject. */
function namesOf({ symbols }: ForeignSubject, entries: readonly TimelineEntry[]): string[] {
  const ids = entries
    .filter(({ about }) => about)
    .flatMap(({ refs }) => [refs.positionId, refs.signalId, refs.correlationId]);
  return [...symbols, ...ids].filter((name) => name !== null);
}

interface Asked {
  readonly subject: ForeignSubject;
  readonly sql: string;
  readonly table: string;
}

/** In the order they were found. A thousand prices after it never hide how a position came to be. */
function meaningful<T>(
  db: Db,
  asked: Asked,
  placeOf: (row: T) => number,
): { rows: T[]; isCut: boolean } {
  const means = `${asked.table}.means`;
  const told = ofSubject<T>(db, { ...asked, most: MOST_ROWS, only: `${means} <> 'other'` });
  const others = ofSubject<T>(db, { ...asked, most: MOST_OTHERS, only: `${means} = 'other'` });
  const isCut = told.length === MOST_ROWS || others.length === MOST_OTHERS;
  const rows = [...told, ...others].sort((a, b) => placeOf(a) - placeOf(b));
  return { rows, isCut };
}

/** Rows of the market, newest first; those that name another position of it are somebody else's. */
function ofSubject<T>(
  db: Db,
  { subject, sql, table, most, only = 'TRUE' }: Asked & { most: number; only?: string },
): T[] {
  const { symbols, positionId, seq } = subject;
  const marks = symbols.map(() => '?').join(', ');
  const other = positionId === null ? '' : `AND coalesce(${table}.position_id, ?) = ?`;
  const single = seq === null || table !== 'e' ? '' : `OR e.seq = ${seq}`;
  return db
    .prepare<(string | number)[], T>(
      `${sql} WHERE ((${table}.symbol IN (${marks}) ${other}) ${single}) AND ${only}
       ORDER BY ${table}.rowid DESC LIMIT ${most}`,
    )
    .all(...symbols, ...(positionId === null ? [] : [positionId, positionId]));
}

/** Its own positions and those that were opened nearest to them. */
function positionsOf(db: Db, { symbols, positionId }: ForeignSubject): PositionRow[] {
  const isOwn = (row: PositionFound): boolean =>
    symbols.includes(row.symbol ?? '') && (positionId === null || row.position_id === positionId);
  const own = symbols.flatMap((symbol) =>
    db.prepare<[string], PositionFound>(`${POSITION_ROWS} WHERE p.symbol = ?`).all(symbol),
  );
  const around = own[0]?.ts_ms ?? null;
  const others = db
    .prepare<[number, number], PositionFound>(
      `${POSITION_ROWS} WHERE p.ts_ms IS NOT NULL ORDER BY abs(p.ts_ms - ?) LIMIT ?`,
    )
    .all(around ?? 0, around === null ? 0 : NEIGHBOURS);
  const all = new Map([...own, ...others].map((row) => [row.id, row]));
  return [...all.values()].map((row) => positionRow(row, isOwn(row)));
}

function rowEntry(row: PositionRow, lives: readonly Life[]): TimelineEntry {
  const life = lives.findLast(({ startedMs }) => startedMs <= row.openedMs)?.life ?? null;
  const { symbol, positionId, signalId, source, quote } = row;
  return {
    atMs: row.openedMs,
    recordedMs: null,
    source,
    means: 'other',
    type: 'position row',
    quote,
    refs: {
      symbol,
      positionId,
      signalId,
      clientOrderId: null,
      venueOrderId: null,
      tradeId: null,
      correlationId: null,
    },
    life,
    about: true,
    facts: {},
  };
}

/** Starts, ends and counts of the whole bot, the last sign of a life that died, and what the log has of neighbours. */
function aroundOf(db: Db, lives: readonly Life[], rows: readonly PositionRow[]): TimelineEntry[] {
  const whole: readonly Meaning[] = ['run_started', 'run_ended', 'lock_released', 'batch_written'];
  const lines = whole.flatMap((means) =>
    db
      .prepare<[string], LogRow>(
        `${LOG_ROWS} WHERE l.means = ? AND l.means <> 'other' AND l.source = 'log' ORDER BY l.ts_ms LIMIT 200`,
      )
      .all(means),
  );
  const ids = rows.filter(({ about }) => !about).map(({ positionId }) => positionId);
  const opened = db.prepare<[string], LogRow>(
    `${LOG_ROWS} WHERE l.position_id = ? AND l.source = 'log' LIMIT 20`,
  );
  const last = db.prepare<[number], EventRow>(`${EVENT_ROWS} WHERE e.seq = ?`);
  return [
    ...lines.map((row) => logEntry(row, false, lives)),
    ...ids.flatMap((id) => opened.all(id)).map((row) => logEntry(row, false, lives)),
    ...lives
      .flatMap(({ end, lastSeq }) => (end === 'died' && lastSeq !== null ? last.all(lastSeq) : []))
      .map((row) => eventEntry(row, false, lives)),
  ];
}

/** The events it happened long before and got its number after, and the last sign before it was written late. */
function besideLate(db: Db, events: readonly EventRow[], lives: readonly Life[]): TimelineEntry[] {
  const first = events.find(({ numbered, ts_ms }) => numbered === 1 && ts_ms !== null);
  const before = db.prepare<[number, number], EventRow>(
    `SELECT * FROM (${EVENT_ROWS} WHERE e.seq < ? AND e.numbered = 1 ORDER BY e.seq DESC LIMIT 1)
     WHERE ts_ms > ?`,
  );
  const late = events.find(
    ({ ts_ms: at, recorded_ms: written }) =>
      at !== null && written !== null && written - at >= LATE_MS && !isStartIn(lives, at, written),
  );
  const event = db.prepare<[number], EventRow>(
    `${EVENT_ROWS} WHERE e.ts_ms < ? ORDER BY e.ts_ms DESC, e.seq DESC LIMIT 1`,
  );
  const line = db.prepare<[number], LogRow>(
    `${LOG_ROWS} WHERE l.source = 'log' AND l.ts_ms < ? ORDER BY l.ts_ms DESC, l.row_id DESC LIMIT 1`,
  );
  const written = late?.recorded_ms ?? null;
  return [
    ...(first === undefined ? [] : before.all(first.seq, (first.ts_ms ?? 0) + LATE_MS)).map((row) =>
      eventEntry(row, false, lives),
    ),
    ...(written === null ? [] : event.all(written)).map((row) => eventEntry(row, false, lives)),
    ...(written === null ? [] : line.all(written)).map((row) => logEntry(row, false, lives)),
  ];
}

function isStartIn(lives: readonly Life[], from: number, to: number): boolean {
  return lives.some(({ startedMs }) => startedMs > from && startedMs <= to);
}

interface RunRow {
  readonly life: number;
  readonly pid: number | null;
  readonly started_ms: number;
  readonly last_sign_ms: number;
  readonly last_seq: number | null;
  readonly ended_ms: number | null;
  readonly end_reason: string | null;
  readonly how: 'clean' | 'died' | 'unknown';
  readonly start_file: string;
  readonly start_line: number;
}

function livesOf(db: Db): Life[] {
  return db
    .prepare<[], RunRow>('SELECT * FROM runs ORDER BY life')
    .all()
    .map((row) => ({
      life: row.life,
      pid: row.pid,
      startedMs: ms(row.started_ms),
      lastSignMs: ms(row.last_sign_ms),
      lastSeq: row.last_seq,
      endedMs: row.ended_ms === null ? null : ms(row.ended_ms),
      endReason: row.end_reason,
      end: row.how,
      evidence: [{ kind: 'log', file: row.start_file, line: row.start_line, seq: null }],
    }));
}
