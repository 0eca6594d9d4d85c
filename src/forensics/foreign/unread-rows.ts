/**
 * Rows of the imported files that could not be understood and stand beside: what they name is looked for in
 * their text, for nothing may be called absent that stands in one of them.
 */
import type { Db } from '../../core/database.ts';
import type { JournalSource, RowBeside } from '../journal-source.ts';
import { namedIn } from './named-in.ts';

export interface UnreadRow {
  readonly file: string;
  readonly line: number;
  readonly why: string;
  readonly raw: string;
  /** Of what was looked for, what its text names. */
  readonly names: readonly string[];
  /** Numbers inside a hole that its text holds; only of a file of events. */
  readonly numbers: readonly number[];
}

export interface UnreadRows {
  /** Rows of event files that were not kept in any form. */
  readonly events: number;
  readonly rows: readonly UnreadRow[];
}

export interface Hole {
  readonly fromSeq: number;
  readonly toSeq: number;
}

/** Of a file that was read by the wrong map every row is bad. */
const MOST_LOOKED_AT = 100_000;
const MOST_TOLD = 50;

type BadRow = Pick<UnreadRow, 'file' | 'line' | 'why' | 'raw'> & { readonly kind: string };

const BAD_ROWS = `SELECT f.name AS file, f.kind, b.line, b.why, b.raw FROM bad_rows b
  JOIN files f USING (file_id) WHERE b.kept = 0 ORDER BY b.file_id, b.line LIMIT ${MOST_LOOKED_AT}`;

/** Rows beside that name one of `names`, or a number of a hole. */
export function unreadRows(
  db: Db,
  { names, holes }: { readonly names: readonly string[]; readonly holes: readonly Hole[] },
): UnreadRows {
  const find = namedIn(names);
  const rows: UnreadRow[] = [];
  let events = 0;
  for (const { kind, ...row } of db.prepare<[], BadRow>(BAD_ROWS).iterate()) {
    if (kind === 'events') events += 1;
    const found = find?.(row.raw) ?? [];
    const numbers = kind === 'events' ? numbersIn(row.raw, holes) : [];
    if (rows.length < MOST_TOLD && found.length + numbers.length > 0) {
      rows.push({ ...row, names: found, numbers });
    }
  }
  return { events, rows };
}

/** What a report of holes says of them. */
export function rowsBeside(
  db: Db,
  holes: readonly Hole[],
): ReturnType<NonNullable<JournalSource['beside']>> {
  const total = db.prepare('SELECT count(*) FROM bad_rows WHERE kept = 0').pluck().get() as number;
  const all = db
    .prepare<[], RowBeside>(
      `SELECT f.name AS file, b.line, b.why FROM bad_rows b JOIN files f USING (file_id)
       WHERE b.kept = 0 ORDER BY b.file_id, b.line LIMIT 3`,
    )
    .all();
  const { rows } = total === 0 ? { rows: [] } : unreadRows(db, { names: [], holes });
  const inHole = ({ fromSeq, toSeq }: Hole): readonly RowBeside[] =>
    rows.filter(({ numbers }) => numbers.some((number) => number >= fromSeq && number <= toSeq));
  return { all, total, inHole };
}

function numbersIn(raw: string, holes: readonly Hole[]): number[] {
  if (holes.length === 0) return [];
  const written = [...new Set(raw.match(/(?<![\d.])\d{1,15}(?![\d.])/g) ?? [])].map(Number);
  return written.filter((number) =>
    holes.some(({ fromSeq, toSeq }) => number >= fromSeq && number <= toSeq),
  );
}
