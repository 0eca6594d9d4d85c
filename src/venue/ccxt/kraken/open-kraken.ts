/**
 * Opens Kraken Futures as a venue. Nothing that is returned holds the key in a form that can be printed.
 */
import { ms, SECOND } from '../../../domain/clock.ts';
import { TradectlError } from '../../../domain/errors.ts';
import { createDeposits } from '../deposits.ts';
import { createInstrumentRegistry } from '../instrument-registry.ts';
import type { Credentials, LiveVenue, VenueOptions } from '../live-venue.ts';
import { openTransport } from '../open-transport.ts';
import { checkKey } from './check-key.ts';
import { fetchCandles } from './fetch-candles.ts';
import { instrumentList } from './instruments.ts';
import { listOf } from './kraken-answer.ts';
import type { KrakenClient } from './kraken-client.ts';
import { createKrakenClient } from './kraken-client.ts';
import { createKrakenReader } from './kraken-reader.ts';
import { createKrakenTrader } from './kraken-trader.ts';
import { readTransfers } from './read-transfers.ts';
import { readServerTime } from './read-server-time.ts';

export const KRAKEN_HOST = 'futures.kraken.com';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Opens the venue without a request; throws VENUE_AUTH for a key or secret that cannot be one. */
export async function openKrakenVenue(options: VenueOptions): Promise<LiveVenue> {
  const { clock, credentials } = options;
  if (credentials !== null) refuseMalformed(credentials);
  const transport = await openTransport('krakenfutures', [KRAKEN_HOST], options);
  const client = createKrakenClient(transport);
  const registry = createInstrumentRegistry(() => readInstruments(client));
  const deposits = createDeposits({
    clock,
    since: options.depositsSince ?? null,
    read: (since) => readTransfers(client, since),
  });
  return {
    name: 'krakenfutures',
    host: KRAKEN_HOST,
    reader: createKrakenReader(client, registry, deposits),
    trader: createKrakenTrader({
      client,
      registry,
      clock,
      processWithin: options.processWithin ?? ms(10 * SECOND),
      triggerSignal: options.triggerSignal ?? 'mark',
    }),
    candles: (request) => fetchCandles(client, registry, request),
    checkKey: () => checkKey(transport, credentials),
    serverTime: () => readServerTime(client, clock),
    requests: transport.requests,
    health: transport.health,
    // Loaded when asked for: feeds are most of the library.
    wake: async (request) => (await import('./wake.ts')).openKrakenWake({ ...options, ...request }),
    close: transport.close,
  };
}

async function readInstruments(
  client: KrakenClient,
): ReturnType<Parameters<typeof createInstrumentRegistry>[0]> {
  const list = listOf(await client.call('publicGetInstruments'), 'instruments');
  if (list.read === 'unknown') return list;
  return { read: 'list', list: instrumentList(list.rows), serverMs: list.serverMs };
}

/** Checked here because the library's own complaint about a bad secret says nothing an operator knows. */
function refuseMalformed({ apiKey, apiSecret }: Credentials): void {
  // A header takes printable ASCII only.
  if (!/^[\x21-\x7e]+$/.test(apiKey.reveal()))
    throw badCredentials('the key of Kraken Futures is malformed');
  const secret = apiSecret.reveal();
  if (secret === '' || !BASE64.test(secret)) {
    throw badCredentials('the secret of Kraken Futures is not base64');
  }
}

function badCredentials(message: string): TradectlError {
  const hint = 'copy both again from the API page of Kraken Futures';
  return new TradectlError('VENUE_AUTH', message, { hint });
}
