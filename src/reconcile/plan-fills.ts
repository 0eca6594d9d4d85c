/**
 * Fills first (rule 7): which fills of a reading are missing in the journal, and whose they are. Pure.
 *
 * Invariants: a trade id is recorded once, however often it is told; the result does not depend on
 * the order of the rows; every fill of the account becomes a fact, but only an entry of ours opens.
 */
import { text, ZERO_QUANTITY } from '../domain/decimal.ts';
import type { RecordedTrade, VenueFill } from '../domain/fill.ts';
import type { TradeId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Order } from '../domain/order.ts';
import { isTerminal } from '../domain/order.ts';
import type { Finding } from '../domain/plan.ts';
import type { Desk } from './desk.ts';
import { fillEvents } from './fill-events.ts';
import { findOrder, type PastBook } from './order-lookup.ts';

/** A recorded fill of which the venue tells another story now. */
export interface DifferingFill {
  readonly fill: VenueFill;
  readonly recorded: RecordedTrade;
}

/**
 * Each unknown trade id once, by venue time; equal times by trade id, so the result is one. Of a recorded
 * trade ours is kept, and a difference is reported (scenario 16).
 */
export function sortFills(
  rows: readonly VenueFill[],
  tradeOf: PastBook['tradeOf'],
): { readonly missing: readonly VenueFill[]; readonly differing: readonly DifferingFill[] } {
  const once = new Map<TradeId, VenueFill>();
  const differing: DifferingFill[] = [];
  for (const row of rows) {
    if (once.has(row.tradeId)) continue;
    const recorded = tradeOf(row.tradeId);
    if (recorded === null) once.set(row.tradeId, row);
    else if (recorded.price !== text(row.price) || recorded.quantity !== text(row.quantity)) {
      differing.push({ fill: row, recorded });
    }
  }
  const missing = [...once.values()].toSorted(
    (a, b) => a.tsMs - b.tsMs || compareIds(a.tradeId, b.tradeId),
  );
  return { missing, differing };
}

export function reportDiffering(desk: Desk, differing: readonly DifferingFill[]): void {
  for (const { fill, recorded } of differing) {
    const ours = `${recorded.quantity} at ${recorded.price}`;
    const theirs = `${text(fill.quantity)} at ${text(fill.price)}`;
    const evidence = `trade ${fill.tradeId}: recorded ${ours}, told now ${theirs}; ours is kept`;
    const positionId = desk.held()?.positionId ?? null;
    desk.report({ symbol: desk.symbol, positionId, finding: 'fill.differs', evidence });
  }
}

/** Records the missing fills of one symbol, in their order. */
export function planFills(
  desk: Desk,
  fills: readonly VenueFill[],
  { past, instrument }: { readonly past: PastBook; readonly instrument: Instrument | null },
): void {
  for (const told of fills) {
    const order = findOrder(desk.registry().orders, past, told);
    // The record carries our id even when the venue's row named only its own.
    const fill = order === null ? told : { ...told, clientOrderId: order.clientOrderId };
    const held = desk.held();
    const events = fillEvents(fill, {
      held,
      order,
      plan: order === null ? null : planOf(desk, past, order),
      isClosed: (id) => desk.hasEnded(id) || past.isClosed(id),
      lotStep: instrument?.lotStep ?? ZERO_QUANTITY,
    });
    const finding: Finding = {
      symbol: desk.symbol,
      positionId: events[0]?.positionId ?? held?.positionId ?? null,
      finding: 'fill.missing',
      evidence: order === null ? foreign(fill) : own(order, fill),
    };
    const summary = `trade ${fill.tradeId}: ${what(fill)}`;
    desk.act({ action: 'record-fill', summary, finding, events });
  }
}

function planOf(desk: Desk, past: PastBook, { clientOrderId }: Order) {
  return desk.registry().plans.get(clientOrderId) ?? past.planOf(clientOrderId);
}

/** Numbered ids in counting order: shorter first, then by text. */
function compareIds(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** More than was ordered is recorded, because it happened, and never silently (scenario 18). */
function own(order: Order, fill: VenueFill): string {
  const total = order.filled.plus(fill.quantity);
  if (total.gt(order.quantity) && !isTerminal(order.state)) {
    const over = `${text(total)} of ${text(order.quantity)}`;
    return `trade ${fill.tradeId} overfills ${order.clientOrderId}: it brings it to ${over}`;
  }
  return `trade ${fill.tradeId} of ${order.clientOrderId} is not in the journal`;
}

function foreign(fill: VenueFill): string {
  const who = fill.kind === 'trade' ? 'no order of ours' : `a ${fill.kind} of the venue`;
  return `trade ${fill.tradeId}: ${what(fill)} by ${who}`;
}

function what({ side, quantity, price }: VenueFill): string {
  return `${side} ${text(quantity)} at ${text(price)}`;
}
