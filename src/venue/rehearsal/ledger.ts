/**
 * What the venue remembers of its orders beyond the matching: the id and words they came with, how they
 * changed, and every fill. Kept in memory for the server's life, and brought up to date from the
 * simulated account after every step.
 */
import type { Ms } from '../../domain/clock.ts';
import { ms, MINUTE } from '../../domain/clock.ts';
import type { Price } from '../../domain/decimal.ts';
import { ZERO_QUANTITY } from '../../domain/decimal.ts';
import { assert } from '../../domain/errors.ts';
import type { VenueFill } from '../../domain/fill.ts';
import type { ClientOrderId, VenueOrderId } from '../../domain/ids.ts';
import { isTerminal, type OrderIntent } from '../../domain/order.ts';
import type { Reading, VenueOrder } from '../../domain/venue.ts';
import type { VenueReader } from '../port.ts';
import { arrivalEvents, changeEvents, type OrderEvent } from './order-events.ts';
import type { Trail } from './trailing.ts';
import { uuidOf } from './uuid-of.ts';

export type WireType =
  'lmt' | 'post' | 'mkt' | 'ioc' | 'fok' | 'stp' | 'take_profit' | 'trailing_stop';

/** An order as it was sent. */
export interface SentOrder {
  readonly intent: OrderIntent;
  /** Null when the client named none; the intent then has an id of ours. */
  readonly cliOrdId: string | null;
  readonly wireType: WireType;
  readonly limitPrice: Price | null;
  readonly triggerSignal: string;
  /** Of a trailing stop. */
  readonly trail: Trail | null;
}

export interface KnownOrder extends SentOrder {
  /** UUID; the venue's own id. */
  readonly orderId: string;
  readonly receivedMs: Ms;
  /** As it stands now, or as it ended. */
  readonly now: VenueOrder;
}

export interface Ledger {
  /** Notes an order that the venue took; what it did on arrival is seen at the next sync. */
  take(sent: SentOrder, at: Ms): KnownOrder;
  sync(reader: VenueReader): Promise<void>;
  byOrderId(orderId: string): KnownOrder | null;
  byCliOrdId(cliOrdId: string): KnownOrder | null;
  byClientId(id: ClientOrderId): KnownOrder | null;
  /** Orders it ever took. */
  count(): number;
  open(): readonly KnownOrder[];
  /** Oldest first. */
  fills(): readonly VenueFill[];
  /** Oldest first. */
  events(): readonly OrderEvent[];
  note(event: OrderEvent): void;
}

/** A split fill is dated a few milliseconds ahead, so the last look is taken again a little. */
const OVERLAP = MINUTE;

/** `onFill` is told each fill once, in the order of time. */
export function createLedger(seed: string, onFill: (fill: VenueFill) => void): Ledger {
  const orders = new Map<ClientOrderId, KnownOrder>();
  const byOrderId = new Map<string, ClientOrderId>();
  /** Few of thousands are open, and they are asked for with every request. */
  const open = new Set<ClientOrderId>();
  const fills: VenueFill[] = [];
  const knownTrades = new Set<string>();
  const events: OrderEvent[] = [];
  /** Ids whose arrival is among the events. */
  const told = new Set<string>();
  let syncedMs = ms(0);

  const known = (id: ClientOrderId | undefined): KnownOrder | null =>
    id === undefined ? null : (orders.get(id) ?? null);
  const update = (now: VenueOrder): void => {
    const order = now.clientOrderId === null ? null : known(now.clientOrderId);
    if (order === null || isTerminal(order.now.state)) return;
    const after = { ...order, now };
    const isNew = !told.has(order.orderId);
    events.push(...(isNew ? arrivalEvents(after) : changeEvents(order, after)));
    told.add(order.orderId);
    orders.set(order.intent.clientOrderId, after);
    if (isTerminal(now.state)) open.delete(order.intent.clientOrderId);
  };
  const seeAt = (at: Ms): void => {
    if (at > syncedMs) syncedMs = at;
  };

  return {
    take(sent, at) {
      const orderId = uuidOf(`order|${seed}|${sent.intent.clientOrderId}`);
      const order = { ...sent, orderId, receivedMs: at, now: asTaken(sent.intent, at) };
      orders.set(sent.intent.clientOrderId, order);
      byOrderId.set(orderId, sent.intent.clientOrderId);
      open.add(sent.intent.clientOrderId);
      return order;
    },
    async sync(reader) {
      const since = ms(Math.max(0, syncedMs - OVERLAP));
      for (const fill of rowsOf(await reader.fills(since))) {
        if (knownTrades.has(fill.tradeId)) continue;
        knownTrades.add(fill.tradeId);
        fills.push(fill);
        onFill(fill);
        seeAt(fill.tsMs);
      }
      for (const now of rowsOf(await reader.openOrders())) update(now);
      for (const now of rowsOf(await reader.orderHistory(since))) {
        update(now);
        seeAt(now.updatedMs);
      }
    },
    byOrderId: (orderId) => known(byOrderId.get(orderId)),
    byCliOrdId: (cliOrdId) => {
      const order = known(cliOrdId as ClientOrderId);
      return order?.cliOrdId === cliOrdId ? order : null;
    },
    byClientId: known,
    count: () => orders.size,
    open: () => [...open].flatMap((id) => known(id) ?? []),
    fills: () => fills,
    events: () => events,
    note: (event) => void events.push(event),
  };
}

/** The simulated venue always knows itself. */
export function rowsOf<T>(reading: Reading<T>): readonly T[] {
  assert(reading.read === 'complete', 'the simulated venue can be read');
  return reading.rows;
}

function asTaken(intent: OrderIntent, at: Ms): VenueOrder {
  const { clientOrderId, symbol, side, type, quantity, price, stopPrice, reduceOnly } = intent;
  return {
    ...{ clientOrderId, symbol, side, type, quantity, price, stopPrice, reduceOnly },
    venueOrderId: clientOrderId as string as VenueOrderId,
    filled: ZERO_QUANTITY,
    state: 'live',
    updatedMs: at,
  };
}
