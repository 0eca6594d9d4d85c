/**
 * The circuit breaker of a venue. After a few failures in a row the readings rest, each time longer and
 * never for the same time twice, so that a sick venue is not asked to death by every bot at once. Then one
 * reading goes ahead as a probe. Orders and cancels are never held back: a stop is worth a try.
 */
import type { Clock, Ms, Random } from '../../domain/clock.ts';
import { isoTime, ms, SECOND } from '../../domain/clock.ts';

export interface BreakerState {
  /** `half_open`: the rest is over, and one reading tries whether the venue answers again. */
  readonly state: 'closed' | 'open' | 'half_open';
  /** In a row; 0 while the venue answers. */
  readonly failures: number;
  readonly lastFailure: string | null;
  /** Until when readings rest; null while they do not. */
  readonly retryMs: Ms | null;
  /** When the venue last answered; null before it ever did. */
  readonly answeredMs: Ms | null;
}

export interface CircuitBreaker {
  /** Null: go ahead. Otherwise why a reading is not even tried now. */
  refusal(): string | null;
  /** The venue answered, whatever it said. */
  answered(): void;
  /** No answer, or one that says that the venue is ill or asked too often. */
  failed(why: string): void;
  state(): BreakerState;
}

/** Failures in a row before readings rest. */
const MOST_FAILURES = 5;
const FIRST_REST = ms(2 * SECOND);
const LONGEST_REST = ms(60 * SECOND);

export function createCircuitBreaker(clock: Clock, random: Random): CircuitBreaker {
  let failures = 0;
  let lastFailure: string | null = null;
  let retryMs: Ms | null = null;
  let answeredMs: Ms | null = null;
  let probing = false;

  const isResting = (): boolean => retryMs !== null && clock.now() < retryMs;
  return {
    refusal() {
      if (retryMs === null) return null;
      if (!isResting() && !probing) {
        probing = true;
        return null;
      }
      const until = isResting() ? `resting until ${isoTime(retryMs)}` : 'waiting for the probe';
      return `${until} after ${failures} failures, the last: ${lastFailure ?? ''}`;
    },
    answered() {
      failures = 0;
      retryMs = null;
      probing = false;
      answeredMs = clock.now();
    },
    failed(why) {
      failures += 1;
      lastFailure = why;
      probing = false;
      if (failures >= MOST_FAILURES) retryMs = ms(clock.now() + restAfter(failures, random));
    },
    state: () => ({
      state: retryMs === null ? 'closed' : isResting() ? 'open' : 'half_open',
      failures,
      lastFailure,
      retryMs,
      answeredMs,
    }),
  };
}

/** Doubles with each failure; between half of it and all of it. */
function restAfter(failures: number, random: Random): Ms {
  const full = Math.min(FIRST_REST * 2 ** (failures - MOST_FAILURES), LONGEST_REST);
  return ms(Math.round(full * (0.5 + random.next() / 2)));
}
