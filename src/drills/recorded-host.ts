/** The host of an incident, made of texts: what its files said, and nothing else. */
import type { Host } from '../host/host.ts';

export interface HostTexts {
  readonly cores: number;
  /** By path; directories are implied. */
  readonly files: Readonly<Record<string, string>>;
  /** A line of the kernel; `{pid}` is the process it killed. */
  readonly kernel: string;
}

export function recordedHost({ cores, files }: HostTexts): Host {
  return {
    uid: 1_000,
    cores,
    nodeVersion: process.versions.node,
    umask: 0o022,
    read: (path) => files[path] ?? null,
    list: (path) => [
      ...new Set(
        Object.keys(files)
          .filter((each) => each.startsWith(`${path}/`))
          .map((each) => each.slice(path.length + 1).split('/')[0] ?? ''),
      ),
    ],
    link: () => null,
    realPath: (path) => path,
    stat: () => null,
    fileSystem: () => null,
    output: () => null,
    probeSync: () => Promise.resolve([]),
    hidden: () => null,
  };
}
