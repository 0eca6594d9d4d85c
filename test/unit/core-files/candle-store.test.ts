import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { importCandles } from '../../../src/core/candle-import.ts';
import { openCandleStore, type CandleStore } from '../../../src/core/candle-store.ts';
import { verifyCandles } from '../../../src/core/candle-verify.ts';
import type { Candle } from '../../../src/domain/candle.ts';
import { HOUR, ms } from '../../../src/domain/clock.ts';
import { symbol, type Symbol, type UnknownAlias } from '../../../src/domain/symbol.ts';

const BTC = { symbol: symbol('BTC/USD:USD'), timeframe: '4h' } as const;
const T0 = ms(Date.UTC(2023, 0, 1));
const STEP = 4 * HOUR;
const at = (index: number): ReturnType<typeof ms> => ms(T0 + index * STEP);
const candle = (index: number, close = 11): Candle => {
  return { openMs: at(index), open: 10, high: 12, low: 9, close, volume: 100 };
};
const candles = (count: number): Candle[] => Array.from({ length: count }, (_, i) => candle(i));

let dir: string;
let store: CandleStore;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tradectl-candles-'));
  store = openCandleStore(join(dir, 'candles.db'));
});
afterEach(() => {
  store.close();
  rmSync(dir, { recursive: true });
});

describe('the candle store', () => {
  test('gives back what it was given, across openings', () => {
    expect(store.insertCandles(BTC, candles(130))).toEqual({ inserted: 130, unchanged: 0 });
    store.close();
    store = openCandleStore(join(dir, 'candles.db'));
    expect([...store.iterate(BTC)]).toEqual(candles(130));
    expect(store.last(BTC)).toEqual(candle(129));
    expect(store.read(BTC, at(3), at(5))).toEqual([candle(3), candle(4)]);
    expect(store.series()).toEqual([
      { ...BTC, rows: 130, firstOpenMs: at(0), lastOpenMs: at(129) },
    ]);
  });

  test('a disk that takes no more is told in our words, and what was stored is still there', () => {
    store.insertCandles(BTC, candles(10));
    const db = Reflect.get(store, 'db') as Database.Database;
    db.pragma(`max_page_count=${String(db.pragma('page_count', { simple: true }))}`);
    const more = Array.from({ length: 5_000 }, (_, index) => candle(10 + index));
    expect(() => store.insertCandles(BTC, more)).toThrow(
      expect.objectContaining({ code: 'STORE_FULL' }) as Error,
    );
    expect(store.last(BTC)).toEqual(candle(9));
  });

  test('the same candles again change nothing; another candle for the same time is refused', () => {
    store.insertCandles(BTC, candles(3));
    expect(store.insertCandles(BTC, candles(5))).toEqual({ inserted: 2, unchanged: 3 });
    const revised = [candle(4), candle(5), candle(2, 11.5)].sort((a, b) => a.openMs - b.openMs);
    expect(() => store.insertCandles(BTC, revised)).toThrow(
      'BTC/USD:USD 4h 2023-01-01T08:00:00.000Z: the candle 10,12,9,11.5,100 differs from the stored 10,12,9,11,100',
    );
    expect([...store.iterate(BTC)]).toEqual(candles(5));
  });

  test('a cycle reads only candles that are new and closed: the rows are counted', () => {
    store.insertCandles(BTC, candles(100));
    expect(store.rowsRead).toBe(0);
    expect(store.newCandles(BTC, at(97), at(99))).toEqual([candle(98)]);
    expect(store.rowsRead).toBe(1);
    expect(store.newCandles(BTC, at(98), ms(at(100) - 1))).toEqual([]);
    expect(store.rowsRead).toBe(1);
    expect(store.newCandles(BTC, at(98), at(100))).toEqual([candle(99)]);
    expect(store.rowsRead).toBe(2);
  });

  test('verify names gaps, times off the grid and candles that are not over', () => {
    const broken = [candle(0), candle(3), { ...candle(4), openMs: ms(at(4) + 1) }, candle(5)];
    store.insertCandles(BTC, broken);
    const { findings } = verifyCandles(store, ms(at(6) - 1));
    expect(findings).toEqual([
      { ...BTC, finding: 'gap', fromMs: at(1), toMs: at(2), candles: 2 },
      { ...BTC, finding: 'off_grid', fromMs: ms(at(4) + 1), toMs: ms(at(4) + 1), candles: 1 },
      { ...BTC, finding: 'unfinished', fromMs: at(5), toMs: at(5), candles: 1 },
      { ...BTC, finding: 'gap', fromMs: at(4), toMs: at(4), candles: 1 },
    ]);
  });
});

