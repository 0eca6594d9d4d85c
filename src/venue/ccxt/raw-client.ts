/**
 * The raw calls of one venue through the library, which signs and transports and decides nothing: no
 * retries, no limiter of its own, no parsing into its own shapes (its parsed orders lack prices, and its
 * parsed lists are empty where the answer was an HTML page). Every call ends as an answer or a failure.
 *
 * The library's object holds the key and prints it; it never leaves this file.
 */
import type { Clock, Ms } from '../../domain/clock.ts';
import { ms } from '../../domain/clock.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import type { FailedCall, VenueFailure } from './errors.ts';
import { classesOf, unusable } from './errors.ts';
import type { CallTrace, VenueFetch } from './fetch.ts';
import { newTrace } from './fetch.ts';
import type { Credentials } from './live-venue.ts';
import type { ExchangeClass } from './load-exchange.ts';
import type { JsonRow } from './lossless-json.ts';
import { isRow, parseLossless } from './lossless-json.ts';
import type { Priority, RateBudget } from './rate-budget.ts';

/** One call: which budget it draws from, what it costs there, whether it changes something. */
export interface CallRule {
  readonly pool: string;
  readonly cost: number;
  readonly changes: boolean;
  /** True for a call that needs no key. */
  readonly open?: boolean;
  /** True for a reading that protection needs: it does not wait behind a queue of candles. */
  readonly urgent?: boolean;
}

/** Decimal text, words, lists of ids, flags and small whole numbers; never a float. */
export type CallParameters = Readonly<
  Record<string, string | readonly string[] | boolean | 0 | 1 | 2>
>;

export type RawAnswer<Body = JsonRow> =
  | { readonly answered: true; readonly body: Body }
  | { readonly answered: false; readonly sent: boolean; readonly failure: VenueFailure };

export interface RawClient<Name extends string, Body = JsonRow> {
  /** Never throws. `signal` ends the wait for the budget and the request. */
  call(name: Name, parameters?: CallParameters, signal?: AbortSignal): Promise<RawAnswer<Body>>;
}

export interface ClientOptions {
  readonly exchangeClass: ExchangeClass;
  readonly fetch: VenueFetch;
  readonly breaker: CircuitBreaker;
  readonly clock: Clock;
  readonly timeoutMs: Ms;
  readonly userAgent: string;
  readonly keys: RevealedKeys | null;
}

