/** JSON for programs: one document per line, `schema` first, keys in snake_case, decimals as strings. */
import { safeJson } from '../../src/domain/unsafe-characters.ts';

/** A document names its shape and the wall time of its reading. */
export interface Document {
  readonly schema: string;
}

export function jsonLine(document: Document | Readonly<Record<string, unknown>>): string {
  const { schema, ...rest } = document as { schema: unknown };
  return `${safeJson(JSON.stringify({ schema, ...rest }))}\n`;
}
