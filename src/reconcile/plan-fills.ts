/**
 * Fills first (rule 7): which fills of a reading are missing in the journal, and whose they are. Pure.
 *
 * Invariants: a trade id is recorded once, however often it is told; the result does not depend on
 * the order of the rows; what is not ours and has no position is reported and left alone.
 */
import type { Decimal } from '../domain/decimal.ts';
import { text } from '../domain/decimal.ts';
import type { VenueFill } from '../domain/fill.ts';
import type { ClientOrderId, TradeId } from '../domain/ids.ts';
import { factId } from '../domain/ids.ts';
import type { Order } from '../domain/order.ts';
import { exitSide } from '../domain/order.ts';
import type { Finding, Plan, RepairAction } from '../domain/plan.ts';
import type { Position } from '../domain/position.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { Reading } from '../domain/venue.ts';
import type { OrderLookup } from './order-lookup.ts';
import { findOrder } from './order-lookup.ts';

export interface FillsInput {
  readonly baseSeq: number;
  readonly fills: Reading<VenueFill>;
  readonly isRecorded: (tradeId: TradeId) => boolean;
  readonly orders: OrderLookup;
  /** Open positions of the registry. */
  readonly positions: ReadonlyMap<Symbol, Position>;
}

export function planFills(input: FillsInput): Plan<RepairAction> {
  const { baseSeq, fills } = input;
  if (fills.read === 'unknown')
    return { planId: planId(baseSeq, []), baseSeq, findings: [], actions: [] };
  const actions: RepairAction[] = [];
  const findings: Finding[] = [];
  const filled = new Map<ClientOrderId, Decimal>();
  for (const fill of missingFills(fills.rows, input.isRecorded)) {
    const order = findOrder(input.orders, fill);
    const finding = order === null ? foreignFinding(input, fill) : ownFinding(order, fill, filled);
    findings.push(finding);
    if (order === null && !isFollowed(input, fill)) continue;
    // The record carries our id even when the venue's row named only its own.
    const owned = order === null ? fill : { ...fill, clientOrderId: order.clientOrderId };
    actions.push({ action: 'record-fill', symbol: fill.symbol, fill: owned, finding });
  }
  return { planId: planId(baseSeq, actions), baseSeq, findings, actions };
}

/** Each unknown trade id once, by venue time; equal times by trade id, so the result is one. */
function missingFills(
  rows: readonly VenueFill[],
  isRecorded: (tradeId: TradeId) => boolean,
): readonly VenueFill[] {
  const once = new Map<TradeId, VenueFill>();
  for (const row of rows) if (!once.has(row.tradeId)) once.set(row.tradeId, row);
  return [...once.values()]
    .filter((fill) => !isRecorded(fill.tradeId))
    .toSorted((a, b) => a.tsMs - b.tsMs || compareIds(a.tradeId, b.tradeId));
}

/** Numbered ids in counting order: shorter first, then by text. */
function compareIds(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** More than was ordered is recorded, because it happened, and never silently. */
function ownFinding(order: Order, fill: VenueFill, filled: Map<ClientOrderId, Decimal>): Finding {
  const total = (filled.get(order.clientOrderId) ?? order.filled).plus(fill.quantity);
  filled.set(order.clientOrderId, total);
  const over = total.gt(order.quantity);
  return {
    symbol: fill.symbol,
    positionId: order.positionId,
    finding: over ? 'fill.overfill' : 'fill.missing',
    evidence: over
      ? `trade ${fill.tradeId} brings ${order.clientOrderId} to ${text(total)} of ${text(order.quantity)}`
      : `trade ${fill.tradeId} of ${order.clientOrderId} is not in the journal`,
  };
}

/**
 * A fill without an order of ours that makes an open position smaller, or the venue's own doing on
 * one, is followed (scenario 19, 22). One that would flip it, or that opens one, is only reported.
 */
function isFollowed(input: FillsInput, fill: VenueFill): boolean {
  const position = input.positions.get(fill.symbol);
  if (position === undefined || fill.kind === 'funding') return false;
  return fill.side !== exitSide(position.side) || fill.quantity.lte(position.quantity);
}

function foreignFinding(input: FillsInput, fill: VenueFill): Finding {
  const who = fill.kind === 'trade' ? 'no order of ours' : `a ${fill.kind} of the venue`;
  const what = `${fill.side} ${text(fill.quantity)} at ${text(fill.price)}`;
  return {
    symbol: fill.symbol,
    positionId: input.positions.get(fill.symbol)?.positionId ?? null,
    finding: 'fill.foreign',
    evidence: `trade ${fill.tradeId}: ${what} by ${who}`,
  };
}

function planId(baseSeq: number, actions: readonly RepairAction[]): string {
  const facts = actions.map((a) => (a.action === 'record-fill' ? a.fill.tradeId : a.clientOrderId));
  return factId('plan', 'fills', String(baseSeq), ...facts);
}
