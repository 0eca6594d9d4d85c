/** How a life that did not say so ended, in a word and with who says it: what `deaths` would say. */
import { ms } from '../domain/clock.ts';
import type { DeathEvidence } from '../domain/death-evidence.ts';
import { endWord } from './end-word.ts';
import { judgeDeath, type LastWords } from './judge-death.ts';
import type { SourceRun } from './journal-source.ts';

export interface Death {
  readonly how: string;
  /** It ended in order, whatever the run table has of it. */
  readonly isOrderly: boolean;
  readonly evidence: string;
}

/** `evidence`: null when the machine cannot be asked, as for the incident of another bot. */
export function howItDied(
  run: SourceRun,
  next: SourceRun | null,
  {
    evidence,
    words,
  }: { readonly evidence: DeathEvidence | null; readonly words: LastWords | null },
): Death {
  const judged = judgeDeath(
    {
      pid: run.pid,
      bootId: run.bootId === 'unknown' ? null : run.bootId,
      startedMs: ms(run.startedMs),
      lastBeatMs: ms(lastSign(run, words)),
      lastRssBytes: run.lastRssBytes,
      endedMs: run.endedMs === null ? null : ms(run.endedMs),
      endReason: run.endReason,
      isAlive: run.isAlive,
      next: next === null ? null : { startedMs: ms(next.startedMs), bootId: next.bootId },
      lastWords: words,
    },
    evidence,
  );
  return {
    how: endWord(judged),
    isOrderly: judged.how === 'clean',
    evidence: judged.evidence.map(({ source, text }) => `${source}: ${text}`).join('; '),
  };
}

/** A run table that lost its last rows has an earlier one than the log. */
export function lastSign(
  run: Pick<SourceRun, 'startedMs' | 'lastBeatMs'>,
  words: LastWords | null,
): number {
  return Math.max(run.lastBeatMs ?? run.startedMs, words?.atMs ?? 0);
}
