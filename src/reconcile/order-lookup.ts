/** How reconciliation finds the order of a row: any order ever intended, live or ended. */
import type { ClientOrderId, VenueOrderId } from '../domain/ids.ts';
import type { Order } from '../domain/order.ts';

export interface OrderLookup {
  byClientId(id: ClientOrderId): Order | null;
  byVenueId(id: VenueOrderId): Order | null;
}

/** By client id, then by the venue's id: some rows of some venues carry only the latter. */
export function findOrder(
  lookup: OrderLookup,
  row: { readonly clientOrderId: ClientOrderId | null; readonly venueOrderId: VenueOrderId | null },
): Order | null {
  const byClient = row.clientOrderId === null ? null : lookup.byClientId(row.clientOrderId);
  if (byClient !== null) return byClient;
  return row.venueOrderId === null ? null : lookup.byVenueId(row.venueOrderId);
}
