/**
 * The pre-trade gate: a signal against limits, account and what is on its way. Pure, and the only place
 * that makes an {@link Approved}.
 *
 * Every size is risk over distance, capped at the share of equity one position may be worth, then
 * floored to the lot. What is below a minimum then is denied, never rounded up. The incident: a path
 * that skipped the cap opened a position four times too large; here there is one path.
 */
import type { Approved, ApprovedEntry } from '../domain/approved.ts';
import type { Ms } from '../domain/clock.ts';
import { ms } from '../domain/clock.ts';
import {
  Decimal,
  floorToStep,
  minDecimal,
  text,
  type Price,
  type Quantity,
} from '../domain/decimal.ts';
import type { Instrument } from '../domain/instrument.ts';
import { notional } from '../domain/instrument.ts';
import type { DecisionNumbers, Signal } from '../domain/signal.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { TradingState } from '../domain/trading-state.ts';
import type { EntryRules, Limits } from './limits.ts';

export const DENIAL_CODES = [
  'NOT_NORMAL',
  'SYMBOL_BLOCKED',
  'ALREADY_HELD',
  'ALREADY_TRADED',
  'IN_FLIGHT',
  'ACCOUNT_UNKNOWN',
  'PRICE_UNKNOWN',
  'STALE_PRICE',
  'PRICE_MOVED',
  'STOP_NOT_PROTECTIVE',
  'RR_TOO_LOW_AFTER_FEES',
  'BELOW_MIN_NOTIONAL',
  'BELOW_VENUE_MINIMUM',
  'LIQUIDATION_BEFORE_STOP',
  'MAX_POSITIONS',
  'MARGIN_BUDGET',
] as const;
export type DenialCode = (typeof DENIAL_CODES)[number];

export interface Denied {
  readonly kind: 'denied';
  readonly code: DenialCode;
  readonly numbers: DecisionNumbers;
}

export interface Passed {
  readonly kind: 'approved';
  readonly approved: Approved;
}

export interface GateAccount {
  readonly equity: Decimal;
  /** Initial margin of positions and open entry orders. */
  readonly initialMargin: Decimal;
}

export interface GateContext {
  readonly now: Ms;
  readonly state: TradingState;
  readonly account: GateAccount | null;
  readonly mark: { readonly price: Price; readonly tsMs: Ms } | null;
  readonly instrument: Instrument;
  /** Why entries on this symbol are blocked; null when they are not. */
  readonly blocked: string | null;
  readonly heldSymbols: ReadonlySet<Symbol>;
  /** Entries sent or in doubt that the account does not show yet, at their full size. */
  readonly inFlight: readonly { readonly symbol: Symbol; readonly margin: Decimal }[];
  /** True when a position was opened from this signal before. */
  readonly isSpent: boolean;
  readonly limits: Limits;
  readonly entry: EntryRules;
  readonly takerFee: Decimal;
}

export function gate(signal: Signal, context: GateContext): Passed | Denied {
  return (
    standing(signal, context) ??
    price(signal, context) ??
    reward(signal, context) ??
    sized(signal, context)
  );
}

/** Reasons that have nothing to do with figures. */
function standing(signal: Signal, context: GateContext): Denied | null {
  if (context.state !== 'NORMAL') return denied('NOT_NORMAL', { state: context.state });
  if (context.blocked !== null) return denied('SYMBOL_BLOCKED', { why: context.blocked });
  if (context.heldSymbols.has(signal.symbol)) return denied('ALREADY_HELD', {});
  if (context.inFlight.some(({ symbol }) => symbol === signal.symbol))
    return denied('IN_FLIGHT', {});
  if (context.isSpent) return denied('ALREADY_TRADED', { signal_id: signal.signalId });
  const taken = context.heldSymbols.size + context.inFlight.length;
  if (taken >= context.limits.maxConcurrentPositions) {
    return denied('MAX_POSITIONS', { taken, limit: context.limits.maxConcurrentPositions });
  }
  return context.account === null ? denied('ACCOUNT_UNKNOWN', {}) : null;
}

