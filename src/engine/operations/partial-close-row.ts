/**
 * One position in `tradectl.partial_close/1`: what was asked, what the venue's rules make of it, and what
 * became of the order. Pure; the dry run and the real one fill the same row from the same sizing.
 */
import { ZERO, text, textOrNull, type Decimal, type Price } from '../../domain/decimal.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { Order, Outcome } from '../../domain/order.ts';
import type { Position } from '../../domain/position.ts';
import {
  sizeClose,
  type CloseFlags,
  type CloseOutcome,
  type CloseRefusal,
  type CloseSizing,
  type CloseWant,
} from '../../protection/size-close.ts';
import { exitsOnTheirWay, isPending, pendingText } from './exit-on-its-way.ts';
import { outcomeText } from './outcome-text.ts';

export interface PartialCloseRow {
  readonly symbol: string;
  readonly position_id: string;
  readonly side: string;
  /** Open before anything was sent. */
  readonly remaining: string;
  /** What was asked for, unrounded. */
  readonly requested: string;
  /** Null for a market whose rules are not known. */
  readonly lot_step: string | null;
  /** The smallest order the venue takes now, by its quantity and notional rules. */
  readonly minimum: string | null;
  /** Null when the venue has no such rule. */
  readonly minimum_notional: string | null;
  /** What is sent: a multiple of the lot step, zero when refused. */
  readonly quantity: string;
  readonly remainder: string;
  readonly outcome: CloseOutcome;
  readonly refusal: CloseRefusal | 'unknown instrument' | null;
  /** On a refusal, the valid quantities around the request. */
  readonly nearest: readonly string[];
  /** Null when nothing was sent, else `accepted`, or with why: `pending`, `denied`, `rejected`, `in doubt`. */
  readonly sent: string | null;
  /** Null in a dry run, as the next one. */
  readonly remaining_after: string | null;
  /** What its live stops would close. */
  readonly stop_quantity_after: string | null;
}

/** What a partial close asks of every position it names. */
export interface CloseAsk {
  readonly want: CloseWant;
  readonly roundUp: boolean;
  readonly allowFull: boolean;
}

/** One position with what may be sent of it; `sizing` is null for an unknown market. */
export interface SizedClose {
  readonly position: Position;
  readonly instrument: Instrument | null;
  readonly sizing: CloseSizing | null;
}

/** The rules a position is sized by: the mark is the price that a minimum notional is measured at. */
export interface MarketRules {
  readonly instrument: Instrument | null;
  readonly mark: Price | null;
}

export function sizePosition(position: Position, ask: CloseAsk, rules: MarketRules): SizedClose {
  const { instrument, mark } = rules;
  const flags: CloseFlags = {
    roundUp: ask.roundUp,
    allowFull: ask.allowFull,
    ...(mark === null ? {} : { price: mark }),
  };
  const sizing = instrument === null ? null : sizeClose(position, ask.want, instrument, flags);
  return { position, instrument, sizing };
}

/** The row as long as nothing was sent. */
export function rowOf(
  { position, instrument, sizing }: SizedClose,
  ask: CloseAsk,
): PartialCloseRow {
  return {
    symbol: position.symbol,
    position_id: position.positionId,
    side: position.side,
    remaining: text(position.quantity),
    requested: text(sizing?.requested ?? requestedOf(position, ask.want)),
    lot_step: textOrNull(instrument?.lotStep ?? null),
    minimum: textOrNull(sizing?.minimum ?? null),
    minimum_notional: textOrNull(instrument?.minNotional ?? null),
    quantity: text(sizing?.quantity ?? ZERO),
    remainder: text(sizing?.remainder ?? position.quantity),
    outcome: sizing?.outcome ?? 'refused',
    refusal: sizing === null ? 'unknown instrument' : sizing.refusal,
    nearest: (sizing?.nearest ?? []).map(text),
    sent: null,
    remaining_after: null,
    stop_quantity_after: null,
  };
}

/** Not sent, because an exit that was taken before is alive. */
export interface Withheld {
  readonly kind: 'pending';
  readonly evidence: string;
}

/** What the registry knows of the position once the venue was looked at again. */
export interface AfterClose {
  readonly sent: Outcome | Withheld | null;
  readonly position: Position;
  /** Living orders of the registry. */
  readonly orders: readonly Order[];
  /** The venue executes at its next bar. */
  readonly actsAtBar: boolean;
}

export function withOutcome(row: PartialCloseRow, after: AfterClose): PartialCloseRow {
  const { position, orders } = after;
  const left = position.status === 'closed' ? ZERO : position.quantity;
  return {
    ...row,
    sent: sentText(after, text(left) === row.remaining),
    remaining_after: text(left),
    stop_quantity_after: text(coveredBy(position, orders)),
  };
}

/** An order that the venue took is not done before something of it was seen to close. */
function sentText(after: AfterClose, isNothingClosed: boolean): string | null {
  const { sent, position, orders } = after;
  if (sent === null) return null;
  if (sent.kind === 'pending') return `pending: ${sent.evidence}`;
  if (sent.kind !== 'accepted' || !isNothingClosed) return outcomeText(sent);
  const isLive = exitsOnTheirWay(orders, position).some(isPending);
  if (isLive) return pendingText('the order', after.actsAtBar);
  return 'in doubt: accepted, and nothing was seen to close';
}

/** What live stops would close; an order in doubt covers nothing. */
function coveredBy({ positionId }: Position, orders: Iterable<Order>): Decimal {
  let covered = ZERO;
  for (const order of orders) {
    if (order.positionId !== positionId || order.role !== 'stop') continue;
    if (order.state !== 'live' && order.state !== 'partially_filled') continue;
    covered = covered.plus(order.quantity).minus(order.filled);
  }
  return covered;
}

function requestedOf({ quantity }: Position, want: CloseWant): Decimal {
  return 'fraction' in want ? quantity.mul(want.fraction) : want.quantity;
}
