/** Closed candles page by page, the same on every venue: what differs is how a page is asked for. */
import type { Candle } from '../../domain/candle.ts';
import { timeframeMs } from '../../domain/candle.ts';
import type { Ms } from '../../domain/clock.ts';
import { ms } from '../../domain/clock.ts';
import type { Reading } from '../../domain/venue.ts';
import type { Unknown } from './answer-list.ts';
import { unknown } from './answer-list.ts';
import { candleOf } from './candle-of.ts';
import type { InstrumentRegistry } from './instrument-registry.ts';
import type { CandleRequest } from './live-venue.ts';
import { isRow } from './lossless-json.ts';

export interface CandlePage {
  /** The market as the venue writes it. */
  readonly venueId: string;
  /** Of the first candle, and the last moment of the last one. */
  readonly from: Ms;
  readonly until: Ms;
  readonly step: Ms;
}

export interface CandlePages {
  /** The venue's most per request. */
  readonly most: number;
  /** Rows with the fields of a candle by name. */
  readonly ask: (page: CandlePage) => Promise<readonly unknown[] | Unknown>;
}

/** Oldest first, without gaps being filled; unknown when any candle cannot be right. */
export async function candlesByPage(
  registry: InstrumentRegistry,
  { symbol, timeframe, since, to }: CandleRequest,
  { most, ask }: CandlePages,
): Promise<Reading<Candle>> {
  const names = await registry.names();
  if (names.read === 'unknown') return unknown(`instruments: ${names.reason}`);
  const instrument = names.bySymbol.get(symbol);
  if (instrument === undefined) return unknown(`${symbol} is not a market of this venue`);
  const step = timeframeMs(timeframe);
  const found = new Map<Ms, Candle>();
  for (let from: number = since; from < to; from += most * step) {
    const until = ms(Math.min(to, from + most * step) - 1);
    const rows = await ask({ venueId: instrument.venueId, from: ms(from), until, step });
    if ('read' in rows) return rows;
    for (const row of rows) {
      const candle = isRow(row) ? candleOf(row, step) : null;
      if (candle === null) return unknown('a candle contradicts itself');
      // The last one that a venue tells may still be forming.
      if (candle.openMs >= since && candle.openMs + step <= to) found.set(candle.openMs, candle);
    }
  }
  const rows = [...found.values()].sort((a, b) => a.openMs - b.openMs);
  return { read: 'complete', rows, serverMs: null };
}

const PLACES = ['time', 'open', 'high', 'low', 'close', 'volume'];

/** A row of places, of which the first six are a candle; what is no list stays what it is. */
export function byPlace(row: unknown): unknown {
  if (!Array.isArray(row)) return row;
  return Object.fromEntries(PLACES.map((place, index) => [place, (row as unknown[])[index]]));
}
