/** Two venues tell the past a week at a time: how far back a reading may ask before it is no reading. */
import { DAY, isoTime, ms, type Ms } from '../../domain/clock.ts';
import { unknown, type Unknown } from './answer-list.ts';

/** Within the seven days that the venues allow. */
export const WINDOW = ms(7 * DAY - 1_000);
/** A year, and one for the road: more would be hundreds of requests for one answer. */
const MOST_WEEKS = 53;

/** Why a span cannot be read; null when it can. */
export function tooLong(since: Ms, until: Ms): Unknown | null {
  const weeks = Math.ceil((until - since) / WINDOW);
  if (weeks <= MOST_WEEKS) return null;
  return unknown(
    `asked since ${isoTime(since).slice(0, 10)}: ${weeks} weeks are too many requests`,
  );
}
