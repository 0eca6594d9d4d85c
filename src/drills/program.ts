/** The program itself as a child process: the drill's commands are the ones a person has. */
import { spawn, type ChildProcess } from 'node:child_process';

/** How this very program is started again. */
export interface Program {
  readonly node: string;
  readonly entry: string;
}

export interface Ended {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Living {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface Place {
  /** Working directory, and HOME. */
  readonly dir: string;
  readonly signal: AbortSignal;
}

/** Starts the program; nothing of the caller's environment but PATH reaches it. */
export function startProgram(
  { node, entry }: Program,
  args: readonly string[],
  { dir, signal }: Place,
): Living {
  const child = spawn(node, [entry, ...args], {
    cwd: dir,
    env: { PATH: process.env['PATH'] ?? '', HOME: dir, TZ: 'UTC', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (stdout += piece));
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (stderr += piece));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit) => resolve({ exit, stdout, stderr }));
  });
  return { child, ended };
}
