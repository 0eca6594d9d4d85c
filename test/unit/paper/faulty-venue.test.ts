/** The bad line itself: what it loses, what it lets act, and that it heals. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import { faultyVenue, type FaultyVenue, type TradeFault } from '../../support/faulty-venue.ts';
import { intent, paperWorld, rowsOf, type PaperWorld } from '../../support/paper-world.ts';

const FLAT = [100, 101, 99, 100] as const;
let world: PaperWorld;
let venue: FaultyVenue;

beforeEach(async () => {
  world = paperWorld([FLAT, FLAT, FLAT]);
  await world.walkTo(1);
  venue = faultyVenue(world.venue, world.clock);
});
afterEach(() => world.dispose());

const buy = (id: string): ReturnType<FaultyVenue['trader']['place']> =>
  venue.trader.place(intent('market buy 1', id), new AbortController().signal);

const FAULTS: readonly [string, TradeFault, string, number][] = [
  ['a lost request is in doubt and did nothing', 'request-lost', 'in_doubt', 0],
  ['a lost answer is in doubt and did everything', 'answer-lost', 'in_doubt', 1],
  ['a rejection did nothing', { reject: 'marketSuspended' }, 'rejected', 0],
  ['a late answer is an answer', { delayMs: ms(5_000) }, 'accepted', 1],
];

describe('a faulty venue', () => {
  it.each(FAULTS)('%s', async (_name, fault, kind, fills) => {
    const before = world.clock.now();
    venue.next('place', fault);
    expect((await buy('one')).kind).toBe(kind);
    expect(await world.fills()).toHaveLength(fills);
    const isDelay = typeof fault === 'object' && 'delayMs' in fault;
    expect(world.clock.now() - before >= 5_000).toBe(isDelay);
    expect((await buy('two')).kind).toBe('accepted');
    expect(venue.sent).toHaveLength(2);
    expect(venue.pending()).toBe(0);
  });

  it('a reading is unknown as often as told, and only that reading', async () => {
    venue.unknown('positions', 2);
    expect((await venue.reader.positions()).read).toBe('unknown');
    expect((await venue.reader.openOrders()).read).toBe('complete');
    expect((await venue.reader.positions()).read).toBe('unknown');
    expect(rowsOf(await venue.reader.positions())).toEqual([]);
  });
});
