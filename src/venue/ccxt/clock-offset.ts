/**
 * The venue's clock next to ours. Two venues refuse what is signed with a time that is not theirs, and the
 * library calls that refusal a network error, which a loop would repeat for ever. So the distance is
 * measured before the first signed call, once an hour after, and anew when a call was refused for it.
 */
import type { Clock, Ms } from '../../domain/clock.ts';
import { HOUR, ms } from '../../domain/clock.ts';
import type { Reading } from '../../domain/venue.ts';
import type { ServerTime } from './live-venue.ts';

export interface ClockOffset {
  /** Our best knowledge of the venue's time. */
  serverNow(): Ms;
  /** The same, or null while it was never measured. */
  known(): Ms | null;
  /** Measures when it is time; a change never waits for more than its first measurement. */
  ensure(changes: boolean): Promise<void>;
  measure(): Promise<Reading<ServerTime>>;
  /** The venue refused our time. */
  distrust(): void;
}

/** `ask` reads the venue's time with one request. */
export function createClockOffset(
  clock: Clock,
  ask: () => Promise<Reading<ServerTime>>,
): ClockOffset {
  let offset: number | null = null;
  let measuredAt: number | null = null;
  let running: Promise<Reading<ServerTime>> | null = null;

  const measureOnce = async (): Promise<Reading<ServerTime>> => {
    const reading = await ask();
    const [row] = reading.read === 'complete' ? reading.rows : [];
    if (row !== undefined) {
      offset = row.offsetMs;
      measuredAt = clock.monotonic();
    }
    return reading;
  };
  const measure = (): Promise<Reading<ServerTime>> => {
    running ??= measureOnce().finally(() => {
      running = null;
    });
    return running;
  };
  const now = (): Ms => ms(clock.now() + (offset ?? 0));
  return {
    serverNow: now,
    known: () => (offset === null ? null : now()),
    measure,
    ensure: async (changes) => {
      const isDue = measuredAt === null || clock.monotonic() - measuredAt > HOUR;
      if (!isDue) return;
      if (offset !== null && changes) return void measure();
      await measure();
    },
    distrust: () => {
      offset = null;
      measuredAt = null;
    },
  };
}
