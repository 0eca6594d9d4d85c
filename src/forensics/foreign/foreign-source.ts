/** The forensic database of another bot's incident, read as a journal. It has no hashes and no living bot. */
import { inForensicWords, openForeignReadonly } from '../../core/foreign-store.ts';
import { readLogFile } from '../../core/log-reader.ts';
import type { Db } from '../../core/database.ts';
import type {
  Contradiction,
  EventMark,
  JournalSource,
  SourceEvent,
  SourceHead,
  SourceLogLine,
  SourceRun,
} from '../journal-source.ts';
import { understood } from '../log-lines.ts';
import { rowsBeside } from './unread-rows.ts';

interface EventRow {
  readonly seq: number;
  readonly type: string;
  readonly tsMs: number | null;
  readonly recordedMs: number | null;
  readonly symbol: string | null;
  readonly positionId: string | null;
  readonly clientOrderId: string | null;
  readonly signalId: string | null;
  readonly correlationId: string | null;
  readonly file: string;
  readonly line: number;
  readonly raw: string;
}

const EVENT_ROWS = `SELECT seq, type, ts_ms AS tsMs, recorded_ms AS recordedMs, symbol,
  position_id AS positionId, client_order_id AS clientOrderId, signal_id AS signalId,
  correlation_id AS correlationId, file, line, raw FROM v_events`;
const LOG_PAGE = 1_000;

/** Opens it for reading; `close` it. Throws STORE_MISSING, STORE_CORRUPT for a file that is none. */
export function openForeignSource(path: string): JournalSource & { readonly close: () => void } {
  const db = openForeignReadonly(path);
  const asked = <T>(ask: () => T): T => inForensicWords(path, ask);
  const all = <T>(sql: string, ...values: readonly (string | number)[]): T[] =>
    asked(() => db.prepare<(string | number)[], T>(sql).all(...values));
  return {
    name: path,
    kind: 'foreign',
    isHome: false,
    identity: () =>
      all<{ sha256: string }>('SELECT sha256 FROM files ORDER BY path')
        .map(({ sha256 }) => sha256)
        .join(' '),
    ends: () => asked(() => endsOf(db)),
    marks: (afterSeq, limit) =>
      all<EventMark>(
        `SELECT seq, type, NULL AS runId, position_id AS positionId, ts_ms AS tsMs,
           recorded_ms AS recordedMs, NULL AS hash, 'unhashed' AS link
         FROM events WHERE seq > ? ORDER BY seq LIMIT ?`,
        afterSeq,
        limit,
      ),
    events: (afterSeq, limit) =>
      all<EventRow>(`${EVENT_ROWS} WHERE seq > ? ORDER BY seq LIMIT ?`, afterSeq, limit).map(
        sourceEvent,
      ),
    eventAt: (seq) => all<EventRow>(`${EVENT_ROWS} WHERE seq = ?`, seq).map(sourceEvent)[0] ?? null,
    runs: () => all<RunRow>(RUN_ROWS).map(sourceRun),
    highWater: () => ({ state: 'none', why: 'files of another bot bring no high-water mark' }),
    heartbeats: [],
    beside: (holes) => asked(() => rowsBeside(db, holes)),
    contradictions: () => asked(() => contradictionsOf(db)),
    logLines: (files) => (files === null ? importedLines(db) : namedFiles(files)),
    close: () => db.close(),
  };
}

function endsOf(db: Db): { first: SourceHead; last: SourceHead } | null {
  const row = db
    .prepare<[], { first: number | null; last: number | null }>(
      'SELECT min(seq) AS first, max(seq) AS last FROM events',
    )
    .get();
  if (row === undefined || row.first === null || row.last === null) return null;
  return { first: { seq: row.first, hash: null }, last: { seq: row.last, hash: null } };
}

function sourceEvent({ file, line, raw, ...row }: EventRow): SourceEvent {
  const { payload, damage } = payloadOf(raw);
  const where = `${file}:${line}`;
  return { ...row, runId: null, causationSeq: null, payload, damage, hash: null, where };
}

