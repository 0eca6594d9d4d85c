/**
 * Writes a small recording to a folder: the bars a test names, their daily candles, and instruments. All
 * of it is read back by the very code that reads a real one.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { timeframeMs } from '../../src/domain/candle.ts';
import { DAY, ms, type Ms } from '../../src/domain/clock.ts';

/** Open, high, low, close of consecutive 4h bars; null is a gap. */
export type Bars = readonly (readonly [number, number, number, number] | null)[];

export interface TinyMarket {
  readonly bars: Bars;
  readonly lotStep?: string;
  readonly tickSize?: string;
  readonly minQuantity?: string;
  readonly maxLeverage?: number;
  /** Base units per 4h bar; the default makes it a tier A market at a price of 100. */
  readonly volume?: number;
}

export interface TinyRecording {
  /** By base: `TON` becomes `TON/USD:USD`. */
  readonly markets: Readonly<Record<string, TinyMarket>>;
  readonly operatorScript?: string;
  /** Further files by their path in the folder, to break something. */
  readonly files?: Readonly<Record<string, string>>;
}

export const BAR = timeframeMs('4h');
/** Open of bar 0. */
export const START = ms(Date.UTC(2024, 0, 1));
const HEADER = 'timestamp_ms,open,high,low,close,volume';

/** Open time of a bar: the cycle at this time is the first that knows the bar before it. */
export function openOf(bar: number): Ms {
  return ms(START + bar * BAR);
}

/** Equal bars: a market that stands still. */
export function flat(count: number, at = 100): Bars {
  return Array.from({ length: count }, () => [at, at, at, at] as const);
}

export function writeRecording(dir: string, recording: TinyRecording): void {
  for (const folder of ['4h', '1d']) mkdirSync(join(dir, folder), { recursive: true });
  const rows = ['symbol,venue_id,contract_size,lot_step,tick_size,min_quantity,max_leverage'];
  for (const [base, market] of Object.entries(recording.markets)) {
    const { lotStep = '0.01', tickSize = '0.01', minQuantity = '0.01', maxLeverage = 50 } = market;
    const figures = [lotStep, tickSize, minQuantity, maxLeverage].join(',');
    rows.push(`${base}/USD:USD,PF_${base}USD,1,${figures}`);
    const { bars, volume = 1_000_000 } = market;
    writeCandles(dir, { base, timeframe: '4h' }, fourHourLines(bars, volume));
    writeCandles(dir, { base, timeframe: '1d' }, dailyLines(bars, volume));
  }
  writeFileSync(join(dir, 'instruments.csv'), `${rows.join('\n')}\n`);
  const { operatorScript, files = {} } = recording;
  if (operatorScript !== undefined) writeFileSync(join(dir, 'operator.json'), operatorScript);
  for (const [path, text] of Object.entries(files)) writeFileSync(join(dir, path), text);
}

function writeCandles(
  dir: string,
  { base, timeframe }: { base: string; timeframe: '4h' | '1d' },
  lines: readonly string[],
): void {
  const file = join(dir, timeframe, `${base}_USD_USD-${timeframe}.csv`);
  writeFileSync(file, `${[HEADER, ...lines].join('\n')}\n`);
}

function fourHourLines(bars: Bars, volume: number): string[] {
  return bars.flatMap((bar, index) =>
    bar === null ? [] : [[openOf(index), ...bar, volume].join(',')],
  );
}

/** The day before, and every full day of the bars. */
function dailyLines(bars: Bars, volume: number): string[] {
  const perDay = DAY / BAR;
  const [open = 100] = bars.find((bar) => bar !== null) ?? [];
  const lines = [[START - DAY, open, open, open, open, volume * perDay].join(',')];
  for (let day = 0; (day + 1) * perDay <= bars.length; day += 1) {
    const held = bars.slice(day * perDay, (day + 1) * perDay).filter((bar) => bar !== null);
    const [first, last] = [held[0], held.at(-1)];
    if (first === undefined || last === undefined) continue;
    const high = Math.max(...held.map((bar) => bar[1]));
    const low = Math.min(...held.map((bar) => bar[2]));
    const figures = [START + day * DAY, first[0], high, low, last[3], volume * held.length];
    lines.push(figures.join(','));
  }
  return lines;
}
