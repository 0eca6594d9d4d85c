/** Closed candles of the trade price. The chart service has no envelope: an error there is a missing list. */
import type { Candle } from '../../../domain/candle.ts';
import type { Reading } from '../../../domain/venue.ts';
import { unknown } from '../answer-list.ts';
import { candlesByPage } from '../candle-pages.ts';
import { failureText } from '../errors.ts';
import type { InstrumentRegistry } from '../instrument-registry.ts';
import type { CandleRequest } from '../live-venue.ts';
import type { KrakenClient } from './kraken-client.ts';

export function fetchCandles(
  client: KrakenClient,
  registry: InstrumentRegistry,
  request: CandleRequest,
): Promise<Reading<Candle>> {
  return candlesByPage(registry, request, {
    most: 2_000,
    ask: async ({ venueId, from, until }) => {
      const answer = await client.call('chartsGetPriceTypeSymbolInterval', {
        price_type: 'trade',
        symbol: venueId,
        interval: request.timeframe,
        from: String(Math.ceil(from / 1000)),
        to: String(Math.floor(until / 1000)),
      });
      if (!answer.answered) return unknown(failureText(answer.failure));
      const { candles } = answer.body;
      return Array.isArray(candles) ? candles : unknown('the answer has no list candles');
    },
  });
}
