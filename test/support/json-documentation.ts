/** `docs/json.md` as data, and the comparison of a real document with it, in both directions. */
import { readFileSync } from 'node:fs';

/** Type by key path, by schema. */
export type Documentation = ReadonlyMap<string, ReadonlyMap<string, string>>;

export function readDocumentation(): Documentation {
  const text = readFileSync(new URL('../../docs/json.md', import.meta.url), 'utf8');
  const found = new Map<string, Map<string, string>>();
  let keys = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, schema] = /^## (tradectl\.\S+)$/.exec(line) ?? [];
    if (schema !== undefined) found.set(schema, (keys = new Map<string, string>()));
    const [, key, type] = /^\| `([^`]+)` +\| ([^|]+?) +\|/.exec(line) ?? [];
    if (key !== undefined && type !== undefined) keys.set(key, type);
  }
  return found;
}

/** What the document has and the page does not, and the other way round; empty when they agree. */
export function differences(document: unknown, documentation: Documentation): string[] {
  const { schema } = document as { schema: string };
  const keys = documentation.get(schema);
  if (keys === undefined) return [`${schema} is not documented`];
  const seen = new Set<string>();
  const unknowable: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (path !== '') seen.add(path);
    const type = keys.get(path) ?? '';
    if (value === null || type.startsWith('map')) return void unknowable.push(path);
    if (Array.isArray(value)) {
      if (value.length === 0) unknowable.push(path);
      for (const each of value as unknown[]) if (type === 'list') walkObject(each, `${path}[].`);
    } else if (typeof value === 'object') walkObject(value, path === '' ? '' : `${path}.`);
  };
  const walkObject = (value: unknown, prefix: string): void => {
    for (const [key, inner] of Object.entries(value as object)) walk(inner, `${prefix}${key}`);
  };
  walkObject(document, '');
  const hidden = (key: string): boolean =>
    unknowable.some((path) => key.startsWith(`${path}.`) || key.startsWith(`${path}[]`));
  return [
    ...[...seen].filter((key) => !keys.has(key)).map((key) => `${schema}: ${key} is undocumented`),
    ...[...keys.keys()]
      .filter((key) => !seen.has(key) && !hidden(key))
      .map((key) => `${schema}: ${key} is documented and absent`),
  ];
}
