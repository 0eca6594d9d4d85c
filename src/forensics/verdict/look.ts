/** Questions that many rules ask of the evidence. */
import type {
  Life,
  Meaning,
  NumberGap,
  PositionRow,
  SourceKind,
  TimelineEntry,
} from '../timeline.ts';
import type { Evidence } from './statement.ts';

/** What concerns the subject and means one of these. */
export function telling(
  { entries }: Evidence,
  means: readonly Meaning[],
  kind: SourceKind | null = null,
): TimelineEntry[] {
  return entries.filter(
    (entry) =>
      entry.about && means.includes(entry.means) && (kind === null || entry.source.kind === kind),
  );
}

/** Lines of the log that name the subject in words that nobody understood. */
export function unreadNaming({ entries }: Evidence): TimelineEntry[] {
  return entries.filter(
    ({ about, source, facts }) => about && source.kind === 'log' && facts['unread'] === true,
  );
}

/** Rows of the subject itself. */
export function ownRows({ positions }: Evidence): PositionRow[] {
  return positions.filter(({ about }) => about);
}

/** The sentence itself; with its position where several are told of. */
export function about(
  evidence: Evidence,
  { positionId }: { readonly positionId: string | null },
  sentence: string,
): string {
  if (positionId === null || ownRows(evidence).length < 2) return sentence;
  const [first = '', ...rest] = sentence;
  return `Position ${positionId}: ${first.toLowerCase()}${rest.join('')}`;
}

/** Its events come to something else than its row says, or to nothing that can be told. */
export function isDoubted({ proof }: Evidence, { positionId }: PositionRow): boolean {
  return proof?.differences.some((each) => each.positionId === positionId) === true;
}

/** A bot runs in this home now: what it has not written has not happened, as far as it can see. */
export function isAlive({ lives }: Evidence): boolean {
  return lives.at(-1)?.end === 'running';
}

/** The event that says that this position came to be. */
export function openingOf(evidence: Evidence, positionId: string): TimelineEntry | null {
  const found = evidence.entries.find(
    ({ means, source, refs }) =>
      source.kind === 'journal' &&
      (means === 'position_opened' || means === 'position_imported') &&
      refs.positionId === positionId,
  );
  return found ?? null;
}

/** Numbers that our own journal lacks between two events, its lost tail aside. */
export function isHole({ witness, link }: NumberGap): boolean {
  return witness === null && link !== null;
}

/** The fact as it was told, or that it cannot be read: a damaged event must not make up words. */
export function told({ facts }: TimelineEntry, name: string): string {
  const value = facts[name];
  return value === undefined || value === null ? '(unreadable)' : String(value);
}

/** First-hand lines about the subject have a time of their own. */
export function isTimed({ facts, atMs }: TimelineEntry): boolean {
  return facts['timed'] !== false && atMs > 0;
}

const UNKNOWN_TIME = 'an unknown time';

/** When it happened; a line that names no time only borrows its place in the order. */
export function whenOf({ time }: Evidence, entry: TimelineEntry): string {
  return isTimed(entry) ? time(entry.atMs) : UNKNOWN_TIME;
}

/** When a row says that its position was opened. */
export function whenOpened({ time }: Evidence, { openedMs }: PositionRow): string {
  return openedMs > 0 ? time(openedMs) : UNKNOWN_TIME;
}

function lifeNamed({ lives }: Evidence, life: number | null): Life | null {
  return lives.find((each) => each.life === life) ?? null;
}

/** `process 10893`, or when it started where nobody wrote its pid down. */
export function processName({ pid, startedMs }: Life, time: Evidence['time']): string {
  return pid === null ? `the process started at ${time(startedMs)}` : `process ${pid}`;
}

/**
 * The life that wrote this down; null when that is not told. Our own events belong to a life by their number,
 * another bot's by when they were recorded.
 */
export function lifeWhenRecorded(evidence: Evidence, entry: TimelineEntry): Life | null {
  if (!evidence.foreign) return lifeNamed(evidence, entry.life);
  return entry.recordedMs === null ? null : lifeOfMoment(evidence, entry.recordedMs);
}

function lifeOfMoment({ lives }: Evidence, at: number): Life | null {
  return lives.findLast(({ startedMs }) => startedMs <= at) ?? null;
}

/** Events of the subject that happened in the time of one life and were recorded by a later one, after a death. */
export function acrossDeath(evidence: Evidence): TimelineEntry[] {
  return evidence.entries.filter((entry) => {
    if (!entry.about || entry.source.kind !== 'journal' || !isTimed(entry)) return false;
    const happened = lifeOfMoment(evidence, entry.atMs);
    const recorded = lifeWhenRecorded(evidence, entry);
    return happened?.end === 'died' && recorded !== null && recorded.life > happened.life;
  });
}

/** From the first thing that concerns the subject to the last, recorded moments included. */
export function spanOf(evidence: Evidence): { readonly from: number; readonly to: number } | null {
  const moments = evidence.entries
    .filter((entry) => entry.about && isTimed(entry))
    .flatMap(({ atMs, recordedMs }) => [atMs, recordedMs ?? atMs]);
  return moments.length === 0 ? null : { from: Math.min(...moments), to: Math.max(...moments) };
}
