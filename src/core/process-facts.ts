/**
 * Who this process is, as far as the machine says: a pid alone is reused, pid with start time and
 * boot id is not. For display and for `runs`, never for deciding who holds the lock.
 */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ProcessFacts {
  readonly pid: number;
  /** Clock ticks since boot (field 22 of /proc/self/stat); null where there is no /proc. */
  readonly pidStarttime: number | null;
  readonly bootId: string;
  readonly host: string;
  readonly node: string;
  /** Of tradectl. */
  readonly version: string;
}

export function processFacts(version: string): ProcessFacts {
  return {
    pid: process.pid,
    pidStarttime: startTicks(readText('/proc/self/stat')),
    bootId: readText('/proc/sys/kernel/random/boot_id')?.trim() ?? 'unknown',
    host: hostname(),
    node: process.versions.node,
    version,
  };
}

/** The command name may hold spaces and brackets: the fields count from the last bracket. */
function startTicks(stat: string | null): number | null {
  if (stat === null) return null;
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(afterName[19]);
  return Number.isSafeInteger(ticks) ? ticks : null;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
