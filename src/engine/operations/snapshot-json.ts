/** An observation as JSON between two of our own processes: decimals keep their digits and their type. */
import type { Json } from '../../domain/canonical-json.ts';
import { Decimal, decimal, text } from '../../domain/decimal.ts';

const MARK = '$decimal';

export function toJson(value: unknown): Json {
  if (value instanceof Decimal) return { [MARK]: text(value) };
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return (value ?? null) as Json;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toJson(inner)]));
}

/** The cast is the caller's: what was written is what comes back. */
export function fromJson(written: Json): unknown {
  if (Array.isArray(written)) return written.map(fromJson);
  if (typeof written !== 'object' || written === null) return written;
  const entries = Object.entries(written);
  const [only] = entries;
  const [key, digits] = only ?? [];
  if (entries.length === 1 && key === MARK && typeof digits === 'string') return decimal(digits);
  return Object.fromEntries(entries.map(([key, inner]) => [key, fromJson(inner)]));
}
