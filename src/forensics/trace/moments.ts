/** Moments as the sources write them: in their zone, to the millisecond where there is one. */
import { DAY, isoTime, MINUTE, ms, type Ms } from '../../domain/clock.ts';
import type { TimelineEntry } from '../timeline.ts';

/** The last moment that a calendar has; a damaged row may hold more. */
const LAST_MS = 8.64e15;

/** `2025-10-18 14:07:13.226`, with a `Z` when it is UTC. */
export function timeIn(zone: number): (at: Ms) => string {
  return (at) => {
    if (!(Math.abs(at + zone * MINUTE) <= LAST_MS)) return `(${at} is no time)`;
    const [date = '', time = ''] = isoTime(ms(at + zone * MINUTE)).split('T');
    return `${date} ${time.replace('Z', '').replace(/\.000$/, '')}${zone === 0 ? 'Z' : ''}`;
  };
}

/** As {@link timeIn}; the day is left out when everything was on the same one. */
export function timeAmong(zone: number, entries: readonly TimelineEntry[]): (at: Ms) => string {
  const write = timeIn(zone);
  const days = new Set(
    entries
      .filter(({ atMs }) => atMs > 0)
      .flatMap(({ atMs, recordedMs }) => [atMs, recordedMs ?? atMs])
      .map((at) => Math.floor((at + zone * MINUTE) / DAY)),
  );
  if (days.size !== 1) return write;
  return (at) => {
    const isSame = days.has(Math.floor((at + zone * MINUTE) / DAY));
    return isSame ? (write(at).split(' ')[1] ?? write(at)) : write(at);
  };
}
