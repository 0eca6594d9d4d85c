/**
 * What the venue says now and says happened since a moment, for the forensic commands: a reading, never
 * an action. Each part is complete or unknown on its own.
 */
import type { Ms } from '../../domain/clock.ts';
import type { Snapshot } from '../../domain/venue.ts';
import { withObserver } from '../own-bot.ts';

export type VenueAnswer = Required<Pick<Snapshot, 'orderHistory'>> & Snapshot;

/** Throws LOCK_HELD while a bot runs, STORE_MISSING for a home in which none ever did. */
export function readVenue(home: string, since: Ms): Promise<VenueAnswer> {
  return withObserver(
    home,
    async ({ venue: { reader }, clock }) => ({
      takenMs: clock.now(),
      account: await reader.account(),
      marks: await reader.marks(),
      positions: await reader.positions(),
      openOrders: await reader.openOrders(),
      orderHistory: await reader.orderHistory(since),
      fills: await reader.fills(since),
    }),
    'read-venue',
  );
}
