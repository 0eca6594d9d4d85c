/** `tradectl.event/1`: events of the journal, in order of `seq`. */
import { EVENT_COLUMNS, type EventRow } from '../../core/event-row.ts';
import { hashAt, readHead } from '../../core/head.ts';
import { homePaths } from '../../core/home.ts';
import { restoreRecords } from '../../core/restore-records.ts';
import type { Db } from '../../core/database.ts';
import { readHome } from './read-home.ts';
import { resolveMarket } from './resolve-market.ts';

export interface EventDocument extends Omit<EventRow, 'payload'> {
  readonly schema: 'tradectl.event/1';
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface EventFilter {
  readonly type: string | null;
  /** Any spelling of a market. */
  readonly symbol: string | null;
}

/** At most `limit` events after `afterSeq`, oldest first. */
export function readEventsAfter(
  home: string,
  filter: EventFilter,
  from: { afterSeq: number; limit: number },
): EventDocument[] {
  return readHome(home, (db) => select(db, filter, { ...from, order: 'ASC' }));
}

/** The newest `limit` events, oldest first. */
export function readNewestEvents(
  home: string,
  filter: EventFilter,
  limit: number,
): EventDocument[] {
  const rows = readHome(home, (db) => select(db, filter, { afterSeq: 0, limit, order: 'DESC' }));
  return rows.reverse();
}

/**
 * Whether the journal that this event was read from is gone, as after a restore: then the event behind which the
 * new one goes on, else null.
 */
export function replacedUnder(
  home: string,
  { seq, hash }: Pick<EventDocument, 'seq' | 'hash'>,
): number | null {
  return readHome(home, (db) => {
    if (hashAt(db, seq) === hash) return null;
    const { headSeq } = restoreRecords(homePaths(home)).at(-1) ?? {};
    return Math.min(headSeq ?? Infinity, readHead(db).seq);
  });
}

function select(
  db: Db,
  filter: EventFilter,
  page: { afterSeq: number; limit: number; order: 'ASC' | 'DESC' },
): EventDocument[] {
  const symbol = filter.symbol === null ? null : resolveMarket(db, filter.symbol);
  const conditions = ['seq > @afterSeq'];
  if (filter.type !== null) conditions.push('type = @type');
  if (symbol !== null) conditions.push('symbol = @symbol');
  const sql = `SELECT ${EVENT_COLUMNS} FROM events WHERE ${conditions.join(' AND ')}
    ORDER BY seq ${page.order} LIMIT @limit`;
  return db
    .prepare<[Record<string, unknown>], EventRow>(sql)
    .all({ afterSeq: page.afterSeq, limit: page.limit, type: filter.type, symbol })
    .map((row) => ({ schema: 'tradectl.event/1', ...row, payload: payloadOf(row.payload) }));
}

/** One damaged event must not hide the others: its text is shown as it stands. */
function payloadOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { unreadable_payload: text };
  }
}
