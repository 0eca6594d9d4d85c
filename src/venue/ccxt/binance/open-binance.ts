/** Opens Binance USDⓈ-M as a venue. The hosts stay the real ones; only the transport maps them. */
import { ms, SECOND } from '../../../domain/clock.ts';
import { createDeposits } from '../deposits.ts';
import type { ReadInstruments } from '../instrument-registry.ts';
import { createInstrumentRegistry } from '../instrument-registry.ts';
import { createKnownOrders } from '../known-orders.ts';
import type { LiveVenue, VenueOptions } from '../live-venue.ts';
import { openTransport } from '../open-transport.ts';
import { refuseMalformedKeys } from '../refuse-malformed-keys.ts';
import { askList, askObject } from './binance-answer.ts';
import type { BinanceClient } from './binance-client.ts';
import { createBinanceClient } from './binance-client.ts';
import { createBinanceReader } from './binance-reader.ts';
import { createBinanceTrader } from './binance-trader.ts';
import { checkKey } from './check-key.ts';
import { fetchCandles } from './fetch-candles.ts';
import { bracketsOf, instrumentList } from './instruments.ts';
import { readTransfers } from './read-income.ts';

const BINANCE_HOST = 'fapi.binance.com';
/** Tells what a key may do, and nothing else. */
const BINANCE_KEY_HOST = 'api.binance.com';

/** Opens the venue without a request; throws VENUE_AUTH for a key or secret that cannot be one. */
export async function openBinanceVenue(options: VenueOptions): Promise<LiveVenue> {
  const { clock, credentials } = options;
  refuseMalformedKeys(credentials, 'Binance');
  const hosts = [BINANCE_HOST, BINANCE_KEY_HOST];
  const transport = await openTransport('binanceusdm', hosts, options);
  const client = createBinanceClient(transport);
  const registry = createInstrumentRegistry(readInstruments(client, credentials !== null));
  const known = createKnownOrders(clock);
  const deposits = createDeposits({
    clock,
    since: options.depositsSince ?? null,
    read: (since) => readTransfers(client, since),
  });
  const own = options.ownSymbols ?? (() => []);
  return {
    name: 'binanceusdm',
    host: BINANCE_HOST,
    reader: createBinanceReader({ client, registry, known, deposits, clock, own }),
    trader: createBinanceTrader({
      ...{ client, registry, known },
      processWithin: options.processWithin ?? ms(10 * SECOND),
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

function readInstruments(client: BinanceClient, hasKey: boolean): ReadInstruments {
  return async () => {
    const answer = await askObject(client, 'fapiPublicGetExchangeInfo');
    if (answer.read === 'unknown') return answer;
    const rows = answer.body['symbols'];
    if (!Array.isArray(rows)) return { read: 'unknown', reason: 'the answer has no list symbols' };
    const brackets = hasKey ? await askList(client, 'fapiPrivateGetLeverageBracket') : null;
    if (brackets?.read === 'unknown') return brackets;
    const leverages = brackets === null ? null : bracketsOf(brackets.rows);
    const list = instrumentList(rows as unknown[], leverages);
    return { read: 'list', list, serverMs: client.time.known() };
  };
}
