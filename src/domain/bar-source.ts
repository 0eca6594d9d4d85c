/**
 * What a simulated venue may know of a recording. The matching timeframe of a market is the smallest
 * one it has. Everything but `bar` and `bars` is closed data; those two may reach into the bar that
 * opens now, so only the paper venue is handed this port, never the strategy.
 */
import type { Candle, Timeframe } from './candle.ts';
import type { Ms } from './clock.ts';
import type { Symbol } from './symbol.ts';

/** A candle that closed, with the time it did. */
export interface ClosedBar extends Candle {
  readonly closeMs: Ms;
}

export interface BarSource {
  symbols(): readonly Symbol[];
  /** Throws UNKNOWN_SYMBOL for a market the recording does not hold. */
  matchingTimeframe(symbol: Symbol): Timeframe;
  /** The last bar of the matching timeframe that closed by now; null before the first. */
  latest(symbol: Symbol): ClosedBar | null;
  /** The bar of the matching timeframe that opens at `openMs`; null in a gap. */
  bar(symbol: Symbol, openMs: Ms): Candle | null;
  /** Bars of the matching timeframe with `fromOpenMs <= open < toOpenMs`, oldest first. */
  bars(symbol: Symbol, fromOpenMs: Ms, toOpenMs: Ms): readonly Candle[];
  /** Volume times close of the last closed daily candle, in quote units; null where there is none. */
  quoteVolume24h(symbol: Symbol): number | null;
}
