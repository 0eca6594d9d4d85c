/** One candle of a row with named places; null when it is off the grid or contradicts itself. */
import type { Candle } from '../../domain/candle.ts';
import type { Ms } from '../../domain/clock.ts';
import { ms } from '../../domain/clock.ts';
import type { JsonRow } from './lossless-json.ts';
import { decimalOf, timeOf } from './row-fields.ts';

export function candleOf(row: JsonRow, step: Ms): Candle | null {
  const openMs = timeOf(row, 'time');
  const [open, high, low, close, volume] = ['open', 'high', 'low', 'close', 'volume'].map((key) =>
    decimalOf(row, key),
  );
  if (openMs === null || openMs % step !== 0) return null;
  if (!open || !high || !low || !close || !volume) return null;
  if (low.lte(0) || high.lt(low) || volume.isNegative()) return null;
  if ([open, close].some((value) => value.lt(low) || value.gt(high))) return null;
  return {
    openMs: ms(openMs),
    open: open.toNumber(),
    high: high.toNumber(),
    low: low.toNumber(),
    close: close.toNumber(),
    volume: volume.toNumber(),
  };
}
