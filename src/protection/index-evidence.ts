/**
 * The orders of one observation, indexed once per plan: by position, by either id, and by symbol. A
 * search per position is quadratic: 10,000 positions with three orders each took minutes.
 */
import type { Ms } from '../domain/clock.ts';
import { MINUTE } from '../domain/clock.ts';
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
  /** True when the list was made after our last word of the order: not being on it means something. */
  readonly tellsOf: (order: Order) => boolean;
  /** True when no two of the orders have one client id: the one found first is the one. */
  readonly isOneEach: boolean;
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
  const byClientId = new Map<ClientOrderId, Order>();
  for (const order of orders) byClientId.set(order.clientOrderId, order);
  const unnamed = new Set<VenueOrderId>();
  for (const row of rows) if (row.clientOrderId === null) unnamed.add(row.venueOrderId);
  const byVenueId = groupBy(unnamed.size === 0 ? [] : orders, ({ venueOrderId }) =>
    venueOrderId !== null && unnamed.has(venueOrderId) ? venueOrderId : null,
  );
  const isNamed = namedIn(rows);
  return {
    ordersRead: openOrders.read === 'complete',
    takenMs,
    tellsOf: (order) => tellsOf(openOrders, takenMs, order),
    isOneEach: byClientId.size === orders.length,
    ofPosition: (id) => byPosition.get(id) ?? [],
    rowsOf: (symbol) => rowsBySymbol.get(symbol) ?? [],
    orderOf: ({ clientOrderId, venueOrderId }, isPreferred) => {
      if (clientOrderId !== null) return byClientId.get(clientOrderId);
      const shown = byVenueId.get(venueOrderId);
      return shown?.find(isPreferred) ?? shown?.[0];
    },
    isListed: ({ symbol, clientOrderId, venueOrderId }) =>
      isAmong(rowsBySymbol.get(symbol), clientOrderId) ||
      isNamed(clientOrderId) ||
      (venueOrderId !== null && unnamed.has(venueOrderId)),
  };
}

/**
 * A list is no older than the moment it was asked for, but for what the venue says: it may answer from before.
 * A clock that is far from ours is not believed in that.
 */
function tellsOf(openOrders: Reading<VenueOrder>, takenMs: Ms, { updatedMs }: Order): boolean {
  if (openOrders.read === 'unknown' || updatedMs >= takenMs) return false;
  const { serverMs } = openOrders;
  return serverMs === null || serverMs >= updatedMs || takenMs >= updatedMs + MINUTE;
}

/** Asked only about orders that protect nothing and stand nowhere on their symbol: mostly nothing is built. */
function namedIn(rows: readonly VenueOrder[]): (id: ClientOrderId) => boolean {
  let named: ReadonlySet<ClientOrderId | null> | null = null;
  return (id) => (named ??= new Set(rows.map((row) => row.clientOrderId))).has(id);
}

/** Where it is looked for first; a long list is left to the names. */
function isAmong(rows: readonly VenueOrder[] | undefined, id: ClientOrderId): boolean {
  if (rows === undefined || rows.length > FEW) return false;
  return rows.some((row) => row.clientOrderId === id);
}

const FEW = 8;

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K | null): ReadonlyMap<K, T[]> {
  const groups = new Map<K, T[]>();
  // They come in runs, mostly: of one position, of one symbol. A run needs one look.
  let lastKey: K | null = null;
  let group: T[] = [];
  for (const item of items) {
    const key = keyOf(item);
    if (key === null) continue;
    if (key !== lastKey) group = groupOf(groups, key);
    lastKey = key;
    group.push(item);
  }
  return groups;
}

function groupOf<T, K>(groups: Map<K, T[]>, key: K): T[] {
  const known = groups.get(key);
  if (known !== undefined) return known;
  const group: T[] = [];
  groups.set(key, group);
  return group;
}
