/**
 * One position with everything known about it at one moment, and the parts that all its protective
 * orders and findings share. What decides about a position takes nothing else.
 */
import type { Ms } from '../domain/clock.ts';
import type { Decimal, Price, Quantity } from '../domain/decimal.ts';
import { text } from '../domain/decimal.ts';
import type { ClientOrderId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { OrderIntent } from '../domain/order.ts';
import { exitSide } from '../domain/order.ts';
import type { Finding } from '../domain/plan.ts';
import type { Position } from '../domain/position.ts';
import type { Cover, LiveOrder, LiveProtection } from './coverage.ts';
import type { ProtectionSettings } from './settings.ts';
import type { StopLevel } from './trailing.ts';

export interface PositionFacts {
  /** Its plan is null when nobody decided one: an import, or what a foreign fill opened. */
  readonly position: Position;
  readonly instrument: Instrument;
  readonly live: LiveProtection;
  readonly cover: Cover;
  readonly ordersRead: boolean;
  /** False: nobody can say whether it is there, so it is not exited on the registry's word alone. */
  readonly positionsRead: boolean;
  /** Since when open orders could not be read; null while they can. */
  readonly ordersUnknownSinceMs: Ms | null;
  /** Since when this process has seen the position without full cover; null when it just did. */
  readonly uncoveredSinceMs: Ms | null;
  /** Since when its cover rests on stops that were accepted and are not listed; null when it just does. */
  readonly unconfirmedSinceMs: Ms | null;
  /** True while the outcome of a stop of it is not known. */
  readonly isStopInDoubt: boolean;
  /** The last stop ever sent for the position; a stop is never placed looser again. */
  readonly lastStop: StopLevel | null;
  readonly mark: Price | null;
  /** Where the venue would liquidate it; null when it does not say. */
  readonly liquidationPrice: Price | null;
  readonly swing: Decimal | null;
  readonly nowMs: Ms;
  readonly settings: ProtectionSettings;
  /** True when an earlier observation saw a cancel of this key due as well (rule 12). */
  readonly seenBefore: (key: string) => boolean;
}

/** True for what only the venue told us of: protected, and never exited by us. */
export function isImported({ origin }: Pick<Position, 'origin'>): boolean {
  return origin === 'venue-report';
}

/** The part every protective order shares: it can only make the position smaller. */
export function reduceOnly(
  position: Position,
  quantity: Quantity,
): Pick<
  OrderIntent,
  | 'symbol'
  | 'side'
  | 'postOnly'
  | 'reduceOnly'
  | 'quantity'
  | 'positionId'
  | 'signalId'
  | 'expiresMs'
> {
  return {
    symbol: position.symbol,
    side: exitSide(position.side),
    postOnly: false,
    reduceOnly: true,
    quantity,
    positionId: position.positionId,
    signalId: position.signalId,
    expiresMs: null,
  };
}

export function findingOf(position: Position, why: Pick<Finding, 'finding' | 'evidence'>): Finding {
  return { symbol: position.symbol, positionId: position.positionId, ...why };
}

/** How much of the position its stops cover, in words. */
export function coverWords({ cover, position }: Pick<PositionFacts, 'cover' | 'position'>): string {
  return `stops cover ${text(cover.covered)} of ${text(position.quantity)}`;
}

export function idsOf(orders: readonly LiveOrder[]): readonly ClientOrderId[] {
  return orders.flatMap((order) => (order.clientOrderId === null ? [] : [order.clientOrderId]));
}
