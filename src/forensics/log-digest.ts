/**
 * A log in a few lines: each pattern with how often, first and last, whether it still stands, and what to do,
 * the most urgent first. Lines are pushed one by one; memory does not grow with the log.
 */
import type { LogLine } from '../core/log-reader.ts';
import { MINUTE } from '../domain/clock.ts';
import { LOG_PATTERNS, type LogPattern, type Mark } from './log-patterns.ts';
import { lineTime } from './log-time.ts';

export interface PatternRow {
  readonly pattern: string;
  readonly mark: Mark;
  readonly count: number;
  /** Null in a log whose lines tell no time. */
  readonly first_ms: number | null;
  readonly last_ms: number | null;
  /** Markets it was about, the first fifty; empty where lines name none. */
  readonly subjects: readonly string[];
  /** False when a later line ended it: then it wants nothing any more. */
  readonly stands: boolean;
  readonly says: string;
  readonly next: string;
  /** Where the last line stands, and what it says. */
  readonly last_file: string;
  readonly last_line: number;
  readonly last_text: string;
}

export interface LogDigest {
  readonly lines: number;
  /** Lines of an earlier time than was asked for. */
  readonly earlier_lines: number;
  /** When the last of those was written; null when there is none, or it tells no time. */
  readonly earlier_last_ms: number | null;
  readonly first_ms: number | null;
  readonly last_ms: number | null;
  /** Most urgent first; what was ended comes last. */
  readonly patterns: readonly PatternRow[];
  /** Warnings and errors that no pattern knows, by our level or by the word of another bot's line. */
  readonly unknown: { readonly count: number; readonly last_text: string | null };
}

interface Tally {
  readonly pattern: LogPattern;
  count: number;
  first: number | null;
  last: number | null;
  where: LogLine;
  text: string;
  /** When each was seen last. */
  readonly subjects: Map<string, number>;
  readonly recent: number[];
  isOften: boolean;
  /** Subjects of which it stands, `''` for a line that names none. */
  readonly standing: Set<string>;
}

export interface LogDigester {
  push(line: LogLine): void;
  result(): LogDigest;
}

const WINDOW = 5 * MINUTE;
const MOST_SUBJECTS = 50;
const LONGEST_TEXT = 500;
const URGENCY: Readonly<Record<Mark, number>> = { act_now: 0, warning: 1, normal: 2 };

/** `sinceMs`: lines before it, and lines without a time that follow them, are left out. */
export function logDigester(
  sinceMs: number | null = null,
  patterns: readonly LogPattern[] = LOG_PATTERNS,
): LogDigester {
  const tallies = new Map<string, Tally>();
  const unknown = { count: 0, text: null as string | null };
  const earlier = { lines: 0, last: null as number | null };
  const seen = { lines: 0, first: null as number | null, last: null as number | null };
  const ending = patterns.filter(({ endedBy }) => endedBy !== undefined);

  return {
    push(line) {
      const atMs = line.record?.timeMs ?? lineTime(line.text) ?? seen.last;
      seen.last = atMs;
      if (sinceMs !== null && atMs !== null && atMs < sinceMs) {
        earlier.lines += 1;
        earlier.last = atMs;
        return;
      }
      seen.lines += 1;
      seen.first ??= atMs;
      const text = matchedText(line);
      for (const pattern of ending) end(tallies.get(pattern.id), text);
      const found = firstMatch(patterns, text, line.record !== null);
      if (found !== null) count(tallies, found, { line, text, atMs });
      else if (isLoud(line)) {
        unknown.count += 1;
        unknown.text = text.slice(0, LONGEST_TEXT);
      }
    },
    result: () => ({
      lines: seen.lines,
      earlier_lines: earlier.lines,
      earlier_last_ms: earlier.last,
      first_ms: seen.first,
      last_ms: seen.lines === 0 ? null : seen.last,
      patterns: [...tallies.values()].map(rowOf).sort(byUrgency),
      unknown: { count: unknown.count, last_text: unknown.text },
    }),
  };
}

