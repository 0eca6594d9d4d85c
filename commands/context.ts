/**
 * What a command knows of the world: streams, terminal facts, environment, clock. One value is built
 * per process at the edge, so a test runs the same commands on buffers. Nothing here touches a file.
 */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { wallClock, type Clock } from '../src/domain/clock.ts';
import { commandsWithHome } from './output/named-home.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The facts of the process, before any flag. */
export interface Terminal {
  readonly write: { out(text: string): void; err(text: string): void };
  readonly outIsTty: boolean;
  readonly errIsTty: boolean;
  readonly inIsTty: boolean;
  /** Width of stdout, or 80 when it is no terminal. */
  readonly columns: number;
  readonly env: Environment;
  readonly userHome: string;
  readonly clock: Clock;
}

/** Flags that every command takes. */
export interface GlobalFlags {
  readonly home?: string;
  readonly config?: string;
  readonly json?: boolean;
  /** False after `--no-color`. */
  readonly color?: boolean;
  /** False after `--no-input`. */
  readonly input?: boolean;
}

export interface Context {
  readonly terminal: Terminal;
  readonly env: Environment;
  readonly clock: Clock;
  readonly home: string;
  /** True when `--home` or `TRADECTL_HOME` named the home. */
  readonly homeIsNamed: boolean;
  readonly configFile: string | null;
  readonly json: boolean;
  readonly outColour: boolean;
  readonly errColour: boolean;
  /** Characters beyond ASCII may be drawn on stdout. */
  readonly unicode: boolean;
  readonly canPrompt: boolean;
  readonly columns: number;
  /** Writes the answer to stdout, whole lines; commands to copy name the home that was named. */
  out(text: string): void;
  /** Writes everything that is not the answer to stderr. */
  err(text: string): void;
}

export function processTerminal(): Terminal {
  const { stdout, stderr, stdin, env } = process;
  return {
    write: {
      out: (text) => void stdout.write(text),
      err: (text) => void stderr.write(text),
    },
    outIsTty: stdout.isTTY === true,
    errIsTty: stderr.isTTY === true,
    inIsTty: stdin.isTTY === true,
    columns: stdout.isTTY === true ? (stdout.columns ?? 80) : 80,
    env,
    userHome: homedir(),
    clock: wallClock(),
  };
}

export function createContext(terminal: Terminal, flags: GlobalFlags): Context {
  const { env } = terminal;
  const plain = flags.color === false;
  const named = namedHome(flags, terminal);
  const told = (text: string): string => (named === null ? text : commandsWithHome(text, named));
  return {
    terminal,
    env,
    clock: terminal.clock,
    home: homeOf(flags, terminal),
    homeIsNamed: named !== null,
    configFile: flags.config === undefined ? null : resolve(flags.config),
    json: flags.json === true,
    outColour: !plain && hasColour(terminal.outIsTty, env),
    errColour: !plain && hasColour(terminal.errIsTty, env),
    unicode: terminal.outIsTty && isUtf8(env),
    canPrompt: terminal.inIsTty && terminal.errIsTty && flags.input !== false && !isSet(env['CI']),
    columns: Math.max(40, terminal.columns),
    out: (text) => terminal.write.out(told(text)),
    err: (text) => terminal.write.err(told(text)),
  };
}

/** Flag over `TRADECTL_HOME` over `~/.tradectl`. */
export function homeOf(flags: GlobalFlags, terminal: Terminal): string {
  const fromEnv = terminal.env['TRADECTL_HOME'];
  if (flags.home !== undefined) return resolve(flags.home);
  return isSet(fromEnv) ? resolve(fromEnv) : join(terminal.userHome, '.tradectl');
}

/** The home when `--home` or `TRADECTL_HOME` named it, else null. */
export function namedHome(flags: GlobalFlags, terminal: Terminal): string | null {
  const isNamed = flags.home !== undefined || isSet(terminal.env['TRADECTL_HOME']);
  return isNamed ? homeOf(flags, terminal) : null;
}

/** NO_COLOR wins, then FORCE_COLOR, then the terminal (https://no-color.org). */
export function hasColour(isTty: boolean, env: Environment): boolean {
  if (isSet(env['NO_COLOR'])) return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTty && env['TERM'] !== 'dumb';
}

function isUtf8(env: Environment): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return /utf-?8/i.test(locale) && env['TERM'] !== 'dumb';
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
