/** Opens a live venue by its name; the exchange library is loaded here and nowhere earlier. */
import { TradectlError } from '../../domain/errors.ts';
import { openBinanceVenue } from './binance/open-binance.ts';
import { openBybitVenue } from './bybit/open-bybit.ts';
import { openKrakenVenue } from './kraken/open-kraken.ts';
import type { LiveVenue, VenueName, VenueOptions } from './live-venue.ts';
import { VENUE_NAMES } from './live-venue.ts';

const OPENERS: Readonly<Record<string, (options: VenueOptions) => Promise<LiveVenue>>> = {
  krakenfutures: openKrakenVenue,
  binanceusdm: openBinanceVenue,
  bybit: openBybitVenue,
};

/**
 * Sends nothing yet. Throws USAGE for a venue that is not known, VENUE_AUTH for a key or a secret that
 * cannot be one of the venue.
 */
export async function openVenue(name: string, options: VenueOptions): Promise<LiveVenue> {
  const open = isVenueName(name) ? OPENERS[name] : undefined;
  if (open === undefined) {
    throw new TradectlError('USAGE', `unknown venue ${JSON.stringify(name)}`, {
      hint: `venues: ${Object.keys(OPENERS).join(', ')}`,
    });
  }
  return open(options);
}

export function isVenueName(name: string): name is VenueName {
  return (VENUE_NAMES as readonly string[]).includes(name);
}
