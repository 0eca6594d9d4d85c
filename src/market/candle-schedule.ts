/**
 * When a market is asked for candles: only when one must have closed since its last, a moment after the
 * close, and again after a while when the venue did not have it. Pure; the feed asks.
 */
import { timeframeMs } from '../domain/candle.ts';
import { DAY, MINUTE, ms, SECOND, type Ms } from '../domain/clock.ts';

/** The timeframes that decide; longest first. */
export const ASKED = ['1d', '4h'] as const;
export type AskedTimeframe = (typeof ASKED)[number];

/** How much of each is asked for at first: a mature daily average, and every swing that counts. */
const HISTORY: Readonly<Record<AskedTimeframe, Ms>> = {
  '1d': ms(700 * DAY),
  '4h': ms(200 * DAY),
};
/** A venue needs a moment to close its own candle. */
const SETTLES = ms(5 * SECOND);
/** After a request that failed, or answered without the candle that was due. */
const RETRY = [ms(15 * SECOND), MINUTE, ms(5 * MINUTE)] as const;

/** Where one market's candles of one timeframe stand. */
export interface Series {
  readonly timeframe: AskedTimeframe;
  /** Open of the newest candle that is stored. */
  lastMs: Ms | null;
  notBefore: Ms;
  attempts: number;
  /** The venue was asked often enough for the candle that opens here: it has none. */
  missingMs: Ms | null;
}

/** Open of the newest candle that can have closed by `now`. */
function newestOpen(timeframe: AskedTimeframe, now: Ms): Ms {
  const step = timeframeMs(timeframe);
  return ms((Math.floor(now / step) - 1) * step);
}

/** From where the next request asks. */
export function nextOpen({ lastMs, timeframe }: Series, now: Ms): Ms {
  if (lastMs !== null) return ms(lastMs + timeframeMs(timeframe));
  return ms(Math.max(0, Math.floor((now - HISTORY[timeframe]) / DAY) * DAY));
}

/** Open of the newest candle that must have closed and is not here; null when there is none. */
export function dueOpen(series: Series, now: Ms): Ms | null {
  const newest = newestOpen(series.timeframe, ms(now - SETTLES));
  return series.lastMs !== null && series.lastMs >= newest ? null : newest;
}

/** `fourHour` is the same market's: a day comes of its candles. */
export function isDue(series: Series, fourHour: Series, now: Ms): boolean {
  const due = dueOpen(series, now);
  if (due === null || due === series.missingMs || now < series.notBefore) return false;
  if (series.timeframe !== '1d' || series.lastMs === null) return true;
  // Only where one of the six is missing the venue is asked for the day itself.
  return dueOpen(fourHour, now) === null || fourHour.missingMs !== null;
}

/** After a request: done when the due candle is here, else asked again later, and not for ever. */
export function noteAsked(series: Series, asked: Asked): void {
  const { now, due, isAnswered } = asked;
  if (due === null || (series.lastMs !== null && series.lastMs >= due)) {
    series.attempts = 0;
    series.notBefore = ms(0);
    return;
  }
  const wait = RETRY[Math.min(series.attempts, RETRY.length - 1)] ?? MINUTE;
  series.attempts += 1;
  series.notBefore = ms(now + wait);
  if (!isAnswered || series.attempts < RETRY.length) return;
  series.missingMs = due;
  series.attempts = 0;
}

/** True when the newest candle that can have closed is here, or the venue has none. */
export function isSeriesCurrent({ timeframe, lastMs, missingMs }: Series, now: Ms): boolean {
  const newest = newestOpen(timeframe, now);
  return lastMs !== null && (lastMs >= newest || missingMs === newest);
}

export interface Asked {
  readonly now: Ms;
  /** What was due when it was asked. */
  readonly due: Ms | null;
  readonly isAnswered: boolean;
}
