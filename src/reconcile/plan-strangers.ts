/**
 * Open orders of the venue that no living order of ours stands for. With our prefix they are adopted, and a stop
 * among them covers at once; an entry, or one that this journal never sent, may be of a second instance: entries
 * wait for an operator (rule 16). Without it they are
 * reported and left alone, for ever (rule 14). Pure.
 */
import type { Ms } from '../domain/clock.ts';
import { text, textOrNull } from '../domain/decimal.ts';
import type { NewEvent } from '../domain/event.ts';
import { factId, isOurs, type ClientOrderId, type PositionId } from '../domain/ids.ts';
import type { Order, OrderPurpose, OrderRole } from '../domain/order.ts';
import { exitSide } from '../domain/order.ts';
import type { Finding } from '../domain/plan.ts';
import type { VenueOrder } from '../domain/venue.ts';
import type { Desk } from './desk.ts';
import type { PastBook } from './order-lookup.ts';
import { hasEndedBeside, type OrderRows } from './plan-orders.ts';

export interface StrangersWorld {
  readonly past: PastBook;
  /** Orders alive before the plan: one that ends by it was open a moment ago. */
  readonly known: readonly Order[];
  readonly all: OrderRows;
  readonly takenMs: Ms;
  /** A list of open orders may be older than our last word about one by this much. */
  readonly settleMs: Ms;
}

export function planStrangers(
  desk: Desk,
  rows: readonly VenueOrder[],
  world: StrangersWorld,
): void {
  const strangers = rows.filter(
    (row) => !isKnown(row, world.known) && !hasEndedBeside(world.all, row),
  );
  for (const row of oncePerOrder(strangers)) {
    const { clientOrderId: id, venueOrderId } = row;
    if (id === null || !isOurs(id)) {
      desk.report(foreignFinding(desk, row));
      continue;
    }
    const twin = strangers.find(
      (other) => other.clientOrderId === id && other.venueOrderId !== venueOrderId,
    );
    const ended = world.past.orderByClientId(id);
    if (twin !== undefined) reportTwins(desk, row, twin);
    else if (ended === null || !isOldNews(ended, world)) adopt(desk, { row, id, ended });
  }
}

export function isKnown(
  { clientOrderId: id, venueOrderId }: VenueOrder,
  known: readonly Order[],
): boolean {
  return known.some((order) =>
    id === null ? order.venueOrderId === venueOrderId : order.clientOrderId === id,
  );
}

/** What has filled is over, whatever an older list says; so is what ended a moment ago. */
function isOldNews({ state, updatedMs }: Order, { takenMs, settleMs }: StrangersWorld): boolean {
  return state === 'filled' || takenMs < updatedMs + settleMs;
}

function oncePerOrder(rows: readonly VenueOrder[]): readonly VenueOrder[] {
  return [...new Map(rows.map((row) => [row.venueOrderId, row])).values()];
}

/** Two orders under one id of ours: nobody can say which is meant, so neither is taken (rule 6). */
function reportTwins(desk: Desk, row: VenueOrder, twin: VenueOrder): void {
  const evidence = `${row.clientOrderId ?? '?'} is both ${row.venueOrderId} and ${twin.venueOrderId}`;
  const positionId = desk.held()?.positionId ?? null;
  desk.report(
    { symbol: desk.symbol, positionId, finding: 'order.unknown-local', evidence },
    'blocks',
  );
}

interface Stranger {
  readonly row: VenueOrder;
  readonly id: ClientOrderId;
  /** The order as it ended here, when it did; it lives at the venue all the same. */
  readonly ended: Order | null;
}

