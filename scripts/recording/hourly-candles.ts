/**
 * From a price path to hourly candles in whole units (ticks and volume steps are integers), so that
 * every sum and every comparison after this point is exact. Noise fades at the turning points: a leg
 * ends where the path says.
 */
import type { Random } from '../../src/domain/clock.ts';
import { assert } from '../../src/domain/errors.ts';
import { DAY_HOURS, WINDOW_HOUR } from './calendar.ts';
import type { MarketSpec } from './market-specs.ts';
import type { Segment } from './price-path.ts';

/** Prices in units of the last price digit (a multiple of the tick), volume of the last volume digit. */
export interface UnitCandle {
  readonly hour: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** Hourly noise in volatilities: its memory, its step, and the longest wick. */
const NOISE_MEMORY = 0.8;
const NOISE_STEP = 0.42;
const WICK = 0.55;

export function hourlyCandles(
  spec: MarketSpec,
  path: readonly Segment[],
  random: Random,
): UnitCandle[] {
  const scale = (spec.startPrice * powerOfTen(spec.priceDigits)) / priceAt(path, WINDOW_HOUR);
  const candles: UnitCandle[] = [];
  let noise = 0;
  let [close, pathEnd] = [0, 0];
  for (const segment of path) {
    // The path itself is unbroken but for its start and the crash: there the candle opens with a gap.
    let open = segment.from === pathEnd ? close : toTick(segment.from * scale, spec);
    for (let hour = segment.fromHour; hour < segment.toHour; hour += 1) {
      noise = NOISE_MEMORY * noise + NOISE_STEP * centred(random);
      const done = (hour + 1 - segment.fromHour) / (segment.toHour - segment.fromHour);
      const fade = Math.min(1, 5 * done, 5 * (1 - done));
      const wanted = along(segment, done) * (1 + spec.volatility * noise * fade) * scale;
      const one = candle(spec, { hour, open, close: toTick(wanted, spec) }, random);
      if (!within(hour, spec.missing)) candles.push(one);
      close = open = one.close;
    }
    pathEnd = segment.to;
  }
  return candles;
}

function candle(
  spec: MarketSpec,
  { hour, open, close }: Pick<UnitCandle, 'hour' | 'open' | 'close'>,
  random: Random,
): UnitCandle {
  // Drawn in every hour, so that a silent stretch does not shift the randomness behind it.
  const wick = (): number => WICK * spec.volatility * random.next() * random.next();
  const [up, down, activity] = [wick(), wick(), 0.5 + random.next()];
  if (within(hour, spec.silent)) {
    return { hour, open, high: open, low: open, close: open, volume: 0 };
  }
  const [top, bottom] = [Math.max(open, close), Math.min(open, close)];
  const high = Math.max(top, toTick(top * (1 + up), spec));
  const low = Math.min(bottom, toTick(bottom * (1 - down), spec));
  // Wide candles trade more, the crash most of all.
  const moved = Math.min(6, (high - low) / open / spec.volatility);
  const quoteVolume = (spec.dayVolume / DAY_HOURS) * activity * (0.6 + 0.4 * moved);
  const price = close / powerOfTen(spec.priceDigits);
  const volume = Math.round((quoteVolume / price) * powerOfTen(spec.volumeDigits));
  return { hour, open, high, low, close, volume };
}

/** Larger candles from smaller ones: hours that are missing are missing in the sum too. */
export function aggregate(candles: readonly UnitCandle[], hours: number): UnitCandle[] {
  const larger: UnitCandle[] = [];
  for (const one of candles) {
    const hour = one.hour - (one.hour % hours);
    const last = larger.at(-1);
    if (last?.hour !== hour) {
      larger.push({ ...one, hour });
      continue;
    }
    larger[larger.length - 1] = {
      hour,
      open: last.open,
      high: Math.max(last.high, one.high),
      low: Math.min(last.low, one.low),
      close: one.close,
      volume: last.volume + one.volume,
    };
  }
  return larger;
}

function priceAt(path: readonly Segment[], hour: number): number {
  const found = path.find((segment) => segment.fromHour <= hour && hour < segment.toHour);
  assert(found !== undefined, `the path has hour ${hour}`);
  return along(found, (hour - found.fromHour) / (found.toHour - found.fromHour));
}

/** Half straight, half smooth: turning points are neither spikes nor domes. */
function along(segment: Segment, done: number): number {
  const eased = 0.5 * done + 0.5 * done * done * (3 - 2 * done);
  return segment.from + (segment.to - segment.from) * eased;
}

/** Bell-shaped on [-1.5, 1.5]; a sum, because logarithms differ between machines. */
function centred(random: Random): number {
  return random.next() + random.next() + random.next() - 1.5;
}

function within(hour: number, stretch: readonly [number, number] | undefined): boolean {
  return stretch !== undefined && stretch[0] <= hour && hour < stretch[1];
}

/** The nearest tick, in units; never zero. */
function toTick(units: number, spec: MarketSpec): number {
  return Math.max(1, Math.round(units / spec.tickUnits)) * spec.tickUnits;
}

function powerOfTen(digits: number): number {
  let power = 1;
  for (let digit = 0; digit < digits; digit += 1) power *= 10;
  return power;
}
