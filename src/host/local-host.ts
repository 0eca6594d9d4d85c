/** This machine, behind the port of the checks. */
import { execFileSync } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import { messageOf } from '../domain/errors.ts';
import type { FileFacts, FileSystemFacts, Host, SyncProbe } from './host.ts';

const COMMAND_TIMEOUT_MS = 3_000;
const PROBE = Buffer.alloc(200, 'x');

export function localHost(clock: Clock): Host {
  return {
    uid: process.getuid?.() ?? -1,
    cores: availableParallelism(),
    nodeVersion: process.versions.node,
    umask: process.umask(),
    read: (path) => orNull(() => readFileSync(path, 'utf8')),
    list: (path) => orNull(() => readdirSync(path)) ?? [],
    link: (path) => orNull(() => readlinkSync(path)),
    realPath: (path) => orNull(() => realpathSync(path)) ?? path,
    stat: (path) => orNull(() => fileFacts(path)),
    fileSystem: (path) => orNull(() => fileSystemFacts(path)),
    output: (command, args) =>
      orNull(() =>
        execFileSync(command, [...args], {
          encoding: 'utf8',
          timeout: COMMAND_TIMEOUT_MS,
          stdio: ['ignore', 'pipe', 'ignore'],
          // The words of a tool are read, so they must be English.
          env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
        }),
      ),
    probeSync: (dir, probe) => probeSync(clock, dir, probe),
    hidden,
  };
}

function orNull<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch {
    return null;
  }
}

function fileFacts(path: string): FileFacts {
  const found = statSync(path);
  return {
    mode: found.mode & 0o777,
    uid: found.uid,
    bytes: found.size,
    allocatedBytes: found.blocks * 512,
    isDirectory: found.isDirectory(),
  };
}

function fileSystemFacts(path: string): FileSystemFacts {
  const { type, bsize, blocks, bavail, ffree } = statfsSync(path);
  return { type, totalBytes: blocks * bsize, freeBytes: bavail * bsize, freeFiles: ffree };
}

function hidden(folder: string): string | null {
  try {
    readdirSync(folder);
    accessSync(folder, constants.X_OK);
    return null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT') return null;
    if (code === 'ENOTDIR') return `${folder} is no directory`;
    return code === 'EACCES' || code === 'EPERM'
      ? `this user may not look into ${folder}`
      : `${folder}: ${messageOf(error)}`;
  }
}

async function probeSync(
  clock: Clock,
  dir: string,
  { count, pauseMs, budgetMs }: SyncProbe,
): Promise<number[]> {
  const path = join(dir, `.doctor-${process.pid}.tmp`);
  const file = openSync(path, 'wx', 0o600);
  const took: number[] = [];
  const began = clock.monotonic();
  try {
    for (let done = 0; done < count && clock.monotonic() - began < budgetMs; done += 1) {
      const at = clock.monotonic();
      writeSync(file, PROBE);
      fsyncSync(file);
      took.push(clock.monotonic() - at);
      if (pauseMs > 0) await setTimeout(pauseMs);
    }
  } finally {
    closeSync(file);
    rmSync(path, { force: true });
  }
  return took;
}
