/**
 * What a machine can tell about processes that ended: gathered by the host room, judged by forensics. What
 * could not be read is said, so that nobody takes silence for an answer.
 */
import type { Ms } from './clock.ts';

/** What the service manager said when the process was gone (`ExecStopPost`). */
export interface ExitRecord {
  readonly atMs: Ms;
  readonly bootId: string;
  /** Of the process that held the lock last; null after an end in order. */
  readonly pid: number | null;
  /** `$SERVICE_RESULT`: success, oom-kill, watchdog, signal, core-dump, timeout, exit-code, ... */
  readonly result: string;
  /** `$EXIT_CODE`: exited, killed or dumped. */
  readonly code: string | null;
  /** `$EXIT_STATUS`: a number, or the name of a signal. */
  readonly status: string | null;
  /** The unit, where the control group tells it. */
  readonly unit: string | null;
}

/** What Node wrote while V8 gave up. */
export interface AbortReport {
  readonly file: string;
  readonly atMs: Ms;
  readonly pid: number;
  /** OOMError, FatalError, ... */
  readonly trigger: string;
  readonly event: string;
}

export interface KernelLine {
  readonly atMs: Ms;
  readonly text: string;
}

/** Something that was looked for. */
export type Found<T> =
  | { readonly state: 'read'; readonly source: string; readonly value: T }
  | { readonly state: 'unreadable'; readonly source: string; readonly why: string };

/** The last main process of a unit as `systemctl show` tells it. */
export interface ServiceState {
  readonly unit: string;
  readonly result: string;
  readonly mainPid: number;
  readonly code: string;
  readonly status: string;
  readonly exitMs: Ms | null;
}

export interface MemoryFacts {
  /** What a process here may use: the limit of its control group, else the machine's memory. */
  readonly limitBytes: number;
  readonly limitSource: string;
  /** Kills counted by the control group since it was made; null where that cannot be read. */
  readonly oomKills: number | null;
  readonly oomSource: string | null;
}

export interface DeathEvidence {
  /** Of the machine now. */
  readonly bootId: string | null;
  readonly exits: Found<readonly ExitRecord[]>;
  readonly aborts: Found<readonly AbortReport[]>;
  /** Lines of the kernel that tell of killed processes. */
  readonly kernel: Found<readonly KernelLine[]>;
  /** Null when no unit is known. */
  readonly service: Found<ServiceState> | null;
  readonly memory: MemoryFacts | null;
}
