/**
 * What was ever ordered, filled and closed: the tables of the core, and before them what the backlog
 * still keeps. Without the second a full disk would record the same fill in every cycle.
 */
import type { ClientOrderId, PositionId, TradeId, VenueOrderId } from '../domain/ids.ts';
import type { RecordedTrade } from '../domain/fill.ts';
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
  /** A recorded fill, as canonical text; null for one that is not. */
  tradeOf(this: void, tradeId: TradeId): RecordedTrade | null;
}

/** The part of the core's registry view that is needed here. */
export interface OrderView {
  orderByClientId(id: ClientOrderId): Order | null;
  orderByVenueId(id: VenueOrderId): Order | null;
  planOf(id: ClientOrderId): ProtectionPlan | null;
  isClosed(positionId: PositionId): boolean;
  tradeOf(tradeId: TradeId): RecordedTrade | null;
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
      journal.keptEvents().some((e) => ENDS.has(e.type) && e.positionId === id),
    tradeOf: (id) => view.tradeOf(id) ?? keptTrade(journal, id),
  };
}

const ENDS: ReadonlySet<string> = new Set(['POSITION_CLOSED', 'POSITION_RETIRED']);

function keptTrade(journal: BacklogJournal, id: TradeId): RecordedTrade | null {
  for (const event of journal.keptEvents()) {
    if (event.type !== 'FILL' || event.payload.trade_id !== id) continue;
    const { price, quantity } = event.payload;
    return { price, quantity };
  }
  return null;
}
