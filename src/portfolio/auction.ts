/**
 * The auction: which signals get the margin that is left. Score = reward over risk at TP2 x freshness
 * of the structure event; ties by symbol, so that equal inputs give equal winners. Pure.
 */
import { Decimal, text } from '../domain/decimal.ts';
import type { DecisionNumbers, Signal } from '../domain/signal.ts';
import type { Symbol } from '../domain/symbol.ts';

export const LOSS_REASONS = [
  'already_held',
  'in_flight',
  'already_traded',
  'no_slot',
  'margin_budget',
] as const;
export type LossReason = (typeof LOSS_REASONS)[number];

export interface AuctionContext {
  readonly heldSymbols: ReadonlySet<Symbol>;
  readonly inFlightSymbols: ReadonlySet<Symbol>;
  readonly isSpent: (signal: Signal) => boolean;
  /** Positions that may still be opened. */
  readonly slots: number;
  /** Initial margin that may still be used before the utilization reaches its limit. */
  readonly marginLeft: Decimal;
  /** What a signal would need; the gate computes the exact size again. */
  readonly marginOf: (signal: Signal) => Decimal;
}

export interface Ranked {
  readonly signal: Signal;
  readonly score: Decimal;
  /** 1 is best. */
  readonly rank: number;
}

export interface Loser extends Ranked {
  readonly reason: LossReason;
  readonly numbers: DecisionNumbers;
}

export interface AuctionResult {
  readonly winners: readonly Ranked[];
  readonly losers: readonly Loser[];
}

export function auction(signals: readonly Signal[], context: AuctionContext): AuctionResult {
  const winners: Ranked[] = [];
  const losers: Loser[] = [];
  const taken = new Set<Symbol>();
  let { slots, marginLeft } = context;
  for (const ranked of rank(signals)) {
    const { signal } = ranked;
    const margin = context.marginOf(signal);
    const reason = reasonToLose(signal, context, { taken, slots, marginLeft, margin });
    if (reason !== null) {
      const numbers = {
        score: text(ranked.score),
        slots_left: slots,
        margin_needed: text(margin.toDecimalPlaces(2)),
        margin_left: text(marginLeft.toDecimalPlaces(2)),
      };
      losers.push({ ...ranked, reason, numbers });
      continue;
    }
    winners.push(ranked);
    taken.add(signal.symbol);
    slots -= 1;
    marginLeft = marginLeft.minus(margin);
  }
  return { winners, losers };
}

/** Best first. Freshness is 1 - age / max event age: a fresh break of structure is worth more. */
export function rank(signals: readonly Signal[]): Ranked[] {
  return signals
    .map((signal) => ({ signal, score: scoreOf(signal) }))
    .toSorted((a, b) => b.score.comparedTo(a.score) || (a.signal.symbol < b.signal.symbol ? -1 : 1))
    .map((scored, index) => ({ ...scored, rank: index + 1 }));
}

export function scoreOf(signal: Pick<Signal, 'rrTp2' | 'eventAge' | 'maxEventAge'>): Decimal {
  const freshness = new Decimal(1).minus(new Decimal(signal.eventAge).div(signal.maxEventAge));
  return signal.rrTp2.mul(Decimal.max(freshness, 0)).toDecimalPlaces(6);
}

interface Left {
  readonly taken: ReadonlySet<Symbol>;
  readonly slots: number;
  readonly marginLeft: Decimal;
  readonly margin: Decimal;
}

function reasonToLose(signal: Signal, context: AuctionContext, left: Left): LossReason | null {
  if (context.heldSymbols.has(signal.symbol) || left.taken.has(signal.symbol))
    return 'already_held';
  if (context.inFlightSymbols.has(signal.symbol)) return 'in_flight';
  if (context.isSpent(signal)) return 'already_traded';
  if (left.slots <= 0) return 'no_slot';
  return left.margin.gt(left.marginLeft) ? 'margin_budget' : null;
}
