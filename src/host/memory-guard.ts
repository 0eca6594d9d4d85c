/**
 * Watches the memory of this process against what it may have. The kernel kills without a word, in the
 * middle of whatever is going on, so the operator hears of it before: at 70 % caches are given back, at
 * 85 % it is an alarm, and a bot that is started again by somebody may end in order for it. Five such kills in two days are where this project starts from.
 */
import { totalmem } from 'node:os';
import { MINUTE, ms, type Ms } from '../domain/clock.ts';
import { megabytes } from '../domain/megabytes.ts';

export interface MemoryLimit {
  readonly bytes: number;
  /** `service`: the limit of its control group, else all memory of the host. */
  readonly of: 'service' | 'host';
}

export interface MemoryGuardOptions {
  readonly limit: MemoryLimit;
  /** Gives back what can be had again; called once per rise above 70 %. */
  readonly dropCaches: () => void;
  /** `line` says how much, of what, and what to do. */
  readonly say: (level: 'warn' | 'error', line: string) => void;
}

export interface MemoryGuard {
  /** Judges the resident bytes of now; says each level once until memory has clearly fallen below it. */
  look(rssBytes: number): void;
  /** From 85 % on, until memory has clearly fallen below it. */
  isCritical(): boolean;
}

/** What a bot measures itself against, and how long it must have lived before it may end for it. */
export interface MemoryWatch {
  readonly limit: MemoryLimit;
  readonly rssBytes: () => number;
  /**
   * A bot that needs more than it may have from its first minute on gains nothing by another start: five of them
   * in a quarter of an hour, and the service manager gives up on it.
   */
  readonly restartAfterMs: Ms;
}

export function ownMemory(): MemoryWatch {
  const rssBytes = (): number => process.memoryUsage.rss();
  return { limit: memoryLimit(), rssBytes, restartAfterMs: ms(15 * MINUTE) };
}

const HIGH = 0.7;
const CRITICAL = 0.85;
/** Said again only after a fall by this much: around a threshold every beat would say it. */
const SLACK = 0.1;

export function memoryGuard({ limit, dropCaches, say }: MemoryGuardOptions): MemoryGuard {
  let level: 0 | 1 | 2 = 0;
  return {
    look(rssBytes) {
      const share = rssBytes / limit.bytes;
      const figures = `${megabytes(rssBytes)} MB of the ${megabytes(limit.bytes)} MB`;
      const owner = limit.of === 'service' ? 'this service may have' : 'of this host';
      if (share >= HIGH && level < 1) {
        level = 1;
        dropCaches();
        say('warn', `memory: ${figures} ${owner}; caches were given back`);
      }
      if (share >= CRITICAL && level < 2) {
        level = 2;
        say(
          'error',
          `memory: ${figures} ${owner}: the kernel kills next. Trade fewer markets or give it more: tradectl doctor --only memory,swap`,
        );
      }
      if (level === 2 && share < CRITICAL - SLACK) level = 1;
      if (level === 1 && share < HIGH - SLACK) level = 0;
    },
    isCritical: () => level === 2,
  };
}

/**
 * What this process may have. Without a limit `constrainedMemory` answers 2^64, and on a host that knows no
 * control groups 0: then it is all memory there is.
 */
export function memoryLimit(
  constrained = process.constrainedMemory(),
  total = totalmem(),
): MemoryLimit {
  const isLimited = constrained > 0 && constrained < total;
  return isLimited ? { bytes: constrained, of: 'service' } : { bytes: total, of: 'host' };
}
