/** Closed candles of the trade price: rows of twelve places. */
import type { Candle } from '../../../domain/candle.ts';
import type { Reading } from '../../../domain/venue.ts';
import { unknown } from '../answer-list.ts';
import { byPlace, candlesByPage } from '../candle-pages.ts';
import { failureText } from '../errors.ts';
import type { InstrumentRegistry } from '../instrument-registry.ts';
import type { CandleRequest } from '../live-venue.ts';
import type { BinanceClient } from './binance-client.ts';

/** The venue's most per request is 1500; up to 1000 weigh half as much. */
const MOST = 1_000;

export function fetchCandles(
  client: BinanceClient,
  registry: InstrumentRegistry,
  request: CandleRequest,
): Promise<Reading<Candle>> {
  return candlesByPage(registry, request, {
    most: MOST,
    ask: async ({ venueId, from, until }) => {
      const answer = await client.call('fapiPublicGetKlines', {
        symbol: venueId,
        interval: request.timeframe,
        startTime: String(from),
        endTime: String(until),
        limit: String(MOST),
      });
      if (!answer.answered) return unknown(failureText(answer.failure));
      const { body } = answer;
      return Array.isArray(body) ? body.map(byPlace) : unknown('the answer is no list');
    },
  });
}
