/**
 * One market's position, registry against venue, after fills were folded: what differs, and the repair.
 * Repair sends nothing (rule 4). The venue's report is the target for side and quantity; an entry
 * price is never invented (rule 3). The incident: positions the bot did not know were flattened at
 * startup; here they are imported.
 */
import { text, textOrNull, type Decimal, type Price, type Quantity } from '../domain/decimal.ts';
import type { NewEvent, PlanPayload } from '../domain/event.ts';
import { factId, type PositionId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import { exitSide, isInFlight, type PositionSide } from '../domain/order.ts';
import type { Finding } from '../domain/plan.ts';
import type { Position } from '../domain/position.ts';
import type { MalformedRow, Snapshot, VenuePosition } from '../domain/venue.ts';
import { proveAbsence, type AbsenceWorld } from './absence.ts';
import { adjustedEvent } from './adjusted-event.ts';
import { isSame } from '../domain/compare-values.ts';
import type { Desk } from './desk.ts';
import type { PastBook } from './order-lookup.ts';
import { isListed, type OrderRows, orderRefs, orderStateEvent } from './plan-orders.ts';

export interface PositionWorld {
  readonly account: string;
  readonly instrument: Instrument | null;
  /** Rows of the venue for this market that have a size. */
  readonly rows: readonly VenuePosition[];
  readonly malformed: readonly MalformedRow[];
  readonly snapshot: Snapshot;
  readonly orderRows: OrderRows;
  readonly past: PastBook;
  readonly absence: AbsenceWorld;
  /** A fill is newer than the reading of positions: judged next time (rule 7). */
  readonly isUnsettled: boolean;
  readonly importAs: (row: VenuePosition) => ImportChoice;
}

/** How an import is protected: a stop somebody chose, none and why, or by policy. */
export interface ImportChoice {
  readonly plan: PlanPayload | null;
  readonly noStopReason: string | null;
}

export const BY_POLICY: ImportChoice = { plan: null, noStopReason: null };

/** What the comparison came to; `equal` is not yet `matched`: protection may find something. */
export type Compared = 'equal' | 'absent' | 'other';

export function planPosition(desk: Desk, world: PositionWorld): Compared {
  const { instrument, rows, malformed, snapshot } = world;
  const held = desk.held();
  const fault = faultOf(world);
  if (fault !== null) {
    desk.report(finding(desk, 'malformed.venue', fault), 'blocks');
    return 'other';
  }
  if (held === null && rows.length === 0) return 'other';
  const { positions } = snapshot;
  if (positions.read === 'unknown') {
    const why = `positions unreadable: ${positions.reason}`;
    desk.report(finding(desk, 'unknown', why), 'blocks');
    return 'other';
  }
  if (instrument === null) {
    const why = 'the venue does not list this instrument any more';
    desk.report(finding(desk, malformed.length > 0 ? 'malformed.venue' : 'unknown', why), 'blocks');
    return 'other';
  }
  const [row] = rows;
  if (row === undefined) return held === null ? 'other' : planAbsent(desk, held, world);
  if (isWaiting(desk, world)) return 'other';
  if (snapshot.fills.read === 'unknown') return planWithoutFills(desk, row, { instrument, world });
  if (held === null) return planPhantom(desk, { row, instrument, world });
  return planDrift(desk, held, { row, instrument, world });
}

function faultOf({ malformed, rows }: PositionWorld): string | null {
  const [first] = malformed;
  if (first !== undefined) return `${first.written}: ${first.why}`;
  const [row, second] = rows;
  if (row === undefined || second === undefined) return null;
  return `${describe(row)} and ${describe(second)}: accounts are netting here`;
}

/** Fills first: without them a difference is not judged, and what agrees agrees all the same. */
function planWithoutFills(
  desk: Desk,
  row: VenuePosition,
  { instrument, world }: Omit<Listed, 'row'>,
): Compared {
  const held = desk.held();
  const isSame = held?.side === row.side && isSameSize(held, row, instrument);
  if (isSame) return 'equal';
  const { fills } = world.snapshot;
  const why = fills.read === 'unknown' ? fills.reason : '';
  desk.report(finding(desk, 'unknown', `fills unreadable: ${why}`), 'blocks');
  return 'other';
}

export function isSameSize(held: Position, row: VenuePosition, { lotStep }: Instrument): boolean {
  return isNearerThan(lotStep, held.quantity, row.quantity);
}

function isWaiting(desk: Desk, { isUnsettled }: PositionWorld): boolean {
  if (isUnsettled) return true;
  return [...desk.registry().orders.values()].some((order) => isInFlight(order.state));
}

function planAbsent(desk: Desk, held: Position, world: PositionWorld): Compared {
  const absence = proveAbsence(desk, held, world.absence);
  if (!absence.proven) {
    desk.report(finding(desk, 'orphan?', absence.why), 'blocks');
    return 'absent';
  }
  const { evidence } = absence;
  desk.act({
    action: 'close-registry',
    summary: `${describe(held)} is closed in the registry`,
    finding: finding(desk, 'orphan', evidence),
    events: [
      { ...refsOf(held), type: 'POSITION_RETIRED', payload: { reason: 'orphan', evidence } },
      ...unlistedOrders(desk, held, world),
    ],
  });
  return 'absent';
}

/** Its orders that the venue does not list either went with it; those it lists, protection cancels. */
function unlistedOrders(desk: Desk, held: Position, { orderRows }: PositionWorld): NewEvent[] {
  return [...desk.registry().orders.values()]
    .filter((order) => order.positionId === held.positionId && !isListed(orderRows, order))
    .map((order) => {
      const evidence = 'gone with its position';
      const state = order.filled.isZero() ? ('absent' as const) : ('expired' as const);
      return orderStateEvent(order, { state, row: null, evidence });
    });
}

interface Listed {
  readonly row: VenuePosition;
  readonly instrument: Instrument;
  readonly world: PositionWorld;
}

function planPhantom(desk: Desk, { row, instrument, world }: Listed): Compared {
  // Less than a lot is how some venues round a flat account.
  if (row.quantity.lt(instrument.lotStep)) return 'other';
  const evidence = `the venue has ${describe(row)}${at(row.entryPrice)}, the registry nothing`;
  const positionId = importId(desk, world, row);
  desk.act({
    action: 'import-position',
    summary: `${describe(row)}${at(row.entryPrice)}`,
    finding: { symbol: desk.symbol, positionId, finding: 'phantom', evidence },
    events: [
      importedEvent(positionId, row, { evidence, ...world.importAs(row) }),
      ...relinked(desk, positionId, row.side),
    ],
  });
  return 'other';
}

function planDrift(desk: Desk, held: Position, { row, instrument, world }: Listed): Compared {
  const evidence = `registry ${describe(held)}${at(held.entryPrice)}, venue ${describe(row)}${at(row.entryPrice)}`;
  if (held.side !== row.side) {
    planFlipped(desk, held, { row, world, evidence });
    return 'other';
  }
  const isSized = isSameSize(held, row, instrument);
  if (isSized && isSamePrice(held, row, instrument)) return 'equal';
  const kind = isSized ? 'drift.price' : 'drift.quantity';
  const quantity = isSized ? held.quantity : row.quantity;
  desk.act({
    action: 'adjust-registry',
    summary: `from ${describe(held)} to ${describe(row)}${at(row.entryPrice)}, unexplained`,
    finding: finding(desk, kind, `${evidence}; no fill explains it`),
    events: [adjustedEvent(held, { quantity, entryPrice: row.entryPrice, evidence })],
  });
  return 'other';
}

/** Half a tick is rounding. A price that only one of the two knows differs when the venue knows it. */
export function isSamePrice(held: Position, row: VenuePosition, { tickSize }: Instrument): boolean {
  if (row.entryPrice === null) return true;
  return held.entryPrice !== null && isNearerThan(tickSize, held.entryPrice, row.entryPrice);
}

/** Most are equal, and that is by far the cheapest to see. */
function isNearerThan(step: Decimal, a: Decimal, b: Decimal): boolean {
  return (!step.isZero() && isSame(a, b)) || a.minus(b).abs().lt(step);
}

/**
 * Case G: the venue holds the other side. The old row is retired and the venue's position imported as a
 * new one; nothing is sent for exposure, and an operator has to look before entries go on.
 */
function planFlipped(
  desk: Desk,
  held: Position,
  { row, world, evidence }: { row: VenuePosition; world: PositionWorld; evidence: string },
): void {
  const positionId = importId(desk, world, row);
  const payload = { cause: 'side_flipped', evidence } as const;
  const flipped = finding(desk, 'drift.side', evidence);
  desk.report(flipped, 'blocks');
  desk.act({
    action: 'adjust-registry',
    summary: `from ${describe(held)} to ${describe(row)}${at(row.entryPrice)}, as a new position`,
    finding: flipped,
    events: [
      { ...refsOf(held), type: 'POSITION_RETIRED', payload: { reason: 'side_flipped', evidence } },
      importedEvent(positionId, row, { evidence, ...BY_POLICY }),
      { type: 'ACKNOWLEDGEMENT_NEEDED', symbol: desk.symbol, payload },
    ],
  });
}

function importedEvent(
  positionId: PositionId,
  row: VenuePosition,
  { evidence, plan, noStopReason }: ImportChoice & { readonly evidence: string },
): NewEvent {
  return {
    type: 'POSITION_IMPORTED',
    symbol: row.symbol,
    positionId,
    correlationId: positionId,
    payload: {
      side: row.side,
      quantity: text(row.quantity),
      entry_price: textOrNull(row.entryPrice),
      origin: 'venue-report',
      plan,
      no_stop_reason: noStopReason,
      evidence,
    },
  };
}

/** Orders of ours that would reduce it and lost their position protect it from now on. */
function relinked(desk: Desk, positionId: PositionId, side: PositionSide): NewEvent[] {
  return [...desk.registry().orders.values()]
    .filter((order) => order.reduceOnly && order.side === exitSide(side))
    .map((order) => ({
      type: 'ORDER_RELINKED',
      ...orderRefs({ ...order, positionId }),
      payload: { from_position: order.positionId, evidence: 'it reduces the imported position' },
    }));
}

/** Derived from the facts it stands for, and how often they came back (design, section 7). */
function importId(desk: Desk, { account, past }: PositionWorld, row: VenuePosition): PositionId {
  const { symbol, side, quantity, entryPrice } = row;
  const facts = [account, symbol, side, text(quantity), textOrNull(entryPrice) ?? 'unknown'];
  for (let occurrence = 0; ; occurrence += 1) {
    const id = factId('pos', 'import', ...facts, String(occurrence)) as PositionId;
    if (!past.isClosed(id) && !desk.hasEnded(id)) return id;
  }
}

function refsOf({ symbol, positionId, signalId }: Position) {
  return { symbol, positionId, signalId, correlationId: signalId ?? positionId };
}

function finding(desk: Desk, kind: string, evidence: string): Finding {
  const positionId = desk.held()?.positionId ?? null;
  return { symbol: desk.symbol, positionId, finding: kind, evidence };
}

function describe(row: { readonly side: string; readonly quantity: Quantity }): string {
  return `${row.side} ${text(row.quantity)}`;
}

function at(price: Price | null): string {
  return price === null ? ' at an unknown price' : ` at ${text(price)}`;
}
