/** The calls of Kraken Futures that are used, with their cost in the venue's own count. */
import type { CallParameters, CallRule, ClientOptions, RawClient } from '../raw-client.ts';
import { createRawClient, objectBody } from '../raw-client.ts';
import { createRateBudget } from '../rate-budget.ts';
import { classifyKraken } from './error-codes.ts';
import { HISTORY_BUDGET, KEY_BUDGET, MARKET_BUDGET } from './kraken-budgets.ts';

export const CALLS = {
  publicGetInstruments: { pool: 'market', cost: 1, changes: false, open: true, urgent: true },
  publicGetTickers: { pool: 'market', cost: 1, changes: false, open: true, urgent: true },
  publicGetTickersSymbol: { pool: 'market', cost: 1, changes: false, open: true, urgent: true },
  chartsGetPriceTypeSymbolInterval: { pool: 'market', cost: 1, changes: false, open: true },
  privateGetAccounts: { pool: 'key', cost: 2, changes: false },
  privateGetOpenpositions: { pool: 'key', cost: 2, changes: false },
  privateGetOpenorders: { pool: 'key', cost: 2, changes: false },
  privateGetFills: { pool: 'key', cost: 2, changes: false },
  privateGetOrdersStatus: { pool: 'key', cost: 1, changes: false },
  historyGetOrders: { pool: 'history', cost: 1, changes: false, urgent: true },
  historyGetTriggers: { pool: 'history', cost: 1, changes: false, urgent: true },
  historyGetAccountLog: { pool: 'history', cost: 1, changes: false },
  privatePostSendorder: { pool: 'key', cost: 10, changes: true },
  privatePostEditorder: { pool: 'key', cost: 10, changes: true },
  privatePostCancelorder: { pool: 'key', cost: 10, changes: true },
} as const satisfies Readonly<Record<string, CallRule>>;

export type CallName = keyof typeof CALLS;
export type KrakenClient = RawClient<CallName>;

export function createKrakenClient(options: ClientOptions): KrakenClient {
  const { clock } = options;
  return createRawClient<CallName, Readonly<Record<string, unknown>>>(options, {
    calls: CALLS,
    budgets: {
      key: createRateBudget(KEY_BUDGET, clock),
      history: createRateBudget(HISTORY_BUDGET, clock),
      market: createRateBudget(MARKET_BUDGET, clock),
    },
    costOf,
    classify: classifyKraken,
    judge,
  });
}

/** A page of older fills costs more than the newest one. */
function costOf(name: CallName, parameters: CallParameters): number {
  return 'lastFillTime' in parameters ? 25 : CALLS[name].cost;
}

/** The library calls an error without a reason an answer. */
function judge(body: unknown): ReturnType<typeof objectBody> {
  const judged = objectBody(body);
  if (typeof judged === 'string' || judged.body['result'] !== 'error') return judged;
  return 'the venue answered an error without a reason';
}
