/**
 * Is a position that the venue does not list flat? Absence from a list is never flat by itself (rule 2):
 * two complete observations apart in time, with orders, fills and account complete in both, an account
 * that does not contradict, and nothing of ours in flight. A venue in maintenance answers `[]` too, so
 * positions that vanish together are not believed. Pure.
 */
import { text, ZERO, type Decimal } from '../domain/decimal.ts';
import { isInFlight } from '../domain/order.ts';
import { wasSeenApart, type Sighting, type Sightings } from '../domain/sightings.ts';
import type { PositionId } from '../domain/ids.ts';
import type { Position } from '../domain/position.ts';
import type { Snapshot, VenueOrder, VenuePosition } from '../domain/venue.ts';
import type { Desk } from './desk.ts';
import type { Timing } from './plan-orders.ts';

export interface AbsenceWorld {
  /** Why this observation proves nothing; see {@link doubtAbout}, which is asked once per plan. */
  readonly doubt: string | null;
  readonly sightings: Sightings;
  readonly now: Sighting;
  readonly timing: Timing;
  /** How many positions of the registry this observation does not list, fills folded. */
  readonly vanished: number;
  /** An operator looked at the venue and said that it is gone. */
  readonly isVouched: () => boolean;
}

export type Absence =
  | { readonly proven: true; readonly evidence: string }
  | { readonly proven: false; readonly why: string };

export const ABSENT = 'absent ';

/** By position: another one of the same market, opened since, was not missing then. */
export function absentKey(id: PositionId): string {
  return `${ABSENT}${id}`;
}

/** Positions that went with others: remembered while they are gone, also when the others are settled. */
export const TOGETHER = 'together ';

export function togetherKey(id: PositionId): string {
  return `${TOGETHER}${id}`;
}

export function proveAbsence(desk: Desk, { positionId }: Position, world: AbsenceWorld): Absence {
  const { doubt, sightings, now, timing, vanished, isVouched } = world;
  if (doubt !== null) return { proven: false, why: doubt };
  // An order of unknown outcome, or one that filled more than its fills tell so far.
  if (desk.hasReported('order.in-doubt')) {
    return { proven: false, why: 'not listed; an order of ours is in doubt' };
  }
  for (const order of desk.registry().orders.values()) {
    if (!isInFlight(order.state)) continue;
    return { proven: false, why: `outcome of ${order.clientOrderId} is unknown` };
  }
  const isTogether = vanished > 1 || sightings.has(togetherKey(positionId));
  if (isTogether && !isVouched()) {
    const gone =
      vanished > 1 ? `${vanished} positions are gone at once` : 'it went together with others';
    const why = `${gone}, without closing fills: acknowledge it when you have checked`;
    return { proven: false, why };
  }
  const key = absentKey(positionId);
  const first = sightings.get(key);
  if (first === undefined || !wasSeenApart(sightings, key, { now, apartMs: timing.apartMs })) {
    return { proven: false, why: 'not listed; to be seen twice' };
  }
  const apart = `${now.atMs - first.atMs} ms apart`;
  return { proven: true, evidence: `not listed in two complete readings, ${apart}` };
}

/** Why this observation proves nothing about absence; null when it may. */
export function doubtAbout({ positions, openOrders, fills, account }: Snapshot): string | null {
  if (positions.read === 'unknown') return `positions unreadable: ${positions.reason}`;
  if (openOrders.read === 'unknown') return `open orders unreadable: ${openOrders.reason}`;
  if (fills.read === 'unknown') return `fills unreadable: ${fills.reason}`;
  if (account.read === 'unknown') return `account unreadable: ${account.reason}`;
  const strange = positions.malformed?.[0];
  if (strange !== undefined) return `a row of positions is not understood: ${strange.written}`;
  const row = account.rows[0];
  if (row === undefined) return 'the account has no row';
  if (row.initialMargin.isZero()) return null;
  const explained = mostMargin(positions.rows, openOrders.rows);
  if (explained === null || row.initialMargin.lte(explained)) return null;
  return `the account has ${text(row.initialMargin)} of margin in use, what it lists can use ${text(explained)}`;
}

/**
 * The most that the listed positions and entries can have in margin: their whole value, for no leverage
 * is below one. Null when a price is not known, for then nothing is contradicted.
 */
function mostMargin(
  positions: readonly VenuePosition[],
  orders: readonly VenueOrder[],
): Decimal | null {
  let most = ZERO;
  for (const { quantity, entryPrice } of positions) {
    if (quantity.isZero()) continue;
    if (entryPrice === null) return null;
    most = most.plus(quantity.mul(entryPrice));
  }
  for (const { reduceOnly, quantity, price, stopPrice } of orders) {
    if (reduceOnly) continue;
    const at = price ?? stopPrice;
    if (at === null) return null;
    most = most.plus(quantity.mul(at));
  }
  // Prices move after an entry: margin is measured at the mark.
  return most.mul(MARK_ROOM);
}

const MARK_ROOM = 2;
