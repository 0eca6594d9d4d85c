/**
 * An entry that passed the pre-trade gate. The brand is the pass: the gateway takes nothing else, and
 * the only code that may put the brand on is `risk/gate.ts`. An entry is always bounded by
 * the limit price `entry`, so the risk the gate computed is the risk the venue can fill.
 */
import type { Brand } from './brand.ts';
import type { Ms } from './clock.ts';
import type { Decimal, Price, Quantity } from './decimal.ts';
import type { SignalId } from './ids.ts';
import type { PositionSide } from './order.ts';
import type { ProtectionPlan } from './position.ts';
import type { Symbol } from './symbol.ts';

/** What the gate decided, before it is branded. */
export interface ApprovedEntry {
  readonly symbol: Symbol;
  readonly side: PositionSide;
  /** A multiple of the lot step, at least the venue's minimum. */
  readonly quantity: Quantity;
  /** Limit price: no fill may be worse. A multiple of the tick. */
  readonly entry: Price;
  /** Journaled with the intent, so that the first fill knows what protects it. */
  readonly plan: ProtectionPlan;
  readonly signalId: SignalId;
  /** `ioc` by default; `limit` is a resting entry and needs `expiresMs`. */
  readonly orderType: 'ioc' | 'limit';
  /** A resting entry is cancelled by id at this time; null for `ioc`. */
  readonly expiresMs: Ms | null;
  /** What the gate computed with; for the journal and the operator, not sent. */
  readonly leverage: number;
  readonly notional: Decimal;
  /** Loss at the stop, quote units, before fees. */
  readonly riskAmount: Decimal;
}

/** Made only by the gate; an unapproved entry does not compile at the gateway. */
export type Approved = Brand<ApprovedEntry, 'Approved'>;
