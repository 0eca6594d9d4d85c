/**
 * One position or one order folded from its own events and nothing else: the truth about it at a
 * restart, in which the events of all others have no say. It equals the fold of the whole journal,
 * because an event changes only the position or the order it names.
 */
import type { Order } from '../domain/order.ts';
import type { Position } from '../domain/position.ts';
import type { Touched } from '../domain/registry.ts';
import { messageOf } from '../domain/errors.ts';
import type { Db } from './database.ts';
import { EVENT_COLUMNS, storedEvent, type EventRow } from './event-row.ts';
import { EMPTY_REGISTRY, fold } from './fold.ts';
import { orderRow, positionRow, type Row } from './registry-rows.ts';
import { orderFault, positionFault } from './row-fault.ts';

export type Folded<T> =
  /** As its last event left it; null when no event is about it. */
  | { readonly read: 'complete'; readonly value: T | null }
  /** Event `seq` is of the wrong shape, or what all of them come to is impossible. */
  | { readonly read: 'unreadable'; readonly seq: number; readonly why: string };

export const OPENINGS = "type IN ('POSITION_OPENED', 'POSITION_IMPORTED')";
export const ENDINGS = "type IN ('POSITION_CLOSED', 'POSITION_RETIRED')";

// `+type` keeps the planner on the index of the position: its events are few, those of a type are not.
const POSITION_EVENTS = `SELECT ${EVENT_COLUMNS} FROM events
  WHERE position_id = ? AND seq > ? AND +type IN ('FILL', 'POSITION_OPENED', 'POSITION_IMPORTED',
    'POSITION_ADJUSTED', 'POSITION_PROTECTED', 'POSITION_CLOSED', 'POSITION_RETIRED')
  ORDER BY seq`;

const ORDER_EVENTS = `SELECT ${EVENT_COLUMNS} FROM events
  WHERE client_order_id = ? AND (+type = 'FILL' OR +type GLOB 'ORDER_*') ORDER BY seq`;

export function foldPosition(db: Db, id: string): Folded<Position> {
  const rows = db.prepare<[string, number], EventRow>(POSITION_EVENTS);
  return foldOne(rows.all(id, forgottenBefore(db, id)), {
    touched: ({ positions }) => positions.at(-1),
    fault: (position) => positionFault(positionRow(position)),
  });
}

export function foldOrder(db: Db, id: string): Folded<Order> {
  return foldOne(db.prepare<[string], EventRow>(ORDER_EVENTS).all(id), {
    touched: ({ orders }) => orders.at(-1),
    fault: (order) => orderFault(orderRow(order)),
  });
}

interface Kind<T> {
  readonly touched: (touched: Touched) => T | undefined;
  readonly fault: (value: T) => string | null;
}

function foldOne<T>(rows: readonly EventRow[], kind: Kind<T>): Folded<T> {
  let state = EMPTY_REGISTRY;
  let value: T | null = null;
  for (const event of rows.map(storedEvent)) {
    try {
      state = fold(state, event);
    } catch (error) {
      return unreadable(event, messageOf(error));
    }
    value = kind.touched(state.touched) ?? value;
  }
  const last = rows.at(-1);
  const fault = value === null ? null : kind.fault(value);
  if (last === undefined || fault === null) return { read: 'complete', value };
  return unreadable(last, fault);
}

function unreadable(
  event: { readonly seq: number; readonly type: string },
  why: string,
): Folded<never> {
  return { read: 'unreadable', seq: event.seq, why: `event ${event.seq} (${event.type}): ${why}` };
}

/** The end of a cycle forgets fills that no opening consumed: an opening after it does not have them. */
function forgottenBefore(db: Db, id: string): number {
  const row = db
    .prepare<[string], Row>(
      `SELECT max(seq) AS seq FROM events WHERE type = 'CYCLE_END' AND seq < (
         SELECT min(seq) FROM events WHERE position_id = ? AND +${OPENINGS})`,
    )
    .get(id);
  return Number(row?.['seq'] ?? 0);
}
