/**
 * From rows as a venue wrote them to ours. What can be parsed is; the rest is named and never dropped,
 * because a row that was left out looks like a market that is flat.
 */
import type { Ms } from '../../domain/clock.ts';
import type { AliasTable, Symbol } from '../../domain/symbol.ts';
import type { MalformedRow, Reading } from '../../domain/venue.ts';
import type { JsonRow } from './lossless-json.ts';
import { isRow } from './lossless-json.ts';
import { wordOf } from './row-fields.ts';

export interface Unknown {
  readonly read: 'unknown';
  readonly reason: string;
}

export interface AnswerList {
  readonly read: 'list';
  readonly rows: readonly unknown[];
  readonly serverMs: Ms;
}

export function unknown(reason: string): Unknown {
  return { read: 'unknown', reason };
}

/** A row of a known market: the domain's row, null to leave it out, or why it cannot be understood. */
export type ParseRow<T> = (row: JsonRow, symbol: Symbol) => T | string | null;

export interface ParsedRows<T> {
  readonly rows: T[];
  readonly malformed: MalformedRow[];
}

/** Parses what can be parsed; the rest is named, never dropped. `market` is the key of the market. */
export function parseRows<T extends object>(
  rows: readonly unknown[],
  market: string,
  names: AliasTable,
  parse: ParseRow<T>,
): ParsedRows<T> {
  const parsed: ParsedRows<T> = { rows: [], malformed: [] };
  for (const row of rows) {
    const written = isRow(row) ? (wordOf(row, market) ?? '') : '';
    const symbol = names.get(written.toUpperCase()) ?? null;
    const found = isRow(row) ? parseOne(row, symbol, parse) : 'not a row';
    if (typeof found === 'string') parsed.malformed.push({ written, symbol, why: found });
    else if (found !== null) parsed.rows.push(found);
  }
  return parsed;
}

function parseOne<T>(row: JsonRow, symbol: Symbol | null, parse: ParseRow<T>): T | string | null {
  return symbol === null ? 'unknown market' : parse(row, symbol);
}

/** A complete reading; rows that could not be understood travel with it. */
export function complete<T>(parsed: ParsedRows<T>, serverMs: Ms | null): Reading<T> {
  const { rows, malformed } = parsed;
  if (malformed.length === 0) return { read: 'complete', rows, serverMs };
  return { read: 'complete', rows, serverMs, malformed };
}
