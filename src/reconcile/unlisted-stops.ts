/**
 * Stops that the venue accepted and its list of open orders does not show. One list may be wrong, or lag: the
 * stop is neither believed gone nor believed live, and the market takes no entries meanwhile. The incident: each
 * look of an empty list placed another stop, thirty-two of them for one position, and nobody was told.
 */
import { isInFlight } from '../domain/order.ts';
import type { Desk } from './desk.ts';
import type { Planning } from './compare-registry.ts';
import { findingOf, isListed, isStopOfHeld } from './plan-orders.ts';

/** Reports each of them, for the position that is open; their end is for `planOrders` to find. */
export function reportUnlisted(desk: Desk, { input, rows }: Planning): void {
  const { snapshot, timing } = input;
  if (snapshot.openOrders.read === 'unknown') return;
  for (const order of desk.registry().orders.values()) {
    if (!isStopOfHeld(desk, order) || isInFlight(order.state) || isListed(rows, order)) continue;
    // Accepted a moment ago: a list may be a little behind.
    if (snapshot.takenMs < order.updatedMs + timing.settleMs) continue;
    const evidence = `stop ${order.clientOrderId} was accepted and is not listed: cover unconfirmed`;
    desk.report(findingOf(order, 'order.unlisted', evidence), 'blocks');
  }
}
