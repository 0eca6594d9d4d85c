/** What each fill did to its position and to the balance, from the first one on. Pure. */
import { ZERO, type Decimal } from '../../domain/decimal.ts';
import type { VenueFill } from '../../domain/fill.ts';
import { ms } from '../../domain/clock.ts';
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
  readonly balanceBefore: Decimal;
  readonly balanceAfter: Decimal;
}

export function tradeLegs(
  fills: readonly VenueFill[],
  account: {
    readonly startingBalance: Decimal;
    readonly instruments: ReadonlyMap<Symbol, Instrument>;
  },
): TradeLeg[] {
  const held = new Map<Symbol, PaperPosition | null>();
  let balance = account.startingBalance;
  const legs: TradeLeg[] = [];
  for (const fill of fills) {
    const instrument = account.instruments.get(fill.symbol);
    if (instrument === undefined) continue;
    const before = held.get(fill.symbol) ?? null;
    const { position, realized } = applyFill(before, fill, { instrument, barMs: ms(0) });
    const balanceAfter = balance.plus(realized).minus(fill.fee);
    legs.push({
      fill,
      sizeBefore: signed(before),
      sizeAfter: signed(position),
      entryBefore: before?.entryPrice ?? null,
      entryAfter: position?.entryPrice ?? null,
      realized,
      balanceBefore: balance,
      balanceAfter,
    });
    held.set(fill.symbol, position);
    balance = balanceAfter;
  }
  return legs;
}

function signed(position: PaperPosition | null): Decimal {
  if (position === null) return ZERO;
  return position.side === 'long' ? position.quantity : position.quantity.neg();
}
