/**
 * The definition of swings and breaks written over a whole history, with no state but indices and no
 * regard for cost: the oracle that the incremental engine must equal.
 */
import type { Candle } from '../../../src/domain/candle.ts';

export interface BatchSwing {
  readonly pivotIndex: number;
  readonly type: 1 | -1;
  readonly price: number;
  readonly usedAsReference: boolean;
}

export interface BatchEvent {
  readonly kind: 'BOS' | 'CHOCH';
  readonly dir: 1 | -1;
  readonly breakIndex: number;
  readonly level: number;
  readonly origin: number;
  readonly originIndex: number;
  readonly extreme: number;
}

interface Level {
  readonly price: number;
  readonly pivot: number;
  broken: boolean;
}

export function batchStructure(
  candles: readonly Candle[],
  length: number,
): { swings: BatchSwing[]; events: BatchEvent[] } {
  const swings: BatchSwing[] = [];
  const events: BatchEvent[] = [];
  const levels: { high: Level | null; low: Level | null } = { high: null, low: null };
  let accepted = 0;
  for (let i = 0; i < candles.length; i += 1) {
    const p = i - length;
    for (const type of accepted === 1 ? ([-1, 1] as const) : ([1, -1] as const)) {
      if (p < length || !isSwing(candles, p, length, type)) continue;
      const price = type === 1 ? candles[p]!.high : candles[p]!.low;
      const standing = type === 1 ? levels.high : levels.low;
      const hidden =
        accepted === type &&
        standing !== null &&
        !standing.broken &&
        !(type === 1 ? price > standing.price : price < standing.price);
      swings.push({ pivotIndex: p, type, price, usedAsReference: !hidden });
      if (hidden) continue;
      accepted = type;
      levels[type === 1 ? 'high' : 'low'] = { price, pivot: p, broken: false };
    }
    const { close } = candles[i]!;
    const { high, low } = levels;
    if (high !== null && !high.broken && close > high.price) {
      high.broken = true;
      events.push(breakOf(candles, i, { ...high, dir: 1 }, events.at(-1)?.dir));
    } else if (low !== null && !low.broken && close < low.price) {
      low.broken = true;
      events.push(breakOf(candles, i, { ...low, dir: -1 }, events.at(-1)?.dir));
    }
  }
  return { swings, events };
}

function isSwing(candles: readonly Candle[], p: number, length: number, type: 1 | -1): boolean {
  const value = (candle: Candle): number => (type === 1 ? candle.high : -candle.low);
  const before = candles.slice(p - length, p).map(value);
  const after = candles.slice(p + 1, p + 1 + length).map(value);
  const here = value(candles[p]!);
  return here > Math.max(...before) && here >= Math.max(...after);
}

function breakOf(
  candles: readonly Candle[],
  breakIndex: number,
  level: Level & { readonly dir: 1 | -1 },
  trend: 1 | -1 | undefined,
): BatchEvent {
  const { dir } = level;
  const between = candles.slice(level.pivot, breakIndex + 1);
  const back = between.map((candle) => (dir === 1 ? candle.low : candle.high));
  const origin = dir === 1 ? Math.min(...back) : Math.max(...back);
  const originIndex = level.pivot + back.lastIndexOf(origin);
  const since = candles
    .slice(originIndex, breakIndex + 1)
    .map((candle) => (dir === 1 ? candle.high : candle.low));
  return {
    kind: trend === -dir ? 'CHOCH' : 'BOS',
    dir,
    breakIndex,
    level: level.price,
    origin,
    originIndex,
    extreme: dir === 1 ? Math.max(...since) : Math.min(...since),
  };
}
