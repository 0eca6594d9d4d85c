/**
 * The daily bias: on which side of its average the last closed day ended. Never the running day and
 * never the live price, which would flip it within a day. A young average still carries its seed, so
 * its neutral band is wider.
 */
import { createBarGuard, type BarFault, type BarVerdict } from './bar-guard.ts';
import { createAtr, createEma } from './indicators.ts';
import type { Candle } from '../domain/candle.ts';
import { DAY } from '../domain/clock.ts';
import type { StrategySettings } from './settings.ts';
import type { Direction } from './swings.ts';

export interface Bias {
  /** 0 is neutral. */
  readonly dir: Direction | 0;
  readonly close: number;
  readonly ema: number;
  /** Half-width of the neutral band around the average, quote units. */
  readonly band: number;
  readonly mature: boolean;
}

export interface BiasEngine {
  /** Takes the next closed day. */
  push(candle: Candle): BarVerdict;
  /** Null before the average is defined. */
  bias(): Bias | null;
  days(): number;
  fault(): BarFault | null;
  lastCandle(): Candle | null;
}

export function createBias(settings: StrategySettings): BiasEngine {
  const guard = createBarGuard(DAY, settings.maxGapBars);
  const ema = createEma(settings.emaPeriod);
  const atr = createAtr(settings.atrPeriod);
  return {
    push(candle) {
      const verdict = guard.check(candle);
      if (verdict !== 'accepted') return verdict;
      ema.push(candle.close);
      atr.push(candle.high, candle.low, candle.close);
      return verdict;
    },
    bias() {
      const average = ema.value();
      const last = guard.last();
      if (average === null || last === null) return null;
      const mature = isMature(ema.count(), guard.gapIndex(), settings);
      return biasOf(last.close, average, mature ? null : (atr.value() ?? 0), settings);
    },
    days: () => ema.count(),
    fault: () => guard.fault(),
    lastCandle: () => guard.last(),
  };
}

/** After a gap the average holds prices of another time until it has seen one period of new days. */
function isMature(days: number, gapIndex: number | null, settings: StrategySettings): boolean {
  if (days < settings.matureDays) return false;
  return gapIndex === null || days - gapIndex >= settings.emaPeriod;
}

/** `immatureAtr` is the daily ATR of an immature average, null for a mature one. */
function biasOf(
  close: number,
  ema: number,
  immatureAtr: number | null,
  settings: StrategySettings,
): Bias {
  const narrow = (ema * settings.neutralBps) / 10_000;
  const band =
    immatureAtr === null ? narrow : Math.max(narrow, settings.immatureNeutralAtr * immatureAtr);
  const dir = close > ema + band ? 1 : close < ema - band ? -1 : 0;
  return { dir, close, ema, band, mature: immatureAtr === null };
}
