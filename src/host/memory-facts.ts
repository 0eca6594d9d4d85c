/** What a process may use here, and how often the kernel killed for it: control groups of both versions. */
import type { MemoryFacts } from '../domain/death-evidence.ts';

type ReadText = (path: string) => string | null;

/** Version 1 says "no limit" with a number near 2^63. */
const NO_LIMIT = 2 ** 60;

/** Of a service unit when one is named, else of this very process; null where there is no /proc. */
export function memoryFacts(readText: ReadText, unit: string | null): MemoryFacts | null {
  const folder = groupFolder(readText, unit);
  const [events, kills] = eventsOf(readText, folder);
  const machine = machineBytes(readText);
  const [file, limit] = limitOf(readText, folder);
  const facts = { oomKills: kills, oomSource: events };
  if (limit !== null && (machine === null || limit < machine)) {
    return { ...facts, limitBytes: limit, limitSource: file };
  }
  if (machine === null) return null;
  return { ...facts, limitBytes: machine, limitSource: 'MemTotal of /proc/meminfo' };
}

function groupFolder(readText: ReadText, unit: string | null): string {
  const root = '/sys/fs/cgroup';
  if (unit !== null) return `${root}/system.slice/${unit}`;
  const [, path] = /^0::(\/.*)$/m.exec(readText('/proc/self/cgroup') ?? '') ?? [];
  return path === undefined || path === '/' ? root : `${root}${path}`;
}

function limitOf(readText: ReadText, folder: string): readonly [string, number | null] {
  for (const file of [`${folder}/memory.max`, '/sys/fs/cgroup/memory/memory.limit_in_bytes']) {
    const limit = Number(readText(file)?.trim());
    if (limit > 0 && limit < NO_LIMIT) return [file, limit];
  }
  return ['', null];
}

function eventsOf(readText: ReadText, folder: string): readonly [string | null, number | null] {
  const file = `${folder}/memory.events`;
  const [, kills] = /^oom_kill (\d+)$/m.exec(readText(file) ?? '') ?? [];
  return kills === undefined ? [null, null] : [file, Number(kills)];
}

function machineBytes(readText: ReadText): number | null {
  const [, kilobytes] = /^MemTotal:\s+(\d+) kB$/m.exec(readText('/proc/meminfo') ?? '') ?? [];
  return kilobytes === undefined ? null : Number(kilobytes) * 1_024;
}
