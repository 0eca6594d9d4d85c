/**
 * What can be read from a venue. A reading is complete or unknown; a failed, truncated or unparsable
 * answer is unknown, and unknown never means flat (design, idea 4).
 */
import type { Ms } from './clock.ts';
import type { Decimal, Price, Quantity } from './decimal.ts';
import type { VenueFill } from './fill.ts';
import type { ClientOrderId, VenueOrderId } from './ids.ts';
import type { OrderState, OrderType, PositionSide, Side } from './order.ts';
import type { Symbol } from './symbol.ts';

export type Reading<T> =
  | {
      readonly read: 'complete';
      readonly rows: readonly T[];
      readonly serverMs: Ms | null;
      /** Rows that were there and could not be understood; they block their market. */
      readonly malformed?: readonly MalformedRow[];
    }
  | { readonly read: 'unknown'; readonly reason: string };

export interface MalformedRow {
  /** The market as the venue wrote it. */
  readonly written: string;
  /** Its symbol, where the spelling is known. */
  readonly symbol: Symbol | null;
  readonly why: string;
}

export interface VenuePosition {
  readonly symbol: Symbol;
  readonly side: PositionSide;
  readonly quantity: Quantity;
  /** The venue's average entry; null when it reports none. */
  readonly entryPrice: Price | null;
  /** Where the venue says it would liquidate; absent where it does not say. */
  readonly liquidationPrice?: Price | null;
}

/** An order as the venue tells it, open (`openOrders`) or of the recent past (`orderHistory`). */
export interface VenueOrder {
  readonly clientOrderId: ClientOrderId | null;
  readonly venueOrderId: VenueOrderId;
  readonly symbol: Symbol;
  readonly side: Side;
  readonly type: OrderType;
  readonly quantity: Quantity;
  readonly filled: Quantity;
  readonly price: Price | null;
  readonly stopPrice: Price | null;
  readonly reduceOnly: boolean;
  readonly state: OrderState;
  readonly updatedMs: Ms;
}

/** One row; all figures in quote units. */
export interface VenueAccount {
  /** Balance plus unrealised profit: what margin is measured against. */
  readonly marginEquity: Decimal;
  readonly balance: Decimal;
  readonly unrealizedPnl: Decimal;
  /** Initial margin of positions and open entry orders. */
  readonly initialMargin: Decimal;
  readonly maintenanceMargin: Decimal;
  /** Deposits less withdrawals after the account's first funding: not a profit, not a loss. */
  readonly netDeposits: Decimal;
}

/** Best knowledge of a market's price now. */
export interface VenueMark {
  readonly symbol: Symbol;
  /** What liquidation and unrealised profit are measured at. */
  readonly mark: Price;
  readonly last: Price;
  /** When `last` was traded. */
  readonly tsMs: Ms;
  /** 24 h volume in quote units; null where the venue does not tell. */
  readonly quoteVolume24h: Decimal | null;
  /** Ask less bid over mid; null where there is no book (a recording has none). */
  readonly spread: Decimal | null;
}

/** One observation of the venue, each part on its own terms. Fills are read last (rule 7). */
export interface Snapshot {
  readonly takenMs: Ms;
  readonly account: Reading<VenueAccount>;
  readonly positions: Reading<VenuePosition>;
  readonly openOrders: Reading<VenueOrder>;
  readonly marks: Reading<VenueMark>;
  readonly fills: Reading<VenueFill>;
  /** How orders ended; only asked for when an order of ours is missing from the open ones. */
  readonly orderHistory?: Reading<VenueOrder>;
}
