/** Parsers of flag values. Each refuses with what is wrong with the value; commander names the flag. */
import { statSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { parseTimeframe, type Timeframe } from '../src/domain/candle.ts';
import { ms, parseTime, type Ms } from '../src/domain/clock.ts';
import { TradectlError } from '../src/domain/errors.ts';
import type { Since } from '../src/forensics/since-seq.ts';

/** A whole number above zero. */
export function countFlag(written: string): number {
  const value = Number(written);
  if (/^\d+$/.test(written) && Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('Expected a whole number above 0.');
}

/** How many rows of a list; 0 is all of them. */
export function rowsFlag(written: string): number {
  const value = Number(written);
  if (/^\d+$/.test(written) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('Expected a whole number; 0 is all.');
}

/** A date or time in UTC. */
export function timeFlag(written: string): Ms {
  const parsed = parseTime(written);
  if (parsed !== null) return parsed;
  throw new InvalidArgumentError(
    'Expected a UTC time, for example 2023-01-31 or 2023-01-31T16:00Z.',
  );
}

export function timeframeFlag(written: string): Timeframe {
  return parseTimeframe(written);
}

/** A file that is a database, or becomes one. */
export function databaseFlag(written: string): string {
  if (written.trim() === '') throw new InvalidArgumentError('Expected the name of a file.');
  if (isDirectory(written)) {
    throw new InvalidArgumentError('That is a directory; a database is a file.');
  }
  return written;
}

/** What cannot be looked at is refused with its reason by who opens it. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Text that says something; the journal keeps it for the reader of next year. */
export function reasonFlag(written: string): string {
  const said = written.trim();
  if (said !== '') return said;
  throw new InvalidArgumentError('Expected a few words for the journal.');
}

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** `1200`, `2023-01-31T16:00Z` or `2h`. */
export function sinceFlag(written: string): Since {
  const [, count, unit] = /^(\d{1,9})([smhdw])$/.exec(written) ?? [];
  if (count !== undefined && unit !== undefined) {
    return { ageMs: ms(Number(count) * UNITS[unit as keyof typeof UNITS]) };
  }
  if (/^\d{1,12}$/.test(written)) return { seq: Number(written) };
  const atMs = parseTime(written);
  if (atMs !== null) return { atMs };
  throw new InvalidArgumentError(
    'Expected a sequence number (1200), a UTC time (2023-01-31T16:00Z) or an age (2h, 30m, 1d).',
  );
}

/** An argument that is a place in the journal. */
export function seqFlag(written: string): number {
  const value = Number(written);
  if (/^\d+$/.test(written) && Number.isSafeInteger(value) && value > 0) return value;
  throw new TradectlError('USAGE', `${JSON.stringify(written)} is not a sequence number`, {
    hint: 'tradectl events tail shows them: the first word of each line',
  });
}
