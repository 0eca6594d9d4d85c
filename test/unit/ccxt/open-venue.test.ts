/** Names of venues stand in two rooms that may not import each other: here they are held together. */
import { expect, it } from 'vitest';
import { VENUE_NAMES, VENUES_WITH_WAKE_UPS } from '../../../src/config/config.ts';
import { wallClock } from '../../../src/domain/clock.ts';
import { LIVE_VENUES } from '../../../src/venue/ccxt/live-venue.ts';
import { openVenue } from '../../../src/venue/ccxt/open-venue.ts';

it('the configuration knows every live venue, and paper', () => {
  expect(VENUE_NAMES).toEqual(['paper', ...LIVE_VENUES]);
});

it.each(LIVE_VENUES)(
  '%s is opened by its name, and wakes when the configuration says so',
  async (name) => {
    const venue = await openVenue(name, { credentials: null, clock: wallClock(), version: '0' });
    try {
      expect([venue.name, venue.wake !== undefined]).toEqual([
        name,
        VENUES_WITH_WAKE_UPS.includes(name),
      ]);
    } finally {
      venue.close();
    }
  },
);
