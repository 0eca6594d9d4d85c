/**
 * The patterns of a map over the rows of a file, under a time limit: a pattern with a repeat inside a repeat can
 * take longer on one line than the universe has. Nothing but another thread can stop a pattern that runs; `vm`
 * has one. It costs a tenth of a millisecond to start, so many rows share one.
 */
import { createContext, Script } from 'node:vm';
import { TradectlError } from '../../domain/errors.ts';

/** A pattern of the map, with the name under which the map holds it. */
export interface MapPattern {
  readonly key: string;
  readonly pattern: RegExp;
}

export type Match = (pattern: MapPattern, text: string) => RegExpExecArray | null;

export interface Reading<T, R> {
  /** The file, for the error. */
  readonly path: string;
  /** What the patterns say of a row: it may run twice and must change nothing. */
  readonly read: (row: T, match: Match) => R;
  /** Characters of a row: rows wait in memory for the rest of their batch. */
  readonly size: (row: T) => number;
}

const BATCH_ROWS = 100;
const BATCH_CHARACTERS = 100_000;
/** Of rows that take a millisecond together; one that took this long gets as long again, alone. */
const LIMIT_MS = 2_000;

const sandbox = createContext({ work: () => undefined });
const script = new Script('work()');

/** Each row with what the patterns say of it. Throws FILE_INVALID naming the pattern and line that take too long. */
export function* matched<T extends { readonly line: number }, R>(
  rows: Iterable<T>,
  reading: Reading<T, R>,
): Generator<readonly [T, R]> {
  let [batch, characters] = [[] as T[], 0];
  for (const row of rows) {
    batch.push(row);
    characters += reading.size(row);
    if (batch.length < BATCH_ROWS && characters < BATCH_CHARACTERS) continue;
    yield* readBatch(batch, reading);
    [batch, characters] = [[], 0];
  }
  yield* readBatch(batch, reading);
}

function* readBatch<T extends { readonly line: number }, R>(
  batch: readonly T[],
  { path, read }: Reading<T, R>,
): Generator<readonly [T, R]> {
  const done: R[] = [];
  for (let stuckAt = -1; done.length < batch.length;) {
    let at = '';
    const match: Match = ({ key, pattern }, text) => {
      at = key;
      return pattern.exec(text);
    };
    const isWhole = withinLimit(() => {
      // Alone the second time: a machine that was busy is not a pattern that does not end.
      const until = stuckAt === done.length ? done.length + 1 : batch.length;
      while (done.length < until) done.push(read(batch[done.length] as T, match));
    });
    if (isWhole) continue;
    if (stuckAt === done.length) throw tooSlow(path, batch[stuckAt]?.line ?? 0, at);
    stuckAt = done.length;
  }
  yield* batch.map((row, index) => [row, done[index] as R] as const);
}

function withinLimit(work: () => void): boolean {
  sandbox['work'] = work;
  try {
    script.runInContext(sandbox, { timeout: LIMIT_MS });
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    return false;
  } finally {
    sandbox['work'] = null;
  }
}

function tooSlow(path: string, line: number, key: string): TradectlError {
  return new TradectlError(
    'FILE_INVALID',
    `${path}:${line}: the pattern ${key} of the map did not end in ${LIMIT_MS / 1_000} s; nothing of the file was imported`,
    {
      hint: 'write it without a repeat inside a repeat, as in (a+)+, and begin it with ^ and fixed words',
    },
  );
}
