/** How reconciliation finds the order of a row: any order ever intended, live or ended. */
import type { ClientOrderId, VenueOrderId } from '../domain/ids.ts';
import type { Order } from '../domain/order.ts';

export interface OrderLookup {
  orderByClientId(this: void, id: ClientOrderId): Order | null;
  orderByVenueId(this: void, id: VenueOrderId): Order | null;
}

/** By client id, then by the venue's id: some rows of some venues carry only the latter. */
export function findOrder(
  lookup: OrderLookup,
  row: { readonly clientOrderId: ClientOrderId | null; readonly venueOrderId: VenueOrderId | null },
): Order | null {
  const byClient = row.clientOrderId === null ? null : lookup.orderByClientId(row.clientOrderId);
  if (byClient !== null) return byClient;
  return row.venueOrderId === null ? null : lookup.orderByVenueId(row.venueOrderId);
}
