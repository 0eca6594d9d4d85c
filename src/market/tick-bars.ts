/**
 * One-minute bars made of the prices that were read, for paper fills on live data. A bar begins where the
 * last price was and holds nothing but what was seen; a minute without a reading has no bar.
 */
import type { BarSource, ClosedBar } from '../domain/bar-source.ts';
import type { Candle } from '../domain/candle.ts';
import { MINUTE, ms, type Ms } from '../domain/clock.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { VenueMark } from '../domain/venue.ts';

export interface TickBars extends BarSource {
  /** Prices as read at `now`. */
  note(marks: readonly VenueMark[], now: Ms): void;
}

interface Seen {
  bars: Candle[];
  quoteVolume24h: number | null;
}

/** Minutes kept: more than two readings are apart, less than would be memory. */
const KEPT = 15;

export function createTickBars(clock: { now(): Ms }): TickBars {
  const seen = new Map<Symbol, Seen>();
  const closed = (symbol: Symbol): Candle[] =>
    (seen.get(symbol)?.bars ?? []).filter(({ openMs }) => openMs + MINUTE <= clock.now());

  return {
    symbols: () => [...seen.keys()],
    matchingTimeframe: () => '1m',
    latest(symbol): ClosedBar | null {
      const last = closed(symbol).at(-1);
      return last === undefined ? null : { ...last, closeMs: ms(last.openMs + MINUTE) };
    },
    /** An order trades at the price that was read last, not at the open of a minute that is half over. */
    bar(symbol, openMs) {
      const bar = seen.get(symbol)?.bars.find((each) => each.openMs === openMs);
      if (bar === undefined) return null;
      const isForming = openMs + MINUTE > clock.now();
      return isForming
        ? { ...bar, open: bar.close, high: bar.close, low: bar.close, volume: 0 }
        : bar;
    },
    bars: (symbol, from, to) =>
      closed(symbol).filter(({ openMs }) => openMs >= from && openMs < to),
    quoteVolume24h: (symbol) => seen.get(symbol)?.quoteVolume24h ?? null,
    note(marks, now) {
      const openMs = ms(Math.floor(now / MINUTE) * MINUTE);
      for (const { symbol, last, quoteVolume24h } of marks) {
        const market = seen.get(symbol) ?? { bars: [], quoteVolume24h: null };
        seen.set(symbol, market);
        market.quoteVolume24h = quoteVolume24h?.toNumber() ?? null;
        addPrice(market, openMs, last.toNumber());
      }
    },
  };
}

function addPrice(market: Seen, openMs: Ms, price: number): void {
  const forming = market.bars.at(-1);
  if (forming?.openMs === openMs) {
    const { high, low } = forming;
    market.bars[market.bars.length - 1] = {
      ...forming,
      high: Math.max(high, price),
      low: Math.min(low, price),
      close: price,
    };
    return;
  }
  const open = forming?.close ?? price;
  const bar = { openMs, open, high: Math.max(open, price), low: Math.min(open, price) };
  market.bars.push({ ...bar, close: price, volume: 0 });
  if (market.bars.length > KEPT) market.bars.splice(0, market.bars.length - KEPT);
}
