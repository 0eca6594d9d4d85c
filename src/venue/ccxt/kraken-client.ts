/**
 * The raw calls of Kraken Futures through the library, which signs and transports and decides nothing: no
 * retries, no limiter of its own, no parsing into its own shapes (its parsed orders lack prices, and its
 * parsed lists are empty where the answer was an HTML page). Every call ends as an answer or a failure.
 *
 * The library's object holds the key and prints it; it never leaves this file.
 */
import type { Clock, Ms } from '../../domain/clock.ts';
import { ms } from '../../domain/clock.ts';
import type { VenueFailure } from './errors.ts';
import { classesOf, classifyFailure, unusable } from './errors.ts';
import type { CallTrace, VenueFetch } from './fetch.ts';
import { newTrace } from './fetch.ts';
import type { JsonRow } from './lossless-json.ts';
import { isRow, parseLossless } from './lossless-json.ts';
import type { Priority, RateBudget } from './rate-budget.ts';
import { createRateBudget, HISTORY_BUDGET, KEY_BUDGET, MARKET_BUDGET } from './rate-budget.ts';
import type { ExchangeClass } from './load-exchange.ts';

/** The calls that are used, with their cost in the venue's own count. */
export const CALLS = {
  publicGetInstruments: { pool: 'market', cost: 1, changes: false },
  publicGetTickers: { pool: 'market', cost: 1, changes: false },
  chartsGetPriceTypeSymbolInterval: { pool: 'market', cost: 1, changes: false },
  privateGetAccounts: { pool: 'key', cost: 2, changes: false },
  privateGetOpenpositions: { pool: 'key', cost: 2, changes: false },
  privateGetOpenorders: { pool: 'key', cost: 2, changes: false },
  privateGetFills: { pool: 'key', cost: 2, changes: false },
  privateGetOrdersStatus: { pool: 'key', cost: 1, changes: false },
  historyGetOrders: { pool: 'history', cost: 1, changes: false },
  historyGetTriggers: { pool: 'history', cost: 1, changes: false },
  historyGetAccountLog: { pool: 'history', cost: 1, changes: false },
  privatePostSendorder: { pool: 'key', cost: 10, changes: true },
  privatePostEditorder: { pool: 'key', cost: 10, changes: true },
  privatePostCancelorder: { pool: 'key', cost: 10, changes: true },
} as const satisfies Readonly<Record<string, CallRule>>;

interface CallRule {
  readonly pool: 'key' | 'history' | 'market';
  readonly cost: number;
  readonly changes: boolean;
}

export type CallName = keyof typeof CALLS;
/** Decimal text, words and lists of ids; never a float. */
export type CallParameters = Readonly<Record<string, string | readonly string[]>>;

export type KrakenAnswer =
  | { readonly answered: true; readonly body: JsonRow }
  | { readonly answered: false; readonly sent: boolean; readonly failure: VenueFailure };

export interface KrakenClient {
  /** Never throws. `signal` ends the wait for the budget and the request. */
  call(name: CallName, parameters?: CallParameters, signal?: AbortSignal): Promise<KrakenAnswer>;
}

export interface KrakenClientOptions {
  readonly exchangeClass: ExchangeClass;
  readonly fetch: VenueFetch;
  readonly clock: Clock;
  readonly timeoutMs: Ms;
  readonly userAgent: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

type RawCalls = Readonly<
  Record<CallName, (parameters: Record<string, unknown>) => Promise<unknown>>
>;

/** Reads may wait this long for the budget; a loop that needs more is better told so. */
const LONGEST_WAIT = ms(10_000);

export function createKrakenClient(options: KrakenClientOptions): KrakenClient {
  const { clock, fetch } = options;
  const exchange = rawCalls(options);
  const budgets = {
    key: createRateBudget(KEY_BUDGET, clock),
    history: createRateBudget(HISTORY_BUDGET, clock),
    market: createRateBudget(MARKET_BUDGET, clock),
  };
  const call = async (
    name: CallName,
    parameters: CallParameters = {},
    signal?: AbortSignal,
  ): Promise<KrakenAnswer> => {
    const rule: CallRule = CALLS[name];
    const budget = budgets[rule.pool];
    // A page of older fills costs more than the newest one.
    const cost = 'lastFillTime' in parameters ? 25 : rule.cost;
    const priority = rule.changes ? 'trade' : 'read';
    const waited = await waitForBudget({ budget, clock, cost, priority, signal });
    if (waited !== null) return { answered: false, sent: false, failure: waited };
    const trace = newTrace(signal ?? null);
    const answer = await attempt(rule.changes, trace, () =>
      fetch.traced(trace, () => exchange[name]({ ...parameters })),
    );
    if (!answer.answered && answer.failure.kind === 'rate_limited') budget.spent();
    return answer;
  };
  return { call };
}

function rawCalls(options: KrakenClientOptions): RawCalls {
  const timeout = options.timeoutMs;
  const exchange = new options.exchangeClass({
    apiKey: options.apiKey,
    secret: options.apiSecret,
    enableRateLimit: false,
    timeout,
    userAgent: options.userAgent,
    // Its answers are kept nowhere, and it does not log: they hold an account.
    enableLastHttpResponse: false,
    enableLastJsonResponse: false,
    enableLastResponseHeaders: false,
    verbose: false,
  });
  // Given as properties: the constructor's settings are merged deeply, functions would be copied.
  return Object.assign(exchange, {
    fetchImplementation: options.fetch.fetch,
    parseJson: parseLossless,
  }) as unknown as RawCalls;
}

async function attempt(
  changes: boolean,
  trace: CallTrace,
  call: () => Promise<unknown>,
): Promise<KrakenAnswer> {
  try {
    return judge(await call(), changes);
  } catch (error) {
    const failure = classifyFailure({
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

/** The library calls an HTML page, and an error without a reason, an answer. */
function judge(body: unknown, changes: boolean): KrakenAnswer {
  const refuse = (why: string): KrakenAnswer => {
    return { answered: false, sent: true, failure: unusable(changes, why) };
  };
  if (!isRow(body)) return refuse('the answer is not JSON');
  if (body['result'] === 'error') return refuse('the venue answered an error without a reason');
  return { answered: true, body };
}

interface BudgetWait {
  readonly budget: RateBudget;
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
    const pause = budget.take(cost, priority);
    if (pause === 0) return null;
    if (clock.monotonic() + pause > latest) {
      return { kind: 'rate_limited', reason: 'our own request budget is spent' };
    }
    await clock.sleep(pause, signal);
  }
}
