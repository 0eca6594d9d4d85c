/** Parsers of flag values. Each refuses with what is wrong with the value; commander names the flag. */
import { InvalidArgumentError } from 'commander';
import { parseTimeframe, type Timeframe } from '../src/domain/candle.ts';
import { parseTime, type Ms } from '../src/domain/clock.ts';

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

/** A whole number of zero or more: a place in the journal. */
export function sequenceFlag(written: string): number {
  const value = Number(written);
  if (/^\d+$/.test(written) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('Expected a sequence number, for example 1200.');
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

/** Text that says something; the journal keeps it for the reader of next year. */
export function reasonFlag(written: string): string {
  const said = written.trim();
  if (said !== '') return said;
  throw new InvalidArgumentError('Expected a few words for the journal.');
}
