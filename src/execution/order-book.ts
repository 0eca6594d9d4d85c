/**
 * What was ever ordered, filled and closed: the tables of the core, and before them what the backlog
 * still keeps. Without the second a full disk would record the same fill in every cycle.
 */
import type { ClientOrderId, PositionId, TradeId, VenueOrderId } from '../domain/ids.ts';
import type { Order } from '../domain/order.ts';
import type { ProtectionPlan } from '../domain/position.ts';
import type { BacklogJournal } from './backlog-journal.ts';

export interface OrderBook {
  /** Any order ever intended, live or ended. */
  orderByClientId(this: void, id: ClientOrderId): Order | null;
  orderByVenueId(this: void, id: VenueOrderId): Order | null;
  /** The plan journaled with an entry, also after the entry ended. */
  planOf(this: void, id: ClientOrderId): ProtectionPlan | null;
  isClosed(this: void, positionId: PositionId): boolean;
  hasFill(this: void, tradeId: TradeId): boolean;
}

/** The part of the core's registry view that is needed here. */
export interface OrderView {
  orderByClientId(id: ClientOrderId): Order | null;
  orderByVenueId(id: VenueOrderId): Order | null;
  planOf(id: ClientOrderId): ProtectionPlan | null;
  isClosed(positionId: PositionId): boolean;
  hasFill(tradeId: TradeId): boolean;
}

export function createOrderBook(journal: BacklogJournal, view: OrderView): OrderBook {
  return {
    orderByClientId: (id) => journal.registry().orders.get(id) ?? view.orderByClientId(id),
    orderByVenueId: (id) => {
      for (const order of journal.registry().orders.values()) {
        if (order.venueOrderId === id) return order;
      }
      return view.orderByVenueId(id);
    },
    planOf: (id) => journal.registry().plans.get(id) ?? view.planOf(id),
    isClosed: (id) =>
      view.isClosed(id) ||
      journal.keptEvents().some((e) => e.type === 'POSITION_CLOSED' && e.positionId === id),
    hasFill: (id) =>
      view.hasFill(id) ||
      journal.keptEvents().some((e) => e.type === 'FILL' && e.payload.trade_id === id),
  };
}
