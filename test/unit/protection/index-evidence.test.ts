import { describe, expect, it } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import type { PositionId, VenueOrderId } from '../../../src/domain/ids.ts';
import type { Order } from '../../../src/domain/order.ts';
import type { Position } from '../../../src/domain/position.ts';
import type { Symbol } from '../../../src/domain/symbol.ts';
import { symbol } from '../../../src/domain/symbol.ts';
import type { VenueOrder } from '../../../src/domain/venue.ts';
import { coverOf, liveProtection } from '../../../src/protection/coverage.ts';
import { indexEvidence } from '../../../src/protection/index-evidence.ts';
import { plan } from '../../support/protection-plan.ts';
import {
  complete,
  instrument,
  mark,
  order,
  position,
  row,
} from '../../support/protection-world.ts';

const marketOf = (index: number): Symbol => symbol(`C${index}/USD:USD`);
const idOf = (index: number): PositionId => `pos-${index}` as PositionId;

/** `size` covered imports; counts how often an order of the registry or of the venue is looked at. */
function counted(size: number): { looks: () => number; run: () => ReturnType<typeof plan> } {
  let looks = 0;
  const counting = <T extends object>(of: T): T =>
    new Proxy(of, {
      get: (...args) => {
        looks += 1;
        return Reflect.get(...args) as unknown;
      },
    });
  const positions: Position[] = [];
  const orders: Order[] = [];
  const listed: VenueOrder[] = [];
  for (let index = 0; index < size; index += 1) {
    const ref = { symbol: marketOf(index), positionId: idOf(index) };
    positions.push(position('10', { ...ref, plan: null, origin: 'venue-report' }));
    const stop = order(`s${index}`, ref);
    orders.push(counting(stop));
    listed.push(counting(row(stop)));
  }
  const markets = positions.map((each) => each.symbol);
  const input = {
    instruments: new Map(markets.map((market) => [market, instrument({}, market)])),
    marks: complete(markets.map((market) => mark('100', market))),
  };
  return { looks: () => looks, run: () => plan({ positions, orders, listed, input }) };
}

describe('indexEvidence', () => {
  it('looks at each order as often with forty positions as with ten', () => {
    const few = counted(10);
    const many = counted(40);
    expect(few.run().actions).toEqual([]);
    expect(many.run().actions).toEqual([]);
    expect(many.looks()).toBe(few.looks() * 4);
  });

  it('7: a row without a client id is matched by the id of the venue', () => {
    const stop = order('s1');
    const nameless = row(stop, { clientOrderId: null });
    const index = indexEvidence({
      orders: [stop],
      openOrders: complete([nameless]),
      takenMs: ms(1),
    });
    const live = liveProtection(position('10'), index);
    expect(live.stops.map((each) => each.clientOrderId)).toEqual(['s1']);
    expect(live.foreignStops).toEqual([]);
    expect(index.isListed(stop)).toBe(true);
  });

  it('a row that names a client is not matched by the id of the venue', () => {
    const stop = order('s1', { venueOrderId: 'v' as VenueOrderId });
    const other = row(order('s2', { venueOrderId: 'v' as VenueOrderId }));
    const index = indexEvidence({ orders: [stop], openOrders: complete([other]), takenMs: ms(1) });
    expect(index.isListed(stop)).toBe(false);
  });

  it('a stop of another position on the symbol covers nothing here', () => {
    const theirs = order('s1', { positionId: idOf(2) });
    const index = indexEvidence({
      orders: [theirs],
      openOrders: complete([row(theirs)]),
      takenMs: ms(1),
    });
    const open = position('10');
    const cover = coverOf(open.quantity, liveProtection(open, index), instrument().lotStep);
    expect(cover.state).toBe('under');
  });
});
