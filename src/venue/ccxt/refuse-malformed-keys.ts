/** A key or a secret that cannot be one is refused before it is used: a header takes printable ASCII only. */
import { TradectlError } from '../../domain/errors.ts';
import type { Credentials } from './live-venue.ts';

/** Throws VENUE_AUTH without naming what was given. */
export function refuseMalformedKeys(credentials: Credentials | null, venue: string): void {
  if (credentials === null) return;
  for (const [what, value] of [
    ['key', credentials.apiKey],
    ['secret', credentials.apiSecret],
  ] as const) {
    if (/^[\x21-\x7e]+$/.test(value.reveal())) continue;
    throw new TradectlError('VENUE_AUTH', `the ${what} of ${venue} is malformed`, {
      hint: `copy both again from the API page of ${venue}`,
    });
  }
}
