/** Cross margin of the simulated account: one equity behind all positions. Pure. */
import { Decimal, ZERO, type Price } from '../../domain/decimal.ts';
import { notional, type Instrument } from '../../domain/instrument.ts';
import type { Symbol } from '../../domain/symbol.ts';
import { leavesQuantity, type PaperOrder, type PaperPosition } from './book.ts';

export interface MarginInput {
  readonly balance: Decimal;
  readonly positions: Iterable<PaperPosition>;
  readonly orders: Iterable<PaperOrder>;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  readonly markOf: (symbol: Symbol) => Price | null;
  readonly leverage: Decimal;
}

export interface Margin {
  readonly marginEquity: Decimal;
  readonly unrealizedPnl: Decimal;
  /** Positions at their mark and open entry orders at their price, over the leverage. */
  readonly initialMargin: Decimal;
  /** Half the initial margin at the instrument's own maximum leverage. */
  readonly maintenanceMargin: Decimal;
}

export function marginOf(input: MarginInput): Margin {
  let [unrealized, initial, maintenance] = [ZERO, ZERO, ZERO];
  for (const position of input.positions) {
    const instrument = input.instruments.get(position.symbol);
    if (instrument === undefined) continue;
    const mark = input.markOf(position.symbol) ?? position.entryPrice;
    const value = notional(position.quantity, mark, instrument);
    unrealized = unrealized.plus(profit(position, mark, instrument));
    initial = initial.plus(value.div(leverageOf(input.leverage, instrument)));
    maintenance = maintenance.plus(value.div(instrument.maxLeverage).div(2));
  }
  for (const order of input.orders) {
    const instrument = input.instruments.get(order.symbol);
    if (order.reduceOnly || instrument === undefined) continue;
    const price = order.price ?? input.markOf(order.symbol);
    if (price === null) continue;
    const value = notional(leavesQuantity(order), price, instrument);
    initial = initial.plus(value.div(leverageOf(input.leverage, instrument)));
  }
  return {
    marginEquity: input.balance.plus(unrealized),
    unrealizedPnl: unrealized,
    initialMargin: initial,
    maintenanceMargin: maintenance,
  };
}

/** Unrealised or realised profit of a quantity at a price, before fees. */
export function profit(
  position: Pick<PaperPosition, 'side' | 'quantity' | 'entryPrice'>,
  at: Decimal,
  instrument: Instrument,
): Decimal {
  const gain = at.minus(position.entryPrice).mul(position.quantity).mul(instrument.contractSize);
  return position.side === 'long' ? gain : gain.neg();
}

export function leverageOf(leverage: Decimal, instrument: Instrument): Decimal {
  return Decimal.min(leverage, instrument.maxLeverage);
}
