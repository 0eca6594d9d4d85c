/** How a life ended, in the one vocabulary that `deaths`, `events gap` and whoever else names an end share. */
import type { HowEnded, Judgement } from './judge-death.ts';

const WORDS: Readonly<Record<HowEnded, string>> = {
  running: 'running',
  clean: 'clean',
  error: 'error',
  signal: 'signal',
  oom_kill: 'OOM kill',
  heap_abort: 'V8 heap abort',
  watchdog: 'watchdog',
  reboot: 'reboot',
  unknown: 'unknown',
};

/** `OOM kill`, `probably reboot`. */
export function endWord({ how, certainty }: Pick<Judgement, 'how' | 'certainty'>): string {
  return certainty === 'likely' ? `probably ${WORDS[how]}` : WORDS[how];
}
