/** `tradectl.deaths/1`: each life of the bot, how it ended and how that is known. */
import { isRunning, type RunningBot } from '../core/lock.ts';
import type { RunLife } from '../core/runs.ts';
import { ms, type Ms } from '../domain/clock.ts';
import type { DeathEvidence } from '../domain/death-evidence.ts';
import {
  judgeDeath,
  type Certainty,
  type HowEnded,
  type LastWords,
  type Statement,
} from './judge-death.ts';
import type { Speaker } from './last-words.ts';
import type { EventMention, LifeWithEvents } from './lives.ts';

export interface EventMentionRow {
  readonly seq: number;
  readonly type: string;
  readonly recorded_ms: number;
}

export interface LifeRow {
  readonly life: number;
  readonly run_id: string;
  readonly pid: number;
  readonly host: string;
  readonly boot_id: string;
  readonly version: string;
  readonly node: string;
  readonly started_ms: number;
  readonly last_beat_ms: number;
  /** When it wrote its last line into the log; null when it ended in order, or no line of it is there. */
  readonly last_line_ms: number | null;
  readonly ended_ms: number | null;
  readonly how: HowEnded;
  readonly certainty: Certainty;
  readonly sentence: string;
  readonly evidence: readonly Statement[];
  readonly last_rss_bytes: number | null;
  /** From the last sign of life to the next start, or to now; null for a life that ended in order. */
  readonly silent_ms: number | null;
  readonly next_started_ms: number | null;
  readonly first_event: EventMentionRow | null;
  readonly last_event: EventMentionRow | null;
  readonly next_event: EventMentionRow | null;
  /** Numbers behind its last event that were committed and are gone; null when none are known to be. */
  readonly lost_from: number | null;
  readonly lost_to: number | null;
}

export interface DeathsDocument {
  readonly schema: 'tradectl.deaths/1';
  readonly as_of_ms: number;
  readonly home: string;
  /** Lives that did not end in order, of those listed. */
  readonly deaths: number;
  /** Of all lives, listed or not. */
  readonly lives_total: number;
  /** Newest first. */
  readonly lives: readonly LifeRow[];
}

export interface DeathFacts {
  readonly home: string;
  readonly asOfMs: Ms;
  readonly lives: readonly LifeWithEvents[];
  readonly bot: RunningBot;
  readonly lastWords: ReadonlyMap<number, LastWords>;
  /** Of all lives, listed or not. */
  readonly livesTotal: number;
  /** The last event that the mark outside the journal saw committed; null when nobody knows. */
  readonly markSeq: number | null;
  readonly evidence: DeathEvidence | null;
}

export function deathsDocument(facts: DeathFacts): DeathsDocument {
  const lives = facts.lives.map((life) => lifeRow(life, facts));
  return {
    schema: 'tradectl.deaths/1',
    as_of_ms: facts.asOfMs,
    home: facts.home,
    deaths: lives.filter(({ how }) => isDeath(how)).length,
    lives_total: facts.livesTotal,
    lives,
  };
}

export function isDeath(how: HowEnded): boolean {
  return how !== 'clean' && how !== 'running';
}

/** A life that is over without an end: only of those the machine is asked. */
export function isUnexplained({ run, next }: LifeWithEvents, bot: RunningBot): boolean {
  return run.endedMs === null && !isAlive(run, next, bot);
}

/** As the log is asked for their last words. */
export function speakers(lives: readonly LifeWithEvents[]): Speaker[] {
  return lives.map(({ run, next }) => ({
    life: run.life,
    pid: run.pid,
    fromMs: run.startedMs,
    untilMs: next?.startedMs ?? Number.POSITIVE_INFINITY,
  }));
}

function lifeRow(life: LifeWithEvents, facts: DeathFacts): LifeRow {
  const { run, next } = life;
  const words = facts.lastWords.get(run.life) ?? null;
  const alive = isAlive(run, next, facts.bot);
  const { how, certainty, sentence, evidence } = judgeDeath(
    {
      pid: run.pid,
      bootId: run.bootId === 'unknown' ? null : run.bootId,
      startedMs: run.startedMs,
      lastBeatMs: run.lastBeatMs,
      lastRssBytes: run.lastRssBytes,
      endedMs: run.endedMs,
      endReason: run.endReason,
      isAlive: alive,
      next: next === null ? null : { startedMs: next.startedMs, bootId: next.bootId },
      lastWords: words,
    },
    facts.evidence,
  );
  const until = next?.startedMs ?? facts.asOfMs;
  // A journal that lost its tail lost the beats in it; the log went on.
  const lastSign = run.endedMs ?? Math.max(run.lastBeatMs, words?.atMs ?? 0);
  return {
    life: run.life,
    run_id: run.runId,
    pid: run.pid,
    host: run.host,
    boot_id: run.bootId,
    version: run.version,
    node: run.node,
    started_ms: run.startedMs,
    last_beat_ms: run.lastBeatMs,
    last_line_ms: words?.atMs ?? null,
    ended_ms: run.endedMs,
    how,
    certainty,
    sentence,
    evidence,
    last_rss_bytes: run.lastRssBytes ?? run.rssMaxBytes,
    silent_ms: isDeath(how) ? ms(Math.max(0, until - lastSign)) : null,
    next_started_ms: next?.startedMs ?? null,
    first_event: mentionRow(life.first),
    last_event: mentionRow(life.last),
    next_event: mentionRow(life.after),
    ...lostBehind(life, alive ? null : facts.markSeq),
  };
}

function isAlive(run: RunLife, next: RunLife | null, bot: RunningBot): boolean {
  return next === null && run.endedMs === null && isRunning(bot, run.pid);
}

function mentionRow(mention: EventMention | null): EventMentionRow | null {
  if (mention === null) return null;
  return { seq: mention.seq, type: mention.type, recorded_ms: mention.recordedMs };
}

/** Up to the next life's first event, or to the mark for the newest. */
function lostBehind(
  { last, after, next }: LifeWithEvents,
  markSeq: number | null,
): Pick<LifeRow, 'lost_from' | 'lost_to'> {
  const until = after !== null ? after.seq - 1 : next === null ? markSeq : null;
  if (last === null || until === null || until <= last.seq) {
    return { lost_from: null, lost_to: null };
  }
  return { lost_from: last.seq + 1, lost_to: until };
}
