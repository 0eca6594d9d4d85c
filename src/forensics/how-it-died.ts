/** How a life ended that did not say so, in a word, with where that is known from. One place to ask. */
import type { SourceRun } from './journal-source.ts';

export interface Death {
  readonly how: string;
  readonly evidence: string;
}

export function howItDied(run: SourceRun, next: SourceRun | null): Death {
  if (run.endReason === 'error') {
    return { how: 'error', evidence: 'the run table: it ended itself with an error' };
  }
  if (next?.bootId != null && run.bootId !== null && next.bootId !== run.bootId) {
    return { how: 'reboot', evidence: 'the run table: the next start has another boot id' };
  }
  return { how: 'unknown', evidence: 'the run table: no end was written' };
}
