/** Orders: what we intend, what we know of it, and what the venue answered. */
import type { Ms } from './clock.ts';
import type { Decimal, Price, Quantity } from './decimal.ts';
import type { ClientOrderId, PositionId, SignalId, VenueOrderId } from './ids.ts';
import type { Symbol } from './symbol.ts';

export type Side = 'buy' | 'sell';
export type PositionSide = 'long' | 'short';
export type OrderRole = 'entry' | 'stop' | 'target' | 'exit';
export type OrderType = 'market' | 'limit' | 'stop' | 'take_profit';
export type TimeInForce = 'gtc' | 'ioc';

export const ORDER_STATES = [
  'intended',
  'submitted',
  'in_doubt',
  'live',
  'partially_filled',
  'filled',
  'cancelled',
  'rejected',
  'expired',
  'absent',
] as const;
export type OrderState = (typeof ORDER_STATES)[number];

const TERMINAL: ReadonlySet<OrderState> = new Set([
  'filled',
  'cancelled',
  'rejected',
  'expired',
  'absent',
]);

export function isTerminal(state: OrderState): boolean {
  return TERMINAL.has(state);
}

/** Sent, or about to be, with an outcome that is not known: blocks entries on its symbol. */
export function isInFlight(state: OrderState): boolean {
  return state === 'intended' || state === 'submitted' || state === 'in_doubt';
}

export function entrySide(side: PositionSide): Side {
  return side === 'long' ? 'buy' : 'sell';
}

export function exitSide(side: PositionSide): Side {
  return side === 'long' ? 'sell' : 'buy';
}

/** Why an order exists; also the exit reason when its fill closes the position. */
export type OrderPurpose =
  | 'entry'
  | 'stop_loss'
  | 'break_even'
  | 'trailing_stop'
  | 'target_1'
  | 'target_2'
  | 'target_3'
  | 'stop_passed'
  | 'emergency'
  | 'operator_close';

/** What is sent to a venue: everything it needs, decided and rounded. */
export interface OrderIntent {
  readonly clientOrderId: ClientOrderId;
  readonly symbol: Symbol;
  readonly role: OrderRole;
  readonly purpose: OrderPurpose;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  readonly quantity: Quantity;
  /** Limit price; null for market, stop and take-profit-market orders. */
  readonly price: Price | null;
  /** Trigger price of stop and take_profit orders. */
  readonly stopPrice: Price | null;
  readonly positionId: PositionId | null;
  readonly signalId: SignalId | null;
  /** A resting entry is cancelled by id at this time; null for everything else. */
  readonly expiresMs: Ms | null;
}

/** An intent with its life so far. */
export interface Order extends OrderIntent {
  readonly state: OrderState;
  readonly venueOrderId: VenueOrderId | null;
  readonly filled: Quantity;
  /** Sum of price x quantity over the fills, for the average price. */
  readonly filledValue: Decimal;
  /** Why it was denied, rejected, cancelled or is in doubt. */
  readonly reason: string | null;
  readonly intentSeq: number;
  readonly intendedMs: Ms;
  readonly updatedMs: Ms;
}

/**
 * The answer to one request. Denied is ours, rejected is the venue's, in doubt means that the
 * request may have acted: it is resolved with evidence and never sent again blindly.
 */
export type Outcome =
  | {
      readonly kind: 'accepted';
      readonly venueOrderId: VenueOrderId | null;
      readonly serverMs: Ms | null;
    }
  | { readonly kind: 'denied'; readonly code: string }
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'in_doubt'; readonly evidence: string };
