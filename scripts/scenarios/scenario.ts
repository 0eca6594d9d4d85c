/**
 * One scenario as read: registry, venue and instruments at a moment, and what has to come of them.
 * Markets stay as written, because a second spelling or an unknown market is what some scenarios are about.
 * Rows of registry positions are raw on purpose: a quantity of "0" is legal there, as in a real ledger.
 */
import type { Json } from '../../src/domain/canonical-json.ts';
import type { Ms } from '../../src/domain/clock.ts';
import type { Decimal, Price, Quantity } from '../../src/domain/decimal.ts';
import type { FillKind } from '../../src/domain/fill.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type {
  OrderRole,
  OrderState,
  OrderType,
  PositionSide,
  Side,
} from '../../src/domain/order.ts';
import type { RawRow } from '../../src/domain/staged-row.ts';

export interface Scenario {
  readonly name: string;
  readonly nowMs: Ms;
  readonly account: string;
  /** Settings as the file gives them; the configuration judges them. */
  readonly policy: Readonly<Record<string, Json>>;
  readonly instruments: readonly ScenarioInstrument[];
  readonly registry: ScenarioRegistry;
  /** Successive observations, at least one; the last repeats. */
  readonly venue: readonly Observation[];
  /** How many observations are made before planning. */
  readonly observe: number;
  readonly expect: Expectation;
}

export interface ScenarioInstrument {
  readonly instrument: Instrument;
  readonly mark: Price | null;
}

export interface ScenarioRegistry {
  readonly positions: readonly RawRow[];
  readonly orders: readonly ScenarioOrder[];
  readonly fills: readonly ScenarioFill[];
}

/** An order of the registry or of the venue; null is what the file does not say. */
export interface ScenarioOrder {
  readonly clientOrderId: string | null;
  readonly venueOrderId: string | null;
  readonly symbol: string;
  readonly role: OrderRole | null;
  readonly side: Side;
  readonly type: OrderType;
  readonly quantity: Quantity;
  readonly filled: Quantity;
  readonly price: Price | null;
  readonly stopPrice: Price | null;
  readonly state: OrderState;
  readonly reduceOnly: boolean | null;
  readonly ours: boolean | null;
}

export interface ScenarioFill {
  readonly tradeId: string;
  readonly clientOrderId: string | null;
  readonly venueOrderId: string | null;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Quantity;
  readonly price: Price;
  readonly fee: Decimal;
  readonly liquidity: 'maker' | 'taker';
  readonly kind: FillKind;
  readonly tsMs: Ms;
}

export type Observed<T> =
  | { readonly read: 'complete'; readonly rows: readonly T[] }
  | { readonly read: 'unknown'; readonly reason: string };

export interface Observation {
  readonly positions: Observed<ScenarioPosition>;
  readonly orders: Observed<ScenarioOrder>;
  readonly fills: Observed<ScenarioFill>;
  /** Null when the file has none: complete, and consistent with the positions. */
  readonly account: Observed<ScenarioAccount> | null;
}

export interface ScenarioPosition {
  readonly symbol: string;
  readonly side: PositionSide;
  /** Null or negative is a row that cannot be understood; zero is a row without a position. */
  readonly quantity: Decimal | null;
  readonly entryPrice: Price | null;
  readonly liquidationPrice: Price | null;
}

/** Null figures follow from the positions. */
export interface ScenarioAccount {
  readonly initialMargin: Decimal | null;
  readonly marginEquity: Decimal | null;
  readonly balance: Decimal | null;
}

/** A key that is absent here is not checked. Symbols are canonical where the spelling is known. */
export interface Expectation {
  readonly findings?: readonly { readonly symbol: string; readonly finding: string }[];
  readonly actions?: readonly { readonly symbol: string | null; readonly action: string }[];
  readonly positionsAfter?: readonly ExpectedPosition[];
  readonly secondPlanEmpty?: boolean;
  readonly ordersSent?: readonly ExpectedOrder[];
}

export interface ExpectedPosition {
  readonly symbol: string;
  readonly side?: PositionSide;
  readonly quantity?: Decimal;
  readonly entryPrice?: Decimal | null;
}

export interface ExpectedOrder {
  readonly symbol: string;
  readonly role?: OrderRole;
  readonly side?: Side;
  readonly type?: OrderType;
  readonly quantity?: Decimal;
  readonly price?: Decimal | null;
  readonly stopPrice?: Decimal | null;
  readonly reduceOnly?: boolean;
}
