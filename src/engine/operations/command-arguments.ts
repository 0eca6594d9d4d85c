/**
 * Reads the arguments of a posted command. They were written by another process, perhaps of another
 * version: what is absent or of another kind is a usage error that names the argument, never a guess.
 */
import type { CommandArguments } from '../../core/inbox.ts';
import { decimal, type Decimal } from '../../domain/decimal.ts';
import { TradectlError } from '../../domain/errors.ts';
import { isSymbol, type Symbol } from '../../domain/symbol.ts';

/** Throws USAGE when it is not a text. */
export function wordIn(given: CommandArguments, key: string): string {
  const value = given[key];
  if (typeof value === 'string') return value;
  throw new TradectlError('USAGE', `the command lacks ${key}`);
}

/** Null when absent; throws USAGE when it is not a text. */
export function wordInOrNull(given: CommandArguments, key: string): string | null {
  return given[key] == null ? null : wordIn(given, key);
}

/** Throws USAGE when it is not a symbol. */
export function symbolIn(given: CommandArguments, key: string): Symbol {
  const value = wordIn(given, key);
  if (isSymbol(value)) return value;
  throw new TradectlError('USAGE', `${key}: ${JSON.stringify(value)} is no symbol`);
}

/** Null when absent; throws VALUE_INVALID when it is no number. */
export function decimalInOrNull(given: CommandArguments, key: string): Decimal | null {
  const value = wordInOrNull(given, key);
  return value === null ? null : decimal(value);
}

/** False unless it was said. */
export function isSaid(given: CommandArguments, key: string): boolean {
  return given[key] === true;
}
