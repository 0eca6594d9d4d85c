/** Opens a live venue by its name; the exchange library is loaded here and nowhere earlier. */
import { openBinanceVenue } from './binance/open-binance.ts';
import { openBybitVenue } from './bybit/open-bybit.ts';
import { openKrakenVenue } from './kraken/open-kraken.ts';
import type { LiveVenue, LiveVenueName, VenueOptions } from './live-venue.ts';

const OPENERS: Readonly<Record<LiveVenueName, (options: VenueOptions) => Promise<LiveVenue>>> = {
  krakenfutures: openKrakenVenue,
  binanceusdm: openBinanceVenue,
  bybit: openBybitVenue,
};

/** Sends nothing yet. Throws VENUE_AUTH for a key or a secret that cannot be one of the venue. */
export function openVenue(name: LiveVenueName, options: VenueOptions): Promise<LiveVenue> {
  return OPENERS[name](options);
}
