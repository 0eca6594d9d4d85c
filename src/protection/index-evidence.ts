/**
 * The orders of one observation, indexed once per plan: by position, by either id, and by symbol. A
 * search per position is quadratic: 10,000 positions with three orders each took minutes.
 */
import type { Ms } from '../domain/clock.ts';
import type { ClientOrderId, PositionId, VenueOrderId } from '../domain/ids.ts';
import type { Order } from '../domain/order.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { Reading, VenueOrder } from '../domain/venue.ts';

export interface OrderEvidence {
  /** Orders of the registry that are not terminal. */
  readonly orders: readonly Order[];
  readonly openOrders: Reading<VenueOrder>;
  /** When `openOrders` was taken, on the clock that stamps orders. */
  readonly takenMs: Ms;
}

export interface EvidenceIndex {
  readonly ordersRead: boolean;
  readonly takenMs: Ms;
  /** Orders of a position, its entry included. */
  readonly ofPosition: (id: PositionId) => readonly Order[];
  /** What the venue lists on a symbol; nothing when it could not be read. */
  readonly rowsOf: (symbol: Symbol) => readonly VenueOrder[];
  /**
   * The order of the registry that a row shows: by client id, or by the venue's id when the row names
   * no client (scenario 7); of several with one venue id, a preferred one.
   */
  readonly orderOf: (row: VenueOrder, isPreferred: (order: Order) => boolean) => Order | undefined;
  /** True when a row of the reading shows this order. */
  readonly isListed: (order: Order) => boolean;
}

export function indexEvidence({ orders, openOrders, takenMs }: OrderEvidence): EvidenceIndex {
  const rows = openOrders.read === 'complete' ? openOrders.rows : [];
  const byPosition = groupBy(orders, (order) => order.positionId);
  const rowsBySymbol = groupBy(rows, (row) => row.symbol);
  // Client ids are the registry's own key, so one order each; venue ids are the venue's business.
  const byClientId = new Map(orders.map((order) => [order.clientOrderId, order]));
  const listedClients = new Set<ClientOrderId>();
  const listedVenueIds = new Set<VenueOrderId>();
  for (const { clientOrderId, venueOrderId } of rows) {
    if (clientOrderId === null) listedVenueIds.add(venueOrderId);
    else listedClients.add(clientOrderId);
  }
  const byVenueId = groupBy(orders, ({ venueOrderId }) =>
    venueOrderId !== null && listedVenueIds.has(venueOrderId) ? venueOrderId : null,
  );
  return {
    ordersRead: openOrders.read === 'complete',
    takenMs,
    ofPosition: (id) => byPosition.get(id) ?? [],
    rowsOf: (symbol) => rowsBySymbol.get(symbol) ?? [],
    orderOf: ({ clientOrderId, venueOrderId }, isPreferred) => {
      if (clientOrderId !== null) return byClientId.get(clientOrderId);
      const shown = byVenueId.get(venueOrderId);
      return shown?.find(isPreferred) ?? shown?.[0];
    },
    isListed: ({ clientOrderId, venueOrderId }) =>
      listedClients.has(clientOrderId) ||
      (venueOrderId !== null && listedVenueIds.has(venueOrderId)),
  };
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K | null): ReadonlyMap<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