describe('candles import', () => {
  const HEADER = 'timestamp_ms,open,high,low,close,volume';
  const row = (index: number, close = 11): string => `${at(index)},10,12,9,${close},100`;
  const write = (name: string, ...rows: string[]): string => {
    const path = join(dir, 'feed', name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, `${[HEADER, ...rows].join('\n')}\n`);
    return path;
  };
  const resolve = (written: string): Symbol | UnknownAlias => {
    return written.startsWith('BTC') || written.startsWith('ETH')
      ? symbol(written)
      : { unknown: written, near: [BTC.symbol] };
  };
  const options = { resolve, now: at(1000) };

  test('a folder, twice', () => {
    write('4h/BTC_USD_USD-4h.csv', row(0), row(1));
    write('ETH_USD_USD-4h.csv', row(0));
    write('instruments.csv', 'not candles');
    const counts = (): number[][] =>
      importCandles(store, join(dir, 'feed'), options).map((f) => [
        f.rows,
        f.inserted,
        f.unchanged,
      ]);
    expect(counts()).toEqual([
      [1, 1, 0],
      [2, 2, 0],
    ]);
    expect(counts()).toEqual([
      [1, 0, 1],
      [2, 0, 2],
    ]);
  });

  test('nothing is written when the last file of a folder is bad', () => {
    write('1d/BTC_USD_USD-1d.csv', `${T0},10,12,9,11,1`);
    write('4h/BTC_USD_USD-4h.csv', row(0), row(1));
    const bad = write('4h/ETH_USD_USD-4h.csv', row(0), `${at(1)},10,8,9,8.5,1`);
    expect(() => importCandles(store, join(dir, 'feed'), options)).toThrow(
      `${bad}:3: high 8 is below low 9; fix the line, or download the file again`,
    );
    expect(store.series()).toEqual([]);
    // The ids given out inside the undone transaction are forgotten with it.
    store.insertCandles(BTC, candles(2));
    expect([...store.iterate(BTC)]).toEqual(candles(2));
  });

  test.each([
    [
      'SHIB_USD_USD-4h.csv',
      'unknown symbol "SHIB/USD:USD" (near: BTC/USD:USD); add it to instruments.csv, or remove the file',
    ],
    [
      'prices.csv',
      'the name does not say symbol and timeframe; name it like BTC_USD_USD-4h.csv, or give --symbol and --timeframe',
    ],
  ])('%s', (name, message) => {
    const path = write(name, row(0));
    expect(() => importCandles(store, path, options)).toThrow(`${path}: ${message}`);
  });

  test('symbol and timeframe by argument', () => {
    const path = write('prices.csv', row(0));
    const named = { ...options, symbol: 'BTC/USD:USD', timeframe: '4h' } as const;
    expect(importCandles(store, path, named)).toMatchObject([{ ...BTC, inserted: 1 }]);
  });

  test('a revised candle is named by its line', () => {
    const path = write('BTC_USD_USD-4h.csv', row(0), row(1));
    importCandles(store, path, options);
    write('BTC_USD_USD-4h.csv', row(0), row(1, 11.5), row(2));
    expect(() => importCandles(store, path, options)).toThrow(
      `${path}:3: BTC/USD:USD 4h 2023-01-01T04:00:00.000Z: the candle 10,12,9,11.5,100 differs from the stored 10,12,9,11,100; a closed candle never changes: find out which of the two is right`,
    );
    expect([...store.iterate(BTC)]).toEqual(candles(2));
  });

  test('a path that is not there', () => {
    expect(() => importCandles(store, join(dir, 'nowhere'), options)).toThrow(
      /nowhere: there is no such file or folder; check the path/,
    );
  });
});
