/**
 * The calls of Binance USDⓈ-M that are used, with their weight in the venue's own count: 2400 per minute
 * and address, and orders in a count of their own. The venue tells what it counted, other programs at
 * the same address included, and our count follows it.
 */
import { MINUTE, ms, SECOND } from '../../../domain/clock.ts';
import type { ClockOffset } from '../clock-offset.ts';
import { createClockOffset } from '../clock-offset.ts';
import { isRow } from '../lossless-json.ts';
import { createRateBudget } from '../rate-budget.ts';
import type { CallParameters, CallRule, ClientOptions, RawClient } from '../raw-client.ts';
import { createRawClient } from '../raw-client.ts';
import { timeOf } from '../row-fields.ts';
import { serverTimeOf } from '../server-time.ts';
import { unknown } from '../answer-list.ts';
import { failureText } from '../errors.ts';
import { classifyBinance } from './error-codes.ts';

export const CALLS = {
  fapiPublicGetTime: { pool: 'weight', cost: 1, changes: false, open: true, urgent: true },
  fapiPublicGetExchangeInfo: { pool: 'weight', cost: 1, changes: false, open: true, urgent: true },
  fapiPublicGetTicker24hr: { pool: 'weight', cost: 40, changes: false, open: true, urgent: true },
  fapiPublicGetTickerBookTicker: {
    pool: 'weight',
    cost: 5,
    changes: false,
    open: true,
    urgent: true,
  },
  fapiPublicGetPremiumIndex: { pool: 'weight', cost: 10, changes: false, open: true, urgent: true },
  fapiPublicGetKlines: { pool: 'weight', cost: 10, changes: false, open: true },
  fapiPrivateGetLeverageBracket: { pool: 'weight', cost: 1, changes: false },
  fapiPrivateGetPositionSideDual: { pool: 'weight', cost: 30, changes: false },
  fapiPrivateV3GetAccount: { pool: 'weight', cost: 5, changes: false, urgent: true },
  fapiPrivateV3GetPositionRisk: { pool: 'weight', cost: 5, changes: false, urgent: true },
  fapiPrivateGetOpenOrders: { pool: 'weight', cost: 40, changes: false, urgent: true },
  fapiPrivateGetOpenAlgoOrders: { pool: 'weight', cost: 40, changes: false, urgent: true },
  fapiPrivateGetOrder: { pool: 'weight', cost: 1, changes: false },
  fapiPrivateGetAllOrders: { pool: 'weight', cost: 5, changes: false },
  fapiPrivateGetAllAlgoOrders: { pool: 'weight', cost: 5, changes: false },
  fapiPrivateGetUserTrades: { pool: 'weight', cost: 5, changes: false },
  fapiPrivateGetIncome: { pool: 'weight', cost: 30, changes: false },
  sapiGetAccountApiRestrictions: { pool: 'weight', cost: 1, changes: false },
  fapiPrivatePostOrder: { pool: 'orders', cost: 1, changes: true },
  fapiPrivatePutOrder: { pool: 'orders', cost: 1, changes: true },
  fapiPrivatePostAlgoOrder: { pool: 'orders', cost: 1, changes: true },
  fapiPrivateDeleteOrder: { pool: 'weight', cost: 1, changes: true },
  fapiPrivateDeleteAlgoOrder: { pool: 'weight', cost: 1, changes: true },
} as const satisfies Readonly<Record<string, CallRule>>;

export type CallName = keyof typeof CALLS;

export interface BinanceClient extends RawClient<CallName, unknown> {
  readonly time: ClockOffset;
}

/** Candles and histories leave a third to cancels and to what protection reads. */
const WEIGHT = { capacity: 2_400, windowMs: MINUTE, reserved: 800 };
/** 300 per ten seconds and 1200 per minute: the second is the narrower one. */
const ORDERS = { capacity: 200, windowMs: ms(10 * SECOND), reserved: 0 };

export function createBinanceClient(options: ClientOptions): BinanceClient {
  const { clock } = options;
  const weight = createRateBudget(WEIGHT, clock);
  const raw = createRawClient<CallName, unknown>(options, {
    calls: CALLS,
    budgets: { weight, orders: createRateBudget(ORDERS, clock) },
    costOf: (name) => CALLS[name].cost,
    classify: classifyBinance,
    judge: (body) => (isRow(body) || Array.isArray(body) ? { body } : 'the answer is not JSON'),
    onHeaders: (headers) => {
      const used = Number(headers.get('x-mbx-used-weight-1m') ?? 'none');
      if (Number.isFinite(used)) weight.learn(used);
    },
    settings: { options: { warnOnFetchOpenOrdersWithoutSymbol: false } },
    overrides: { nonce: () => time.serverNow() },
  });
  const time: ClockOffset = createClockOffset(clock, () =>
    serverTimeOf(clock, async () => {
      const answer = await raw.call('fapiPublicGetTime');
      if (!answer.answered) return unknown(failureText(answer.failure));
      const serverMs = isRow(answer.body) ? timeOf(answer.body, 'serverTime') : null;
      return serverMs ?? unknown('the answer has no time');
    }),
  );
  const call = async (
    name: CallName,
    parameters?: CallParameters,
    signal?: AbortSignal,
  ): ReturnType<typeof raw.call> => {
    const rule: CallRule = CALLS[name];
    if (rule.open !== true && options.keys !== null) await time.ensure(rule.changes);
    const answer = await raw.call(name, parameters, signal);
    if (!answer.answered && answer.failure.kind === 'clock') time.distrust();
    return answer;
  };
  return { call, time };
}
