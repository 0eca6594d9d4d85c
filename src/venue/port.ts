/**
 * The venue port, in two halves. Reconciliation and forensics can only be given the reader. There
 * is no cancel-all and no dead-man's switch: both would cancel the stop-losses of open positions.
 */
import type { Ms } from '../domain/clock.ts';
import type { VenueFill } from '../domain/fill.ts';
import type { ClientOrderId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { OrderIntent, Outcome } from '../domain/order.ts';
import type { Price, Quantity } from '../domain/decimal.ts';
import type {
  Reading,
  VenueAccount,
  VenueMark,
  VenueOrder,
  VenuePosition,
} from '../domain/venue.ts';

/** Reads only; every answer is complete with the server's time, or unknown with a reason. */
export interface VenueReader {
  positions(): Promise<Reading<VenuePosition>>;
  openOrders(): Promise<Reading<VenueOrder>>;
  /** Fills at or after `since`, oldest first. */
  fills(since: Ms): Promise<Reading<VenueFill>>;
  /** Orders that ended at or after `since`, with their final state. */
  orderHistory(since: Ms): Promise<Reading<VenueOrder>>;
  account(): Promise<Reading<VenueAccount>>;
  marks(): Promise<Reading<VenueMark>>;
  instruments(): Promise<Reading<Instrument>>;
}

/** Writes; used by the gateway alone. Never throws for an outcome: what is not known is in doubt. */
export interface VenueTrader {
  place(intent: OrderIntent, signal: AbortSignal): Promise<Outcome>;
  amend(
    clientOrderId: ClientOrderId,
    change: { readonly quantity?: Quantity; readonly price?: Price; readonly stopPrice?: Price },
    signal: AbortSignal,
  ): Promise<Outcome>;
  cancel(clientOrderId: ClientOrderId, signal: AbortSignal): Promise<Outcome>;
}

export interface Venue {
  readonly name: string;
  readonly reader: VenueReader;
  readonly trader: VenueTrader;
  close(): void;
}
