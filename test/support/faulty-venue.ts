/**
 * A venue with a bad line in front of it. The next requests go wrong as told, in order, then all is
 * well again; the venue behind is real, so what acted before its answer was lost stays done.
 */
import type { Clock, Ms } from '../../src/domain/clock.ts';
import type { OrderIntent, Outcome } from '../../src/domain/order.ts';
import type { Reading } from '../../src/domain/venue.ts';
import type { Venue, VenueReader, VenueTrader } from '../../src/venue/port.ts';

export type TradeFault =
  /** Timed out on the way there: nothing happened, and nobody can know. */
  | 'request-lost'
  /** Acted, and the answer was lost. */
  | 'answer-lost'
  /** The venue refuses in its own words. */
  | { readonly reject: string }
  /** Acts and answers, later. */
  | { readonly delayMs: Ms }
  | 'none';

export type ReadName = keyof VenueReader;

export interface FaultyVenue extends Venue {
  /** Requests that reached the bad line, in order, whatever became of them. */
  readonly sent: readonly OrderIntent[];
  /** What happens to the next requests of one kind, in order. */
  next(request: keyof VenueTrader, ...faults: readonly TradeFault[]): void;
  /** The next `times` readings of this kind are unknown. */
  unknown(what: ReadName, times?: number): void;
  /** Requests and readings that were asked to go wrong and did not happen yet. */
  pending(): number;
}

export function faultyVenue(behind: Venue, clock: Clock): FaultyVenue {
  const faults = new Map<keyof VenueTrader, TradeFault[]>();
  const blind = new Map<ReadName, number>();
  const sent: OrderIntent[] = [];

  const request = async (
    kind: keyof VenueTrader,
    act: () => Promise<Outcome>,
  ): Promise<Outcome> => {
    const fault = faults.get(kind)?.shift() ?? 'none';
    if (fault === 'none') return act();
    if (fault === 'request-lost') return { kind: 'in_doubt', evidence: 'timeout: no answer' };
    if (fault === 'answer-lost') {
      await act();
      return { kind: 'in_doubt', evidence: 'connection reset after sending' };
    }
    if ('reject' in fault) return { kind: 'rejected', reason: fault.reject };
    const outcome = await act();
    await clock.sleep(fault.delayMs);
    return outcome;
  };

  const read = async <T>(what: ReadName, ask: () => Promise<Reading<T>>): Promise<Reading<T>> => {
    const left = blind.get(what) ?? 0;
    if (left === 0) return ask();
    blind.set(what, left - 1);
    return { read: 'unknown', reason: `${what}: connection reset` };
  };

  const { reader, trader } = behind;
  return {
    name: behind.name,
    sent,
    reader: {
      positions: () => read('positions', () => reader.positions()),
      openOrders: () => read('openOrders', () => reader.openOrders()),
      fills: (since) => read('fills', () => reader.fills(since)),
      orderHistory: (since) => read('orderHistory', () => reader.orderHistory(since)),
      account: () => read('account', () => reader.account()),
      marks: () => read('marks', () => reader.marks()),
      instruments: () => read('instruments', () => reader.instruments()),
    },
    trader: {
      place(intent, signal) {
        sent.push(intent);
        return request('place', () => trader.place(intent, signal));
      },
      amend: (id, change, signal) => request('amend', () => trader.amend(id, change, signal)),
      cancel: (id, signal) => request('cancel', () => trader.cancel(id, signal)),
    },
    next(kind, ...more) {
      faults.set(kind, [...(faults.get(kind) ?? []), ...more]);
    },
    unknown(what, times = 1) {
      blind.set(what, (blind.get(what) ?? 0) + times);
    },
    pending() {
      const counts = [...[...faults.values()].map((list) => list.length), ...blind.values()];
      return counts.reduce((sum, count) => sum + count, 0);
    },
    close: () => behind.close(),
  };
}
