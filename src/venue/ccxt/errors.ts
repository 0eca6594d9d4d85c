/**
 * What a failed call means. The library's classes alone mislead: "Server Error" is not retryable by
 * class, a suspended market is, and half of what escapes is no class of the library at all. So the
 * raw code of the answer decides first, then the HTTP status, then the class.
 *
 * Invariant: once a change may have left, whatever is not a known refusal is in doubt, never a failure.
 */
import { isRow, parseLossless } from './lossless-json.ts';

export type VenueFailure =
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'in_doubt'; readonly evidence: string }
  | { readonly kind: 'rate_limited'; readonly reason: string }
  | { readonly kind: 'auth'; readonly reason: string }
  | { readonly kind: 'clock'; readonly reason: string }
  | { readonly kind: 'maintenance'; readonly reason: string }
  | { readonly kind: 'unreachable'; readonly reason: string };

export interface FailedCall {
  /** True for a call that changes something at the venue. */
  readonly changes: boolean;
  /** True once bytes may have left this machine. */
  readonly sent: boolean;
  /** Of the answer; null when none came. */
  readonly status: number | null;
  readonly body: string | null;
  /** Names of the error's classes, its own first. */
  readonly classes: readonly string[];
  readonly message: string;
}

type Kind = Exclude<VenueFailure['kind'], 'in_doubt'>;

/** Codes of an answer that say for certain what happened. */
const KNOWN_CODES: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['apiLimitExceeded', 'rate_limited'],
  ['authenticationError', 'auth'],
  ['accountInactive', 'auth'],
  ['nonceBelowThreshold', 'clock'],
  ['nonceDuplicate', 'clock'],
  ['insufficientFunds', 'rejected'],
  ['INSUFFICIENT_MARGIN', 'rejected'],
  ['marketUnavailable', 'rejected'],
  ['contractNotFound', 'rejected'],
  ['requiredArgumentMissing', 'rejected'],
  ['invalidAccount', 'rejected'],
  ['invalidAmount', 'rejected'],
  ['invalidUnit', 'rejected'],
  ['Bad Request', 'rejected'],
  ['notFound', 'rejected'],
]);

/** The venue is down; a change may still have happened. */
const DOWN_CODES: ReadonlySet<string> = new Set(['unavailable', 'Unavailable']);

/** Classifies a call that ended in an error. */
export function classifyFailure(call: FailedCall): VenueFailure {
  if (!call.sent && call.status === null) return neverLeft(call);
  const code = codeOf(call.body);
  const known = code === null ? null : knownCode(code);
  if (known !== null) return known;
  if (call.status === 429) return { kind: 'rate_limited', reason: 'HTTP 429' };
  if (call.status === 401) return { kind: 'auth', reason: 'HTTP 401' };
  const reason = describe(call, code);
  if (call.changes) return { kind: 'in_doubt', evidence: reason };
  if (call.status === 418) return { kind: 'rate_limited', reason };
  if (call.status === 503 || (code !== null && DOWN_CODES.has(code))) {
    return { kind: 'maintenance', reason };
  }
  return { kind: 'unreachable', reason };
}

/** An answer that arrived whole and cannot be what was asked for. */
export function unusable(changes: boolean, why: string): VenueFailure {
  return changes ? { kind: 'in_doubt', evidence: why } : { kind: 'unreachable', reason: why };
}

/** The code of an answer that reports an error: `error`, or the message of its first `errors`. */
export function codeOf(body: string | null): string | null {
  const answer = body === null ? undefined : parseLossless(body);
  if (!isRow(answer)) return null;
  if (typeof answer['error'] === 'string') return answer['error'];
  const errors = answer['errors'];
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  return isRow(first) && typeof first['message'] === 'string' ? first['message'] : null;
}

/** Names of an error's classes, most specific first: `RateLimitExceeded`, `NetworkError`, `Error`. */
export function classesOf(error: unknown): readonly string[] {
  const names: string[] = [];
  let prototype: unknown = error instanceof Error ? Object.getPrototypeOf(error) : null;
  while (typeof prototype === 'object' && prototype !== null && prototype !== Object.prototype) {
    names.push(prototype.constructor.name);
    prototype = Object.getPrototypeOf(prototype);
  }
  return names;
}

function knownCode(code: string): VenueFailure | null {
  const kind = KNOWN_CODES.get(code) ?? (code.startsWith('invalidArgument') ? 'rejected' : null);
  return kind === null ? null : { kind, reason: short(code) };
}

/** Nothing left this machine: whatever went wrong, the venue does not know of it. */
function neverLeft({ classes, message }: FailedCall): VenueFailure {
  const reason = short(message);
  if (classes.includes('AuthenticationError')) return { kind: 'auth', reason };
  if (classes.includes('RateLimitExceeded')) return { kind: 'rate_limited', reason };
  if (classes.includes('ExchangeError')) return { kind: 'rejected', reason };
  return { kind: 'unreachable', reason };
}

function describe({ status, classes, message }: FailedCall, code: string | null): string {
  if (code !== null) return `the venue answered ${short(code)}`;
  if (status !== null && status !== 200) return `HTTP ${status}`;
  if (status === 200) return 'the answer cannot be read';
  if (classes[0] === 'RequestTimeout') return 'no answer in time';
  return short(message);
}

/** The library puts the whole request before the cause: `krakenfutures POST https://… fetch failed: `. */
const REQUEST = /^\w+ [A-Z]+ https?:\S+ (fetch failed(: )?)?/;

/** A venue may answer with a whole page; the first words are enough. */
function short(message: string): string {
  const text = message.replace(REQUEST, '') || 'no connection';
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
