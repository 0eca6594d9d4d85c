/**
 * Gathers what the machine can tell about processes that ended: reports of Node, the kernel's log, the
 * service manager, the control group. Everything is asked through two functions, so that a test hands over
 * texts. Nothing here concludes anything, and nothing that cannot be read is an error.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ms, parseTime, type Ms } from '../domain/clock.ts';
import type {
  AbortReport,
  DeathEvidence,
  Found,
  KernelLine,
  ServiceState,
} from '../domain/death-evidence.ts';
import { abortReports } from './abort-report.ts';
import { memoryFacts } from './memory-facts.ts';

export interface EvidencePort {
  /** Throws what the file system says. */
  readonly readText: (path: string) => string;
  /** Files in a folder that Node may have left, newest first. */
  readonly abortReports: (folder: string) => readonly string[];
  /** Output of a command, or why there is none. */
  readonly run: (command: string, args: readonly string[]) => CommandOutput;
}

export type CommandOutput =
  { readonly ok: true; readonly stdout: string } | { readonly ok: false; readonly why: string };

export interface EvidenceRequest {
  readonly home: string;
  /** Nothing before it is of interest. */
  readonly sinceMs: Ms;
  /** The service unit; null when nobody named one. */
  readonly unit: string | null;
  /** Read by whoever knows their file. */
  readonly exits: DeathEvidence['exits'];
}

const COMMAND_TIMEOUT_MS = 5_000;
const COMMAND_BYTES = 4_000_000;

/** Asks this machine. */
export function machinePort(): EvidencePort {
  return {
    readText: (path) => readFileSync(path, 'utf8'),
    abortReports,
    run: (command, args) => {
      const { error, status, stdout, stderr } = spawnSync(command, args, {
        encoding: 'utf8',
        timeout: COMMAND_TIMEOUT_MS,
        maxBuffer: COMMAND_BYTES,
        env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' },
      });
      if (error !== undefined) return { ok: false, why: error.message };
      if (status !== 0) return { ok: false, why: firstLine(stderr) || `exit ${status}` };
      return { ok: true, stdout };
    },
  };
}

export function readDeathEvidence(port: EvidencePort, request: EvidenceRequest): DeathEvidence {
  const unit = request.unit ?? lastUnit(request.exits);
  return {
    bootId: textOrNull(port, '/proc/sys/kernel/random/boot_id')?.trim() ?? null,
    exits: request.exits,
    aborts: {
      state: 'read',
      source: `${request.home}/abort-*.json`,
      value: port.abortReports(request.home).flatMap((file) => abortOf(port, file) ?? []),
    },
    kernel: kernelLines(port, request.sinceMs),
    service: unit === null ? null : serviceState(port, unit),
    memory: memoryFacts((path) => textOrNull(port, path), unit),
  };
}

function lastUnit(exits: DeathEvidence['exits']): string | null {
  return exits.state === 'read' ? (exits.value.at(-1)?.unit ?? null) : null;
}

function abortOf(port: EvidencePort, file: string): AbortReport | null {
  try {
    const { header } = JSON.parse(port.readText(file)) as {
      header: Readonly<Record<string, unknown>>;
    };
    const { processId: pid, trigger, event, dumpEventTimeStamp: at } = header;
    if (typeof pid !== 'number' || typeof trigger !== 'string') return null;
    const said = typeof event === 'string' ? event : '';
    return { file, pid, trigger, event: said, atMs: ms(Number(at)) };
  } catch {
    return null;
  }
}

/** journald first: it keeps earlier boots. The ring buffer only knows this one. */
function kernelLines(port: EvidencePort, sinceMs: Ms): Found<readonly KernelLine[]> {
  const since = `@${Math.floor(sinceMs / 1_000)}`;
  const source = 'journalctl -k';
  const args = ['-k', '-q', '--no-pager', '-o', 'short-unix', `--since=${since}`];
  const journal = port.run('journalctl', [...args, '-g', 'Killed process|oom-kill']);
  // Without a match journalctl exits 1 and says nothing; without the right it says so, or has no file.
  if (journal.ok && journal.stdout.trim() !== '') {
    return { state: 'read', source, value: journalLines(journal.stdout) };
  }
  const ring = port.run('dmesg', []);
  const bootMs = bootTime(textOrNull(port, '/proc/stat'));
  if (ring.ok && bootMs !== null) {
    return { state: 'read', source: 'dmesg', value: ringLines(ring.stdout, bootMs) };
  }
  // An empty answer of journald is one only where it holds lines of the kernel at all.
  const any = port.run('journalctl', [...args, '-n', '1']);
  if (any.ok && any.stdout.trim() !== '') return { state: 'read', source, value: [] };
  const why = [journal, ring].flatMap((each) => (each.ok ? [] : [each.why])).join('; ');
  return { state: 'unreadable', source: 'journalctl -k and dmesg', why: why || 'no lines' };
}

/** `1795283262.211000 host kernel: text` */
function journalLines(stdout: string): KernelLine[] {
  return stdout.split('\n').flatMap((line) => {
    const [, seconds, text] = /^(\d+\.\d+) \S+ kernel: (.*)$/.exec(line) ?? [];
    if (seconds === undefined || text === undefined) return [];
    return [{ atMs: ms(Math.round(Number(seconds) * 1_000)), text }];
  });
}

/** `[ 1234.567890] text`, seconds since the boot. */
function ringLines(stdout: string, bootMs: Ms): KernelLine[] {
  return stdout.split('\n').flatMap((line) => {
    const [, seconds, text] = /^\[\s*(\d+\.\d+)\] (.*)$/.exec(line) ?? [];
    if (seconds === undefined || text === undefined) return [];
    if (!/Killed process|oom-kill/.test(text)) return [];
    return [{ atMs: ms(Math.round(bootMs + Number(seconds) * 1_000)), text }];
  });
}

function bootTime(stat: string | null): Ms | null {
  const [, seconds] = /^btime (\d+)$/m.exec(stat ?? '') ?? [];
  return seconds === undefined ? null : ms(Number(seconds) * 1_000);
}

const SHOWN = 'Result,ExecMainPID,ExecMainCode,ExecMainStatus,ExecMainExitTimestamp';

function serviceState(port: EvidencePort, unit: string): Found<ServiceState> {
  const source = `systemctl show ${unit}`;
  const shown = port.run('systemctl', ['show', '--no-pager', '-p', SHOWN, '--', unit]);
  if (!shown.ok) return { state: 'unreadable', source, why: shown.why };
  const of = (key: string): string =>
    new RegExp(`^${key}=(.*)$`, 'm').exec(shown.stdout)?.[1]?.trim() ?? '';
  const mainPid = Number(of('ExecMainPID'));
  if (!(mainPid > 0)) {
    return { state: 'unreadable', source, why: 'it knows of no process of this unit' };
  }
  const written = of('ExecMainExitTimestamp')
    .replace(/^\w{3} /, '')
    .replace(/ UTC$/, '');
  return {
    state: 'read',
    source,
    value: {
      unit,
      result: of('Result'),
      mainPid,
      code: of('ExecMainCode'),
      status: of('ExecMainStatus'),
      exitMs: parseTime(written),
    },
  };
}

function textOrNull(port: EvidencePort, path: string): string | null {
  try {
    return port.readText(path);
  } catch {
    return null;
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
