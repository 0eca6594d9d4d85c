/**
 * JSON whose numbers stay text: `1e-10` and `0.1` reach the decimals as the venue wrote them, never
 * through a double. Every number of an answer is therefore a string here, timestamps included.
 */

interface SourceContext {
  readonly source?: string;
}
type Reviver = (key: string, value: unknown, context?: SourceContext) => unknown;

const keepDigits: Reviver = (_key, value, context) =>
  typeof value === 'number' ? (context?.source ?? String(value)) : value;

/** Returns the value, or undefined when `text` is not JSON (an HTML page, half an answer, nothing). */
export function parseLossless(text: string): unknown {
  try {
    return JSON.parse(text, keepDigits);
  } catch {
    return undefined;
  }
}

export type JsonRow = Readonly<Record<string, unknown>>;

export function isRow(value: unknown): value is JsonRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
