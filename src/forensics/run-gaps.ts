/**
 * Holes in the life of the process: a death and the time until the next start, and a process that is there
 * but gives no sign. Lives are on the wall clock; the events of a recording are not, so each death is
 * placed in the journal by the events around it, never by its time.
 */
import { isoTime, ms } from '../domain/clock.ts';
import type { DeathEvidence } from '../domain/death-evidence.ts';
import { endWord } from './end-word.ts';
import { gapFinding, type GapFinding } from './gap-finding.ts';
import type { Takeover } from './hole-scan.ts';
import { howItDied, lastSign, type Death } from './how-it-died.ts';
import type { LastWords } from './judge-death.ts';
import type { JournalSource, SourceRun } from './journal-source.ts';
import { duration } from '../domain/duration.ts';

/** A living bot gives a sign each second or so; a long cycle may take a while. */
const STALE_BEAT_MS = 60_000;

export interface RunFacts {
  readonly journal: Pick<JournalSource, 'kind'>;
  readonly runs: readonly SourceRun[];
  readonly takeovers: readonly Takeover[];
  readonly lastSeq: number | null;
  /** When the last event was recorded, in the time of the journal. */
  readonly headMs: number | null;
  readonly nowMs: number;
  /** What the machine tells of processes that ended; asked once, and only when one died. */
  readonly machine: ((sinceMs: number) => DeathEvidence) | null;
  /** What the log says last of lives without an end, by their numbers. */
  readonly words: ReadonlyMap<number, LastWords>;
}

export function runGaps(facts: RunFacts): GapFinding[] {
  const died = facts.runs.filter((run) => isDeath(run));
  const unexplained = died.filter(({ endedMs }) => endedMs === null);
  const oldest = Math.min(...unexplained.map(({ startedMs }) => startedMs));
  const evidence = unexplained.length === 0 ? null : (facts.machine?.(oldest) ?? null);
  return facts.runs.flatMap((run, at) => {
    if (run.isAlive) return stale(run, facts.nowMs);
    if (!isDeath(run)) return [];
    const next = facts.runs[at + 1] ?? null;
    return [death(run, { next, how: howItEnded(run, next, { facts, evidence }) }, facts)];
  });
}

function isDeath({ isAlive, endedMs, endReason }: SourceRun): boolean {
  return !isAlive && (endedMs === null || endReason === 'error');
}

/** Of another bot nobody can be asked any more: the imported rows are all there is. */
function howItEnded(
  run: SourceRun,
  next: SourceRun | null,
  { facts, evidence }: { readonly facts: RunFacts; readonly evidence: DeathEvidence | null },
): Death {
  if (facts.journal.kind === 'own') {
    return howItDied(run, next, { evidence, words: facts.words.get(run.life) ?? null });
  }
  return {
    how: endWord({ how: 'unknown', certainty: 'unknown' }),
    isOrderly: false,
    evidence: 'what was imported names no end of this run',
  };
}

interface Ending {
  readonly next: SourceRun | null;
  readonly how: Death;
}

function death(run: SourceRun, { next, how: judged }: Ending, facts: RunFacts): GapFinding {
  const last = run.endedMs ?? lastSign(run, facts.words.get(run.life) ?? null);
  const { how, evidence } = judged;
  const name = run.pid === null ? `run ${run.life}` : `pid ${run.pid}`;
  const died = `${name} died (how: ${how}); its last sign of life is of ${isoTime(ms(last))}`;
  const place = { ...placeOf(run, facts), pid: run.pid, evidence };
  if (judged.isOrderly) {
    const text = `${name} ended in order, as its log says, on ${isoTime(ms(last))}; the run table of this journal does not have that end: lost, or put back from a copy made before`;
    return gapFinding({ kind: 'death', severity: 'note', text, repair: 'tradectl deaths' }, place);
  }
  if (next === null) {
    const text = `${died}; nothing ran since, for ${duration(facts.nowMs - last)}`;
    return gapFinding({ kind: 'death', severity: 'fail', text, repair: 'tradectl run' }, place);
  }
  const text = `${died}; the next start came ${duration(next.startedMs - last)} later`;
  return gapFinding({ kind: 'death', severity: 'warn', text, repair: 'tradectl deaths' }, place);
}

type Place = Pick<GapFinding, 'from_seq' | 'to_seq' | 'from_ms' | 'to_ms'>;

/** The start that found this death; the first whose events come after the last one this life is known by. */
function placeOf(run: SourceRun, { takeovers, runs, lastSeq, headMs }: RunFacts): Place {
  const next = runs.find(({ life }) => life > run.life) ?? null;
  const from = run.lastSeq ?? 0;
  const found = takeovers.find(
    ({ toSeq, fromSeq }) =>
      (fromSeq ?? 0) >= from && (next?.lastSeq == null || toSeq <= next.lastSeq),
  );
  if (found !== undefined && run.lastSeq !== null) {
    const { fromSeq, fromMs, toSeq, toMs } = found;
    return { from_seq: fromSeq, to_seq: toSeq, from_ms: fromMs, to_ms: toMs };
  }
  // Nothing came after it: it ends where the journal ends, also on a recording with a time of its own.
  const fromMs = next === null && headMs !== null ? headMs : (run.endedMs ?? run.lastBeatMs);
  const fromSeq = next === null ? (lastSeq ?? run.lastSeq) : run.lastSeq;
  return { from_seq: fromSeq, to_seq: null, from_ms: fromMs, to_ms: next?.startedMs ?? null };
}

function stale(run: SourceRun, nowMs: number): GapFinding[] {
  const since = nowMs - (run.lastBeatMs ?? run.startedMs);
  if (since < STALE_BEAT_MS) return [];
  const text = `the running bot (pid ${run.pid ?? '?'}) has given no sign of life for ${duration(since)}: stuck, stopped, or busy`;
  return [
    gapFinding(
      { kind: 'no_heartbeat', severity: 'fail', text, repair: 'tradectl doctor' },
      { pid: run.pid, from_ms: run.lastBeatMs, to_ms: nowMs, from_seq: run.lastSeq },
    ),
  ];
}
