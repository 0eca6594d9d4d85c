/** Which boot this is, and which service unit this process belongs to, as far as the machine says. */
import { readFileSync } from 'node:fs';

export function bootId(): string {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? 'unknown';
}

/** `tradectl.service`; null outside of a service. */
export function ownUnit(cgroup = readText('/proc/self/cgroup')): string | null {
  return /^.*\/([^/]+\.service)(?:\/|$)/m.exec(cgroup ?? '')?.[1] ?? null;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
