/** What happened to orders, one entry per change, for the history of the venue. Pure. */
import type { Ms } from '../../domain/clock.ts';
import type { VenueOrder } from '../../domain/venue.ts';
import type { KnownOrder, SentOrder } from './ledger.ts';

export type OrderEvent =
  | { readonly kind: 'placed'; readonly at: Ms; readonly order: KnownOrder }
  | {
      readonly kind: 'rejected';
      readonly at: Ms;
      readonly sent: SentOrder;
      readonly reason: string;
    }
  | {
      readonly kind: 'updated';
      readonly at: Ms;
      readonly reason: 'full_fill' | 'partial_fill' | 'edited_by_user';
      readonly before: KnownOrder;
      readonly order: KnownOrder;
    }
  /** A stop with a limit fired and rests as a limit. */
  | {
      readonly kind: 'activated';
      readonly at: Ms;
      readonly reason: 'stop_order_triggered';
      readonly before: KnownOrder;
      readonly order: KnownOrder;
    }
  | {
      readonly kind: 'cancelled';
      readonly at: Ms;
      readonly reason: 'cancelled_by_user' | 'ioc_not_filled';
      readonly order: KnownOrder;
    };

/** An order that traded on arrival is placed with what it filled: no update tells of that again. */
export function arrivalEvents(order: KnownOrder): OrderEvent[] {
  const { state, updatedMs } = order.now;
  const placed: OrderEvent = { kind: 'placed', at: order.receivedMs, order };
  if (state !== 'cancelled' && state !== 'expired') return [placed];
  return [placed, { kind: 'cancelled', at: updatedMs, reason: endReason(state), order }];
}

/** What changed from one look to the next: a fill, an edit, an end; in this order. */
export function changeEvents(before: KnownOrder, after: KnownOrder): OrderEvent[] {
  const at = after.now.updatedMs;
  const events: OrderEvent[] = [];
  if (before.now.type !== after.now.type) {
    events.push({ kind: 'activated', at, reason: 'stop_order_triggered', before, order: after });
  }
  // The venue itself moves a trailing stop, and tells nothing of it.
  if (after.trail === null && isEdited(before.now, after.now)) {
    events.push({ kind: 'updated', at, reason: 'edited_by_user', before, order: after });
  }
  if (after.now.filled.gt(before.now.filled)) {
    const reason = after.now.state === 'filled' ? 'full_fill' : 'partial_fill';
    events.push({ kind: 'updated', at, reason, before, order: after });
  }
  const { state } = after.now;
  if (state === 'cancelled' || state === 'expired') {
    events.push({ kind: 'cancelled', at, reason: endReason(state), order: after });
  }
  return events;
}

function endReason(state: 'cancelled' | 'expired'): 'cancelled_by_user' | 'ioc_not_filled' {
  return state === 'cancelled' ? 'cancelled_by_user' : 'ioc_not_filled';
}

function isEdited(before: VenueOrder, after: VenueOrder): boolean {
  const same = (a: VenueOrder['price'], b: VenueOrder['price']): boolean =>
    a === null || b === null ? a === b : a.eq(b);
  return (
    !before.quantity.eq(after.quantity) ||
    !same(before.price, after.price) ||
    !same(before.stopPrice, after.stopPrice)
  );
}
