/** The time of Kraken Futures: it has no call for it, but every answer tells it; one ticker is the smallest. */
import type { Clock } from '../../../domain/clock.ts';
import type { Reading } from '../../../domain/venue.ts';
import type { ServerTime } from '../live-venue.ts';
import { serverTimeOf } from '../server-time.ts';
import { successOf } from './kraken-answer.ts';
import type { KrakenClient } from './kraken-client.ts';

export function readServerTime(client: KrakenClient, clock: Clock): Promise<Reading<ServerTime>> {
  return serverTimeOf(clock, async () => {
    const answer = successOf(await client.call('publicGetTickersSymbol', { symbol: 'PF_XBTUSD' }));
    return answer.read === 'unknown' ? answer : answer.serverMs;
  });
}
