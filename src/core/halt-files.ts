/**
 * Halts as files in the home, because they must hold when the database does not, and be read with
 * `cat`. One file, one halt: the first of its sort is `halt_state.json` (a kill:
 * `kill_switch_state.json`), further ones carry their id in the name. A file is created and never
 * overwritten, so two writers cannot lose a halt; one that cannot be read means halted; clearing
 * moves it to `archive/`. No lock is needed.
 */
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isoTime, ms, type Ms } from '../domain/clock.ts';
import { TradectlError } from '../domain/errors.ts';
import { factId } from '../domain/ids.ts';
import { sha256 } from '../domain/random.ts';
import { HALT_KINDS, type Halt, type HaltKind } from '../domain/trading-state.ts';
import { releaseBallast } from './ballast.ts';
import { storeError } from './database.ts';
import { createFile, moveFile } from './durable-file.ts';
import type { HomePaths } from './home.ts';

/** A halt that stands, and the file that makes it stand. */
export interface StandingHalt {
  readonly halt: Halt;
  readonly file: string;
}

const SCHEMA = 'tradectl.halt/1';
/** A halt with the id that its facts give it: stating the same halt twice is one halt. */
export function haltOf(facts: {
  readonly kind: HaltKind;
  readonly reason: string;
  readonly findings: readonly string[];
  readonly setMs: Ms;
  readonly setBy: string;
}): Halt {
  const { kind, reason, findings, setMs, setBy } = facts;
  return {
    schema: SCHEMA,
    id: factId('halt', kind, reason, String(setMs), setBy),
    kind,
    scope: 'entries',
    reason,
    findings,
    set_ms: setMs,
    set_by: setBy,
  };
}

/** All halts that stand, oldest first; empty when trading is not halted. */
export function readHalts(home: HomePaths): StandingHalt[] {
  const names = haltNames(home);
  const standing = names.flatMap((name) => readHalt(join(home.dir, name)) ?? []);
  return standing.sort((a, b) => a.halt.set_ms - b.halt.set_ms || compare(a.halt.id, b.halt.id));
}

/**
 * Puts a halt in force, durably. The same halt again changes nothing. A halt must not fail for want of
 * room: the ballast is let go for it. Throws STORE_FULL or STORE_UNWRITABLE.
 */
export function writeHalt(home: HomePaths, halt: Halt): StandingHalt {
  const held = readHalts(home).find((each) => each.halt.id === halt.id);
  if (held !== undefined) return held;
  const first = halt.kind === 'kill' ? home.killFile : home.haltFile;
  const further = first.replace(/\.json$/, `.${halt.id}.json`);
  const text = `${JSON.stringify(halt, null, 2)}\n`;
  const write = (): string => {
    mkdirSync(home.dir, { recursive: true, mode: 0o700 });
    if (createFile(first, text)) return first;
    createFile(further, text);
    return further;
  };
  return { halt, file: withRoom(home, first, write) };
}

function withRoom<T>(home: HomePaths, path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const failure = storeError(error, path);
    if (failure.code !== 'STORE_FULL' || !releaseBallast(home)) throw failure;
  }
  try {
    return write();
  } catch (error) {
    throw storeError(error, path);
  }
}

/**
 * Ends a halt: its file moves to `archive/`, named after the time it was cleared. Returns the new
 * path. Throws NOT_FOUND when no such halt stands.
 */
export function archiveHalt(home: HomePaths, id: string, nowMs: Ms): string {
  const standing = readHalts(home).find((each) => each.halt.id === id);
  if (standing === undefined) {
    throw new TradectlError('NOT_FOUND', `no halt ${JSON.stringify(id)} stands`, {
      hint: 'list them with `tradectl halt show`',
    });
  }
  const time = isoTime(nowMs).replaceAll(':', '-');
  const archived = join(home.archive, `${time}-${standing.halt.kind}-${id}.json`);
  try {
    mkdirSync(home.archive, { recursive: true, mode: 0o700 });
    moveFile(standing.file, archived);
  } catch (error) {
    throw storeError(error, standing.file);
  }
  return archived;
}

/** Throws STORE_UNWRITABLE when the home cannot be listed: then nobody knows whether it is halted. */
function haltNames(home: HomePaths): string[] {
  const stems = [home.haltFile, home.killFile].map((file) => basename(file, '.json'));
  const isHalt = (name: string): boolean =>
    stems.some((stem) => name === `${stem}.json` || name.startsWith(`${stem}.halt-`)) &&
    name.endsWith('.json');
  try {
    return readdirSync(dirname(home.haltFile)).filter(isHalt).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw storeError(error, home.dir);
  }
}

/** Null when the file is gone by now: it was cleared between the listing and the reading. */
function readHalt(file: string): StandingHalt | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? null : unreadable(file, message);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return unreadable(file, 'it is not JSON', text);
  }
  return isHalt(parsed) ? { halt: parsed, file } : unreadable(file, `it is no ${SCHEMA}`, text);
}

/** A halt file that says nothing still halts; it gets an id, so that it can be cleared like any. */
function unreadable(file: string, why: string, text = ''): StandingHalt {
  const name = basename(file);
  const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const halt: Halt = {
    schema: SCHEMA,
    id: factId('halt', 'halt_file_unreadable', name, sha256(text)),
    kind: 'halt_file_unreadable',
    scope: 'entries',
    reason: `${name} cannot be read: ${why}`,
    findings: [`look at ${file}: someone or something wrote it`],
    set_ms: ms(Math.round(written)),
    set_by: 'unknown',
  };
  return { halt, file };
}

function isHalt(value: unknown): value is Halt {
  if (typeof value !== 'object' || value === null) return false;
  const { schema, id, kind, scope, reason, findings, set_ms, set_by } = value as Partial<Halt>;
  return (
    schema === SCHEMA &&
    typeof id === 'string' &&
    HALT_KINDS.some((known) => known === kind) &&
    scope === 'entries' &&
    typeof reason === 'string' &&
    Array.isArray(findings) &&
    findings.every((finding) => typeof finding === 'string') &&
    Number.isSafeInteger(set_ms) &&
    typeof set_by === 'string'
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
