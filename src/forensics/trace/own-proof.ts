/**
 * What our own journal proves of the events that a trace tells: whether every number between them is there, whether
 * each is what was committed, and whether the rows are what the events come to. Bounded: a position of months
 * stands among a million events, and then only those beside what is told are looked at.
 */
import { isSqliteError, type Db } from '../../core/database.ts';
import { foldPosition } from '../../core/fold-one.ts';
import { positionRow, type Row } from '../../core/registry-rows.ts';
import { rowDifferences } from '../../core/row-difference.ts';
import { ms } from '../../domain/clock.ts';
import type { EventMark } from '../journal-source.ts';
import { ownMarks } from '../own-marks.ts';
import type { NumberGap } from '../timeline.ts';
import type { Proof } from '../verdict/statement.ts';

/** Events that are looked at without being told: some 20 ms of work. */
const MOST_LOOKED_AT = 10_000;
const PAGE = 500;

interface Edge {
  readonly seq: number;
  readonly ts_ms: number;
}

export interface Proven {
  readonly proof: Proof;
  readonly gaps: readonly NumberGap[];
}

/** `seqs`: the events that are told, in order. */
export function ownProof(db: Db, seqs: readonly number[], positionIds: readonly string[]): Proven {
  const walk = new Walk(db);
  let isWhole: boolean;
  try {
    isWhole = walk.over(seqs);
  } catch (error) {
    // A damaged page beside what is told hides what stands on it, and no more.
    if (!isSqliteError(error)) throw error;
    isWhole = false;
  }
  const differences = positionIds.flatMap((id) => {
    try {
      return differencesOf(db, id);
    } catch (error) {
      if (!isSqliteError(error)) throw error;
      isWhole = false;
      return [];
    }
  });
  const rowless = positionIds.filter((id) => rowOf(db, id) === undefined);
  return { gaps: walk.gaps, proof: { broken: walk.broken, differences, rowless, isWhole } };
}

class Walk {
  readonly gaps: NumberGap[] = [];
  readonly broken: Proof['broken'][number][] = [];
  private readonly marks: ReturnType<typeof ownMarks>;
  private readonly before;
  private done = 0;

  constructor(db: Db) {
    this.marks = ownMarks(db);
    this.before = db.prepare<[number], Edge>(
      'SELECT seq, ts_ms FROM events WHERE seq < ? ORDER BY seq DESC LIMIT 1',
    );
  }

  /** From the first to the one behind the last; true when every number between was looked at. */
  over(seqs: readonly number[]): boolean {
    const [first, last] = [seqs[0], seqs.at(-1)];
    if (first === undefined || last === undefined) return true;
    if (last - first <= MOST_LOOKED_AT) {
      this.range(first, last);
      return true;
    }
    for (const seq of seqs) if (seq >= this.done) this.range(seq, seq);
    return false;
  }

  /** The event behind the last tells whether something stood between, or the last was made anew. */
  private range(first: number, last: number): void {
    let previous = this.before.get(first) ?? null;
    for (let after = first - 1; ;) {
      const page = this.marks(after, Math.min(PAGE, last + 1 - after));
      for (const mark of page) {
        this.see(mark, previous);
        previous = { seq: mark.seq, ts_ms: mark.tsMs ?? 0 };
      }
      this.done = Math.max(this.done, previous?.seq ?? 0);
      if (page.length === 0 || this.done > last) return;
      after = this.done;
    }
  }

  private see({ seq, type, tsMs, link }: EventMark, previous: Edge | null): void {
    if (seq <= this.done) return;
    const after = previous?.seq ?? 0;
    if (seq === after + 1) {
      if (link === 'broken') this.broken.push({ seq, type });
      return;
    }
    const afterMs = ms(previous?.ts_ms ?? tsMs ?? 0);
    const beforeMs = ms(tsMs ?? 0);
    const missing = seq - after - 1;
    this.gaps.push({ after, before: seq, missing, afterMs, beforeMs, witness: null, link });
  }
}

function rowOf(db: Db, id: string): Row | undefined {
  return db.prepare<[string], Row>('SELECT * FROM positions WHERE position_id = ?').get(id);
}

/** The row beside what its own events come to. */
function differencesOf(db: Db, id: string): Proof['differences'] {
  const row = rowOf(db, id);
  const folded = foldPosition(db, id);
  if (folded.read === 'unreadable') return [{ positionId: id, unreadSeq: folded.seq, columns: [] }];
  if (folded.value === null || row === undefined) return [];
  const columns = rowDifferences(row, positionRow(folded.value));
  return columns.length === 0 ? [] : [{ positionId: id, unreadSeq: null, columns }];
}
