/**
 * Time and randomness as ports. The *trading* clock (virtual on a recording) stamps events and
 * decides; the *wall* clock measures durations, polls the inbox and stamps `runs`. This is the one
 * file that may read the machine's clock.
 */
import type { Brand } from './brand.ts';

/** UTC milliseconds since 1970, or a duration in milliseconds. */
export type Ms = Brand<number, 'Ms'>;

export function ms(value: number): Ms {
  return value as Ms;
}

export const SECOND = ms(1_000);
export const MINUTE = ms(60_000);
export const HOUR = ms(3_600_000);
export const DAY = ms(86_400_000);

export interface Clock {
  now(): Ms;
  /** Never goes back; for durations only. */
  monotonic(): Ms;
  /** Resolves after `duration`, or at once when `signal` aborts. Never rejects. */
  sleep(duration: Ms, signal?: AbortSignal): Promise<void>;
}

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
}

/** The machine's own clock. */
export function wallClock(): Clock {
  return {
    now: () => ms(Date.now()),
    monotonic: () => ms(performance.now()),
    sleep: (duration, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const done = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, duration);
        signal?.addEventListener('abort', done, { once: true });
      }),
  };
}

/** A clock that stands still until it is told to move; sleeping moves it at once. */
export interface VirtualClock extends Clock {
  /** Moves forward to `at`; a time that already passed changes nothing. */
  advanceTo(at: Ms): void;
}

export function virtualClock(start: Ms): VirtualClock {
  let current = start;
  const advanceTo = (at: Ms): void => {
    if (at > current) current = at;
  };
  return {
    now: () => current,
    monotonic: () => current,
    sleep: (duration) => {
      advanceTo(ms(current + Math.max(0, duration)));
      return Promise.resolve();
    },
    advanceTo,
  };
}

/** ISO 8601 with `Z`, for humans only. */
export function isoTime(at: Ms): string {
  return new Date(at).toISOString();
}

/** Parses an ISO date or time (UTC when it names no zone), or plain milliseconds; null when neither. */
export function parseTime(written: string): Ms | null {
  if (/^\d{10,}$/.test(written)) return ms(Number(written));
  if (!/^\d{4}-\d{2}-\d{2}/.test(written)) return null;
  const zoned = /([zZ]|[+-]\d{2}:?\d{2})$/.test(written) ? written : withUtc(written);
  const parsed = Date.parse(zoned);
  return Number.isNaN(parsed) ? null : ms(parsed);
}

function withUtc(written: string): string {
  return written.length === 10 ? `${written}T00:00:00Z` : `${written.replace(' ', 'T')}Z`;
}
