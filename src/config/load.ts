/**
 * Builds the configuration a bot runs with: flags over environment over file over defaults, all of it
 * valid or none of it. Loads the schema library, so only commands that need the values import it.
 */
import { canonicalJson } from '../domain/canonical-json.ts';
import { TradectlError } from '../domain/errors.ts';
import { sha256 } from '../domain/random.ts';
import type { Config } from './config.ts';
import { inspectConfig, type PlainValue, type SettingRow } from './inspect.ts';
import { parseValues, type TypedValue } from './value-schema.ts';
import type { Secret } from './secret.ts';
import { SETTINGS, type SectionName } from './known-settings.ts';
import type { ConfigSource, Origin, Violation } from './source.ts';

export interface LoadedConfig {
  readonly config: Config;
  readonly file: string | null;
  /** By dotted path. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** Values in force by dotted path, as JSON knows them. */
  readonly values: Readonly<Record<string, PlainValue>>;
  /** SHA-256 of what influences decisions: equal digests decide alike on equal markets. */
  readonly digest: string;
  readonly secrets: Readonly<Record<string, Secret>>;
}

/** Throws CONFIG_INVALID with every violation, FILE_INVALID when the file cannot be read. */
export function loadConfig(sources: ConfigSource): LoadedConfig {
  const { file, settings, violations, values, secrets } = inspectConfig(sources);
  if (violations.length > 0) throw invalid('the configuration', violations);
  const known = settings.filter(({ path }) => values.has(path));
  return {
    config: configOf(values),
    file,
    origins: new Map(known.map(({ path, source }) => [path, source])),
    values: Object.fromEntries(known.map(({ path, value }) => [path, value])),
    digest: configDigest(known),
    secrets,
  };
}

/**
 * The configuration a home was started with, from the values it stored: no file, variable or flag of
 * today is read. Throws CONFIG_INVALID when this version no longer accepts one of them.
 */
export function restoreConfig(stored: LoadedConfig['values']): LoadedConfig {
  // A setting that came with a later version has its default.
  const defaults = Object.fromEntries(SETTINGS.map(({ path, setting }) => [path, setting.default]));
  const { values, broken } = parseValues({ ...defaults, ...stored });
  if (broken.size > 0) {
    const violations = [...broken].map(([path, rule]): Violation => {
      return { path, value: stored[path], rule, source: 'file' };
    });
    throw invalid('the configuration this home was started with', violations);
  }
  const rows = Object.entries(stored).map(([path, value]): SettingRow => {
    return { path, value, source: 'file' };
  });
  return {
    config: configOf(values),
    file: null,
    origins: new Map(),
    values: stored,
    digest: configDigest(rows),
    secrets: {},
  };
}

/**
 * Where the recording lies decides nothing; what is in it has a digest of its own. Neither does the log, nor
 * how a live venue is asked: who gives either more room goes on with the same run.
 */
export function configDigest(rows: readonly SettingRow[]): string {
  const decisive = rows.filter(({ path }) => path !== 'feed' && !/^(log|live)\./.test(path));
  return sha256(canonicalJson(Object.fromEntries(decisive.map((row) => [row.path, row.value]))));
}

/** One line of a violation: path, value, source and rule. */
export function violationText({ path, value, rule, source }: Violation): string {
  const shown = typeof value === 'string' ? value : (JSON.stringify(value) ?? '-');
  return `${path} = ${shown} (${source}): ${rule}`;
}

/** One line per violation: a line end within a name or a value must not look like another one. */
function invalid(what: string, violations: readonly Violation[]): TradectlError {
  const count = `${violations.length} violation${violations.length === 1 ? '' : 's'}`;
  const lines = violations.map(
    (violation) => `  ${violationText(violation).replaceAll('\n', '\\n')}`,
  );
  return new TradectlError('CONFIG_INVALID', [`${what} has ${count}:`, ...lines].join('\n'), {
    hint: 'tradectl config check',
    details: { violations },
  });
}

function configOf(values: ReadonlyMap<string, TypedValue>): Config {
  const section = (wanted: SectionName): Readonly<Record<string, TypedValue | undefined>> =>
    Object.fromEntries(
      SETTINGS.filter((known) => known.section === wanted).map((known) => [
        known.property,
        values.get(known.path),
      ]),
    );
  const { feed, ...top } = section('top');
  const markets = section('markets');
  const pinned = (markets['pinned'] as readonly string[]).map((base) => base.toUpperCase());
  // The cast is sound: schema and types are made from the same tables, and every value was valid.
  return {
    ...top,
    feed: feed === '' ? null : feed,
    limits: section('limits'),
    entry: section('entry'),
    strategy: section('strategy'),
    paper: section('paper'),
    markets: { ...markets, pinned },
    protection: section('protection'),
    reconcile: section('reconcile'),
    log: section('log'),
    live: section('live'),
  } as unknown as Config;
}
