/**
 * Secrets: the keys of venues. They come from the service manager's credentials, the environment or
 * `.env.local`, which holds nothing else; a file that others can read is refused. They never reach the
 * configuration, its digest or a log.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inspect, parseEnv } from 'node:util';
import { isThere } from '../core/is-there.ts';
import { VENUE_NAMES } from './config.ts';
import { nearest } from './nearest.ts';
import type { ConfigSource, Origin, Violation } from './source.ts';

export const MASK = '[secret]';

/** A value that prints as `[secret]` wherever it is put; only {@link Secret.reveal} gives it away. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself: for the signing of a request, and nothing else. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

/** Names of the secrets, as they are in the environment: `KRAKENFUTURES_API_KEY`. */
export const SECRET_NAMES: readonly string[] = VENUE_NAMES.filter((venue) => venue !== 'paper')
  .map((venue) => venue.toUpperCase())
  .flatMap((venue) => [`${venue}_API_KEY`, `${venue}_API_SECRET`]);

export interface Secrets {
  readonly secrets: Readonly<Record<string, Secret>>;
  readonly origins: ReadonlyMap<string, Origin>;
  readonly violations: readonly Violation[];
}

/**
 * Reads the secrets: `$CREDENTIALS_DIRECTORY/exchange.json` wins over the environment, and that over the
 * first `.env.local` (home, then working directory).
 */
export function readSecrets({ home, cwd, env }: ConfigSource): Secrets {
  const file = envFile(home, cwd);
  const violations = file === undefined ? [] : modeViolations(file);
  const fromFile = file === undefined || violations.length > 0 ? {} : readEnvFile(file);
  for (const name of Object.keys(fromFile)) {
    if (!SECRET_NAMES.includes(name)) violations.push(strangeName(name));
  }
  const credentials = readCredentials(env['CREDENTIALS_DIRECTORY'], violations);
  const secrets: Record<string, Secret> = {};
  const origins = new Map<string, Origin>();
  for (const name of SECRET_NAMES) {
    const value = credentials[name] || env[name] || fromFile[name];
    if (value === undefined || value === '') continue;
    secrets[name] = new Secret(value);
    origins.set(name, !credentials[name] && env[name] ? 'environment' : 'file');
  }
  return { secrets, origins, violations };
}

/** A home that cannot be looked into may hold one: that is no answer, while a working directory is anybody's. */
function envFile(home: string | null, cwd: string): string | undefined {
  const inHome = home === null ? undefined : join(home, '.env.local');
  if (inHome !== undefined && isThere(inHome)) return inHome;
  const here = join(cwd, '.env.local');
  return existsSync(here) ? here : undefined;
}

/**
 * What a unit's LoadCredential puts there: a file per secret, `KRAKENFUTURES_API_KEY`, or `exchange.json`
 * with `{ "krakenfutures": { "api_key": "...", "api_secret": "..." } }`.
 */
function readCredentials(
  directory: string | undefined,
  violations: Violation[],
): Readonly<Record<string, string | undefined>> {
  if (directory === undefined || directory === '') return {};
  const single: Record<string, string> = {};
  for (const name of SECRET_NAMES) {
    const path = join(directory, name);
    if (!existsSync(path)) continue;
    const unsafe = modeViolations(path);
    violations.push(...unsafe);
    if (unsafe.length === 0) single[name] = readFileSync(path, 'utf8').trim();
  }
  return { ...readExchangeFile(join(directory, 'exchange.json'), violations), ...single };
}

function readExchangeFile(path: string, violations: Violation[]): Record<string, string> {
  if (!existsSync(path)) return {};
  const unsafe = modeViolations(path);
  violations.push(...unsafe);
  if (unsafe.length > 0) return {};
  const found: Record<string, string> = {};
  const refuse = (rule: string): void => {
    violations.push({ path, value: MASK, rule, source: 'file' });
  };
  const written = jsonOrNull(readFileSync(path, 'utf8'));
  if (!isRecord(written)) {
    refuse('must be JSON: { "krakenfutures": { "api_key": "...", "api_secret": "..." } }');
    return {};
  }
  for (const [venue, keys] of Object.entries(written)) {
    for (const [key, value] of isRecord(keys) ? Object.entries(keys) : [['', null] as const]) {
      const name = `${venue}_${key}`.toUpperCase();
      if (!SECRET_NAMES.includes(name)) violations.push(strangeName(name));
      else if (typeof value === 'string') found[name] = value;
      else refuse(`${venue}.${key} must be text`);
    }
  }
  return found;
}

/** Never the text in a message: it holds a key. */
function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Takes the secrets out of the environment of this process once they were read: children inherit it, others can
 * read it, and a report of a full heap has been seen to hold it all the same.
 */
export function forgetSecrets(): void {
  for (const name of SECRET_NAMES) delete process.env[name];
}

function readEnvFile(file: string): Readonly<Record<string, string | undefined>> {
  return parseEnv(readFileSync(file, 'utf8'));
}

/**
 * Group and others must not read it, nor write it: a key is money. What the service manager hands to this
 * user alone belongs to root, and its group bits are only the mask of an access list.
 */
function modeViolations(file: string): Violation[] {
  const { mode: bits, uid } = statSync(file);
  const mode = bits & 0o777;
  const isHanded = uid === 0 && process.getuid?.() !== 0;
  if ((mode & (isHanded ? 0o007 : 0o077)) === 0) return [];
  const value = mode.toString(8).padStart(4, '0');
  return [
    { path: file, value, rule: 'must be readable by its owner only: chmod 600', source: 'file' },
  ];
}

function strangeName(name: string): Violation {
  const near = nearest(name, SECRET_NAMES);
  const hint = near === null ? '' : `; did you mean ${near}?`;
  const rule = `only secrets may be here, and this is not the name of one${hint}`;
  return { path: name, value: MASK, rule, source: 'file' };
}
