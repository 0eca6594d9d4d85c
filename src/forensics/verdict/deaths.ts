/** Lives of the process that ended without a word while this was going on. */
import type { Life, TimelineEntry } from '../timeline.ts';
import { processName, spanOf } from './look.ts';
import { cite, statement, type Evidence, type Rule, type Statement } from './statement.ts';
import { span } from './words.ts';

export const deaths: Rule = (evidence) =>
  deathsInSight(evidence).flatMap((life) => died(evidence, life));

/** Lives that ended without a word while the subject lived, or after it when nothing has started since. */
export function deathsInSight(evidence: Evidence): Life[] {
  const about = spanOf(evidence);
  if (about === null) return [];
  const isOpen = evidence.positions.some(({ about: own, status }) => own && status === 'open');
  const until = isOpen ? Number.MAX_SAFE_INTEGER : about.to;
  return evidence.lives
    .filter(({ end, startedMs }) => end === 'died' && startedMs <= until)
    .filter((life) => nextOf(evidence, life) === null || goneBy(evidence, life) >= about.from);
}

function nextOf({ lives }: Evidence, { life }: Life): Life | null {
  return lives.find((each) => each.life > life) ?? null;
}

function goneBy(evidence: Evidence, life: Life): number {
  return nextOf(evidence, life)?.startedMs ?? Number.MAX_SAFE_INTEGER;
}

/** Between the last sign of a life and the next start: on the host's clock, which a recording does not follow. */
export function silenceAfter(life: Life, next: Life): string {
  const [last, start] = [life.wall?.lastBeatMs, next.wall?.startedMs];
  const told = next.startedMs - life.lastSignMs;
  if (last == null || start === undefined) return span(told);
  // What both clocks say to a second is said once.
  const isSame = Math.abs(start - last - told) < 1_000;
  return isSame
    ? span(told)
    : `${span(told)} of the bot's clock and ${span(start - last)} of the host's`;
}

function died(evidence: Evidence, life: Life): Statement[] {
  const { time, entries } = evidence;
  const next = nextOf(evidence, life);
  const inside = ({ atMs }: TimelineEntry): boolean =>
    atMs >= life.startedMs && atMs < goneBy(evidence, life);
  const start = entries.find(
    (entry) => entry.means === 'run_started' && entry.atMs === life.startedMs,
  );
  const last = entries.find(
    ({ source }) => source.kind === 'journal' && source.seq === life.lastSeq,
  );
  const told = entries.find((entry) => entry.means === 'died' && entry.atMs >= life.lastSignMs);
  const after =
    next === null
      ? null
      : entries.find((entry) => entry.means === 'run_started' && entry.atMs === next.startedMs);
  const released = entries.some((entry) => entry.means === 'lock_released' && inside(entry));
  const name = processName(life, time);
  const lastEvent = life.lastSeq === null ? '' : `, event ${life.lastSeq}`;
  const silence = evidence.foreign
    ? ` No line of it was understood as a shutdown${released ? '' : ' and none as a release of the lock'}: a silent death, as far as the silence and the next start can tell.`
    : ' No end of it is in the journal.';
  const then =
    next === null
      ? ' Nothing has started since.'
      : ` The next start is at ${time(next.startedMs)}, ${silenceAfter(life, next)} later.`;
  const text = `${name[0]?.toUpperCase()}${name.slice(1)}, started at ${time(life.startedMs)}, ${evidence.foreign ? 'gave' : 'died without a word: it gave'} its last sign of life at ${time(life.lastSignMs)}${lastEvent}${evidence.foreign ? ', and no end of it is noted' : ''}.${silence}${then}`;
  const quoted = [start, last, told, after].filter((each) => each != null);
  const about = statement('silent-death', 'run', text, {
    weight: 'warning',
    evidence: quoted.map(cite),
    command: evidence.foreign ? null : 'tradectl deaths',
  });
  if (!evidence.foreign) return [about];
  const settle = `How ${name} ended: the kernel log (out of memory), the service manager's record and exit status, the boot time of the host.`;
  return [about, statement('silent-death', 'settle', settle, { evidence: about.evidence })];
}
