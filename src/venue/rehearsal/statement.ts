/**
 * The account statement: everything that moved the balance, in the order in which it did. Each trade is
 * there with what it did to its position, so histories are told without going through all fills again.
 */
import { ms, type Ms } from '../../domain/clock.ts';
import { ZERO, type Decimal, type Price } from '../../domain/decimal.ts';
import type { VenueFill } from '../../domain/fill.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { Symbol } from '../../domain/symbol.ts';
import { applyFill } from '../paper/apply-fill.ts';
import type { PaperPosition } from '../paper/book.ts';

export interface TradeLeg {
  readonly fill: VenueFill;
  /** Signed sizes: negative for a short. */
  readonly sizeBefore: Decimal;
  readonly sizeAfter: Decimal;
  readonly entryBefore: Decimal | null;
  readonly entryAfter: Decimal | null;
  /** Before the fee. */
  readonly realized: Decimal;
}

export interface FundingPayment {
  readonly symbol: Symbol;
  /** Signed: negative was paid. */
  readonly amount: Decimal;
  /** Share of the price per hour. */
  readonly rate: Decimal;
  readonly mark: Price;
}

export type StatementEntry = {
  readonly at: Ms;
  readonly balanceBefore: Decimal;
  readonly balanceAfter: Decimal;
} & (
  | { readonly kind: 'trade'; readonly leg: TradeLeg }
  | { readonly kind: 'funding'; readonly payment: FundingPayment }
  | { readonly kind: 'transfer'; readonly amount: Decimal }
);

export interface Statement {
  /** Oldest first. */
  entries(): readonly StatementEntry[];
  trade(fill: VenueFill): void;
  funding(payment: FundingPayment, at: Ms): void;
  /** Positive is a deposit. */
  transfer(amount: Decimal, at: Ms): void;
}

export function createStatement(account: {
  readonly startingBalance: Decimal;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
}): Statement {
  const held = new Map<Symbol, PaperPosition | null>();
  const entries: StatementEntry[] = [];
  let balance = account.startingBalance;
  const moved = (by: Decimal): Pick<StatementEntry, 'balanceBefore' | 'balanceAfter'> => {
    const balanceBefore = balance;
    balance = balance.plus(by);
    return { balanceBefore, balanceAfter: balance };
  };
  return {
    entries: () => entries,
    trade(fill) {
      const instrument = account.instruments.get(fill.symbol);
      if (instrument === undefined) return;
      const before = held.get(fill.symbol) ?? null;
      const { position, realized } = applyFill(before, fill, { instrument, barMs: ms(0) });
      held.set(fill.symbol, position);
      const leg: TradeLeg = {
        ...{ fill, realized, sizeBefore: signed(before), sizeAfter: signed(position) },
        ...{ entryBefore: before?.entryPrice ?? null, entryAfter: position?.entryPrice ?? null },
      };
      entries.push({ kind: 'trade', at: fill.tsMs, leg, ...moved(realized.minus(fill.fee)) });
    },
    funding(payment, at) {
      entries.push({ kind: 'funding', at, payment, ...moved(payment.amount) });
    },
    transfer(amount, at) {
      entries.push({ kind: 'transfer', at, amount, ...moved(amount) });
    },
  };
}

function signed(position: PaperPosition | null): Decimal {
  if (position === null) return ZERO;
  return position.side === 'long' ? position.quantity : position.quantity.neg();
}