export interface RevealedKeys {
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** What differs between the venues. */
export interface VenueRules<Name extends string, Body> {
  readonly calls: Readonly<Record<Name, CallRule>>;
  readonly budgets: Readonly<Record<string, RateBudget>>;
  readonly costOf: (name: Name, parameters: CallParameters) => number;
  readonly classify: (call: FailedCall) => VenueFailure;
  /** The library calls an HTML page an answer: the body, or why it cannot be one. */
  readonly judge: (body: unknown) => { readonly body: Body } | string;
  /** Of every answer, before it is judged: what the venue counted. */
  readonly onHeaders?: (headers: Headers) => void;
  /** Settings and overrides of the library's object. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly overrides?: Readonly<Record<string, unknown>>;
}

type RawCalls = Readonly<Record<string, (parameters: object) => Promise<unknown>>>;

/** Reads may wait this long for the budget; a loop that needs more is better told so. */
const LONGEST_WAIT = ms(10_000);

export function createRawClient<Name extends string, Body>(
  options: ClientOptions,
  rules: VenueRules<Name, Body>,
): RawClient<Name, Body> {
  const { clock, fetch } = options;
  const exchange = rawCalls(options, rules);
  const call = async (
    name: Name,
    parameters: CallParameters = {},
    signal?: AbortSignal,
  ): Promise<RawAnswer<Body>> => {
    const { pool, changes, open, urgent } = rules.calls[name];
    if (options.keys === null && open !== true) return notSent(NO_KEYS);
    const budget = rules.budgets[pool];
    const cost = rules.costOf(name, parameters);
    const priority = changes || urgent === true ? 'trade' : 'read';
    const waited = await waitForBudget({ budget, clock, cost, priority, signal });
    if (waited !== null) return notSent(waited);
    // Last: who is let through as the probe must really ask.
    const resting = changes ? null : options.breaker.refusal();
    if (resting !== null) return notSent({ kind: 'unreachable', reason: resting });
    const trace = newTrace(signal ?? null, rules.onHeaders);
    const answer = await attempt(rules, { changes, trace }, () =>
      fetch.traced(trace, async () => exchange[name]?.({ ...parameters })),
    );
    if (!answer.answered && answer.failure.kind === 'rate_limited') budget?.spent();
    noteHealth(options.breaker, answer);
    return answer;
  };
  return { call };
}

/** A refusal is an answer; silence, nonsense and "too often" are not. What never left is our own network. */
function noteHealth(breaker: CircuitBreaker, answer: RawAnswer<unknown>): void {
  if (answer.answered) return breaker.answered();
  const { failure } = answer;
  if (failure.kind === 'in_doubt') return breaker.failed(failure.evidence);
  const isIll = ['rate_limited', 'maintenance', 'unreachable'].includes(failure.kind);
  if (isIll) breaker.failed(`${failure.kind.replace('_', ' ')}: ${failure.reason}`);
  else if (answer.sent) breaker.answered();
}

const NO_KEYS: VenueFailure = { kind: 'auth', reason: 'no credentials' };

function notSent(failure: VenueFailure): RawAnswer<never> {
  return { answered: false, sent: false, failure };
}

/** The key and secret in the clear, for the library alone. */
export function revealed(credentials: Credentials | null): RevealedKeys | null {
  if (credentials === null) return null;
  return { apiKey: credentials.apiKey.reveal(), apiSecret: credentials.apiSecret.reveal() };
}

function rawCalls<Name extends string, Body>(
  options: ClientOptions,
  { settings = {}, overrides = {} }: VenueRules<Name, Body>,
): RawCalls {
  const timeout = options.timeoutMs;
  const { keys } = options;
  const exchange = new options.exchangeClass({
    ...(keys === null ? {} : { apiKey: keys.apiKey, secret: keys.apiSecret }),
    enableRateLimit: false,
    timeout,
    userAgent: options.userAgent,
    // Its answers are kept nowhere, and it does not log: they hold an account.
    enableLastHttpResponse: false,
    enableLastJsonResponse: false,
    enableLastResponseHeaders: false,
    verbose: false,
    ...settings,
  });
  // Given as properties: the constructor's settings are merged deeply, functions would be copied.
  return Object.assign(exchange, {
    fetchImplementation: options.fetch.fetch,
    parseJson: parseLossless,
    ...overrides,
  }) as unknown as RawCalls;
}

interface Attempt {
  readonly changes: boolean;
  readonly trace: CallTrace;
}

async function attempt<Name extends string, Body>(
  { classify, judge }: VenueRules<Name, Body>,
  { changes, trace }: Attempt,
  call: () => Promise<unknown>,
): Promise<RawAnswer<Body>> {
  try {
    const judged = judge(await call());
    if (typeof judged !== 'string') return { answered: true, body: judged.body };
    return { answered: false, sent: true, failure: unusable(changes, judged) };
  } catch (error) {
    const failure = classify({
      changes,
      sent: trace.sent,
      status: trace.status,
      body: trace.body,
      classes: classesOf(error),
      message: error instanceof Error ? error.message : 'the call failed',
    });
    return { answered: false, sent: trace.sent, failure };
  }
}

/** The usual judge: the answer is an object. */
export function objectBody(body: unknown): { readonly body: JsonRow } | string {
  return isRow(body) ? { body } : 'the answer is not JSON';
}

interface BudgetWait {
  readonly budget: RateBudget | undefined;
  readonly clock: Clock;
  readonly cost: number;
  readonly priority: Priority;
  readonly signal: AbortSignal | undefined;
}

/** Returns null once the cost is taken, or why the call was never made. */
async function waitForBudget(wait: BudgetWait): Promise<VenueFailure | null> {
  const { budget, clock, cost, priority, signal } = wait;
  const latest = clock.monotonic() + LONGEST_WAIT;
  for (;;) {
    if (signal?.aborted === true) return { kind: 'unreachable', reason: 'given up before sending' };
    const pause = budget?.take(cost, priority) ?? 0;
    if (pause === 0) return null;
    if (clock.monotonic() + pause > latest) {
      return { kind: 'rate_limited', reason: 'our own request budget is spent' };
    }
    await clock.sleep(ms(pause), signal);
  }
}
