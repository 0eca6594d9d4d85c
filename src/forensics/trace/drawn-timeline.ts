/**
 * The timeline in order, with what is not there drawn in: the death of a process between its last sign and the
 * next start, and holes in the numbers. What somebody wrote later without a time stands at the end.
 */
import { ms, type Ms } from '../../domain/clock.ts';
import { deathsInSight, silenceAfter } from '../verdict/deaths.ts';
import { isTimed, processName } from '../verdict/look.ts';
import type { Evidence } from '../verdict/statement.ts';
import { many } from '../verdict/words.ts';
import type { Life, TimelineEntry } from '../timeline.ts';

export type DrawnLine =
  | { readonly kind: 'entry'; readonly entry: TimelineEntry }
  | { readonly kind: 'death' | 'gap'; readonly atMs: Ms; readonly text: string };

export function drawnTimeline(evidence: Evidence): DrawnLine[] {
  const entries = unique(evidence.entries);
  const timed = entries.filter((entry) => entry.atMs > 0).sort(inOrder);
  const lines: DrawnLine[] = timed.map((entry) => ({ kind: 'entry', entry }));
  for (const mark of [...deathsOf(evidence, timed), ...gapsOf(evidence)]) insert(lines, mark);
  const untimed = entries.filter(({ atMs }) => atMs === 0);
  return [...lines, ...untimed.map((entry): DrawnLine => ({ kind: 'entry', entry }))];
}

/** The same line may be about the subject and around it. */
function unique(entries: readonly TimelineEntry[]): TimelineEntry[] {
  const seen = new Map<string, TimelineEntry>();
  for (const entry of entries) {
    const { kind, file, line, seq } = entry.source;
    const place = [kind, file, line, seq, seq === null ? entry.quote : ''].join('|');
    const held = seen.get(place);
    if (held === undefined || (entry.about && !held.about)) seen.set(place, entry);
  }
  return [...seen.values()];
}

function inOrder(a: TimelineEntry, b: TimelineEntry): number {
  const bySeq = (a.source.seq ?? 0) - (b.source.seq ?? 0);
  const bothNumbered = a.source.seq !== null && b.source.seq !== null;
  return a.atMs - b.atMs || Number(!isTimed(a)) - Number(!isTimed(b)) || (bothNumbered ? bySeq : 0);
}

function deathsOf(evidence: Evidence, timed: readonly TimelineEntry[]): DrawnLine[] {
  const last = timed.at(-1)?.atMs ?? 0;
  const inSight = deathsInSight(evidence);
  return evidence.lives
    .filter(({ end, lastSignMs }) => end === 'died' && lastSignMs >= (timed[0]?.atMs ?? 0))
    .filter((life) => life.lastSignMs <= last || inSight.includes(life))
    .map((life) => ({ kind: 'death', atMs: life.lastSignMs, text: deathText(evidence, life) }));
}

function deathText({ lives, time, foreign }: Evidence, life: Life): string {
  const next = lives.find((each) => each.life > life.life);
  const until =
    next === undefined
      ? 'nothing after it'
      : `nothing for ${silenceAfter(life, next)}, until ${time(next.startedMs)}`;
  const name = processName(life, time);
  return foreign
    ? `last sign of life of ${name}, no end noted: ${until}`
    : `${name} died without a word: ${until}`;
}

function gapsOf({ gaps }: Evidence): DrawnLine[] {
  return gaps.map((gap) => ({
    kind: 'gap',
    atMs: ms(Math.max(gap.afterMs, gap.beforeMs)),
    text: `${gap.missing === 1 ? 'number' : 'numbers'} ${gap.after + 1}${gap.missing === 1 ? '' : ` to ${gap.before - 1}`} missing: ${many(gap.missing, 'number')}`,
  }));
}

/** A death stands before the lines that tell of it at the same moment. */
function insert(lines: DrawnLine[], mark: DrawnLine): void {
  const at = lines.findIndex(
    (line) =>
      momentOf(line) > momentOf(mark) ||
      (mark.kind === 'death' && momentOf(line) === momentOf(mark) && isAfterDeath(line)),
  );
  lines.splice(at === -1 ? lines.length : at, 0, mark);
}

function isAfterDeath(line: DrawnLine): boolean {
  return line.kind === 'entry' && line.entry.means === 'died';
}

function momentOf(line: DrawnLine): number {
  return line.kind === 'entry' ? line.entry.atMs : line.atMs;
}
