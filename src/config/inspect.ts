/**
 * The whole configuration judged at once: every value in force with its source, and every violation.
 * `config show` and `config check` print it; `load.ts` refuses to build a bot from one with violations.
 */
import { Decimal, text } from '../domain/decimal.ts';
import { ms } from '../domain/clock.ts';
import { durationText, type SettingKind } from '../domain/setting.ts';
import { VENUES_WITH_WAKE_UPS } from './config.ts';
import { brokenRelations, type BrokenRelation } from './relations.ts';
import { parseValues, type TypedValue } from './value-schema.ts';
import { MASK, readSecrets, type Secret } from './secret.ts';
import { SETTINGS } from './known-settings.ts';
import type { ConfigSource, Origin, Violation } from './source.ts';
import { readWritten } from './written.ts';

export { findConfigFile } from './written.ts';
export type { ConfigSource, Origin, Violation } from './source.ts';

/** A value as JSON knows it: decimals and durations as canonical text. */
export type PlainValue = string | number | boolean | readonly string[] | null;

export interface SettingRow {
  readonly path: string;
  readonly value: PlainValue;
  readonly source: Origin;
}

export interface ConfigInspection {
  readonly file: string | null;
  /** In the order of the example file, then the secrets that are set, masked; only valid values. */
  readonly settings: readonly SettingRow[];
  readonly violations: readonly Violation[];
  readonly values: ReadonlyMap<string, TypedValue>;
  readonly secrets: Readonly<Record<string, Secret>>;
}

/** Throws FILE_INVALID when the file cannot be read at all; whatever else is wrong is a violation. */
export function inspectConfig(source: ConfigSource): ConfigInspection {
  const written = readWritten(source);
  const { values, broken } = parseValues(written.values);
  const secrets = readSecrets(source);
  const originOf = (path: string): Origin => written.origins.get(path) ?? 'default';
  const violations: Violation[] = [...written.violations];
  for (const [path, rule] of broken) {
    const value = printable(written.values[path]);
    violations.push({ path, value, rule, source: originOf(path) });
  }
  for (const relation of brokenRelations(values)) {
    violations.push(relationViolation(relation, originOf));
  }
  if (values.get('mode') === 'live' && values.get('venue') === 'paper') {
    const rule = 'live needs a live venue, and venue is "paper"';
    violations.push({ path: 'mode', value: 'live', rule, source: originOf('mode') });
  }
  const wakeRule = values.get('live.wake_ups') === true ? noWakeUps(values.get('venue')) : null;
  if (wakeRule !== null) {
    const path = 'live.wake_ups';
    violations.push({ path, value: true, rule: wakeRule, source: originOf(path) });
  }
  violations.push(...secrets.violations);
  const settings = SETTINGS.flatMap(({ path, setting }): SettingRow[] => {
    const value = values.get(path);
    if (value === undefined) return [];
    return [{ path, value: plainValue(value, setting.kind), source: originOf(path) }];
  });
  for (const [name, origin] of secrets.origins) {
    settings.push({ path: `secrets.${name}`, value: MASK, source: origin });
  }
  return { file: written.file, settings, violations, values, secrets: secrets.secrets };
}

/** The paper venue on a recording asks nobody: there the setting means nothing. */
function noWakeUps(venue: TypedValue | undefined): string | null {
  if (typeof venue !== 'string' || venue === 'paper' || VENUES_WITH_WAKE_UPS.includes(venue)) {
    return null;
  }
  return `must be false on ${venue}: push messages are understood of ${VENUES_WITH_WAKE_UPS.join(', ')}`;
}

function plainValue(value: TypedValue, kind: SettingKind): PlainValue {
  if (value instanceof Decimal) return text(value);
  if (kind === 'duration' && typeof value === 'number') return durationText(ms(value));
  return value;
}

/** Blames the value that was changed, not the default that it now contradicts. */
function relationViolation(
  { lower, upper, orEqual, why, lowerValue, upperValue }: BrokenRelation,
  originOf: (path: string) => Origin,
): Violation {
  const blameUpper = originOf(lower) === 'default' && originOf(upper) !== 'default';
  const path = blameUpper ? upper : lower;
  const words = blameUpper
    ? `must be ${orEqual ? 'at least' : 'above'} ${lower} (${text(lowerValue)})`
    : `must be ${orEqual ? 'at most' : 'below'} ${upper} (${text(upperValue)})`;
  const value = text(blameUpper ? upperValue : lowerValue);
  return { path, value, rule: `${words}: otherwise ${why}`, source: originOf(path) };
}

/** JSON has no word for NaN and infinity, which TOML can say. */
function printable(value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
