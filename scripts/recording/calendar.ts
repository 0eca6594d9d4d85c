/**
 * The calendar of the bundled recording. Hours are counted from the first day of the 1d history;
 * every other file of the generator speaks of hours only.
 */
import { DAY, HOUR, isoTime, ms, parseTime, type Ms } from '../../src/domain/clock.ts';
import { assert } from '../../src/domain/errors.ts';

export const SEED = 'tradectl-recording-9';

/** First instant after the last closed candle. */
export const END_MS = instant('2025-06-01');
export const HISTORY_DAYS = 900;
/** The stretch that has 4h and 1h candles, and is traded. */
export const WINDOW_DAYS = 150;

export const DAY_HOURS = 24;
export const END_HOUR = HISTORY_DAYS * DAY_HOURS;
export const WINDOW_HOUR = (HISTORY_DAYS - WINDOW_DAYS) * DAY_HOURS;

/** Every market opens far below its last close at this hour (a 4h boundary, 60 % of the window). */
export const CRASH_HOUR = hourOf('2025-04-02T12:00:00Z');
/** The scripted operator looks at the halt three days later. */
export const CLEAR_HOUR = CRASH_HOUR + 3 * DAY_HOURS;

export function msOfHour(hour: number): Ms {
  return ms(END_MS - HISTORY_DAYS * DAY + hour * HOUR);
}

export function isoOfHour(hour: number): string {
  return isoTime(msOfHour(hour)).replace('.000Z', 'Z');
}

export function hourOf(written: string): number {
  return (instant(written) - msOfHour(0)) / HOUR;
}

function instant(written: string): Ms {
  const parsed = parseTime(written);
  assert(parsed !== null, `${written} is a time`);
  return parsed;
}