function adopt(desk: Desk, stranger: Stranger): void {
  const { row, id, ended } = stranger;
  const what = `${row.side} ${row.type} ${text(row.quantity)}${priceOf(row)}`;
  const told = ended === null ? 'no intent of ours is known' : `it ended here as ${ended.state}`;
  // Our prefix, and this journal never sent it: another bot did, or this one before its journal was lost.
  const isAnothers = isEntry(row) || ended === null;
  const second = isAnothers ? ': possible second instance' : '';
  const finding: Finding = {
    symbol: desk.symbol,
    positionId: desk.held()?.positionId ?? null,
    finding: 'order.unknown-local',
    evidence: `${id} (${what}) is open at the venue; ${told}${second}`,
  };
  // What has no price of its own kind cannot be an order of ours; it is said and blocks.
  if (!hasTerms(row)) return desk.report(finding, 'blocks');
  const events: NewEvent[] = [adoptedEvent(desk, stranger, finding.evidence)];
  if (isAnothers) {
    const payload = { cause: 'second_instance', evidence: finding.evidence } as const;
    events.push({ type: 'ACKNOWLEDGEMENT_NEEDED', symbol: desk.symbol, payload });
    desk.report(finding, 'blocks');
  }
  desk.act({ action: 'adopt-order', summary: `${id}: ${what}`, finding, events });
}

function adoptedEvent(desk: Desk, { row, id, ended }: Stranger, evidence: string): NewEvent {
  const role = roleOf(row, id);
  const positionId = ended?.positionId ?? ownerOf(desk, { row, id });
  const signalId = ended?.signalId ?? null;
  return {
    type: 'ORDER_ADOPTED',
    symbol: desk.symbol,
    positionId,
    clientOrderId: id,
    signalId,
    correlationId: signalId ?? positionId,
    payload: {
      role,
      purpose: ended?.purpose ?? PURPOSES[role],
      side: row.side,
      type: row.type,
      time_in_force: 'gtc',
      post_only: false,
      reduce_only: row.reduceOnly,
      quantity: text(row.quantity),
      price: textOrNull(row.type === 'limit' ? row.price : null),
      stop_price: textOrNull(row.stopPrice),
      expires_ms: null,
      attempt: attemptOf(id),
      plan: null,
      venue_order_id: row.venueOrderId,
      state: row.filled.isZero() ? 'live' : 'partially_filled',
      filled: text(row.filled),
      intent_seq: ended?.intentSeq ?? null,
      evidence,
    },
  };
}

/** An entry opens a position of its own; what reduces belongs to the one that is open. */
function ownerOf(desk: Desk, { row, id }: Omit<Stranger, 'ended'>): PositionId | null {
  if (isEntry(row)) return factId('pos', id) as PositionId;
  const held = desk.held();
  return held !== null && row.side === exitSide(held.side) ? held.positionId : null;
}

function isEntry(row: VenueOrder): boolean {
  return !row.reduceOnly;
}

function hasTerms({ type, price, stopPrice, quantity }: VenueOrder): boolean {
  if (quantity.isZero()) return false;
  if (type === 'limit') return price !== null;
  return type === 'market' || stopPrice !== null;
}

const ROLES: Readonly<Record<string, OrderRole>> = { s: 'stop', t: 'target', x: 'exit' };
const PURPOSES: Readonly<Record<OrderRole, OrderPurpose>> = {
  entry: 'entry',
  stop: 'stop_loss',
  target: 'target_1',
  exit: 'operator_close',
};

/** What reduces is never an entry, whatever its id says; and the other way round. */
function roleOf(row: VenueOrder, id: ClientOrderId): OrderRole {
  if (isEntry(row)) return 'entry';
  const written = ROLES[id.charAt(3)];
  if (written !== undefined) return written;
  if (row.type === 'stop') return 'stop';
  return row.type === 'market' ? 'exit' : 'target';
}

function attemptOf(id: ClientOrderId): number {
  return Number(/^tc-[estx](\d+)-/.exec(id)?.[1] ?? 1);
}

function foreignFinding(desk: Desk, row: VenueOrder): Finding {
  const id = row.clientOrderId ?? row.venueOrderId;
  const what = `${row.side} ${row.type} ${text(row.quantity)}${priceOf(row)}`;
  const covers = row.reduceOnly && row.type === 'stop' ? 'counts as cover, ' : '';
  const evidence = `${id} (${what}) is not ours: ${covers}left alone`;
  const positionId = desk.held()?.positionId ?? null;
  return { symbol: desk.symbol, positionId, finding: 'order.foreign', evidence };
}

function priceOf({ stopPrice, price }: VenueOrder): string {
  const level = textOrNull(stopPrice ?? price);
  return level === null ? '' : ` at ${level}`;
}
