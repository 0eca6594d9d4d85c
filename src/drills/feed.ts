/** Small feeds for drills: markets that stand still, or a few markets of the bundled recording. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DAY, HOUR } from '../domain/clock.ts';
import { bundledRecording } from '../engine/bundled-recording.ts';

export interface StillMarket {
  /** `GALA` becomes `GALA/USD:USD`. */
  readonly base: string;
  readonly price: string;
  readonly step?: string;
}

const TIMEFRAMES = { '4h': 4 * HOUR, '1d': DAY } as const;
const DAYS = 10;
const START = Date.UTC(2025, 0, 1);
const INSTRUMENTS = 'symbol,venue_id,contract_size,lot_step,tick_size,min_quantity,max_leverage';

/** Ten days in which no price moves: whatever happens in the drill, the market did not do it. */
export function writeStillFeed(dir: string, markets: readonly StillMarket[]): void {
  const rows = markets.map(({ base, price, step = '1' }) => {
    for (const timeframe of ['4h', '1d'] as const) {
      const name = `${base}_USD_USD-${timeframe}.csv`;
      write(join(dir, timeframe), name, candleLines(price, TIMEFRAMES[timeframe]));
    }
    return `${base}/USD:USD,PF_${base}USD,1,${step},0.0001,${step},25`;
  });
  write(dir, 'instruments.csv', [INSTRUMENTS, ...rows]);
}

/** One market of the bundled recording, with its own figures or with another step of size. */
export function writeRecordedFeed(dir: string, base: string, step?: string): void {
  const from = bundledRecording();
  for (const timeframe of ['4h', '1d'] as const) {
    const name = `${base}_USD_USD-${timeframe}.csv`;
    mkdirSync(join(dir, timeframe), { recursive: true });
    copyFileSync(join(from, timeframe, name), join(dir, timeframe, name));
  }
  const [header = '', ...rows] = readFileSync(join(from, 'instruments.csv'), 'utf8').split('\n');
  const columns = header.split(',');
  const figures = rows.filter((row) => row.startsWith(`${base}/`)).join('\n');
  const changed = figures.split(',').map((figure, at) => {
    const isSize = columns[at] === 'lot_step' || columns[at] === 'min_quantity';
    return isSize && step !== undefined ? step : figure;
  });
  write(dir, 'instruments.csv', [header, changed.join(',')]);
}

function candleLines(price: string, stepMs: number): string[] {
  const lines = ['timestamp_ms,open,high,low,close,volume'];
  const count = (DAYS * DAY) / stepMs;
  for (let bar = -1; bar < count; bar += 1) {
    lines.push([START + bar * stepMs, price, price, price, price, '1000000'].join(','));
  }
  return lines;
}

function write(dir: string, name: string, lines: readonly string[]): void {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, name), `${lines.join('\n')}\n`);
}
