/** How the live venue of a home answers, as its bot last wrote it down; null on a recording. */
import { readHomeOrNull } from './read-home.ts';
import { readVenueHealth, type VenueHealth } from '../venue-health.ts';

export function readStandingVenue(home: string): VenueHealth | null {
  return readHomeOrNull(home, (db) => ({ found: readVenueHealth(db) }))?.found ?? null;
}
