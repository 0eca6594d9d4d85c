/**
 * One look at the venue. Every part stands on its own: complete with the server's time, or unknown.
 * Fills are read last (rule 7), so that no position is compared with fills that are older than it. How
 * orders ended is only asked for when an order of ours is not among the open ones.
 */
import type { Clock, Ms } from '../domain/clock.ts';
import { ms } from '../domain/clock.ts';
import type { ClientOrderId } from '../domain/ids.ts';
import type { Order } from '../domain/order.ts';
import type { VenueFill } from '../domain/fill.ts';
import type { Reading, Snapshot, VenueAccount, VenueOrder } from '../domain/venue.ts';
import { messageOf } from '../domain/errors.ts';
import type { VenueReader } from '../venue/port.ts';

export interface Look {
  readonly fillsSince: Ms;
  /** Living orders of the registry; their ends are looked up when the venue does not list them. */
  readonly orders: ReadonlyMap<ClientOrderId, Order>;
  /**
   * Set while nothing of ours is open and each reading costs a request: one of account and fills is
   * enough. With an account that was read before, the fills are asked for; without, the account is.
   */
  readonly idle?: { readonly account: Reading<VenueAccount> | null } | null;
}

/** Asked from a little before an order was meant: clocks differ. */
const BEFORE_MS = 60_000;

export async function observe(reader: VenueReader, clock: Clock, look: Look): Promise<Snapshot> {
  const takenMs = clock.now();
  const idle = look.idle ?? null;
  const account = idle?.account ?? (await read('account', () => reader.account()));
  const marks = await read('marks', () => reader.marks());
  const positions = await read('positions', () => reader.positions());
  const openOrders = await read('open orders', () => reader.openOrders());
  const historySince = missingSince(look.orders, openOrders);
  const history =
    historySince === null
      ? {}
      : { orderHistory: await read('order history', () => reader.orderHistory(historySince)) };
  const isStill = idle !== null && idle.account === null && isNothing(positions, openOrders);
  const fills = isStill
    ? noFills(positions)
    : await read('fills', () => reader.fills(look.fillsSince));
  return { takenMs, account, positions, openOrders, ...history, marks, fills };
}

/** Both were read whole, and neither has a row, understood or not. */
function isNothing(...readings: readonly Reading<unknown>[]): boolean {
  return readings.every(
    (each) => each.read === 'complete' && each.rows.length === 0 && !each.malformed?.length,
  );
}

/** Nothing was open before and nothing is open now; what came and went between is told at the full look. */
function noFills(positions: Reading<unknown>): Reading<VenueFill> {
  const serverMs = positions.read === 'complete' ? positions.serverMs : null;
  return { read: 'complete', rows: [], serverMs };
}

/** When the oldest order of ours that is not listed was meant; null when all are. */
function missingSince(orders: Look['orders'], openOrders: Reading<VenueOrder>): Ms | null {
  if (openOrders.read === 'unknown') return null;
  const listed = new Set(openOrders.rows.map((row) => row.clientOrderId));
  let since: number | null = null;
  for (const { clientOrderId, intendedMs } of orders.values()) {
    if (listed.has(clientOrderId)) continue;
    since = Math.min(since ?? intendedMs, intendedMs);
  }
  return since === null ? null : ms(Math.max(0, since - BEFORE_MS));
}

/** A reader that throws has not answered: unknown, never empty. */
async function read<T>(what: string, ask: () => Promise<Reading<T>>): Promise<Reading<T>> {
  try {
    return await ask();
  } catch (error) {
    const why = messageOf(error);
    return { read: 'unknown', reason: `${what} could not be read: ${why}` };
  }
}
