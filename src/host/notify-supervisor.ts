/**
 * Tells the service manager how the bot is: starting, ready, alive, stopping, and one line of status. Node has no
 * datagram sockets of the local kind, so each message is a `systemd-notify` child. A sign of life is sent
 * only because the loop came round again, never from a timer: a timer outlives a loop that hangs. So is the wish
 * for a longer start. Without
 * $NOTIFY_SOCKET nothing is ever started.
 */
import { spawn } from 'node:child_process';
import { MINUTE, ms, SECOND, type Clock, type Ms } from '../domain/clock.ts';

/** One line about the bot; asked for only when something is sent. */
export type StatusLine = () => string;

export interface Supervisor {
  /** False where no service manager listens: nobody starts the bot again. */
  readonly isThere: boolean;
  /** A step of the start is done, an answer of the venue for example: asks for more time when the start is long. */
  starting(status: StatusLine): void;
  /** Verified, locked and running; a halted bot is ready too. */
  ready(status: StatusLine): void;
  /** The loop came round; sends when the watchdog is due or the status has changed. */
  alive(status: StatusLine): void;
  stopping(status: StatusLine): void;
}

export interface SupervisorOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Once, when messages cannot be sent: the service manager will take this bot for dead. */
  readonly onFailure: (why: string) => void;
  readonly send?: Send;
}

/** Sends `KEY=value` messages; `failed` when the messenger could not be started or did not succeed. */
export type Send = (messages: readonly string[], failed: (why: string) => void) => void;

/** A status is for people: not more often than they read. */
const STATUS_INTERVAL = ms(5 * SECOND);
const LONGEST_STATUS = 200;
/** A start that got somewhere within it is given as much again; systemd counts from when it hears. */
const MORE_TIME = ms(3 * MINUTE);
const MORE_TIME_INTERVAL = ms(20 * SECOND);
const SILENT: Supervisor = {
  isThere: false,
  starting: () => undefined,
  ready: () => undefined,
  alive: () => undefined,
  stopping: () => undefined,
};

/** A supervisor that says nothing when no service manager asked to be told. */
export function notifySupervisor(options: SupervisorOptions): Supervisor {
  const { env, clock, onFailure } = options;
  const socket = env['NOTIFY_SOCKET'];
  if (socket === undefined || socket === '') return SILENT;
  const send = options.send ?? systemdNotify(socket, env['PATH']);
  const watchdog = watchdogInterval(env);
  const signOfLife = watchdog === null ? [] : ['WATCHDOG=1'];
  let [sent, said, isReady, failing] = [clock.monotonic(), '', false, false];
  const failed = (why: string): void => {
    if (!failing) onFailure(why);
    failing = true;
  };
  const tell = (messages: readonly string[], status: string): void => {
    [sent, said] = [clock.monotonic(), status];
    send([...messages, `STATUS=${status}`], failed);
  };
  return {
    isThere: true,
    starting: (status) => {
      if (isReady || clock.monotonic() - sent < MORE_TIME_INTERVAL) return;
      tell([`EXTEND_TIMEOUT_USEC=${MORE_TIME * 1_000}`], oneLine(status()));
    },
    ready: (status) => {
      isReady = true;
      tell(['READY=1', ...signOfLife], oneLine(status()));
    },
    alive: (status) => {
      if (!isReady) return;
      const silent = clock.monotonic() - sent;
      const isPingDue = watchdog !== null && silent >= watchdog;
      if (!isPingDue && silent < STATUS_INTERVAL) return;
      const line = oneLine(status());
      if (isPingDue || line !== said) tell(signOfLife, line);
    },
    stopping: (status) => tell(['STOPPING=1'], oneLine(status())),
  };
}

/** A third of the time the service manager waits: two may be lost before it acts. Null without a watchdog. */
export function watchdogInterval(env: SupervisorOptions['env']): Ms | null {
  const micros = Number(env['WATCHDOG_USEC']);
  // WATCHDOG_PID is not asked: below a wrapper it names the wrapper, and it is the bot that must live.
  return Number.isFinite(micros) && micros > 0 ? ms(micros / 1_000 / 3) : null;
}

/** A line end within a status would begin another message. */
function oneLine(status: string): string {
  return status.replace(/\p{Cc}+/gu, ' ').slice(0, LONGEST_STATUS);
}

/** Longer than systemd ever takes to read one. */
const MESSENGER_TIMEOUT_MS = 5_000;

/** One messenger after the other: two at once may be heard in the wrong order. */
function systemdNotify(socket: string, path = '/usr/bin:/bin'): Send {
  let last = Promise.resolve();
  // The child gets the socket and the path, nothing else of this process.
  const env = { NOTIFY_SOCKET: socket, PATH: path };
  const message = (messages: readonly string[], failed: (why: string) => void): Promise<void> =>
    new Promise((done) => {
      // Not `timeout`: of a messenger that cannot be started it would keep an ended bot for so long.
      const signal = AbortSignal.timeout(MESSENGER_TIMEOUT_MS);
      const options = { env, stdio: 'ignore' as const, signal };
      const child = spawn('systemd-notify', [...messages], options);
      child.on('error', (error) => done(failed(`systemd-notify: ${error.message}`)));
      child.on('exit', (code) => {
        if (code !== 0) failed(`systemd-notify ended with exit code ${code ?? 'none'}`);
        done();
      });
    });
  return (messages, failed) => {
    last = last.then(() => message(messages, failed));
  };
}
