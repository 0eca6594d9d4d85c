/**
 * The canonical market id `BASE/QUOTE:SETTLE`. Everything else (`PF_TONUSD`, `TONUSD`, `XBT/USD`) is an
 * alias, resolved once at the edge through the instrument table; an unknown alias is an error,
 * never a guess. The incident: a takeover that could not purge a position under another spelling.
 */
import type { Brand } from './brand.ts';
import { TradectlError } from './errors.ts';
import type { Instrument } from './instrument.ts';

/** Canonical market id, for example `TON/USD:USD`. */
export type Symbol = Brand<string, 'Symbol'>;

const CANONICAL = /^[A-Z0-9.]+\/[A-Z0-9]+:[A-Z0-9]+(-\d{6})?$/;

/** Returns the canonical symbol; throws VALUE_INVALID for any other spelling. */
export function symbol(written: string): Symbol {
  if (!CANONICAL.test(written)) {
    throw new TradectlError(
      'VALUE_INVALID',
      `expected BASE/QUOTE:SETTLE, was ${JSON.stringify(written)}`,
    );
  }
  return written as Symbol;
}

/** True for the canonical spelling, whether or not such a market exists. */
export function isSymbol(written: string): written is Symbol {
  return CANONICAL.test(written);
}

export interface UnknownAlias {
  readonly unknown: string;
  /** Up to three known symbols that look alike. */
  readonly near: readonly Symbol[];
}

export function isUnknownAlias(value: Symbol | UnknownAlias): value is UnknownAlias {
  return typeof value !== 'string';
}

/** Base of a symbol: `TON` of `TON/USD:USD`. */
export function baseOf(value: Symbol): string {
  return value.slice(0, value.indexOf('/'));
}

/** Every accepted spelling of each instrument, upper case, mapped to its symbol. */
export type AliasTable = ReadonlyMap<string, Symbol>;

/**
 * Builds the alias table. A short spelling that two instruments share is left out: it is ambiguous, so
 * it resolves to nothing. A full name, ours or the venue's, always means its own instrument.
 */
export function aliasTable(instruments: Iterable<Instrument>): AliasTable {
  const table = new Map<string, Symbol>();
  const ambiguous = new Set<string>();
  const claim = (spelling: string, owner: Symbol): void => {
    const key = spelling.toUpperCase();
    const held = table.get(key);
    if (held !== undefined && held !== owner) ambiguous.add(key);
    else table.set(key, owner);
  };
  const known = [...instruments];
  for (const instrument of known) {
    for (const spelling of spellings(instrument)) claim(spelling, instrument.symbol);
  }
  for (const key of ambiguous) table.delete(key);
  for (const { symbol: own, venueId } of known) {
    table.set(own.toUpperCase(), own).set(venueId.toUpperCase(), own);
  }
  return table;
}

/** Resolves any spelling of a market to its canonical symbol through the instruments. */
export function resolveSymbol(alias: string, table: AliasTable): Symbol | UnknownAlias {
  const found = table.get(alias.trim().toUpperCase());
  return found ?? { unknown: alias, near: nearest(alias, table) };
}

function spellings(instrument: Instrument): string[] {
  const [pair = '', settle = ''] = instrument.symbol.split(':');
  const [base = '', quote = ''] = pair.split('/');
  const dated = settle.includes('-');
  const bases = base === 'BTC' ? ['BTC', 'XBT'] : base === 'XBT' ? ['XBT', 'BTC'] : [base];
  // The venue's own id is always an alias; short forms name the perpetual, never a dated contract.
  const found: string[] = [instrument.symbol, instrument.venueId];
  if (dated) return found;
  for (const name of bases) {
    found.push(
      `${name}/${quote}:${settle}`,
      `${name}/${quote}`,
      `${name}-${quote}`,
      `${name}_${quote}`,
    );
    found.push(`${name}${quote}`, `PF_${name}${quote}`, name);
  }
  return found;
}

function nearest(alias: string, table: AliasTable): Symbol[] {
  const wanted = alias
    .toUpperCase()
    .replace(/^P[FI]_/, '')
    .replace(/[^A-Z0-9].*$/, '');
  const found = new Set<Symbol>();
  for (const [spelling, owner] of table) {
    if (found.size === 3) break;
    if (
      wanted.length >= 2 &&
      spelling.startsWith(wanted.slice(0, Math.max(2, wanted.length - 3)))
    ) {
      found.add(owner);
    }
  }
  return [...found];
}
