/**
 * Small readers for the values of a JSON file. Every complaint names the file, the path of the key and
 * the value, because a scenario that is read as something else than was written proves nothing.
 */
import { ms, type Ms } from '../../src/domain/clock.ts';
import {
  decimal,
  price,
  quantity,
  type Decimal,
  type Price,
  type Quantity,
} from '../../src/domain/decimal.ts';
import { TradectlError } from '../../src/domain/errors.ts';

/** Where a value stands: `venue[0].orders.rows[2].state` of a file. */
export interface Place {
  readonly file: string;
  readonly path: string;
}

/** Reads one value; throws FILE_INVALID when it is not what it has to be. */
export type Read<T> = (value: unknown, at: Place) => T;

export interface Fields {
  /** The value of a key that has to be there. */
  required<T>(key: string, read: Read<T>): T;
  /** The value of a key, or `fallback` when it is absent. */
  optional<T, F>(key: string, read: Read<T>, fallback: F): T | F;
}

const REMARKS: ReadonlySet<string> = new Set(['note', 'comment', 'description']);

/** The error of a bad value: what was expected there, and what was found. */
export function invalid(at: Place, expected: string, value: unknown): TradectlError {
  const was = value === undefined ? 'absent' : shown(value);
  const where = at.path === '' ? at.file : `${at.file}: ${at.path}`;
  return new TradectlError('FILE_INVALID', `${where}: expected ${expected}, was ${was}`, {
    details: { file: at.file, key: at.path },
  });
}

/** An object with these keys and no others, remarks aside. */
export function fieldsOf(value: unknown, at: Place, keys: readonly string[]): Fields {
  const found = objectOf(value, at);
  for (const key of Object.keys(found)) {
    if (keys.includes(key) || REMARKS.has(key) || /^[$_]/.test(key)) continue;
    throw invalid(inside(at, key), `no such key (known: ${keys.join(', ')})`, found[key]);
  }
  const has = (key: string): boolean => Object.hasOwn(found, key);
  return {
    required: (key, read) => {
      if (!has(key)) throw invalid(inside(at, key), 'a value', undefined);
      return read(found[key], inside(at, key));
    },
    optional: (key, read, fallback) => (has(key) ? read(found[key], inside(at, key)) : fallback),
  };
}

export function inside(at: Place, key: string): Place {
  return { file: at.file, path: at.path === '' ? key : `${at.path}.${key}` };
}

export function objectOf(value: unknown, at: Place): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw invalid(at, 'an object', value);
}

export function listOf<T>(read: Read<T>): Read<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw invalid(at, 'a list', value);
    return value.map((one: unknown, index) =>
      read(one, { file: at.file, path: `${at.path}[${index}]` }),
    );
  };
}

export function orNull<T>(read: Read<T>): Read<T | null> {
  return (value, at) => (value === null ? null : read(value, at));
}

export function textOf(value: unknown, at: Place): string {
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(at, 'a text', value);
}

export function flagOf(value: unknown, at: Place): boolean {
  if (typeof value === 'boolean') return value;
  throw invalid(at, 'true or false', value);
}

export function msOf(value: unknown, at: Place): Ms {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return ms(value);
  throw invalid(at, 'whole milliseconds of zero or more', value);
}

/** A whole number that is not below `least`. */
export function wholeFrom(least: number): Read<number> {
  return (value, at) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
    throw invalid(at, `a whole number of ${least} or more`, value);
  };
}

export function oneOf<const T extends string>(values: readonly T[]): Read<T> {
  return (value, at) => {
    const found = values.find((one) => one === value);
    if (found !== undefined) return found;
    throw invalid(at, `one of ${values.join(', ')}`, value);
  };
}

export const decimalOf: Read<Decimal> = (value, at) => parsed(decimal, 'a decimal text', value, at);

export const quantityOf: Read<Quantity> = (value, at) =>
  parsed(quantity, 'a decimal text of zero or more', value, at);

export const priceOf: Read<Price> = (value, at) =>
  parsed(price, 'a decimal text above zero', value, at);

/** Money is written as text: a JSON number has lost digits before anyone reads it. */
function parsed<T>(parse: (text: string) => T, expected: string, value: unknown, at: Place): T {
  if (typeof value !== 'string') throw invalid(at, expected, value);
  try {
    return parse(value);
  } catch {
    throw invalid(at, expected, value);
  }
}

function shown(value: unknown): string {
  const written = JSON.stringify(value) ?? typeof value;
  return written.length > 60 ? `${written.slice(0, 60)}…` : written;
}