function price(signal: Signal, { mark, now, entry }: GateContext): Denied | null {
  if (mark === null) return denied('PRICE_UNKNOWN', {});
  const age = now - Math.min(signal.priceMs, mark.tsMs);
  if (age > entry.maxPriceAgeMs) {
    return denied('STALE_PRICE', { age_ms: age, limit_ms: entry.maxPriceAgeMs });
  }
  const moved = mark.price.minus(signal.entry).abs().div(signal.entry);
  if (moved.gt(entry.maxSlippage)) {
    return denied('PRICE_MOVED', { moved: figure(moved), limit: text(entry.maxSlippage) });
  }
  // Beyond the stop already: filled now, the position would be stopped at once, or not protected.
  const prices: readonly Price[] = [signal.entry, mark.price];
  const isProtective = prices.every((at) =>
    signal.side === 'long' ? at.gt(signal.stop) : at.lt(signal.stop),
  );
  if (isProtective) return null;
  const numbers = { entry: text(signal.entry), mark: text(mark.price), stop: text(signal.stop) };
  return denied('STOP_NOT_PROTECTIVE', numbers);
}

/** Reward over risk after a taker fee on the way in and on the way out. */
function reward(signal: Signal, { limits, takerFee }: GateContext): Denied | null {
  const [tp1, tp2] = [1, 2].map((level) => rewardAfterFees(signal, level, takerFee));
  const numbers = {
    rr_tp1: tp1 == null ? null : figure(tp1),
    rr_tp2: tp2 == null ? null : figure(tp2),
    min_rr_tp1: text(limits.minRrTp1),
    min_rr_tp2: text(limits.minRrTp2),
  };
  const isEnough = tp1?.gte(limits.minRrTp1) === true && tp2?.gte(limits.minRrTp2) === true;
  return isEnough ? null : denied('RR_TOO_LOW_AFTER_FEES', numbers);
}

function rewardAfterFees(signal: Signal, level: number, takerFee: Decimal): Decimal | null {
  const target = signal.targets.find((each) => each.level === level);
  if (target === undefined) return null;
  const fees = (exit: Decimal): Decimal => signal.entry.plus(exit).mul(takerFee);
  // Signed: a target on the wrong side of the entry is a loss, not a gain of the same size.
  const move = target.price.minus(signal.entry);
  const gain = (signal.side === 'long' ? move : move.neg()).minus(fees(target.price));
  const loss = signal.stop.minus(signal.entry).abs().plus(fees(signal.stop));
  return gain.div(loss);
}

function sized(signal: Signal, context: GateContext): Passed | Denied {
  const { instrument, account, limits, entry } = context;
  if (account === null) return denied('ACCOUNT_UNKNOWN', {});
  const lastPrice = context.mark?.price ?? null;
  const quantity = sizeEntry(signal, { account, instrument, limits, entry, lastPrice });
  const value = notional(quantity, signal.entry, instrument);
  const numbers = {
    quantity: text(quantity),
    notional: text(value),
    equity: text(account.equity),
    lot_step: text(instrument.lotStep),
    min_quantity: text(instrument.minQuantity),
    min_notional: text(Decimal.max(limits.minNotionalViable, instrument.minNotional ?? 0)),
  };
  if (quantity.isZero() || quantity.lt(instrument.minQuantity)) {
    return denied('BELOW_VENUE_MINIMUM', numbers);
  }
  if (value.lt(limits.minNotionalViable)) return denied('BELOW_MIN_NOTIONAL', numbers);
  if (instrument.minNotional !== null && value.lt(instrument.minNotional)) {
    return denied('BELOW_VENUE_MINIMUM', numbers);
  }
  const leverage = Math.min(entry.leverage, instrument.maxLeverage);
  const late = liquidationBeforeStop(signal, { leverage, instrument });
  if (late !== null) return denied('LIQUIDATION_BEFORE_STOP', { ...numbers, ...late });
  const budget = marginAfter(value.div(leverage), context, account);
  if (budget.gt(limits.auctionMaxMarginUtilization)) {
    const limit = text(limits.auctionMaxMarginUtilization);
    return denied('MARGIN_BUDGET', { ...numbers, utilization_after: figure(budget), limit });
  }
  return { kind: 'approved', approved: approve(signal, { quantity, leverage, value, context }) };
}

