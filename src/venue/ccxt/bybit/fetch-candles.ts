/** Closed candles of the trade price: rows of seven places, newest first, of which the first six are a candle. */
import type { Candle } from '../../../domain/candle.ts';
import { timeframeMs } from '../../../domain/candle.ts';
import type { Reading } from '../../../domain/venue.ts';
import { unknown } from '../answer-list.ts';
import { candleOf } from '../candle-of.ts';
import type { InstrumentRegistry } from '../instrument-registry.ts';
import type { CandleRequest } from '../live-venue.ts';
import { askResult } from './bybit-answer.ts';
import type { BybitClient } from './bybit-client.ts';

/** The venue's most per request. */
const MOST = 1_000;
const PLACES = ['time', 'open', 'high', 'low', 'close', 'volume'];
const DAILY: Readonly<Record<string, string>> = { '1d': 'D', '1w': 'W' };

export async function fetchCandles(
  client: BybitClient,
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
    const answer = await askResult(client, 'publicGetV5MarketKline', {
      ...{ category: 'linear', symbol: instrument.venueId, limit: String(MOST) },
      // Minutes, but for days and weeks.
      interval: DAILY[timeframe] ?? String(step / 60_000),
      ...{ start: String(from), end: String(until) },
    });
    if (answer.read === 'unknown') return answer;
    const { list } = answer.result;
    if (!Array.isArray(list)) return unknown('the answer has no list');
    for (const row of list as unknown[]) {
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
