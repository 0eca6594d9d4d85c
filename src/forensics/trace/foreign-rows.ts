/** Rows of the forensic database as lines of the timeline, each with the file and line it was found in. */
import { ms } from '../../domain/clock.ts';
import type { Life, Meaning, PositionRow, Refs, Source, TimelineEntry } from '../timeline.ts';

interface Found {
  readonly symbol: string | null;
  readonly position_id: string | null;
  readonly client_order_id: string | null;
  readonly venue_order_id: string | null;
  readonly trade_id: string | null;
  readonly signal_id: string | null;
  readonly correlation_id: string | null;
  readonly ts_ms: number | null;
  readonly raw: string;
  readonly line: number;
  readonly file: string;
}

export interface EventRow extends Found {
  readonly seq: number;
  readonly numbered: 0 | 1;
  readonly recorded_ms: number | null;
  readonly recorded_by: 'told' | 'counted' | null;
  readonly type: string;
  readonly means: Meaning;
  readonly pid: number | null;
  /** When the event before it happened: an event without a time stands there. */
  readonly before_ms: number | null;
}

export interface LogRow extends Found {
  readonly row_id: number;
  readonly source: 'log' | 'note';
  readonly understood: 0 | 1;
  readonly means: Meaning;
  readonly level: string | null;
  readonly author: string | null;
  readonly pid: number | null;
  readonly seq: number | null;
  readonly wrote: number | null;
  readonly count_before: number | null;
  readonly count_after: number | null;
  readonly text: string;
}

export interface SignalRow extends Found {
  readonly side: string | null;
  readonly entry_price: string | null;
  readonly stop_price: string | null;
}

export interface PositionFound extends SignalRow {
  readonly id: number;
  readonly closed_ms: number | null;
  readonly status: string | null;
  readonly quantity: string | null;
  readonly targets: string;
}

export const EVENT_ROWS = `SELECT e.*, f.name AS file, (SELECT b.ts_ms FROM events b WHERE b.seq < e.seq
  AND b.ts_ms IS NOT NULL ORDER BY b.seq DESC LIMIT 1) AS before_ms FROM events e JOIN files f USING (file_id)`;
export const LOG_ROWS = 'SELECT l.*, f.name AS file FROM log l JOIN files f USING (file_id)';
export const SIGNAL_ROWS = 'SELECT s.*, f.name AS file FROM signals s JOIN files f USING (file_id)';
export const POSITION_ROWS =
  'SELECT p.*, p.row_id AS id, f.name AS file FROM positions p JOIN files f USING (file_id)';

/** The life in whose time it happened. */
function lifeOf(lives: readonly Life[], at: number | null): number | null {
  if (at === null) return null;
  return lives.findLast(({ startedMs }) => startedMs <= at)?.life ?? null;
}

export function eventEntry(row: EventRow, about: boolean, lives: readonly Life[]): TimelineEntry {
  return {
    atMs: ms(row.ts_ms ?? row.before_ms ?? 0),
    recordedMs: row.recorded_ms === null ? null : ms(row.recorded_ms),
    source: sourceOf(row, 'journal', row.numbered === 1 ? row.seq : null),
    means: row.means,
    type: row.type,
    quote: oneLine(row.raw),
    refs: refsOf(row),
    life: lifeOf(lives, row.ts_ms),
    about,
    facts: { timed: row.ts_ms !== null, recorded_by: row.recorded_by, pid: row.pid },
  };
}

export function logEntry(row: LogRow, about: boolean, lives: readonly Life[]): TimelineEntry {
  const isNote = row.source === 'note';
  const said = isNote && row.author !== null ? `${row.author}: ${row.text}` : row.text;
  return {
    atMs: ms(row.ts_ms ?? 0),
    recordedMs: null,
    source: sourceOf(row, row.source, null),
    means: row.means,
    type: isNote ? 'note' : (row.level ?? 'line'),
    quote: oneLine(isNote ? said : row.raw),
    refs: refsOf(row),
    life: isNote ? null : lifeOf(lives, row.ts_ms),
    about,
    facts: {
      timed: row.ts_ms !== null,
      pid: row.pid,
      wrote: row.wrote,
      unread: !isNote && row.understood === 0,
      count_before: row.count_before,
      count_after: row.count_after,
    },
  };
}

/** A line that names the subject in words that were not understood: it says nothing but its text. */
export function unreadEntry(row: LogRow, lives: readonly Life[]): TimelineEntry {
  const entry = logEntry(row, true, lives);
  return { ...entry, means: 'other', facts: { ...entry.facts, unread: true } };
}

export function signalEntry(row: SignalRow, lives: readonly Life[]): TimelineEntry {
  return {
    atMs: ms(row.ts_ms ?? 0),
    recordedMs: null,
    source: sourceOf(row, 'signals', null),
    means: 'signal',
    type: 'signal row',
    quote: oneLine(row.raw),
    refs: refsOf(row),
    life: lifeOf(lives, row.ts_ms),
    about: true,
    facts: { timed: row.ts_ms !== null },
  };
}

export function positionRow(row: PositionFound, about: boolean): PositionRow {
  return {
    positionId: row.position_id ?? '',
    symbol: row.symbol ?? '',
    side: row.side?.toLowerCase() ?? null,
    status: row.status,
    quantity: row.quantity,
    entryPrice: row.entry_price,
    stopPrice: row.stop_price,
    targets: targetsOf(row.targets),
    signalId: row.signal_id,
    openedMs: ms(row.ts_ms ?? 0),
    closedMs: row.closed_ms === null ? null : ms(row.closed_ms),
    origin: null,
    exitReason: null,
    realizedPnl: null,
    fees: null,
    source: sourceOf(row, 'registry', null),
    quote: oneLine(row.raw),
    about,
  };
}

/** A row that was damaged after the import tells what is left of it. */
function targetsOf(written: string): string[] {
  try {
    const read: unknown = JSON.parse(written);
    return Array.isArray(read) ? read.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
}

function sourceOf({ file, line }: Found, kind: Source['kind'], seq: number | null): Source {
  return { kind, file, line, seq };
}

function refsOf(row: Found): Refs {
  return {
    symbol: row.symbol,
    positionId: row.position_id,
    signalId: row.signal_id,
    clientOrderId: row.client_order_id,
    venueOrderId: row.venue_order_id,
    tradeId: row.trade_id,
    correlationId: row.correlation_id,
  };
}

const LONGEST_QUOTE = 400;

/** The first line of a row or an entry, cut where nobody reads on. */
export function oneLine(raw: string): string {
  const line = raw.split('\n', 1)[0] ?? '';
  return line.length <= LONGEST_QUOTE ? line : `${line.slice(0, LONGEST_QUOTE)}…`;
}
