/** Opens Bybit's linear perpetuals in USDT as a venue. */
import { ms, SECOND } from '../../../domain/clock.ts';
import { createDeposits } from '../deposits.ts';
import type { ReadInstruments } from '../instrument-registry.ts';
import { createInstrumentRegistry } from '../instrument-registry.ts';
import { createKnownOrders } from '../known-orders.ts';
import type { LiveVenue, VenueOptions } from '../live-venue.ts';
import { openTransport } from '../open-transport.ts';
import { refuseMalformedKeys } from '../refuse-malformed-keys.ts';
import { askLinear } from './bybit-answer.ts';
import type { BybitClient } from './bybit-client.ts';
import { createBybitClient } from './bybit-client.ts';
import { createBybitReader } from './bybit-reader.ts';
import { createBybitTrader } from './bybit-trader.ts';
import { checkKey } from './check-key.ts';
import { fetchCandles } from './fetch-candles.ts';
import { instrumentList } from './instruments.ts';
import { readTransfers } from './read-account.ts';

const BYBIT_HOST = 'api.bybit.com';

/** Opens the venue without a request; throws VENUE_AUTH for a key or secret that cannot be one. */
export async function openBybitVenue(options: VenueOptions): Promise<LiveVenue> {
  const { clock, credentials } = options;
  refuseMalformedKeys(credentials, 'Bybit');
  const transport = await openTransport('bybit', [BYBIT_HOST], options);
  // The venue refuses what reaches it later than this after its stamp.
  const client = createBybitClient(transport, options.processWithin ?? ms(10 * SECOND));
  const registry = createInstrumentRegistry(readInstruments(client));
  const known = createKnownOrders(clock);
  const deposits = createDeposits({
    clock,
    since: options.depositsSince ?? null,
    read: (since) => readTransfers(client, since),
  });
  return {
    name: 'bybit',
    host: BYBIT_HOST,
    reader: createBybitReader({ client, registry, deposits, known }),
    trader: createBybitTrader({
      ...{ client, registry, known, clock },
      triggerSignal: options.triggerSignal ?? 'mark',
    }),
    candles: (request) => fetchCandles(client, registry, request),
    checkKey: () => checkKey(client, credentials),
    serverTime: () => client.time.measure(),
    requests: transport.requests,
    health: transport.health,
    close: transport.close,
  };
}

function readInstruments(client: BybitClient): ReadInstruments {
  return async () => {
    const list = await askLinear(client, 'publicGetV5MarketInstrumentsInfo', { limit: '1000' });
    if (list.read === 'unknown') return list;
    return { read: 'list', list: instrumentList(list.rows), serverMs: list.serverMs };
  };
}
