/** What the simulated venue holds: orders, positions, one cross-margin account. Values, no behaviour. */
import type { Ms } from '../../domain/clock.ts';
import type { Price, Quantity } from '../../domain/decimal.ts';
import type { ClientOrderId, VenueOrderId } from '../../domain/ids.ts';
import type { OrderState, OrderType, PositionSide, Side, TimeInForce } from '../../domain/order.ts';
import type { Symbol } from '../../domain/symbol.ts';

export interface PaperOrder {
  readonly clientOrderId: ClientOrderId;
  readonly venueOrderId: VenueOrderId;
  readonly symbol: Symbol;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly reduceOnly: boolean;
  readonly quantity: Quantity;
  readonly filled: Quantity;
  readonly price: Price | null;
  readonly stopPrice: Price | null;
  readonly state: OrderState;
  readonly acceptedMs: Ms;
  /** Open time of the first bar it may act in. */
  readonly actsFromMs: Ms;
  readonly updatedMs: Ms;
}

export interface PaperPosition {
  readonly symbol: Symbol;
  readonly side: PositionSide;
  readonly quantity: Quantity;
  readonly entryPrice: Price;
  /** Open time of the bar it was opened in: no target fills there, a stop does. */
  readonly openedBarMs: Ms;
}

export interface Execution {
  readonly order: PaperOrder;
  readonly quantity: Quantity;
  readonly price: Price;
  readonly liquidity: 'maker' | 'taker';
  readonly tsMs: Ms;
}

export function isLive(order: PaperOrder): boolean {
  return order.state === 'live' || order.state === 'partially_filled';
}

export function leavesQuantity(order: PaperOrder): Quantity {
  return order.quantity.minus(order.filled) as Quantity;
}
