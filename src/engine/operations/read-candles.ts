/** The candle cache of a home for commands: import all or nothing, verify, and one series to look at. */
import { existsSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { openReadonly, type Db } from '../../core/database.ts';
import { CANDLES_APPLICATION_ID, CANDLES_MIGRATIONS } from '../../core/candle-schema.ts';
import { checkCandles, importCandles, type ImportedFile } from '../../core/candle-import.ts';
import { readCandleFile } from '../../core/candle-csv.ts';
import { CandleStore, openCandleStore } from '../../core/candle-store.ts';
import { verifyCandles, type CandleVerification } from '../../core/candle-verify.ts';
import { homePaths } from '../../core/home.ts';
import { readInstruments } from '../../core/instrument-store.ts';
import { parseTimeframe, timeframeMs, type Candle, type Timeframe } from '../../domain/candle.ts';
import type { Ms } from '../../domain/clock.ts';
import { TradectlError } from '../../domain/errors.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { aliasTable, resolveSymbol, symbol, type Symbol } from '../../domain/symbol.ts';
import { readInstruments as readInstrumentList } from '../../market/instruments-csv.ts';
import { bundledRecording } from '../bundled-recording.ts';
import { readHomeOrNull } from './read-home.ts';
import { resolveMarket } from './resolve-market.ts';

/**
 * Imports a file or folder; throws FILE_INVALID at the first bad line or unknown symbol, and nothing is
 * written then. Which markets there are is said by the home, or for a new one by the `instruments.csv` of the
 * folder, or by the bundled one.
 */
export function importIntoHome(home: string, path: string, now: Ms): ImportedFile[] {
  if (!existsSync(path)) {
    throw new TradectlError('FILE_INVALID', `${path} does not exist`, {
      hint: 'name a CSV file or a directory of them',
    });
  }
  const known = readHomeOrNull(home, readInstruments) ?? [];
  const table = aliasTable(known.length > 0 ? known : instrumentsBeside(path));
  const resolve = (written: string): ReturnType<typeof resolveSymbol> =>
    resolveSymbol(written, table);
  const file = homePaths(home).candles;
  // A bad file must not even leave an empty store behind.
  if (!existsSync(file)) checkCandles(path, { resolve, now });
  mkdirSync(home, { recursive: true, mode: 0o700 });
  return withStore(openCandleStore(file), (store) => importCandles(store, path, { resolve, now }));
}

/** A feed folder has its list at the top, one or two levels above a candle file. */
function instrumentsBeside(path: string): Instrument[] {
  const folders = [path, dirname(path), dirname(dirname(path)), bundledRecording()];
  const file = folders
    .map((folder) => join(folder, 'instruments.csv'))
    .find((candidate) => existsSync(candidate));
  return file === undefined ? [] : [...readInstrumentList(file).instruments.values()];
}

/** Throws STORE_MISSING when the home holds no candles. */
export function verifyHome(home: string, now: Ms): CandleVerification {
  return withStore(storeOf(home), (store) => verifyCandles(store, now));
}

/**
 * The stored candles of a market, as the bot saw them at its last cycle: a recording holds its future
 * too. All of them when no cycle ever ended here. Throws UNKNOWN_SYMBOL, STORE_MISSING or NOT_FOUND. */
export function candlesOfHome(
  home: string,
  written: string,
  timeframe: Timeframe,
): { symbol: Symbol; candles: Candle[] } {
  const known = readHomeOrNull(home, (db) => ({
    market: resolveMarket(db, written),
    closedBy: lastCycleMs(db),
  }));
  const market = known?.market ?? symbol(written.toUpperCase());
  const lastOpen = (known?.closedBy ?? Number.POSITIVE_INFINITY) - timeframeMs(timeframe);
  const candles = withStore(storeOf(home), (store) =>
    [...store.iterate({ symbol: market, timeframe })].filter(({ openMs }) => openMs <= lastOpen),
  );
  if (candles.length > 0) return { symbol: market, candles };
  throw new TradectlError('NOT_FOUND', `${home} holds no ${timeframe} candles of ${market}`, {
    hint: 'tradectl candles import FILE, or --candles FILE to read one directly',
  });
}

function lastCycleMs(db: Db): number | null {
  const row = db
    .prepare<[], { ts_ms: number }>(
      `SELECT ts_ms FROM events WHERE type = 'CYCLE_END' ORDER BY seq DESC LIMIT 1`,
    )
    .get();
  return row?.ts_ms ?? null;
}

/** The timeframe that a file name ends with, as in `BTC_USD_USD-4h.csv`; null when it says none. */
export function timeframeNamed(path: string): Timeframe | null {
  const [, written] = /-(1m|5m|15m|1h|4h|1d)\.csv$/.exec(basename(path)) ?? [];
  return written === undefined ? null : parseTimeframe(written);
}

/** The candles of a CSV file, checked line by line as an import checks them. */
export function candlesOfFile(path: string, timeframe: Timeframe, closedBy: Ms): Candle[] {
  if (!existsSync(path)) {
    throw new TradectlError('FILE_INVALID', `${path} does not exist`, { hint: 'name a CSV file' });
  }
  const named = timeframeNamed(path);
  if (named !== null && named !== timeframe) {
    throw new TradectlError('USAGE', `${path} holds ${named} candles, not ${timeframe}`, {
      hint: `give --timeframe ${named}, or rename the file when its name is wrong`,
    });
  }
  const candles: Candle[] = [];
  readCandleFile({ path, timeframe, closedBy }, (batch) => void candles.push(...batch));
  return candles;
}

function storeOf(home: string): CandleStore {
  return new CandleStore(
    openReadonly(homePaths(home).candles, {
      applicationId: CANDLES_APPLICATION_ID,
      schemaVersion: CANDLES_MIGRATIONS.length,
    }),
  );
}

function withStore<T>(store: CandleStore, work: (store: CandleStore) => T): T {
  try {
    return work(store);
  } finally {
    store.close();
  }
}
