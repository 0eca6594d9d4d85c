/**
 * Runs the built program as a process, the way a user does: an environment from an allow-list, its
 * own home, no terminal. End-to-end tests assert exit code, stdout and stderr.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ENTRY = join(ROOT, 'dist/bin/tradectl.js');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stdout and stderr together match; rejects when the process ends before. */
  until(pattern: RegExp): Promise<void>;
}

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  readonly node?: string;
  /** Another copy of the program. */
  readonly entry?: string;
}

/** Starts the program and returns at once. */
export function start(args: readonly string[], options: SpawnOptions = {}): Running {
  const child = spawn(options.node ?? process.execPath, [options.entry ?? ENTRY, ...args], {
    cwd: options.cwd ?? tmpdir(),
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: options.cwd ?? tmpdir(),
      TZ: 'UTC',
      NO_COLOR: '1',
      ...options.env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  const waiting = new Set<() => void>();
  const wake = (): void => waiting.forEach((check) => check());
  child.stdout.setEncoding('utf8').on('data', (piece: string) => ((stdout += piece), wake()));
  child.stderr.setEncoding('utf8').on('data', (piece: string) => ((stderr += piece), wake()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    child,
    ended,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!pattern.test(stdout + stderr)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
        void ended.then(() => reject(new Error(`ended before ${pattern}:\n${stdout}\n${stderr}`)));
      }),
  };
}

/** Runs the program to its end. */
export function tradectl(args: readonly string[], options: SpawnOptions = {}): Promise<Ended> {
  return start(args, options).ended;
}

/** Runs a command with `--json` that must succeed, and returns its one document. */
export async function document(
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<Readonly<Record<string, unknown>>> {
  const ended = await tradectl([...args, '--json'], options);
  if (ended.code !== 0) throw new Error(`${args.join(' ')}: exit ${ended.code}\n${ended.stderr}`);
  return JSON.parse(ended.stdout) as Readonly<Record<string, unknown>>;
}

/** A fresh folder for one test; `cleanUp` removes all of them. */
const homes: string[] = [];
export function freshHome(name = 'home'): string {
  const home = mkdtempSync(join(tmpdir(), `t-${name}-`));
  homes.push(home);
  return home;
}

export function cleanUp(): void {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
}
