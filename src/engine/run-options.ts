/**
 * What a caller asks of `runBot`, and what it hears while the bot runs and at the end. The engine
 * decides nothing about words or exit streams; the command draws what it is told here.
 */
import type { Ms } from '../domain/clock.ts';
import type { MemoryWatch } from '../host/memory-guard.ts';
import type { Supervisor } from '../host/notify-supervisor.ts';
import type { TradingState } from '../domain/trading-state.ts';

export interface RunOptions {
  /** State directory; null means a fresh scratch directory, whose path the result names. */
  readonly home: string | null;
  readonly configFile: string | null;
  /** Directory of a recording; null means what the configuration says, else the bundled one. */
  readonly feed: string | null;
  readonly from: Ms | null;
  readonly to: Ms | null;
  readonly speed: 'max' | 'real';
  /** Stop after this many cycles; null means the whole recording. */
  readonly cycles: number | null;
  readonly once: boolean;
  /** A rehearsal venue in place of the live one: `http://127.0.0.1:4711`. */
  readonly rehearse?: string | null;
  /** The account as the operator typed it: live trading is typed. */
  readonly confirm?: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Configuration values set by flags, by path: the strongest source. */
  readonly overrides: Readonly<Record<string, unknown>>;
}

export interface RunProgress {
  readonly cycle: number;
  /** How many cycles this run will have; null when that is open. */
  readonly cycles: number | null;
  readonly at: Ms;
  /** Canonical decimal text; null while the account cannot be read. */
  readonly equity: string | null;
  readonly positions: number;
  readonly state: TradingState;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface RunHooks {
  /** Called at most ten times a second of wall time. */
  readonly progress: (progress: RunProgress) => void;
  /** One line of text without a line end. */
  readonly log: (level: LogLevel, line: string) => void;
  /** Aborts at the first SIGINT or SIGTERM: the bot stops in order. */
  readonly signal: AbortSignal;
  /** Told when the bot is ready, alive and stopping; absent where nobody listens. */
  readonly supervisor?: Supervisor;
  /** What the bot measures its memory with; default: this process and its limit. */
  readonly memory?: MemoryWatch;
}

export interface RunResult {
  /** `tradectl.run/1`. */
  readonly summary: Readonly<Record<string, unknown>>;
  readonly equityCurve: readonly { readonly ms: number; readonly equity: string }[];
  readonly home: string;
  /** The home was made for this run alone. */
  readonly scratch: boolean;
  readonly exitCode: number;
  /** The recording had finished before: this is its stored summary. */
  readonly repeated: boolean;
}
