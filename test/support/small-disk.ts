/**
 * A real file system of a few megabytes, in memory: mounting one takes root. What is written until nothing
 * fits is a file of the test's own.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { freeBytes } from '../../src/core/ballast.ts';
import { freshHome } from './tradectl.ts';

export interface SmallDisk {
  readonly dir: string;
  /** Writes until at most `left` bytes are free; 0 until nothing fits. */
  fill(left: number): void;
  /** Takes back what {@link fill} wrote. */
  empty(): void;
  remove(): void;
}

/** Null where this user may not mount: the caller skips, and says so. */
export function mountSmallDisk(megabytes: number): SmallDisk | null {
  const dir = freshHome('disk');
  const size = `size=${megabytes}m`;
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', size, 'tradectl-test', dir]);
  if (mounted.status !== 0) return null;
  const filler = join(dir, 'filler');
  return {
    dir,
    fill: (left) => fillUp(dir, filler, left),
    empty: () => rmSync(filler, { force: true }),
    remove: () => void spawnSync('umount', ['-l', dir]),
  };
}

function fillUp(dir: string, path: string, left: number): void {
  const file = openSync(path, 'a', 0o600);
  const page = Buffer.alloc(4_096, 'x');
  try {
    while (freeBytes(dir) > left) writeSync(file, page);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}
