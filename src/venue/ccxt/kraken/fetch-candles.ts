/**
 * Closed candles of the trade price. The chart service has no envelope: an error there is a missing list,
 * and the last candle it tells may still be forming.
 */
import type { Candle } from '../../../domain/candle.ts';
import { timeframeMs } from '../../../domain/candle.ts';
import type { Ms } from '../../../domain/clock.ts';
import type { Reading } from '../../../domain/venue.ts';
import { unknown } from '../answer-list.ts';
import { candleOf } from '../candle-of.ts';
import { failureText } from '../errors.ts';
import type { InstrumentRegistry } from '../instrument-registry.ts';
import type { CandleRequest } from '../live-venue.ts';
import type { KrakenClient } from './kraken-client.ts';
import { isRow } from '../lossless-json.ts';

/** The venue's most per request. */
const MOST = 2000;

/** Oldest first, without gaps being filled; unknown when any candle cannot be right. */
export async function fetchCandles(
  client: KrakenClient,
  registry: InstrumentRegistry,
  { symbol, timeframe, since, to }: CandleRequest,
): Promise<Reading<Candle>> {
  const names = await registry.names();
  if (names.read === 'unknown') return unknown(`instruments: ${names.reason}`);
  const instrument = names.bySymbol.get(symbol);
  if (instrument === undefined) return unknown(`${symbol} is not a market of this venue`);
  const step = timeframeMs(timeframe);
  const found = new Map<Ms, Candle>();
  for (let from: number = since; from < to; from += MOST * step) {
    const until = Math.min(to, from + MOST * step) - 1;
    const answer = await client.call('chartsGetPriceTypeSymbolInterval', {
      price_type: 'trade',
      symbol: instrument.venueId,
      interval: timeframe,
      from: String(Math.ceil(from / 1000)),
      to: String(Math.floor(until / 1000)),
    });
    if (!answer.answered) return unknown(failureText(answer.failure));
    const { candles } = answer.body;
    if (!Array.isArray(candles)) return unknown('the answer has no list candles');
    for (const row of candles as unknown[]) {
      const candle = isRow(row) ? candleOf(row, step) : null;
      if (candle === null) return unknown('a candle contradicts itself');
      if (candle.openMs >= since && candle.openMs + step <= to) found.set(candle.openMs, candle);
    }
  }
  const rows = [...found.values()].sort((a, b) => a.openMs - b.openMs);
  return { read: 'complete', rows, serverMs: null };
}