export interface Sizing {
  readonly account: Pick<GateAccount, 'equity'>;
  readonly instrument: Instrument;
  readonly limits: Pick<Limits, 'maxSinglePositionEquity'>;
  readonly entry: Pick<EntryRules, 'riskPerTrade'>;
  /** The last price: a short may fill above its limit, and is worth more then. */
  readonly lastPrice: Price | null;
}

/**
 * `risk_per_trade x equity x risk factor / distance to the stop`, at most `max_single_position_equity`
 * of equity as notional, floored to the lot: base units or contracts. Zero when equity is not above zero.
 */
export function sizeEntry(
  signal: Pick<Signal, 'entry' | 'stop' | 'riskFactor'>,
  { account, instrument, limits, entry, lastPrice }: Sizing,
): Quantity {
  const equity = Decimal.max(account.equity, 0);
  const distance = signal.entry.minus(signal.stop).abs().mul(instrument.contractSize);
  const byRisk = equity.mul(entry.riskPerTrade).mul(signal.riskFactor).div(distance);
  const worth = Decimal.max(signal.entry, lastPrice ?? 0).mul(instrument.contractSize);
  const byCap = equity.mul(limits.maxSinglePositionEquity).div(worth);
  return floorToStep(minDecimal(byRisk, byCap), instrument.lotStep);
}

/**
 * A cross-margin position alone is liquidated after a fall of about 1/leverage less the maintenance
 * share, here half of 1/max leverage. The stop must lie nearer.
 */
function liquidationBeforeStop(
  signal: Signal,
  { leverage, instrument }: { leverage: number; instrument: Instrument },
): DecisionNumbers | null {
  const distance = signal.entry.minus(signal.stop).abs().div(signal.entry);
  const room = new Decimal(1).div(leverage).minus(new Decimal(0.5).div(instrument.maxLeverage));
  if (distance.lt(room)) return null;
  return { stop_distance: figure(distance), liquidation_distance: figure(room), leverage };
}

/** Utilization once this entry and all that is on its way are filled. */
function marginAfter(margin: Decimal, { inFlight }: GateContext, account: GateAccount): Decimal {
  if (account.equity.lte(0)) return new Decimal(Infinity);
  const onTheWay = inFlight.reduce((sum, each) => sum.plus(each.margin), new Decimal(0));
  return account.initialMargin.plus(onTheWay).plus(margin).div(account.equity);
}

function approve(
  signal: Signal,
  facts: { quantity: Quantity; leverage: number; value: Decimal; context: GateContext },
): Approved {
  const { quantity, leverage, value, context } = facts;
  const isResting = context.entry.order === 'limit';
  const approved: ApprovedEntry = {
    symbol: signal.symbol,
    side: signal.side,
    quantity,
    entry: signal.entry,
    plan: {
      stop: signal.stop,
      targets: signal.targets,
      atr: signal.atr,
      stopAtr: signal.stopAtr,
    },
    signalId: signal.signalId,
    orderType: context.entry.order,
    expiresMs: isResting ? ms(context.now + context.entry.restingLifetimeMs) : null,
    leverage,
    notional: value,
    riskAmount: signal.entry
      .minus(signal.stop)
      .abs()
      .mul(quantity)
      .mul(context.instrument.contractSize),
  };
  return approved as Approved;
}

function denied(code: DenialCode, numbers: DecisionNumbers): Denied {
  return { kind: 'denied', code, numbers };
}

/** Ratios are for reading: four places. */
function figure(value: Decimal): string {
  return value.toDecimalPlaces(4).toFixed();
}
