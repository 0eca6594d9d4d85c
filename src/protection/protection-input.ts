/**
 * What a protection plan is made from: the registry after the repair of this observation, the readings
 * themselves, and what the caller remembers between observations. What may be left out is at the end.
 */
import type { Ms } from '../domain/clock.ts';
import type { Decimal, Price } from '../domain/decimal.ts';
import type { PositionId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Order } from '../domain/order.ts';
import type { Position } from '../domain/position.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { Reading, VenueMark, VenueOrder } from '../domain/venue.ts';
import type { ProtectionSettings } from './settings.ts';
import type { StopLevel } from './trailing.ts';

/** The last confirmed 4H swings of a market; null before there is one. */
export interface SwingPair {
  readonly low: Decimal | null;
  readonly high: Decimal | null;
}

export interface ProtectionInput {
  /** Head of the journal that positions and orders come from. */
  readonly baseSeq: number;
  readonly nowMs: Ms;
  /** Open positions, after the repair of this observation. */
  readonly positions: readonly Position[];
  /** Orders that are not terminal. */
  readonly orders: readonly Order[];
  readonly openOrders: Reading<VenueOrder>;
  /** False when the venue's positions could not be read; default true. */
  readonly positionsRead?: boolean;
  readonly takenMs: Ms;
  /** Since when open orders could not be read; null while they can. */
  readonly ordersUnknownSinceMs: Ms | null;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  readonly marks: Reading<VenueMark>;
  readonly swings: ReadonlyMap<Symbol, SwingPair>;
  /** The last stop ever sent for each position, live or not. */
  readonly lastStops: ReadonlyMap<PositionId, StopLevel>;
  /** Since when each position has been seen without full cover. */
  readonly uncoveredSince: ReadonlyMap<PositionId, Ms>;
  readonly settings: ProtectionSettings;
  /** Since when the cover of a position is unconfirmed, by what an earlier plan named in `unconfirmed`. */
  readonly unconfirmedSince?: ReadonlyMap<PositionId, Ms>;
  /** Where the venue would liquidate each position; what is missing is not known. */
  readonly liquidationPrices?: ReadonlyMap<Symbol, Price>;
  /** True when an earlier observation had this key among its `sightings`; default always. */
  readonly seenBefore?: (key: string) => boolean;
  /** True when fills prove that a closed position is flat; default always. */
  readonly closedByFills?: (id: PositionId) => boolean;
  /** Symbols whose position the venue does not list, without proof yet: nothing is cancelled there. */
  readonly absenceUnproven?: ReadonlySet<Symbol>;
}
