/** Memory of the host as /proc tells it, and who holds it. */
import { basename } from 'node:path';
import type { Host } from './host.ts';

export interface HostMemory {
  /** Less than the host has when a control group limits this process. */
  readonly totalBytes: number;
  readonly isLimited: boolean;
  readonly availableBytes: number;
  readonly swapTotalBytes: number;
  readonly swapFreeBytes: number;
}

export interface LargeProcess {
  readonly pid: number;
  readonly name: string;
  readonly rssBytes: number;
}

const KB = 1_024;

/** Throws when /proc/meminfo does not say it. */
export function hostMemory(host: Host): HostMemory {
  const text = host.read('/proc/meminfo') ?? '';
  const bytes = (name: string): number => {
    const [, kilobytes] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text) ?? [];
    if (kilobytes === undefined) throw new Error(`/proc/meminfo does not name ${name}`);
    return Number(kilobytes) * KB;
  };
  const [total, available] = [bytes('MemTotal'), bytes('MemAvailable')];
  const limit = groupLimit(host);
  const isLimited = limit !== null && limit < total;
  return {
    totalBytes: isLimited ? limit : total,
    isLimited,
    availableBytes: isLimited ? Math.min(available, limit) : available,
    swapTotalBytes: bytes('SwapTotal'),
    swapFreeBytes: bytes('SwapFree'),
  };
}

/** The memory limit of our control group, version 2 or 1; null when there is none. */
function groupLimit(host: Host): number | null {
  const groups = host.read('/proc/self/cgroup') ?? '';
  const [, unified] = /^0::(\/.*)$/m.exec(groups) ?? [];
  const [, legacy] = /^\d+:(?:\w+,)*memory(?:,\w+)*:(\/.*)$/m.exec(groups) ?? [];
  const files = [
    ...(unified === undefined ? [] : [`/sys/fs/cgroup${unified}/memory.max`]),
    '/sys/fs/cgroup/memory.max',
    ...(legacy === undefined ? [] : [`/sys/fs/cgroup/memory${legacy}/memory.limit_in_bytes`]),
    '/sys/fs/cgroup/memory/memory.limit_in_bytes',
  ];
  const limits = files.map((file) => Number((host.read(file) ?? '').trim() || NaN));
  const known = limits.filter((limit) => Number.isFinite(limit) && limit > 0);
  return known.length === 0 ? null : Math.min(...known);
}

/** Processes by resident memory, largest first, without `leaveOut`. */
export function largestProcesses(
  host: Host,
  count: number,
  leaveOut: readonly number[],
): LargeProcess[] {
  return host
    .list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => !leaveOut.includes(pid))
    .flatMap((pid) => processFacts(host, pid) ?? [])
    .toSorted((a, b) => b.rssBytes - a.rssBytes)
    .slice(0, count);
}

/** Null for a kernel thread, and for one that has just ended. */
function processFacts(host: Host, pid: number): LargeProcess | null {
  const status = host.read(`/proc/${pid}/status`);
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status ?? '') ?? [];
  if (kilobytes === undefined) return null;
  return { pid, name: processName(host, pid), rssBytes: Number(kilobytes) * KB };
}

/**
 * The program, and the script when it is an interpreter's. Never more of the command line: other programs
 * keep secrets there.
 */
export function processName(host: Host, pid: number): string {
  const [program = '', script = ''] = (host.read(`/proc/${pid}/cmdline`) ?? '').split('\0');
  const name = basename(program.split(' ')[0] ?? '') || shortName(host, pid);
  const isScript =
    /^(node|python[\d.]*|perl|ruby|php)$/.test(name) && /^[\w./@+-]*\/[\w.@+-]+$/.test(script);
  return isScript ? `${name} ${basename(script)}` : name;
}

function shortName(host: Host, pid: number): string {
  return (host.read(`/proc/${pid}/comm`) ?? '').trim() || 'unknown';
}
