/**
 * Opens Kraken Futures as a venue. The library is loaded here and nowhere earlier: a command that needs no
 * venue must not pay for it. Nothing that is returned holds the key in a form that can be printed.
 */
import type { Candle } from '../../domain/candle.ts';
import type { Clock, Ms } from '../../domain/clock.ts';
import { ms, SECOND } from '../../domain/clock.ts';
import { TradectlError } from '../../domain/errors.ts';
import type { Reading } from '../../domain/venue.ts';
import type { Venue } from '../port.ts';
import type { CandleRequest } from './candles.ts';
import { fetchCandles } from './candles.ts';
import type { RequestNote } from './fetch.ts';
import { createFetch } from './fetch.ts';
import { createInstrumentRegistry } from './instrument-registry.ts';
import { createKrakenClient } from './kraken-client.ts';
import { createKrakenReader } from './kraken-reader.ts';
import { createKrakenTrader } from './kraken-trader.ts';
import { loadExchange } from './load-exchange.ts';
import type { TriggerSignal } from './order-request.ts';

/** A value that prints as a mask and is revealed for signing only. */
export interface SecretValue {
  reveal(): string;
}

export interface KrakenOptions {
  readonly credentials: { readonly apiKey: SecretValue; readonly apiSecret: SecretValue };
  readonly clock: Clock;
  /** Of the program, for the User-Agent. */
  readonly version: string;
  /** Real host to local origin; only the mapped hosts are contacted then. */
  readonly hostMap?: Readonly<Record<string, string>>;
  readonly onRequest?: (note: RequestNote) => void;
  /** For one whole request; default 10 s. */
  readonly timeoutMs?: Ms;
  /** How long an entry may take to act at the venue; default 10 s. */
  readonly processWithin?: Ms;
  readonly triggerSignal?: TriggerSignal;
}

export interface KrakenVenue extends Venue {
  candles(request: CandleRequest): Promise<Reading<Candle>>;
}

export const KRAKEN_HOST = 'futures.kraken.com';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Opens the venue without a request; throws VENUE_AUTH for a key or secret that cannot be one. */
export async function openKrakenVenue(options: KrakenOptions): Promise<KrakenVenue> {
  const { clock, hostMap = {}, onRequest, version } = options;
  const { apiKey, apiSecret } = credentialsOf(options);
  const timeoutMs = options.timeoutMs ?? ms(10 * SECOND);
  const exchangeClass = await loadExchange('krakenfutures');
  const fetch = createFetch({
    clock,
    timeoutMs,
    hostMap,
    allowedHosts: Object.keys(hostMap).length === 0 ? [KRAKEN_HOST] : [],
    ...(onRequest === undefined ? {} : { onRequest }),
  });
  const client = createKrakenClient({
    exchangeClass,
    fetch,
    clock,
    timeoutMs,
    userAgent: `tradectl/${version}`,
    apiKey,
    apiSecret,
  });
  const registry = createInstrumentRegistry(client);
  return {
    name: 'krakenfutures',
    reader: createKrakenReader(client, registry),
    trader: createKrakenTrader({
      client,
      registry,
      clock,
      processWithin: options.processWithin ?? ms(10 * SECOND),
      triggerSignal: options.triggerSignal ?? 'mark',
    }),
    candles: (request) => fetchCandles(client, registry, request),
    close: () => fetch.close(),
  };
}

/** Checked here because the library's own complaint about a bad secret says nothing an operator knows. */
function credentialsOf({ credentials }: KrakenOptions): { apiKey: string; apiSecret: string } {
  const apiKey = credentials.apiKey.reveal();
  const apiSecret = credentials.apiSecret.reveal();
  // A header takes printable ASCII only.
  if (!/^[\x21-\x7e]+$/.test(apiKey))
    throw badCredentials('the key of Kraken Futures is malformed');
  if (apiSecret === '' || !BASE64.test(apiSecret)) {
    throw badCredentials('the secret of Kraken Futures is not base64');
  }
  return { apiKey, apiSecret };
}

function badCredentials(message: string): TradectlError {
  const hint = 'copy both again from the API page of Kraken Futures';
  return new TradectlError('VENUE_AUTH', message, { hint });
}
