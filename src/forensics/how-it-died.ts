/** How a life that did not say so ended, in a word and with who says it: what `deaths` would say. */
import { ms } from '../domain/clock.ts';
import type { DeathEvidence } from '../domain/death-evidence.ts';
import { endWord } from './end-word.ts';
import { judgeDeath } from './judge-death.ts';
import type { SourceRun } from './journal-source.ts';

export interface Death {
  readonly how: string;
  readonly evidence: string;
}

/** `evidence`: null when the machine cannot be asked, as for the incident of another bot. */
export function howItDied(
  run: SourceRun,
  next: SourceRun | null,
  evidence: DeathEvidence | null,
): Death {
  const judged = judgeDeath(
    {
      pid: run.pid,
      bootId: run.bootId === 'unknown' ? null : run.bootId,
      startedMs: ms(run.startedMs),
      lastBeatMs: ms(run.lastBeatMs ?? run.startedMs),
      lastRssBytes: run.lastRssBytes,
      endedMs: run.endedMs === null ? null : ms(run.endedMs),
      endReason: run.endReason,
      isAlive: run.isAlive,
      next: next === null ? null : { startedMs: ms(next.startedMs), bootId: next.bootId },
      lastWords: null,
    },
    evidence,
  );
  return {
    how: endWord(judged),
    evidence: judged.evidence.map(({ source, text }) => `${source}: ${text}`).join('; '),
  };
}
