/** How a life that did not say so ended, in a word and with who says it: what `deaths` would say. */
import { ms } from '../domain/clock.ts';
import type { DeathEvidence } from '../domain/death-evidence.ts';
import { judgeDeath, type HowEnded } from './judge-death.ts';
import type { SourceRun } from './journal-source.ts';

export interface Death {
  readonly how: string;
  readonly evidence: string;
}

const WORDS: Readonly<Record<HowEnded, string>> = {
  running: 'running',
  clean: 'clean',
  error: 'error',
  signal: 'signal',
  oom_kill: 'out of memory',
  heap_abort: 'V8 heap exhausted',
  watchdog: 'watchdog',
  reboot: 'reboot',
  unknown: 'how is unknown',
};

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
  const likely = judged.certainty === 'likely' ? 'likely ' : '';
  return {
    how: `${likely}${WORDS[judged.how]}`,
    evidence: judged.evidence.map(({ source, text }) => `${source}: ${text}`).join('; '),
  };
}
