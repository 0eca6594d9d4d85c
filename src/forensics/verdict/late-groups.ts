/**
 * Events of another bot that were recorded long after they happened, by who lived when: whether their process
 * fell silent, ended in order or lived on decides which explanations there are, not whether there is one.
 */
import { ms, type Ms } from '../../domain/clock.ts';
import type { Life, TimelineEntry } from '../timeline.ts';
import { acrossDeath, isTimed, lifeWhenRecorded } from './look.ts';
import type { Evidence } from './statement.ts';

/** A delay that wants a reason. */
export const LATE_MS = 60_000;

export interface LateGroup {
  readonly events: readonly TimelineEntry[];
  /** The life in whose time they happened; null when none is known to have lived then. */
  readonly holder: Life | null;
  /** The life in whose time they were recorded. */
  readonly writer: Life | null;
  /** What became of the holder until they were recorded. */
  readonly fate: 'silent' | 'ended' | 'lived-on' | 'unknown';
  readonly fromMs: Ms;
  readonly toMs: Ms;
}

/** What was recorded late, ours aside: our journal says itself where it read what it had missed. */
export function lateGroups(evidence: Evidence): LateGroup[] {
  const across = new Set(acrossDeath(evidence));
  const late = evidence.entries.filter(
    (entry) =>
      entry.about &&
      entry.source.kind === 'journal' &&
      entry.recordedMs !== null &&
      isTimed(entry) &&
      (entry.recordedMs - entry.atMs >= LATE_MS || across.has(entry)),
  );
  const lived = (entry: TimelineEntry): string =>
    `${lifeAt(evidence, entry.atMs)?.life} ${lifeWhenRecorded(evidence, entry)?.life}`;
  return [...Map.groupBy(late, lived).values()].flatMap((events) => {
    const first = events[0];
    if (first === undefined) return [];
    const [holder, writer] = [lifeAt(evidence, first.atMs), lifeWhenRecorded(evidence, first)];
    const moments = events.map(({ recordedMs, atMs }) => recordedMs ?? atMs);
    const [fromMs, toMs] = [ms(Math.min(...moments)), ms(Math.max(...moments))];
    return [{ events, holder, writer, fate: fateOf(holder, writer), fromMs, toMs }];
  });
}

function fateOf(holder: Life | null, writer: Life | null): LateGroup['fate'] {
  if (holder === null || writer === null) return 'unknown';
  if (holder.life === writer.life) return 'lived-on';
  return holder.end === 'clean' ? 'ended' : 'silent';
}

/** Between the end of one and the start of the next nobody lived, as far as is noted. */
function lifeAt({ lives }: Evidence, at: number): Life | null {
  const life = lives.findLast(({ startedMs }) => startedMs <= at) ?? null;
  return life !== null && life.endedMs !== null && at > life.endedMs ? null : life;
}

/** `at 15:07:18`, or from when to when. */
export function writtenWhen({ time }: Evidence, { fromMs, toMs }: LateGroup): string {
  return fromMs === toMs ? `at ${time(fromMs)}` : `from ${time(fromMs)} to ${time(toMs)}`;
}
