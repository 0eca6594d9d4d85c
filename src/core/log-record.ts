/**
 * One line of the log: JSON, one object per line, safe to `cat`. A line of an event is written after its
 * commit and carries its `seq` and the first eight digits of its hash; a line without `seq` is something
 * the bot said that is no fact of the journal.
 */
import { isoTime, ms, parseTime, type Ms } from '../domain/clock.ts';
import { eventLevel, eventSentence } from '../domain/event-sentence.ts';
import type { StoredEvent } from '../domain/event.ts';
import { safeJson } from '../domain/unsafe-characters.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogRecord {
  /** When the line was written, wall clock. */
  readonly timeMs: Ms;
  readonly level: LogLevel;
  /** Of the process that wrote the line. */
  readonly pid: number;
  readonly msg: string;
  readonly event: LoggedEvent | null;
}

/** What a line says of its event. */
export interface LoggedEvent {
  readonly seq: number;
  /** First eight digits of the event's hash. */
  readonly hash: string;
  readonly type: string;
  /** When the event was recorded, trading clock. */
  readonly atMs: Ms;
  readonly symbol: string | null;
  readonly position: string | null;
  readonly order: string | null;
  readonly signal: string | null;
  /** Not written by the process that committed the event, or not at once. */
  readonly replayed: boolean;
}

/** Where and when a line is written; `time` is the ISO text of the wall clock. */
export interface LineStamp {
  readonly time: string;
  readonly pid: number;
}

/** First digits of a hash that a line carries: enough to tell two histories apart. */
export const HASH_DIGITS = 8;
/** A venue may answer with a whole page of HTML; a line of the log stays a line. */
const LONGEST_MESSAGE = 2_000;
const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error'];

/** The line of a committed event, with its line end. */
export function eventLine(event: StoredEvent, stamp: LineStamp, replayed: boolean): string {
  return lineOf({
    time: stamp.time,
    level: eventLevel(event),
    pid: stamp.pid,
    seq: event.seq,
    hash: event.hash.slice(0, HASH_DIGITS),
    type: event.type,
    at: isoTime(event.recordedMs),
    ...(event.symbol === null ? {} : { symbol: event.symbol }),
    ...(event.positionId === null ? {} : { position: event.positionId }),
    ...(event.clientOrderId === null ? {} : { order: event.clientOrderId }),
    ...(event.signalId === null ? {} : { signal: event.signalId }),
    ...(replayed ? { replayed } : {}),
    msg: shortened(eventSentence(event)),
  });
}

/** A line that is no event's. */
export function noteLine(level: LogLevel, message: string, { time, pid }: LineStamp): string {
  return lineOf({ time, level, pid, msg: shortened(message) });
}

/** What a line says; null for a line that this program did not write, or not to its end. */
export function parseLogLine(text: string): LogRecord | null {
  if (!text.startsWith('{')) return null;
  let read: Readonly<Record<string, unknown>>;
  try {
    read = JSON.parse(text) as typeof read;
  } catch {
    return null;
  }
  const timeMs = timeOf(read['time']);
  const { level, pid, msg } = read;
  if (timeMs === null || typeof msg !== 'string' || typeof pid !== 'number') return null;
  if (typeof level !== 'string' || !LEVELS.includes(level)) return null;
  return { timeMs, level: level as LogLevel, pid, msg, event: eventOf(read) };
}

function eventOf(read: Readonly<Record<string, unknown>>): LoggedEvent | null {
  const { seq, hash, type } = read;
  if (!Number.isSafeInteger(seq) || typeof hash !== 'string' || typeof type !== 'string') {
    return null;
  }
  return {
    seq: seq as number,
    hash,
    type,
    atMs: timeOf(read['at']) ?? ms(0),
    symbol: textOf(read['symbol']),
    position: textOf(read['position']),
    order: textOf(read['order']),
    signal: textOf(read['signal']),
    replayed: read['replayed'] === true,
  };
}

function lineOf(fields: Readonly<Record<string, unknown>>): string {
  return `${safeJson(JSON.stringify(fields))}\n`;
}

function shortened(message: string): string {
  return message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, LONGEST_MESSAGE)}…`;
}

function timeOf(value: unknown): Ms | null {
  return typeof value === 'string' ? parseTime(value) : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
