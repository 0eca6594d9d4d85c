/** Fields of a raw row: each is what was asked for, or null. Numbers are still the venue's digits. */
import type { Ms } from '../../domain/clock.ts';
import { parseTime } from '../../domain/clock.ts';
import type { Decimal, Price } from '../../domain/decimal.ts';
import { decimal, price } from '../../domain/decimal.ts';
import { TradectlError } from '../../domain/errors.ts';
import type { Side } from '../../domain/order.ts';
import type { JsonRow } from './lossless-json.ts';

/** Words; an empty one is no word, and one with a control character is none of a venue's. */
export function wordOf(row: JsonRow, key: string): string | null {
  const value = row[key];
  if (typeof value !== 'string' || value === '') return null;
  return isPlain(value) ? value : null;
}

/** A NUL in an id would end a text for the database, not for us. */
function isPlain(value: string): boolean {
  return value.isWellFormed() && [...value].every((each) => each >= ' ' && each !== '\u007f');
}

export function decimalOf(row: JsonRow, key: string): Decimal | null {
  const written = wordOf(row, key);
  if (written === null) return null;
  try {
    return decimal(written);
  } catch (error) {
    if (error instanceof TradectlError) return null;
    throw error;
  }
}

/** A figure above zero: the venue writes 0 for "none" in places. */
export function priceOf(row: JsonRow, key: string): Price | null {
  const value = decimalOf(row, key);
  return value === null || value.lte(0) ? null : price(value);
}

/** ISO 8601, or milliseconds since 1970. */
export function timeOf(row: JsonRow, key: string): Ms | null {
  const written = wordOf(row, key);
  return written === null ? null : parseTime(written);
}

/** `buy`, `Buy`; null for anything else. */
export function sideOf(row: JsonRow, key: string): Side | null {
  const written = wordOf(row, key)?.toLowerCase();
  return written === 'buy' || written === 'sell' ? written : null;
}
