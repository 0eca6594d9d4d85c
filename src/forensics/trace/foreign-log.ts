/**
 * What an imported log says, and what it holds without having been understood: a line whose words no pattern
 * knows may be the very line that seems to be missing, so its text is searched before anything is called absent.
 */
import type { Db } from '../../core/database.ts';
import { ms, type Ms } from '../../domain/clock.ts';
import { namedIn } from '../foreign/named-in.ts';
import type { Meaning, PositionRow } from '../timeline.ts';
import type { LogEvidence } from '../verdict/statement.ts';
import { LOG_ROWS, type LogRow } from './foreign-rows.ts';

/** Lines about one market that are told: of a price of every second there are thousands. */
const MOST_LINES = 200;

/** Null without a log. From indices and counts: a log has more lines than anybody waits for. */
export function logOf(db: Db, namedUnread: readonly string[]): LogEvidence | null {
  const lines = db
    .prepare("SELECT sum(rows + bad_rows) FROM files WHERE kind = 'log'")
    .pluck()
    .get();
  const edge = (order: 'ASC' | 'DESC'): Ms | undefined =>
    db
      .prepare<[], Ms>(
        `SELECT ts_ms FROM log WHERE source = 'log' AND ts_ms IS NOT NULL ORDER BY ts_ms ${order} LIMIT 1`,
      )
      .pluck()
      .get();
  const [fromMs, toMs] = [edge('ASC'), edge('DESC')];
  if (typeof lines !== 'number') return null;
  if (fromMs === undefined || toMs === undefined) {
    return { lines, understood: 0, namedUnread, fromMs: ms(0), toMs: ms(0), says: [] };
  }
  const counts = db
    .prepare<[], { means: Meaning; lines: number }>(
      `SELECT means, count(*) AS lines FROM log WHERE source = 'log' AND understood = 1 GROUP BY means`,
    )
    .all();
  const understood = counts.reduce((sum, each) => sum + each.lines, 0);
  return { lines, understood, namedUnread, fromMs, toMs, says: counts.map(({ means }) => means) };
}

interface Wanted {
  readonly rows: readonly PositionRow[];
  readonly symbols: readonly string[];
  readonly positionId: string | null;
}

interface UnreadLog {
  /** Lines that name the subject, the newest of them, in the order of the log. */
  readonly about: readonly LogRow[];
  /** Markets of the rows that such lines name. */
  readonly symbols: readonly string[];
  readonly isCut: boolean;
}

interface Unread {
  readonly row_id: number;
  readonly symbol: string | null;
  readonly raw: string;
}

/** Lines that were not understood and name the subject, or the market of a position beside it, in their text. */
export function unreadLogLines(db: Db, { rows, symbols, positionId }: Wanted): UnreadLog {
  const find = namedIn([...symbols, ...rows.map(({ symbol }) => symbol)]);
  if (find === null) return { about: [], symbols: [], isCut: false };
  const lines = db.prepare<{ id: string | null }, Unread>(
    `SELECT row_id, symbol, raw FROM log WHERE source = 'log' AND understood = 0
     AND (@id IS NULL OR position_id IS NULL OR position_id = @id)`,
  );
  const named = new Set<string>();
  let [about, isCut]: [number[], boolean] = [[], false];
  for (const { row_id: id, symbol, raw } of lines.iterate({ id: positionId })) {
    const found = symbol === null ? find(raw) : [symbol];
    for (const each of found) named.add(each);
    // A line with a column for its market is found by that column.
    if (symbol === null && found.some((each) => symbols.includes(each))) about.push(id);
    if (about.length > 2 * MOST_LINES) [about, isCut] = [about.slice(-MOST_LINES), true];
  }
  const line = db.prepare<[number], LogRow>(`${LOG_ROWS} WHERE l.row_id = ?`);
  return {
    about: about.slice(-MOST_LINES).flatMap((id) => line.all(id)),
    symbols: [...named],
    isCut: isCut || about.length > MOST_LINES,
  };
}