/** Where others write the level: near the beginning, in capitals. */
const LOUD = /^.{0,120}?\b(?:WARN|WARNING|ERROR|CRITICAL|FATAL|SEVERE)\b/;

function isLoud({ record, text }: LogLine): boolean {
  if (record === null) return LOUD.test(text);
  return record.level === 'warn' || record.level === 'error';
}

/** Of our own lines the words; the time and the ids would only be in the way. */
function matchedText({ record, text }: LogLine): string {
  if (record === null) return text;
  return record.event === null ? record.msg : `${record.event.type} ${record.msg}`;
}

interface Match {
  readonly pattern: LogPattern;
  readonly subject: string;
}

function firstMatch(patterns: readonly LogPattern[], text: string, isOurs: boolean): Match | null {
  for (const pattern of patterns) {
    if (pattern.isOurs === true && !isOurs) continue;
    const groups = pattern.match.exec(text);
    if (groups === null) continue;
    const named = groups.groups ?? {};
    if (pattern.where !== undefined && !pattern.where(named)) continue;
    return { pattern, subject: named['subject'] ?? '' };
  }
  return null;
}

interface Seen {
  readonly line: LogLine;
  readonly text: string;
  readonly atMs: number | null;
}

function count(
  tallies: Map<string, Tally>,
  { pattern, subject }: Match,
  { line, text, atMs }: Seen,
): void {
  const tally = tallies.get(pattern.id) ?? fresh(pattern, line);
  tallies.set(pattern.id, tally);
  tally.count += 1;
  tally.first ??= atMs;
  tally.last = atMs;
  tally.where = line;
  tally.text = text.slice(0, LONGEST_TEXT);
  const isKnown = tally.subjects.has(subject) || tally.subjects.size < MOST_SUBJECTS;
  if (subject !== '' && isKnown) tally.subjects.set(subject, atMs ?? 0);
  if (isKnown) tally.standing.add(subject);
  tally.isOften ||= isOften(tally, atMs ?? 0);
}

function fresh(pattern: LogPattern, where: LogLine): Tally {
  return {
    pattern,
    count: 0,
    first: null,
    last: null,
    where,
    text: '',
    subjects: new Map(),
    recent: [],
    isOften: false,
    standing: new Set(),
  };
}

/** Once often is often: what happened at three is still to be looked at when five are quiet. */
function isOften({ pattern: { often }, subjects, recent }: Tally, now: number): boolean {
  if (often === undefined) return false;
  if (often.subjects !== undefined) {
    return [...subjects.values()].filter((at) => now - at <= WINDOW).length >= often.subjects;
  }
  const times = often.times ?? Infinity;
  recent.push(now);
  if (recent.length > times) recent.shift();
  return recent.length >= times && now - (recent[0] ?? now) <= 12 * WINDOW;
}

function end(tally: Tally | undefined, text: string): void {
  if (tally === undefined || tally.standing.size === 0) return;
  const groups = tally.pattern.endedBy?.exec(text) ?? null;
  if (groups === null) return;
  const subject = groups.groups?.['subject'];
  if (subject === undefined) tally.standing.clear();
  else tally.standing.delete(subject);
}

function rowOf(tally: Tally): PatternRow {
  const { pattern, isOften: often, where } = tally;
  const { mark, says, next } = often && pattern.often !== undefined ? pattern.often : pattern;
  return {
    pattern: pattern.id,
    mark,
    count: tally.count,
    first_ms: tally.first,
    last_ms: tally.last,
    subjects: [...tally.subjects.keys()],
    stands: pattern.endedBy === undefined || tally.standing.size > 0,
    says,
    next,
    last_file: where.file,
    last_line: where.line,
    last_text: tally.text,
  };
}

function byUrgency(a: PatternRow, b: PatternRow): number {
  const rank = ({ stands, mark }: PatternRow): number => (stands ? URGENCY[mark] : 3);
  return rank(a) - rank(b) || (b.last_ms ?? 0) - (a.last_ms ?? 0);
}
