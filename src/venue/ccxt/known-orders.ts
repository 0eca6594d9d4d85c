/**
 * What this process knows of orders at a venue that names them less well than we do: trades there carry
 * only the venue's number, and a cancel wants the market. Filled by what was placed and what was read.
 */
import type { Clock, Ms } from '../../domain/clock.ts';
import { MINUTE, ms } from '../../domain/clock.ts';
import type { ClientOrderId, VenueOrderId } from '../../domain/ids.ts';
import type { Symbol } from '../../domain/symbol.ts';

export interface KnownOrder {
  readonly symbol: Symbol;
  /** Waits for a price in a service of its own. */
  readonly isConditional: boolean;
}

export interface KnownOrders {
  add(id: ClientOrderId, order: KnownOrder): void;
  get(id: ClientOrderId): KnownOrder | null;
  /** The venue's number of an order is that of our id, or of nobody's. */
  link(venueOrderId: VenueOrderId, id: string | null): void;
  /** Our id; null for one without; undefined when it was never told. */
  clientIdOf(venueOrderId: VenueOrderId): string | null | undefined;
  /** Markets of the orders that were placed, or read as open, at or after the time. */
  symbols(since: Ms): ReadonlySet<Symbol>;
}

/** A day of a busy bot; the oldest go first. */
const MOST = 5_000;

/** Clocks differ, and an order is read as open once a cycle. */
const MARGIN = ms(10 * MINUTE);

export function createKnownOrders(clock: Clock): KnownOrders {
  const orders = new Map<ClientOrderId, KnownOrder & { readonly atMs: Ms }>();
  const ids = new Map<VenueOrderId, string | null>();
  return {
    add: (id, order) => keep(orders, id, { ...order, atMs: clock.now() }),
    get: (id) => orders.get(id) ?? null,
    link: (venueOrderId, id) => keep(ids, venueOrderId, id),
    clientIdOf: (venueOrderId) => ids.get(venueOrderId),
    symbols: (since) => {
      const recent = [...orders.values()].filter(({ atMs }) => atMs >= since - MARGIN);
      return new Set(recent.map(({ symbol }) => symbol));
    },
  };
}

function keep<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MOST && oldest !== undefined) map.delete(oldest);
}
