/**
 * The machine as the checks see it: a port, so that a test can be a host of 961 MB without swap. Reading never
 * throws: what cannot be read is null, and the check says what that means. Only `probeSync` writes.
 */
export interface FileFacts {
  /** Permission bits, 0o000 to 0o777. */
  readonly mode: number;
  readonly uid: number;
  readonly bytes: number;
  /** What is really on the disk; less than `bytes` in a file with holes. */
  readonly allocatedBytes: number;
  readonly isDirectory: boolean;
}

export interface FileSystemFacts {
  /** Magic number of the kernel. */
  readonly type: number;
  readonly totalBytes: number;
  /** What this user may still write. */
  readonly freeBytes: number;
  readonly freeFiles: number;
}

export interface Host {
  readonly uid: number;
  readonly cores: number;
  readonly nodeVersion: string;
  /** Of this process: what a file gets that nobody says a mode for. */
  readonly umask: number;
  /** The whole file, or null. */
  read(path: string): string | null;
  /** Names in a directory; empty when it cannot be read. */
  list(path: string): readonly string[];
  /** What a symbolic link points to, or null. */
  link(path: string): string | null;
  /** The path without symbolic links, as /proc names open files; the path itself when there is no file. */
  realPath(path: string): string;
  /** Of the file itself, symbolic links followed; null when there is none. */
  stat(path: string): FileFacts | null;
  fileSystem(path: string): FileSystemFacts | null;
  /** Output of a short command that changes nothing; null when it fails or is not there. */
  output(command: string, args: readonly string[]): string | null;
  /**
   * Durations of small durable writes to a file of its own in `dir`, in milliseconds. Throws what the file system
   * says.
   */
  probeSync(dir: string, probe: SyncProbe): Promise<readonly number[]>;
  /** Why nobody can say what this folder holds; null when it can be listed, or is not there. */
  hidden(folder: string): string | null;
}

export interface SyncProbe {
  /** Writes at most. */
  readonly count: number;
  /** Between two of them. */
  readonly pauseMs: number;
  /** No write begins after it. */
  readonly budgetMs: number;
}
