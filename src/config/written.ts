/**
 * What was written, and where: defaults, then file, then environment, then flags, each over the one
 * before. Nothing is judged here but names: an unknown one is a violation with the nearest known one,
 * because a mistyped limit that is silently ignored is no limit.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { isThere } from '../core/is-there.ts';
import { messageOf, TradectlError } from '../domain/errors.ts';
import { nearestKey } from './nearest.ts';
import { MASK } from './secret.ts';
import { SECTIONS, SETTINGS, type KnownSetting } from './known-settings.ts';
import type { ConfigSource, Origin, Violation } from './source.ts';

/** Names with our prefix that are no settings. */
const OTHER_VARIABLES = new Set(['TRADECTL_HOME', 'TRADECTL_PAGER', 'TRADECTL_REEXECUTED']);

export interface Written {
  readonly file: string | null;
  readonly values: Readonly<Record<string, unknown>>;
  readonly origins: ReadonlyMap<string, Origin>;
  readonly violations: readonly Violation[];
}

/** `--config`, then `$TRADECTL_HOME/tradectl.toml`, then the working directory; null when there is none. */
export function findConfigFile({ configFile, home, cwd }: ConfigSource): string | null {
  if (configFile !== null) return resolve(cwd, configFile);
  const inHome = home === null ? null : join(home, 'tradectl.toml');
  if (inHome !== null && isThere(inHome)) return inHome;
  const here = join(cwd, 'tradectl.toml');
  return existsSync(here) ? here : null;
}

/** Throws FILE_INVALID when the file cannot be read or is not TOML. */
export function readWritten(source: ConfigSource): Written {
  const file = findConfigFile(source);
  const values: Record<string, unknown> = {};
  const origins = new Map<string, Origin>();
  const violations: Violation[] = [];
  const put = (path: string, value: unknown, origin: Origin): void => {
    values[path] = path === 'feed' ? absolute(value, baseOf(origin, source, file)) : value;
    origins.set(path, origin);
  };
  for (const { path, setting } of SETTINGS) put(path, setting.default, 'default');
  const layers: readonly [Origin, Entries][] = [
    ['file', file === null ? NOTHING : fileEntries(readToml(file))],
    ['environment', environmentEntries(source.env)],
    ['flag', flagEntries(source.overrides)],
  ];
  for (const [origin, { known, unknown }] of layers) {
    for (const [path, value] of known) put(path, value, origin);
    for (const strange of unknown) violations.push({ ...strange, source: origin });
  }
  return { file, values, origins, violations };
}

interface Entries {
  readonly known: readonly (readonly [path: string, value: unknown])[];
  readonly unknown: readonly Omit<Violation, 'source'>[];
}

const NOTHING: Entries = { known: [], unknown: [] };
const BY_PATH = new Map(SETTINGS.map((known) => [known.path, known]));
const BY_VARIABLE = new Map(SETTINGS.map((known) => [known.variable, known]));
const SECTION_NAMES = new Set(
  SECTIONS.map(({ name }) => name as string).filter((n) => n !== 'top'),
);

function readToml(file: string): Readonly<Record<string, unknown>> {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new TradectlError('FILE_INVALID', `${file} cannot be read: ${messageOf(cause)}`, {
      hint: 'name another one with --config FILE',
      cause,
    });
  }
  try {
    return parse(content);
  } catch (cause) {
    const at = cause instanceof TomlError ? `:${cause.line}:${cause.column}` : '';
    const what = messageOf(cause).split('\n')[0] ?? '';
    throw new TradectlError('FILE_INVALID', `${file}${at}: ${what}`, {
      hint: 'tradectl.example.toml shows every key',
      cause,
    });
  }
}

function fileEntries(document: Readonly<Record<string, unknown>>): Entries {
  const known: [string, unknown][] = [];
  const unknown: Omit<Violation, 'source'>[] = [];
  const take = (path: string, value: unknown): void => {
    if (BY_PATH.has(path)) known.push([path, value]);
    else unknown.push(unknownName(path, value, BY_PATH.keys()));
  };
  for (const [name, value] of Object.entries(document)) {
    if (!SECTION_NAMES.has(name)) {
      if (isTable(value)) unknown.push(unknownName(name, '[table]', SECTION_NAMES));
      else take(name, value);
    } else if (isTable(value)) {
      for (const [key, inner] of Object.entries(value)) take(`${name}.${key}`, inner);
    } else unknown.push({ path: name, value, rule: `must be a table: [${name}]` });
  }
  return { known, unknown };
}

function environmentEntries(env: ConfigSource['env']): Entries {
  const known: [string, unknown][] = [];
  const unknown: Omit<Violation, 'source'>[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('TRADECTL_') || OTHER_VARIABLES.has(name)) continue;
    // Empty is unset: `TRADECTL_MODE= tradectl run` is how a shell takes a variable away.
    if (value === undefined || value === '') continue;
    const setting = BY_VARIABLE.get(name);
    if (setting === undefined) unknown.push(unknownName(name, value, BY_VARIABLE.keys()));
    else known.push([setting.path, fromText(setting, value)]);
  }
  return { known, unknown };
}

function flagEntries(overrides: ConfigSource['overrides']): Entries {
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
  const known: [string, unknown][] = [];
  const unknown: Omit<Violation, 'source'>[] = [];
  for (const [path, value] of given) {
    const setting = BY_PATH.get(path);
    if (setting === undefined) unknown.push(unknownName(path, value, BY_PATH.keys()));
    else known.push([path, typeof value === 'string' ? fromText(setting, value) : value]);
  }
  return { known, unknown };
}

/** Gives text the type that the file would have; what does not fit stays text, for the schema to refuse. */
function fromText({ setting: { kind } }: KnownSetting, written: string): unknown {
  const text = written.trim();
  if (kind === 'number' || kind === 'integer') {
    return /^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(text) ? Number(text) : written;
  }
  if (kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : written;
  if (kind === 'words') return text.split(/[\s,]+/).filter((word) => word !== '');
  return written;
}

function unknownName(
  path: string,
  value: unknown,
  known: Iterable<string>,
): Omit<Violation, 'source'> {
  const near = nearestKey(path, known);
  const hint = near === null ? '' : `; did you mean ${near}?`;
  // A key pasted into the wrong file must not be printed by the command that finds it.
  const masked = /key|secret|token|pass/i.test(path) ? MASK : value;
  return { path, value: masked, rule: `is not a known key${hint}` };
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}

/** A path in the file is relative to the file; any other to the working directory. */
function baseOf(origin: Origin, { cwd }: ConfigSource, file: string | null): string {
  return origin === 'file' && file !== null ? dirname(file) : cwd;
}

function absolute(value: unknown, base: string): unknown {
  return typeof value === 'string' && value !== '' ? resolve(base, value) : value;
}
