/**
 * From an answer to rows. An answer is only a list when it says success, holds the list and tells the
 * server's time; an answer that merely lacks rows is unknown, and unknown never means flat.
 */
import type { Ms } from '../../domain/clock.ts';
import type { AliasTable, Symbol } from '../../domain/symbol.ts';
import type { MalformedRow, Reading } from '../../domain/venue.ts';
import type { VenueFailure } from './errors.ts';
import type { KrakenAnswer } from './kraken-client.ts';
import type { JsonRow } from './lossless-json.ts';
import { isRow } from './lossless-json.ts';
import { timeOf, wordOf } from './row-fields.ts';

export interface Unknown {
  readonly read: 'unknown';
  readonly reason: string;
}

export interface AnswerList {
  readonly read: 'list';
  readonly rows: readonly unknown[];
  readonly serverMs: Ms;
}

/** The list under `key` of an answer that says success, or why there is none. */
export function listOf(answer: KrakenAnswer, key: string): AnswerList | Unknown {
  const body = successOf(answer);
  if (body.read === 'unknown') return body;
  const rows = body.body[key];
  if (!Array.isArray(rows)) return unknown(`the answer has no list ${key}`);
  return { read: 'list', rows, serverMs: body.serverMs };
}

export interface Success {
  readonly read: 'success';
  readonly body: JsonRow;
  readonly serverMs: Ms;
}

/** The body of an answer that says success and when. */
export function successOf(answer: KrakenAnswer): Success | Unknown {
  if (!answer.answered) return unknown(failureText(answer.failure));
  const { body } = answer;
  if (body['result'] !== 'success') return unknown('the answer does not say success');
  const serverMs = timeOf(body, 'serverTime');
  if (serverMs === null) return unknown("the answer lacks the server's time");
  return { read: 'success', body, serverMs };
}

export function unknown(reason: string): Unknown {
  return { read: 'unknown', reason };
}

/** `maintenance: HTTP 503`: the kind first, because a person acts on the kind. */
export function failureText(failure: VenueFailure): string {
  const words = failure.kind === 'in_doubt' ? failure.evidence : failure.reason;
  return `${failure.kind.replace('_', ' ')}: ${words}`;
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
