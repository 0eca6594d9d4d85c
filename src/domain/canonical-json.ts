/**
 * Canonical JSON: keys sorted, no white space, no undefined. Equal facts give equal bytes, so a
 * hash over them identifies the fact.
 */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return numberText(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value)
        ? `[${value.map(canonicalJson).join(',')}]`
        : recordText(value as Record<string, unknown>);
    default:
      throw new TypeError(`canonical JSON cannot hold ${typeof value}`);
  }
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`canonical JSON cannot hold ${value}`);
  // String(-0) is 0, as in JSON.
  return String(value);
}

/** Concatenated, not joined: a journal of a year formats millions of members. */
function recordText(record: Record<string, unknown>): string {
  let members = '';
  for (const key of Object.keys(record).sort()) {
    const value = record[key];
    if (value === undefined) continue;
    if (members !== '') members += ',';
    members += `${JSON.stringify(key)}:${canonicalJson(value)}`;
  }
  return `{${members}}`;
}