/** A row of CSV is text, not damage. */
function payloadOf(raw: string): { payload: Record<string, unknown>; damage: string | null } {
  if (!raw.startsWith('{')) return { payload: { row: raw }, damage: null };
  try {
    return { payload: JSON.parse(raw) as Record<string, unknown>, damage: null };
  } catch {
    return {
      payload: { row: raw },
      damage: 'is no JSON any more: it was changed after the import',
    };
  }
}

interface RunRow {
  readonly life: number;
  readonly pid: number | null;
  readonly startedMs: number;
  readonly lastBeatMs: number;
  readonly lastSeq: number | null;
  readonly endedMs: number | null;
  readonly endReason: string | null;
  readonly how: 'clean' | 'died' | 'unknown';
}

const RUN_ROWS = `SELECT life, pid, started_ms AS startedMs, last_sign_ms AS lastBeatMs,
  last_seq AS lastSeq, ended_ms AS endedMs, end_reason AS endReason, how FROM runs ORDER BY life`;

/** Of a life that nothing ended, the files only end: that is no death. */
function sourceRun({ how, ...row }: RunRow): SourceRun {
  const unknown = { runId: null, host: null, bootId: null, lastRssBytes: null, isAlive: false };
  const cut = how === 'unknown' ? { endedMs: row.lastBeatMs, endReason: 'the files end here' } : {};
  return { ...row, ...unknown, ...cut };
}

/** Positions whose own row names no signal, or another one, than the event that names the position. */
function contradictionsOf(db: Db): Contradiction[] {
  const signals = db
    .prepare<[], Omit<Contradiction, 'kind' | 'text'> & { row: string | null; event: string }>(
      `SELECT p.position_id AS positionId, p.symbol, e.seq, p.signal_id AS row, e.signal_id AS event
       FROM positions p JOIN events e ON e.position_id = p.position_id
       WHERE e.signal_id IS NOT NULL AND p.signal_id IS NOT e.signal_id ORDER BY e.seq LIMIT 1000`,
    )
    .all()
    .map(({ row, event, ...about }): Contradiction => {
      const said = row === null ? 'no signal' : `signal ${row}`;
      const text = `position ${about.positionId} has ${said}; event ${about.seq} names signal ${event}`;
      return { ...about, kind: 'signal', text };
    });
  const references = db
    .prepare<[], Omit<Contradiction, 'kind' | 'text'>>(
      `SELECT e.position_id AS positionId, e.symbol, min(e.seq) AS seq FROM events e
       WHERE e.position_id IS NOT NULL AND EXISTS (SELECT 1 FROM positions) AND NOT EXISTS
         (SELECT 1 FROM positions p WHERE p.position_id = e.position_id)
       GROUP BY e.position_id ORDER BY 3 LIMIT 1000`,
    )
    .all()
    .map((about): Contradiction => {
      const text = `event ${about.seq} names position ${about.positionId}; no imported row has that id`;
      return { ...about, kind: 'reference', text };
    });
  return [...signals, ...references];
}

const LOG_ROWS = `SELECT row_id AS id, f.name AS file, line, ts_ms AS timeMs, seq, means AS type, symbol,
  position_id AS positionId, pid, text FROM log JOIN files f USING (file_id)
  WHERE source = 'log' AND row_id > ? ORDER BY row_id LIMIT ?`;
type LogRow = Omit<SourceLogLine, 'hash8' | 'isReplayed'> & { readonly id: number };

/** A line that means what an event means tells of such an event, and is named like it. */
function* importedLines(db: Db): Generator<SourceLogLine> {
  const types = new Map(
    db
      .prepare<[], [string, string]>('SELECT means, min(type) FROM events GROUP BY means')
      .raw()
      .all(),
  );
  types.delete('other');
  const page = db.prepare<[number, number], LogRow>(LOG_ROWS);
  for (let after = 0; ;) {
    const rows = page.all(after, LOG_PAGE);
    for (const { id, ...row } of rows) {
      after = id;
      yield { ...row, type: types.get(row.type ?? '') ?? null, hash8: null, isReplayed: false };
    }
    if (rows.length < LOG_PAGE) return;
  }
}

/** Files that were not imported have no map: their lines are text. */
function* namedFiles(files: readonly string[]): Generator<SourceLogLine> {
  for (const path of files) {
    for (const line of readLogFile(path)) {
      yield { ...understood(line), text: line.record?.msg ?? line.text };
    }
  }
}
