/**
 * Figures of a whole journal (`tradectl.event_stats/1`): counts by type, rate, span, lag between happening and
 * recording, size. Counted by ranges of numbers, each a short read, on the index where one covers it.
 */
import { statSync } from 'node:fs';
import type { SeqRange } from './seq-set.ts';
import { inOurWords, type Db } from '../core/database.ts';

export interface EventStats {
  readonly schema: 'tradectl.event_stats/1';
  readonly as_of_ms: number;
  readonly source: string;
  readonly events: number;
  readonly first_seq: number | null;
  readonly last_seq: number | null;
  /** Committed behind the last one and gone; null when nothing is known to be. */
  readonly lost_from: number | null;
  readonly lost_to: number | null;
  readonly first_recorded_ms: number | null;
  readonly last_recorded_ms: number | null;
  /** Over the span of the journal; null for less than two moments. */
  readonly events_per_day: number | null;
  readonly types: readonly {
    readonly type: string;
    readonly count: number;
    readonly share: number;
  }[];
  readonly lag_p50_ms: number | null;
  readonly lag_p90_ms: number | null;
  readonly lag_p99_ms: number | null;
  readonly lag_max_ms: number | null;
  /** Recorded before they happened: a clock that was set back, or a venue ahead of us. */
  readonly negative_lags: number;
  readonly file_bytes: number;
  readonly wal_bytes: number;
  readonly bytes_per_event: number | null;
}

export interface StatsAbout {
  readonly path: string;
  readonly nowMs: number;
  readonly lost: SeqRange | null;
}

/** Numbers per read: some twenty milliseconds. */
const SPAN = 50_000;

interface End {
  readonly seq: number;
  readonly recorded_ms: number;
}

/** Throws STORE_CORRUPT where a page cannot be read: a count of the rest would be taken for the count. */
export function eventStats(db: Db, about: StatsAbout): EventStats {
  return inOurWords(about.path, () => figures(db, about));
}

function figures(db: Db, { path, nowMs, lost }: StatsAbout): EventStats {
  const end = (order: string): End | null =>
    db
      .prepare<[], End>(`SELECT seq, recorded_ms FROM events ORDER BY seq ${order} LIMIT 1`)
      .get() ?? null;
  const [first, last] = [end('ASC'), end('DESC')];
  const counted = countAll(db, last?.seq ?? 0);
  const { events, types, lags } = counted;
  const [fileBytes, walBytes] = [sizeOf(path), sizeOf(`${path}-wal`)];
  const span = (last?.recorded_ms ?? 0) - (first?.recorded_ms ?? 0);
  return {
    schema: 'tradectl.event_stats/1',
    as_of_ms: nowMs,
    source: path,
    events,
    first_seq: first?.seq ?? null,
    last_seq: last?.seq ?? null,
    lost_from: lost?.from ?? null,
    lost_to: lost?.to ?? null,
    first_recorded_ms: first?.recorded_ms ?? null,
    last_recorded_ms: last?.recorded_ms ?? null,
    events_per_day: span <= 0 ? null : Math.round((events * 86_400_000) / span),
    types: [...types]
      .map(([type, count]) => ({ type, count, share: Math.round((count / events) * 1e4) / 1e4 }))
      .sort((a, b) => b.count - a.count || a.type.localeCompare(b.type)),
    lag_p50_ms: percentile(lags, events, 0.5),
    lag_p90_ms: percentile(lags, events, 0.9),
    lag_p99_ms: percentile(lags, events, 0.99),
    lag_max_ms: percentile(lags, events, 1),
    negative_lags: [...lags].reduce((sum, [lag, count]) => sum + (lag < 0 ? count : 0), 0),
    file_bytes: fileBytes,
    wal_bytes: walBytes,
    bytes_per_event: events === 0 ? null : Math.round((fileBytes + walBytes) / events),
  };
}

interface Counted {
  readonly events: number;
  readonly types: ReadonlyMap<string, number>;
  /** How many events had each lag: exact below a second, then rounded down to three digits. */
  readonly lags: ReadonlyMap<number, number>;
}

function countAll(db: Db, lastSeq: number): Counted {
  const page = db.prepare<[number, number], { type: string; lag: number; n: number }>(
    `SELECT type, recorded_ms - ts_ms AS lag, count(*) AS n FROM events
     WHERE seq > ? AND seq <= ? GROUP BY type, lag`,
  );
  const types = new Map<string, number>();
  const lags = new Map<number, number>();
  let events = 0;
  for (let after = 0; after < lastSeq; after += SPAN) {
    for (const { type, lag, n } of page.all(after, Math.min(lastSeq, after + SPAN))) {
      types.set(type, (types.get(type) ?? 0) + n);
      const rounded = roundedLag(lag);
      lags.set(rounded, (lags.get(rounded) ?? 0) + n);
      events += n;
    }
  }
  return { events, types, lags };
}

/** Three digits are plenty, and bound how many there can be. */
function roundedLag(lag: number): number {
  if (Math.abs(lag) < 1_000) return lag;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(lag))) - 2);
  return Math.trunc(lag / unit) * unit;
}

function percentile(lags: Counted['lags'], events: number, part: number): number | null {
  if (events === 0) return null;
  let seen = 0;
  const sorted = [...lags].sort(([a], [b]) => a - b);
  for (const [lag, count] of sorted) {
    seen += count;
    if (seen >= Math.ceil(part * events)) return lag;
  }
  return sorted.at(-1)?.[0] ?? null;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
