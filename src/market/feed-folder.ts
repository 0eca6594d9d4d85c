/**
 * A recording as it lies on disk: a folder per timeframe, `instruments.csv`, an optional
 * `operator.json`. Its digest covers the name and bytes of every file that can change a run, so that
 * the same home is never continued on another recording.
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TIMEFRAMES, type Timeframe } from '../domain/candle.ts';
import { messageOf, TradectlError } from '../domain/errors.ts';
import { sha256Stream } from '../domain/random.ts';

export interface FeedFile {
  readonly path: string;
  readonly name: string;
  /** The folder it lies in. */
  readonly timeframe: Timeframe;
}

export interface FeedFolder {
  readonly dir: string;
  /** Hex SHA-256. */
  readonly digest: string;
  readonly candleFiles: readonly FeedFile[];
  readonly instrumentsFile: string;
  /** What the scripted operator does; null when the recording has none. */
  readonly operatorScript: { readonly file: string; readonly text: string } | null;
}

const CHUNK_BYTES = 256 * 1024;
const INSTRUMENTS = 'instruments.csv';
const OPERATOR = 'operator.json';

/** Lists and digests a feed folder. Throws FILE_INVALID when it is none. */
export function readFeedFolder(dir: string): FeedFolder {
  const timeframes = Object.keys(TIMEFRAMES) as Timeframe[];
  const candleFiles = timeframes.flatMap((timeframe) => candleFilesOf(dir, timeframe));
  if (candleFiles.length === 0) {
    throw new TradectlError(
      'FILE_INVALID',
      `${dir}: no candle files; a feed has folders like 4h/ with files like BTC_USD_USD-4h.csv`,
    );
  }
  const instrumentsFile = join(dir, INSTRUMENTS);
  const operatorFile = join(dir, OPERATOR);
  const hasOperator = exists(operatorFile);
  const named = candleFiles.map(({ timeframe, name, path }) => ({
    name: `${timeframe}/${name}`,
    path,
  }));
  named.push({ name: INSTRUMENTS, path: instrumentsFile });
  if (hasOperator) named.push({ name: OPERATOR, path: operatorFile });
  return {
    dir,
    digest: digestOf(named),
    candleFiles,
    instrumentsFile,
    operatorScript: hasOperator
      ? { file: operatorFile, text: readFileSync(operatorFile, 'utf8') }
      : null,
  };
}

function candleFilesOf(dir: string, timeframe: Timeframe): FeedFile[] {
  const folder = join(dir, timeframe);
  if (!exists(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.csv'));
  return names.sort().map((name) => ({ path: join(folder, name), name, timeframe }));
}

function digestOf(files: readonly { readonly name: string; readonly path: string }[]): string {
  const digest = sha256Stream();
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (const { name, path } of files) {
    const file = open(path);
    try {
      let size = 0;
      digest.update(`${name}\0`);
      for (;;) {
        const read = readSync(file, chunk, 0, CHUNK_BYTES, null);
        if (read === 0) break;
        size += read;
        digest.update(chunk.subarray(0, read));
      }
      // The length closes the file: bytes cannot move to the next one unseen.
      digest.update(`\0${size}\0`);
    } finally {
      closeSync(file);
    }
  }
  return digest.digest();
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    const why = messageOf(error);
    throw new TradectlError('FILE_INVALID', `${path}: cannot be read: ${why}; a feed needs it`);
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
