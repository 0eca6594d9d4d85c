/**
 * What a failed call means. The library's classes alone mislead: "Server Error" is not retryable by
 * class, a suspended market is, and half of what escapes is no class of the library at all. So the
 * raw code of the answer decides first, by the venue's own table, then the HTTP status, then the class.
 *
 * Invariant: once a change may have left, whatever is not a known refusal is in doubt, never a failure.
 */
import type { Outcome } from '../../domain/order.ts';
import type { JsonRow } from './lossless-json.ts';
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

/** What a code says for certain; `down`: the venue is ill, and a change may still have happened. */
export type CodeMeaning = Exclude<VenueFailure['kind'], 'in_doubt'> | 'down' | 'in_doubt';

export interface VenueCode {
  /** As an operator should read it: `apiLimitExceeded`, `-2019 Margin is insufficient.` */
  readonly text: string;
  /** Null for a code that we do not know. */
  readonly meaning: CodeMeaning | null;
}

/** Reads the code of an answer that reports an error; null when the body reports none. */
export type ReadCode = (body: JsonRow) => VenueCode | null;

/** Classifies a call that ended in an error, by the codes of its venue. */
export function classifyFailure(call: FailedCall, readCode: ReadCode): VenueFailure {
  if (!call.sent && call.status === null) return neverLeft(call);
  const answer = call.body === null ? undefined : parseLossless(call.body);
  const code = isRow(answer) ? readCode(answer) : null;
  const known = code === null ? null : certain(code);
  if (known !== null) return known;
  if (call.status === 429) return { kind: 'rate_limited', reason: 'HTTP 429' };
  if (call.status === 401) return { kind: 'auth', reason: 'HTTP 401' };
  const reason = describe(call, code);
  if (call.changes) return { kind: 'in_doubt', evidence: reason };
  if (call.status === 418) return { kind: 'rate_limited', reason };
  if (call.status === 503 || code?.meaning === 'down') return { kind: 'maintenance', reason };
  return { kind: 'unreachable', reason };
}

/** An answer that arrived whole and cannot be what was asked for. */
export function unusable(changes: boolean, why: string): VenueFailure {
  return changes ? { kind: 'in_doubt', evidence: why } : { kind: 'unreachable', reason: why };
}

/** `maintenance: HTTP 503`: the kind first, because a person acts on the kind. */
export function failureText(failure: VenueFailure): string {
  const words = failure.kind === 'in_doubt' ? failure.evidence : failure.reason;
  return `${failure.kind.replace('_', ' ')}: ${words}`;
}

/** The outcome of a change that was not answered as it should be. */
export function failedOutcome(sent: boolean, failure: VenueFailure): Outcome {
  if (!sent) return { kind: 'denied', code: NOT_SENT[failure.kind] };
  switch (failure.kind) {
    case 'rejected':
    case 'auth':
    case 'clock':
    case 'rate_limited':
      return { kind: 'rejected', reason: failure.reason };
    case 'in_doubt':
      return failure;
    case 'maintenance':
    case 'unreachable':
      return { kind: 'in_doubt', evidence: failure.reason };
  }
}

const NOT_SENT: Readonly<Record<VenueFailure['kind'], string>> = {
  rejected: 'REFUSED_BEFORE_SENDING',
  in_doubt: 'VENUE_UNREACHABLE',
  rate_limited: 'RATE_LIMITED',
  auth: 'VENUE_AUTH',
  clock: 'CLOCK',
  maintenance: 'VENUE_UNREACHABLE',
  unreachable: 'VENUE_UNREACHABLE',
};

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

function certain({ text, meaning }: VenueCode): VenueFailure | null {
  if (meaning === null || meaning === 'down' || meaning === 'in_doubt') return null;
  return { kind: meaning, reason: short(text) };
}

/** Nothing left this machine: whatever went wrong, the venue does not know of it. */
function neverLeft({ classes, message }: FailedCall): VenueFailure {
  const reason = short(message);
  if (classes.includes('AuthenticationError')) return { kind: 'auth', reason };
  if (classes.includes('RateLimitExceeded')) return { kind: 'rate_limited', reason };
  if (classes.includes('ExchangeError')) return { kind: 'rejected', reason };
  return { kind: 'unreachable', reason };
}

function describe({ status, classes, message }: FailedCall, code: VenueCode | null): string {
  if (code !== null) return `the venue answered ${short(code.text)}`;
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
