/** A position takes a size and an entry price that no fill of ours explains: with both sides of it, and why. */
import { text, textOrNull, type Price, type Quantity } from '../domain/decimal.ts';
import type { NewEvent } from '../domain/event.ts';
import type { Position } from '../domain/position.ts';

export interface Adjustment {
  readonly quantity: Quantity;
  /** Null: nobody reports one, the known one stays. */
  readonly entryPrice: Price | null;
  readonly evidence: string;
}

export function adjustedEvent(held: Position, adjustment: Adjustment): NewEvent {
  const { symbol, positionId, signalId } = held;
  const { quantity, entryPrice, evidence } = adjustment;
  return {
    type: 'POSITION_ADJUSTED',
    symbol,
    positionId,
    signalId,
    correlationId: signalId ?? positionId,
    payload: {
      quantity_before: text(held.quantity),
      quantity: text(quantity),
      entry_price_before: textOrNull(held.entryPrice),
      entry_price: textOrNull(entryPrice ?? held.entryPrice),
      evidence,
    },
  };
}
