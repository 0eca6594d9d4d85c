/** What reconciliation may look up of the past: any order ever intended, any fill and position ever recorded. */
import type { ClientOrderId, PositionId, TradeId, VenueOrderId } from '../domain/ids.ts';
import type { RecordedTrade } from '../domain/fill.ts';
import type { Order } from '../domain/order.ts';
import type { ProtectionPlan } from '../domain/position.ts';

export interface PastBook {
  orderByClientId(this: void, id: ClientOrderId): Order | null;
  orderByVenueId(this: void, id: VenueOrderId): Order | null;
  /** The plan journaled with an entry, also after the entry ended. */
  planOf(this: void, id: ClientOrderId): ProtectionPlan | null;
  isClosed(this: void, positionId: PositionId): boolean;
  /** A recorded fill, as canonical text; null for one that is not. */
  tradeOf(this: void, tradeId: TradeId): RecordedTrade | null;
}

interface OrderNames {
  readonly clientOrderId: ClientOrderId | null;
  readonly venueOrderId: VenueOrderId | null;
}

/** By client id, then by the venue's id: some rows of some venues carry only the latter. */
export function findOrder(
  living: ReadonlyMap<ClientOrderId, Order>,
  past: Pick<PastBook, 'orderByClientId' | 'orderByVenueId'>,
  names: OrderNames,
): Order | null {
  const { clientOrderId, venueOrderId } = names;
  if (clientOrderId !== null) {
    const named = living.get(clientOrderId) ?? past.orderByClientId(clientOrderId);
    if (named !== null) return named;
  }
  if (venueOrderId === null) return null;
  for (const order of living.values()) if (order.venueOrderId === venueOrderId) return order;
  return past.orderByVenueId(venueOrderId);
}
