/**
 * A clock that runs faster than the machine's: a venue that plays a day in minutes, and a bot that must
 * live in the same time. Both follow one anchor (at this wall time it was that time, from then on at
 * this speed), so two processes on one machine agree to the millisecond without asking each other.
 */
import { ms, SECOND, type Clock, type Ms } from './clock.ts';

export interface ClockAnchor {
  /** The machine's own time. */
  readonly wallMs: Ms;
  /** What this clock showed then. */
  readonly timeMs: Ms;
  /** Milliseconds here per millisecond there; 0 stands still. */
  readonly speed: number;
}

export interface ScaledClock extends Clock {
  readonly speed: number;
  /** What to give to another process so that it runs along. */
  anchor(): ClockAnchor;
  /** Goes on from here. The time never runs backwards: an earlier one waits until it is reached. */
  follow(anchor: ClockAnchor): void;
}

export const MOST_SPEED = 100_000;

/** Sleepers look again this often: somebody may have moved the clock meanwhile. */
const LONGEST_NAP = SECOND;

/** `sleep` and `monotonic` are in this clock's time; give deadlines of a network the wall clock. */
export function scaledClock(wall: Clock, start: ClockAnchor): ScaledClock {
  let anchor = start;
  let newest = start.timeMs;
  const now = (): Ms => {
    const at = Math.floor(anchor.timeMs + (wall.now() - anchor.wallMs) * anchor.speed);
    if (at > newest) newest = ms(at);
    return newest;
  };
  return {
    get speed() {
      return anchor.speed;
    },
    now,
    monotonic: now,
    async sleep(duration, signal) {
      const until = now() + duration;
      while (now() < until && signal?.aborted !== true) {
        const left = anchor.speed === 0 ? LONGEST_NAP : Math.ceil((until - now()) / anchor.speed);
        await wall.sleep(ms(Math.min(Math.max(left, 1), LONGEST_NAP)), signal);
      }
    },
    anchor: () => ({ wallMs: wall.now(), timeMs: now(), speed: anchor.speed }),
    follow(next) {
      anchor = next;
    },
  };
}
