/**
 * Imports candle files, all or nothing: one transaction around every file, so that the first bad
 * line leaves the store exactly as it was.
 */
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { TIMEFRAMES, type Timeframe } from '../domain/candle.ts';
import type { Ms } from '../domain/clock.ts';
import { TradectlError } from '../domain/errors.ts';
import { isUnknownAlias, type Symbol, type UnknownAlias } from '../domain/symbol.ts';
import { parseCandleFileName, readCandleFile, violation, type CandleSink } from './candle-csv.ts';
import type { CandleStore, SeriesKey } from './candle-store.ts';

export interface ImportOptions {
  /** Resolves the spelling in a file name (or `symbol`) to a market. */
  readonly resolve: (written: string) => Symbol | UnknownAlias;
  /** Candles must have closed by now. */
  readonly now: Ms;
  /** For a single file whose name does not say it. */
  readonly symbol?: string;
  readonly timeframe?: Timeframe;
}

export interface ImportedFile extends SeriesKey {
  readonly file: string;
  readonly rows: number;
  readonly inserted: number;
  readonly unchanged: number;
}

/** Reads what {@link importCandles} would take and throws as it would, without any store. */
export function checkCandles(path: string, options: ImportOptions): void {
  for (const file of candleFiles(path)) {
    const { timeframe } = seriesOf(file, options);
    readCandleFile({ path: file, timeframe, closedBy: options.now }, () => undefined);
  }
}

/** Imports a file or a folder (with folders per timeframe). Throws FILE_INVALID; nothing is written. */
export function importCandles(
  store: CandleStore,
  path: string,
  options: ImportOptions,
): ImportedFile[] {
  const files = candleFiles(path);
  if (files.length > 1 && (options.symbol !== undefined || options.timeframe !== undefined)) {
    throw new TradectlError('USAGE', 'a symbol or timeframe names one file, not a folder');
  }
  const named = files.map((file) => ({ file, key: seriesOf(file, options) }));
  return store.transaction(() =>
    named.map(({ file, key }) => ({
      file,
      ...key,
      ...importFile(store, { file, key, closedBy: options.now }),
    })),
  );
}

/** Candles of one file, from `fromOpenMs` on; the lines before it are checked all the same. */
export function importFile(
  store: CandleStore,
  source: { file: string; key: SeriesKey; closedBy: Ms; fromOpenMs?: Ms },
): { rows: number; inserted: number; unchanged: number; firstOpenMs: Ms; lastOpenMs: Ms } {
  const { file, key, closedBy, fromOpenMs } = source;
  let inserted = 0;
  let unchanged = 0;
  const insert: CandleSink = (candles, firstLine) => {
    const wanted =
      fromOpenMs === undefined ? candles : candles.filter((candle) => candle.openMs >= fromOpenMs);
    try {
      const result = store.insertCandles(key, wanted);
      inserted += result.inserted;
      unchanged += result.unchanged;
    } catch (error) {
      throw located(error, file, (openMs) => {
        return firstLine + candles.findIndex((candle) => candle.openMs === openMs);
      });
    }
  };
  const facts = readCandleFile({ path: file, timeframe: key.timeframe, closedBy }, insert);
  return { ...facts, inserted, unchanged };
}

/** A revised candle is found by time; the operator needs the line. */
function located(error: unknown, file: string, lineOf: (openMs: number) => number): unknown {
  if (!(error instanceof TradectlError)) return error;
  const openMs = error.details['openMs'];
  if (typeof openMs !== 'number') return error;
  const remedy = 'a closed candle never changes: find out which of the two is right';
  return violation(file, lineOf(openMs), error.message, remedy);
}

function seriesOf(file: string, options: ImportOptions): SeriesKey {
  const name = basename(file);
  const parsed = parseCandleFileName(name);
  const written = options.symbol ?? parsed?.market;
  const timeframe = options.timeframe ?? parsed?.timeframe;
  if (written === undefined || timeframe === undefined) {
    throw fileError(
      file,
      `the name does not say symbol and timeframe`,
      `name it like BTC_USD_USD-4h.csv, or give --symbol and --timeframe`,
    );
  }
  const resolved = options.resolve(written);
  if (!isUnknownAlias(resolved)) return { symbol: resolved, timeframe };
  const near = resolved.near.length === 0 ? '' : ` (near: ${resolved.near.join(', ')})`;
  throw fileError(
    file,
    `unknown symbol ${JSON.stringify(written)}${near}`,
    'add it to instruments.csv, or remove the file',
  );
}

/** Candle files of a path: itself, or what a folder and its timeframe folders hold, sorted. */
function candleFiles(path: string): string[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch {
    throw fileError(path, 'there is no such file or folder', 'check the path');
  }
  if (!isFolder) return [path];
  const folders = [path, ...Object.keys(TIMEFRAMES).map((timeframe) => join(path, timeframe))];
  const files = folders.flatMap(csvFiles).filter((file) => basename(file) !== 'instruments.csv');
  if (files.length === 0) throw fileError(path, 'holds no candle files', 'check the path');
  return files;
}

function csvFiles(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.csv'));
    return names.sort().map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function fileError(file: string, what: string, remedy: string): TradectlError {
  return new TradectlError('FILE_INVALID', `${file}: ${what}; ${remedy}`, {
    details: { file, line: null, reason: what },
  });
}
