/** What the venue refuses, in the words of Kraken Futures, and in its order of checks. Pure. */
import { isMultipleOf, type Decimal, type Price } from '../../domain/decimal.ts';
import { notional, type Instrument } from '../../domain/instrument.ts';
import { entrySide, type OrderIntent } from '../../domain/order.ts';
import type { PaperPosition } from './book.ts';
import { leverageOf, type Margin } from './margin.ts';

export type PaperRejection =
  | 'contractNotFound'
  | 'clientOrderIdAlreadyExist'
  | 'clientOrderIdTooLong'
  | 'invalidSize'
  | 'invalidPrice'
  | 'marketSuspended'
  | 'wouldNotReducePosition'
  | 'insufficientAvailableFunds'
  | 'postWouldExecute'
  | 'iocWouldNotExecute';

export interface ValidateInput {
  readonly instrument: Instrument | null;
  readonly isKnownId: boolean;
  readonly position: PaperPosition | null;
  /** Where the market trades now; null when there is no market now. */
  readonly price: Price | null;
  readonly margin: Margin;
  readonly leverage: Decimal;
}

export function validatePaperOrder(
  intent: OrderIntent,
  input: ValidateInput,
): PaperRejection | null {
  const { instrument, position, price } = input;
  if (instrument === null) return 'contractNotFound';
  if (input.isKnownId) return 'clientOrderIdAlreadyExist';
  if (intent.clientOrderId.length > 100) return 'clientOrderIdTooLong';
  const { quantity } = intent;
  if (quantity.lte(0) || quantity.lt(instrument.minQuantity)) return 'invalidSize';
  if (!isMultipleOf(quantity, instrument.lotStep)) return 'invalidSize';
  if (!hasItsLevel(intent)) return 'invalidPrice';
  for (const level of [intent.price, intent.stopPrice]) {
    if (level !== null && !isOnTick(level, instrument)) return 'invalidPrice';
  }
  if (intent.reduceOnly) {
    const reduces = position !== null && intent.side !== entrySide(position.side);
    return reduces ? null : 'wouldNotReducePosition';
  }
  if (price === null) return 'marketSuspended';
  const value = notional(quantity, intent.price ?? price, instrument);
  if (instrument.minNotional !== null && value.lt(instrument.minNotional)) return 'invalidSize';
  const needed = value.div(leverageOf(input.leverage, instrument));
  if (input.margin.initialMargin.plus(needed).gt(input.margin.marginEquity)) {
    return 'insufficientAvailableFunds';
  }
  if (intent.postOnly && intent.price !== null) {
    const crosses = intent.side === 'buy' ? price.lte(intent.price) : price.gte(intent.price);
    if (crosses) return 'postWouldExecute';
  }
  return null;
}

export function isOnTick(level: Decimal, { tickSize }: Instrument): boolean {
  return level.gt(0) && isMultipleOf(level, tickSize);
}

/** A limit without a limit, or a trigger without a trigger, could never act. */
function hasItsLevel({ type, price, stopPrice }: OrderIntent): boolean {
  if (type === 'limit') return price !== null;
  return type === 'market' || stopPrice !== null;
}
