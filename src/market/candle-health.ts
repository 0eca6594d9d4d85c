/**
 * What candle requests that failed mean. One timeout is noise; the same market failing again and again, or
 * many markets at once, is a finding with its count, said once until it is over.
 */
import type { Symbol } from '../domain/symbol.ts';

export type CandleNews =
  | { readonly news: 'noise'; readonly symbol: Symbol; readonly why: string }
  | {
      readonly news: 'failing';
      readonly symbol: Symbol;
      readonly inARow: number;
      readonly why: string;
    }
  | {
      readonly news: 'many_failing';
      readonly failing: number;
      readonly of: number;
      readonly why: string;
    }
  | { readonly news: 'recovered' };

export interface CandleHealth {
  /** `watched` is how many markets are asked for candles. */
  failed(symbol: Symbol, why: string, watched: number): readonly CandleNews[];
  answered(symbol: Symbol): readonly CandleNews[];
  /** Markets whose last request failed. */
  failing(): number;
}

/** Failures in a row of one market that are more than noise. */
const REPEATED = 3;
/** Markets that fail together: this many, or this share of those that are asked. */
const MANY = 10;
const MANY_SHARE = 0.2;

export function createCandleHealth(): CandleHealth {
  const inARow = new Map<Symbol, number>();
  const told = new Set<Symbol>();
  let manyTold = false;

  return {
    failed(symbol, why, watched) {
      const count = (inARow.get(symbol) ?? 0) + 1;
      inARow.set(symbol, count);
      const news: CandleNews[] = [];
      const isMany = inARow.size >= Math.max(2, Math.min(MANY, watched * MANY_SHARE));
      if (isMany && !manyTold) {
        manyTold = true;
        news.push({ news: 'many_failing', failing: inARow.size, of: watched, why });
      }
      // While many fail the cause is not this market's.
      if (manyTold) return news;
      if (count === 1) news.push({ news: 'noise', symbol, why });
      if (count >= REPEATED && !told.has(symbol)) {
        told.add(symbol);
        news.push({ news: 'failing', symbol, inARow: count, why });
      }
      return news;
    },
    answered(symbol) {
      if (!inARow.delete(symbol)) return [];
      const wasTold = told.delete(symbol) || manyTold;
      if (inARow.size > 0 || !wasTold) return [];
      manyTold = false;
      return [{ news: 'recovered' }];
    },
    failing: () => inARow.size,
  };
}
