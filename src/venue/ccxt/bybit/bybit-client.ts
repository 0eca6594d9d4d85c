/**
 * The calls of Bybit's linear perpetuals that are used. The venue counts each call for itself, per second and
 * account; ours are pooled by the narrowest of them, so a pool is never wider than any call in it.
 */
import { ms, SECOND } from '../../../domain/clock.ts';
import { unknown } from '../answer-list.ts';
import type { ClockOffset } from '../clock-offset.ts';
import { createClockOffset } from '../clock-offset.ts';
import { failureText } from '../errors.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow } from '../lossless-json.ts';
import { createRateBudget } from '../rate-budget.ts';
import type {
  CallParameters,
  CallRule,
  ClientOptions,
  RawAnswer,
  RawClient,
} from '../raw-client.ts';
import { createRawClient } from '../raw-client.ts';
import { timeOf, wordOf } from '../row-fields.ts';
import { serverTimeOf } from '../server-time.ts';
import { classifyBybit } from './error-codes.ts';

export const CALLS = {
  publicGetV5MarketTime: { pool: 'market', cost: 1, changes: false, open: true, urgent: true },
  publicGetV5MarketInstrumentsInfo: { ...openCall(), urgent: true },
  publicGetV5MarketTickers: { ...openCall(), urgent: true },
  publicGetV5MarketKline: openCall(),
  privateGetV5UserQueryApi: { pool: 'key', cost: 1, changes: false },
  privateGetV5AccountInfo: { pool: 'key', cost: 1, changes: false },
  privateGetV5AccountWalletBalance: { pool: 'key', cost: 1, changes: false, urgent: true },
  privateGetV5AccountTransactionLog: { pool: 'key', cost: 1, changes: false },
  privateGetV5PositionList: { pool: 'key', cost: 1, changes: false, urgent: true },
  privateGetV5OrderRealtime: { pool: 'key', cost: 1, changes: false, urgent: true },
  privateGetV5OrderHistory: { pool: 'key', cost: 1, changes: false },
  privateGetV5ExecutionList: { pool: 'key', cost: 1, changes: false },
  privatePostV5OrderCreate: { pool: 'orders', cost: 1, changes: true },
  privatePostV5OrderAmend: { pool: 'orders', cost: 1, changes: true },
  privatePostV5OrderCancel: { pool: 'cancels', cost: 1, changes: true },
} as const satisfies Readonly<Record<string, CallRule>>;

function openCall(): { pool: string; cost: number; changes: false; open: true } {
  return { pool: 'market', cost: 1, changes: false, open: true };
}

export type CallName = keyof typeof CALLS;

export interface BybitClient extends RawClient<CallName> {
  readonly time: ClockOffset;
}

/** 600 per five seconds and address, of which candles leave a part to prices. */
const MARKET = { capacity: 300, windowMs: ms(5 * SECOND), reserved: 60 };
const PER_SECOND = { capacity: 10, windowMs: SECOND, reserved: 0 };
const KEY = { ...PER_SECOND, capacity: 20, reserved: 10 };

export function createBybitClient(options: ClientOptions, recvWindow: number): BybitClient {
  const { clock } = options;
  const raw = createRawClient<CallName, JsonRow>(options, {
    calls: CALLS,
    budgets: {
      market: createRateBudget(MARKET, clock),
      key: createRateBudget(KEY, clock),
      orders: createRateBudget(PER_SECOND, clock),
      cancels: createRateBudget(PER_SECOND, clock),
    },
    costOf: (name) => CALLS[name].cost,
    classify: classifyBybit,
    judge: (body) => {
      if (!isRow(body) || wordOf(body, 'retCode') !== '0') return 'the answer does not say success';
      return { body };
    },
    settings: { options: { recvWindow } },
    overrides: { nonce: () => time.serverNow() },
  });
  const time: ClockOffset = createClockOffset(clock, () =>
    serverTimeOf(clock, async () => {
      const answer = await raw.call('publicGetV5MarketTime');
      if (!answer.answered) return unknown(failureText(answer.failure));
      return timeOf(answer.body, 'time') ?? unknown('the answer has no time');
    }),
  );
  const call = async (
    name: CallName,
    parameters?: CallParameters,
    signal?: AbortSignal,
  ): Promise<RawAnswer> => {
    const rule: CallRule = CALLS[name];
    if (rule.open !== true && options.keys !== null) await time.ensure(rule.changes);
    const answer = await raw.call(name, parameters, signal);
    if (!answer.answered && answer.failure.kind === 'clock') time.distrust();
    return answer;
  };
  return { call, time };
}
