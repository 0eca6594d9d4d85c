/** How far a venue's clock is from ours: two venues refuse what is signed with a time that is not theirs. */
import type { Clock, Ms } from '../../domain/clock.ts';
import type { Reading } from '../../domain/venue.ts';
import type { Unknown } from './answer-list.ts';
import type { ServerTime } from './live-venue.ts';

/** Asks once; the venue is taken to have answered in the middle of the round trip. */
export async function serverTimeOf(
  clock: Clock,
  ask: () => Promise<Ms | Unknown>,
): Promise<Reading<ServerTime>> {
  const started = clock.monotonic();
  const sentMs = clock.now();
  const serverMs = await ask();
  if (typeof serverMs !== 'number') return serverMs;
  const roundTripMs = Math.round(clock.monotonic() - started);
  const offsetMs = Math.round(serverMs - (sentMs + roundTripMs / 2));
  return { read: 'complete', rows: [{ serverMs, offsetMs, roundTripMs }], serverMs };
}
