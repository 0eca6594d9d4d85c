/**
 * One series of candles as a run walks along it: behind the cursor is what closed, ahead of it what
 * the bot may not see. Rows come from the store a block at a time and each is read once; a few that
 * were passed stay at hand for the paper venue. What is read ahead lies in one flat array: as objects
 * it would outlive the young generation and cost three times the memory.
 */
import { CANDLE_WIDTH, type CandleStore, type SeriesKey } from '../core/candle-store.ts';
import type { Candle } from '../domain/candle.ts';
import { ms, type Ms } from '../domain/clock.ts';

/** Passed candles that stay at hand. */
const KEPT = 8;

export class CandleSeries {
  readonly key: SeriesKey;
  private readonly store: CandleStore;
  private readonly block: number;
  private figures: Float64Array;
  /** Candles in `figures`. */
  private count = 0;
  /** The first of them that was not taken. */
  private cursor = 0;
  /** Candles before the first one at hand were read and dropped. */
  private dropped = false;
  private exhausted = false;

  constructor(store: CandleStore, key: SeriesKey, block: number) {
    this.store = store;
    this.key = key;
    this.block = block;
    this.figures = new Float64Array((KEPT + block) * CANDLE_WIDTH);
  }

  /** Open time of the candle ahead; null at the end. */
  nextOpenMs(): Ms | null {
    if (this.cursor >= this.count) this.load();
    return this.cursor < this.count ? this.openMsAt(this.cursor) : null;
  }

  /** Moves past the candle ahead and returns it; there must be one. */
  take(): Candle {
    this.cursor += 1;
    return this.candleAt(this.cursor - 1);
  }

  /** The last candle taken; null before the first. */
  last(): Candle | null {
    return this.cursor > 0 ? this.candleAt(this.cursor - 1) : null;
  }

  /** The candle that opens at `openMs`, on either side of the cursor. */
  at(openMs: Ms): Candle | null {
    return this.between(openMs, ms(openMs + 1))[0] ?? null;
  }

  /** Candles with `from <= open < to`, on both sides of the cursor. */
  between(from: Ms, to: Ms): readonly Candle[] {
    while (!this.exhausted && !this.reaches(ms(to - 1))) this.load();
    const isBehind = this.dropped && from < this.openMsAt(0);
    if (isBehind) return this.store.read(this.key, from, to);
    const found: Candle[] = [];
    for (let index = this.lowerBound(from); index < this.count; index += 1) {
      if (this.openMsAt(index) >= to) break;
      found.push(this.candleAt(index));
    }
    return found;
  }

  private reaches(openMs: Ms): boolean {
    return this.count > 0 && this.openMsAt(this.count - 1) >= openMs;
  }

  /** Index of the first candle at hand that does not open before `openMs`. */
  private lowerBound(openMs: Ms): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.openMsAt(middle) < openMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private load(): void {
    if (this.exhausted) return;
    const after = this.count === 0 ? ms(-1) : this.openMsAt(this.count - 1);
    const passed = Math.max(0, this.cursor - KEPT);
    this.figures.copyWithin(0, passed * CANDLE_WIDTH, this.count * CANDLE_WIDTH);
    this.count -= passed;
    this.cursor -= passed;
    this.dropped ||= passed > 0;
    this.reserve(this.count + this.block);
    const offset = this.count * CANDLE_WIDTH;
    const range = { target: this.figures, offset, limit: this.block };
    const found = this.store.readAfterInto(this.key, after, range);
    this.exhausted = found < this.block;
    this.count += found;
  }

  private reserve(candles: number): void {
    const needed = candles * CANDLE_WIDTH;
    if (needed <= this.figures.length) return;
    const grown = new Float64Array(Math.max(needed, this.figures.length * 2));
    grown.set(this.figures);
    this.figures = grown;
  }

  private openMsAt(index: number): Ms {
    return ms(this.figure(index, 0));
  }

  private candleAt(index: number): Candle {
    return {
      openMs: this.openMsAt(index),
      open: this.figure(index, 1),
      high: this.figure(index, 2),
      low: this.figure(index, 3),
      close: this.figure(index, 4),
      volume: this.figure(index, 5),
    };
  }

  private figure(index: number, column: number): number {
    return this.figures[index * CANDLE_WIDTH + column] ?? Number.NaN;
  }
}
