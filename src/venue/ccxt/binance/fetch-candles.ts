/** Closed candles of the trade price: rows of twelve places, of which the first six are a candle. */
import type { Candle } from '../../../domain/candle.ts';
import type { Reading } from '../../../domain/venue.ts';
import { timeframeMs } from '../../../domain/candle.ts';
import { unknown } from '../answer-list.ts';
import { candleOf } from '../candle-of.ts';
import { failureText } from '../errors.ts';
import type { InstrumentRegistry } from '../instrument-registry.ts';
import type { CandleRequest } from '../live-venue.ts';
import type { BinanceClient } from './binance-client.ts';

/** The venue's most per request is 1500; up to 1000 weigh half as much. */
const MOST = 1_000;
const PLACES = ['time', 'open', 'high', 'low', 'close', 'volume'];

export async function fetchCandles(
  client: BinanceClient,
  registry: InstrumentRegistry,
  { symbol, timeframe, since, to }: CandleRequest,
): Promise<Reading<Candle>> {
  const names = await registry.names();
  if (names.read === 'unknown') return unknown(`instruments: ${names.reason}`);
  const instrument = names.bySymbol.get(symbol);
  if (instrument === undefined) return unknown(`${symbol} is not a market of this venue`);
  const step = timeframeMs(timeframe);
  const found = new Map<number, Candle>();
  for (let from: number = since; from < to; from += MOST * step) {
    const until = Math.min(to, from + MOST * step) - 1;
    const answer = await client.call('fapiPublicGetKlines', {
      symbol: instrument.venueId,
      interval: timeframe,
      startTime: String(from),
      endTime: String(until),
      limit: String(MOST),
    });
    if (!answer.answered) return unknown(failureText(answer.failure));
    if (!Array.isArray(answer.body)) return unknown('the answer is no list');
    for (const row of answer.body as unknown[]) {
      const candle = Array.isArray(row) ? candleOf(named(row), step) : null;
      if (candle === null) return unknown('a candle contradicts itself');
      if (candle.openMs >= since && candle.openMs + step <= to) found.set(candle.openMs, candle);
    }
  }
  const rows = [...found.values()].sort((a, b) => a.openMs - b.openMs);
  return { read: 'complete', rows, serverMs: null };
}

function named(row: readonly unknown[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(PLACES.map((place, index) => [place, row[index]]));
}
