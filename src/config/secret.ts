/**
 * Secrets: the keys of venues. They come from the environment or from `.env.local`, which holds nothing
 * else and is refused when others can read it. They never reach the configuration, its digest or a log.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inspect, parseEnv } from 'node:util';
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

/** Reads the secrets of the first `.env.local` (home, then working directory); the real environment wins. */
export function readSecrets({ home, cwd, env }: ConfigSource): Secrets {
  const folders = home === null ? [cwd] : [home, cwd];
  const file = folders.map((folder) => join(folder, '.env.local')).find((path) => existsSync(path));
  const violations = file === undefined ? [] : modeViolations(file);
  const fromFile = file === undefined || violations.length > 0 ? {} : readEnvFile(file);
  for (const name of Object.keys(fromFile)) {
    if (!SECRET_NAMES.includes(name)) violations.push(strangeName(name));
  }
  const secrets: Record<string, Secret> = {};
  const origins = new Map<string, Origin>();
  for (const name of SECRET_NAMES) {
    const value = env[name] || fromFile[name];
    if (value === undefined || value === '') continue;
    secrets[name] = new Secret(value);
    origins.set(name, env[name] ? 'environment' : 'file');
  }
  return { secrets, origins, violations };
}

function readEnvFile(file: string): Readonly<Record<string, string | undefined>> {
  return parseEnv(readFileSync(file, 'utf8'));
}

/** Group and others must not read it, nor write it: a key is money. */
function modeViolations(file: string): Violation[] {
  const mode = statSync(file).mode & 0o777;
  if ((mode & 0o077) === 0) return [];
  const value = mode.toString(8).padStart(4, '0');
  return [
    { path: file, value, rule: 'must be readable by its owner only: chmod 600', source: 'file' },
  ];
}

function strangeName(name: string): Violation {
  const near = nearest(name, SECRET_NAMES);
  const hint = near === null ? '' : `; did you mean ${near}?`;
  const rule = `.env.local holds secrets only, and this is not the name of one${hint}`;
  return { path: name, value: MASK, rule, source: 'file' };
}
