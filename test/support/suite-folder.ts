/**
 * One folder for all that a run of the suite writes, gone when it ends. It lies in memory where the machine
 * has room: the homes are written in ten thousands of commits, each waits for its disk, and what a disk gives
 * for that, surviving a loss of power, no test can ask. Whoever sets TMPDIR chooses another place.
 */
import { accessSync, constants, mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
/** Short: what the program prints with a path in it must still fit 80 columns. */
const PREFIX = 'tctl-';
/** The suite holds up to 400 MB at a time. */
const NEEDED_BYTES = 1024 ** 3;

/** Runs before the workers start, which inherit the environment; returns what runs after them. */
export default function setUp(): () => void {
  const chosen = process.env['TMPDIR'];
  const place = chosen === undefined && hasRoom() ? MEMORY : tmpdir();
  removeAbandoned(place);
  const dir = join(place, `${PREFIX}${process.pid}`);
  mkdirSync(dir, { mode: 0o700 });
  process.env['TMPDIR'] = dir;
  return () => {
    if (chosen === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = chosen;
    rmSync(dir, { recursive: true, force: true });
  };
}

function hasRoom(): boolean {
  try {
    accessSync(MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= NEEDED_BYTES;
  } catch {
    return false;
  }
}

/** A suite that was killed could not clean up, and nobody else gives its memory back. */
function removeAbandoned(place: string): void {
  for (const name of readdirSync(place)) {
    const [, pid] = new RegExp(`^${PREFIX}(\\d+)$`).exec(name) ?? [];
    if (pid === undefined || isAnother(Number(pid))) continue;
    try {
      rmSync(join(place, name), { recursive: true, force: true });
    } catch {
      // Another user's: not ours to clean up.
    }
  }
}

/** A living process that is not this one. */
function isAnother(pid: number): boolean {
  try {
    if (pid === process.pid) return false;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
