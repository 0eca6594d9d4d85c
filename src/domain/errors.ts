/**
 * The one error class, and the one table from its codes to exit codes (design, section 9).
 * Findings are results and never errors. Denied, rejected, unreachable and in doubt differ.
 */

/** Exit code of each error code. */
export const EXIT_CODES = {
  USAGE: 2,
  CONFIG_INVALID: 2,
  FILE_INVALID: 2,
  VALUE_INVALID: 2,
  NODE_UNSUPPORTED: 2,
  UNKNOWN_SYMBOL: 2,
  // Nothing is broken: the wrong directory was named, or no bot has run yet.
  STORE_MISSING: 2,
  QUERY_REFUSED: 2,
  LOCK_HELD: 3,
  FEED_CHANGED: 3,
  NOT_CONFIRMED: 3,
  NOT_FOUND: 3,
  HALTED: 3,
  CAUSE_HOLDS: 3,
  DENIED: 3,
  PLAN_STALE: 3,
  PLAN_APPLIED: 3,
  VENUE_UNREACHABLE: 4,
  VENUE_AUTH: 4,
  VENUE_REJECTED: 4,
  VENUE_UNKNOWN: 4,
  STORE_BUSY: 5,
  STORE_NEWER: 5,
  STORE_OLDER: 5,
  STORE_CORRUPT: 5,
  STORE_FULL: 5,
  STORE_UNWRITABLE: 5,
  ORDER_IN_DOUBT: 6,
  APPLY_INCOMPLETE: 6,
  // Part of the answer is missing: a limit or the operator ended it.
  QUERY_STOPPED: 6,
  INTERNAL: 70,
} as const;

/** No error: a bot near the limit of its memory ended in order, to be started again by its service manager. */
export const PLANNED_RESTART_EXIT = 75;

export type ErrorCode = keyof typeof EXIT_CODES;

export interface ErrorOptions {
  /** What the operator can do next: a command to type, or a sentence. */
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** Everything that can go wrong in a way an operator should read about. */
export class TradectlError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | null;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TradectlError';
    this.code = code;
    this.hint = options.hint ?? null;
    this.details = options.details ?? {};
  }

  get exitCode(): number {
    return EXIT_CODES[this.code];
  }
}

export function assert(condition: unknown, rule: string): asserts condition {
  if (!condition) throw new TradectlError('INTERNAL', `broken rule: ${rule}`);
}

/** What was thrown, in its own words. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
