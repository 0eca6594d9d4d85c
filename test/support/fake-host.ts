/** A machine made of texts: a small healthy one, and whatever a test changes about it. */
import type { FileFacts, FileSystemFacts, Host } from '../../src/host/host.ts';

export const MB = 1_024 * 1_024;

export interface FakeMachine {
  /** By path; directories are implied. */
  readonly files?: Readonly<Record<string, string>>;
  readonly facts?: Readonly<Record<string, Partial<FileFacts>>>;
  readonly links?: Readonly<Record<string, string>>;
  /** By the whole command line. */
  readonly outputs?: Readonly<Record<string, string>>;
  /** Folders that cannot be looked into, with the reason. */
  readonly hidden?: Readonly<Record<string, string>>;
  readonly fileSystem?: Partial<FileSystemFacts>;
  readonly syncs?: readonly number[];
  readonly host?: Partial<Pick<Host, 'uid' | 'cores' | 'nodeVersion' | 'umask'>>;
}

export function meminfo(megabytes: Readonly<Record<string, number>>): string {
  const all = { MemTotal: 961, MemAvailable: 700, SwapTotal: 1_024, SwapFree: 1_024, ...megabytes };
  return Object.entries(all)
    .map(([name, mb]) => `${`${name}:`.padEnd(16)}${mb * 1_024} kB\n`)
    .join('');
}

/** The host of the incident, mended: 961 MB, 1 GB of swap, systemd, a clock that is set. */
const HEALTHY: Readonly<Record<string, string>> = {
  '/proc/meminfo': meminfo({}),
  '/proc/loadavg': '0.10 0.20 0.30 1/100 4242\n',
  '/proc/sys/vm/swappiness': '10\n',
  '/run/systemd/system/x': '',
  '/var/log/journal/x': '',
};

const SYNCED = { 'timedatectl show --property=NTPSynchronized --value': 'yes\n' };

export function fakeHost(machine: FakeMachine = {}): Host {
  const files = { ...HEALTHY, ...machine.files };
  const outputs: Readonly<Record<string, string>> = { ...SYNCED, ...machine.outputs };
  const below = (path: string): string[] => [
    ...new Set(
      [...Object.keys(files), ...Object.keys(machine.links ?? {})]
        .filter((each) => each.startsWith(`${path}/`))
        .map((each) => each.slice(path.length + 1).split('/')[0] ?? ''),
    ),
  ];
  const stat = (path: string): FileFacts | null => {
    const text = files[path];
    const isDirectory = text === undefined && below(path).length > 0;
    if (text === undefined && !isDirectory) return null;
    const bytes = text?.length ?? 4_096;
    const plain = { mode: isDirectory ? 0o700 : 0o600, uid: 1_000, bytes };
    return { ...plain, allocatedBytes: bytes, isDirectory, ...machine.facts?.[path] };
  };
  return {
    uid: 1_000,
    cores: 1,
    nodeVersion: '24.21.0',
    umask: 0o022,
    ...machine.host,
    read: (path) => files[path] ?? null,
    list: below,
    link: (path) => machine.links?.[path] ?? null,
    realPath: (path) => path,
    stat,
    fileSystem: () => ({
      type: 0xef53,
      totalBytes: 25_000 * MB,
      freeBytes: 20_000 * MB,
      freeFiles: 1_000_000,
      ...machine.fileSystem,
    }),
    output: (command, args) => outputs[[command, ...args].join(' ')] ?? null,
    probeSync: (_folder, { count }) =>
      Promise.resolve(machine.syncs ?? Array<number>(count).fill(0.5)),
    hidden: (folder) => machine.hidden?.[folder] ?? null,
  };
}
