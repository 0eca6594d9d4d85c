/**
 * The policy of a scenario as settings of the configuration: `stop_distance` and `unmanaged_symbols` by their
 * bare names, every other setting by its path (`limits.protection_deadline`), as a table, or bare where only
 * one setting has that name.
 */
import { SETTINGS } from '../../src/config/known-settings.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/config.ts';
import { TradectlError } from '../../src/domain/errors.ts';
import type { Json } from '../../src/domain/canonical-json.ts';

type Policy = Readonly<Record<string, Json>>;

/** Throws FILE_INVALID naming file, key and value. */
export function configOfPolicy(policy: Policy, file: string): Config {
  const overrides: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(policy)) {
    const nested = isTable(value) ? Object.entries(value) : null;
    if (nested === null) overrides[pathOf(key, { value, file })] = value;
    else for (const [name, each] of nested) overrides[`${key}.${name}`] = each;
  }
  try {
    const from = { configFile: null, home: '/', cwd: '/', env: {} };
    return loadConfig({ ...from, overrides }).config;
  } catch (error) {
    if (!(error instanceof TradectlError) || error.code !== 'CONFIG_INVALID') throw error;
    throw new TradectlError('FILE_INVALID', `${file}: policy: ${error.message}`);
  }
}

function pathOf(
  key: string,
  { value, file }: { readonly value: Json; readonly file: string },
): string {
  if (SETTINGS.some(({ path }) => path === key)) return key;
  const named = SETTINGS.filter((known) => known.key === key);
  const [only, second] = named;
  if (only !== undefined && second === undefined) return only.path;
  const why =
    only === undefined
      ? 'no setting has this name'
      : `write ${named.map(({ path }) => path).join(' or ')}`;
  throw new TradectlError(
    'FILE_INVALID',
    `${file}: policy.${key} = ${JSON.stringify(value)}: ${why}`,
  );
}

function isTable(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
