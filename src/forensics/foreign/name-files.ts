/** What the files of an incident are called: by their base name, and by their folder too where two share it. */
import { realpathSync } from 'node:fs';
import { resolve, sep } from 'node:path';

/** One file has one path, through whatever link it was named. */
export function fullPath(path: string): string {
  const full = resolve(path);
  try {
    return realpathSync(full);
  } catch {
    return full;
  }
}

/** The shortest end of each path that no other of them has. */
export function namesOf(paths: Iterable<string>): ReadonlyMap<string, string> {
  const all = [...new Set(paths)];
  return new Map(all.map((path) => [path, nameAmong(path, all)]));
}

function nameAmong(path: string, all: readonly string[]): string {
  const parts = path.split(sep);
  for (let kept = 1; kept < parts.length; kept += 1) {
    const name = parts.slice(-kept).join(sep);
    const isShared = all.some((other) => other !== path && other.endsWith(`${sep}${name}`));
    if (!isShared) return name;
  }
  return path;
}
