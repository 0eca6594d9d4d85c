/**
 * One look at the venue. Every part stands on its own: complete with the server's time, or unknown.
 * Fills are read last (rule 7), so that no position is compared with fills that are older than it.
 */
import type { Clock, Ms } from '../domain/clock.ts';
import type { Reading, Snapshot } from '../domain/venue.ts';
import type { VenueReader } from '../venue/port.ts';

export async function observe(
  reader: VenueReader,
  clock: Clock,
  fillsSince: Ms,
): Promise<Snapshot> {
  const takenMs = clock.now();
  const account = await read('account', () => reader.account());
  const marks = await read('marks', () => reader.marks());
  const positions = await read('positions', () => reader.positions());
  const openOrders = await read('open orders', () => reader.openOrders());
  const fills = await read('fills', () => reader.fills(fillsSince));
  return { takenMs, account, positions, openOrders, marks, fills };
}

/** A reader that throws has not answered: unknown, never empty. */
async function read<T>(what: string, ask: () => Promise<Reading<T>>): Promise<Reading<T>> {
  try {
    return await ask();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { read: 'unknown', reason: `${what} could not be read: ${why}` };
  }
}
