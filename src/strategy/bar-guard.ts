/**
 * The input contract of a candle series: closed bars, on the grid, strictly later than the last. The
 * first breach is latched and every later candle is refused, because one bad bar moves swings that
 * come after it: the market must be rebuilt from the store. Missing bars are legal and counted.
 */
import type { Candle } from '../domain/candle.ts';
import type { Ms } from '../domain/clock.ts';

/** `duplicate` is the newest bar again, unchanged; the other two are faults. */
export type BarVerdict = 'accepted' | 'duplicate' | 'history_revised' | 'bad_bar';

export interface BarFault {
  readonly kind: 'history_revised' | 'bad_bar';
  readonly openMs: number;
  /** What is wrong with the bar, with its values. */
  readonly problem: string;
}

export interface BarGuard {
  check(candle: Candle): BarVerdict;
  fault(): BarFault | null;
  /** The newest accepted candle. */
  last(): Candle | null;
  /** Index of the first bar after the last gap of more than `maxGapBars`; null when there was none. */
  gapIndex(): number | null;
}

export function createBarGuard(intervalMs: Ms, maxGapBars: number): BarGuard {
  let fault: BarFault | null = null;
  let last: Candle | null = null;
  let count = 0;
  let gapIndex: number | null = null;

  const refuse = (kind: BarFault['kind'], candle: Candle, problem: string): BarVerdict => {
    fault = { kind, openMs: candle.openMs, problem };
    return kind;
  };

  return {
    check(candle) {
      if (fault !== null) return fault.kind;
      const problem = problemOf(candle, intervalMs);
      if (problem !== null) return refuse('bad_bar', candle, problem);
      if (last !== null && candle.openMs <= last.openMs) {
        if (sameBar(candle, last)) return 'duplicate';
        const what =
          candle.openMs === last.openMs ? 'changed after it was used' : 'older than the newest';
        return refuse('history_revised', candle, `the bar at ${candle.openMs} is ${what}`);
      }
      if (last !== null && missingBars(last, candle, intervalMs) > maxGapBars) gapIndex = count;
      last = candle;
      count += 1;
      return 'accepted';
    },
    fault: () => fault,
    last: () => last,
    gapIndex: () => gapIndex,
  };
}

function missingBars(before: Candle, after: Candle, intervalMs: Ms): number {
  return (after.openMs - before.openMs) / intervalMs - 1;
}

function sameBar(a: Candle, b: Candle): boolean {
  return (
    a.openMs === b.openMs &&
    a.open === b.open &&
    a.high === b.high &&
    a.low === b.low &&
    a.close === b.close
  );
}

function problemOf(candle: Candle, intervalMs: Ms): string | null {
  const { openMs, open, high, low, close } = candle;
  if (!Number.isInteger(openMs) || openMs % intervalMs !== 0) {
    return `its open time ${openMs} is not a multiple of ${intervalMs} ms`;
  }
  // A sum is finite only when every term is; NaN is not.
  if (!Number.isFinite(open + high + low + close)) return 'a price is not a finite number';
  if (low <= 0) return `its low ${low} is not above zero`;
  if (high < Math.max(open, close)) return `its high ${high} is below its open or close`;
  if (low > Math.min(open, close)) return `its low ${low} is above its open or close`;
  return null;
}
