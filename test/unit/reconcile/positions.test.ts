/** One market's position, registry against venue: the venue's report is the target for side and size. */
import { describe, expect, it } from 'vitest';
import { price, quantity } from '../../../src/domain/decimal.ts';
import type { PositionId } from '../../../src/domain/ids.ts';
import type { Position } from '../../../src/domain/position.ts';
import type { VenuePosition } from '../../../src/domain/venue.ts';
import { TON, instrument, order, position } from '../../support/protection-world.ts';
import {
  BTC,
  blockedBy,
  entry,
  evidenceOf,
  eventsOf,
  findings,
  held,
  kinds,
  listed,
  ourId,
  repair,
} from '../../support/repair-world.ts';

interface Case {
  readonly what: string;
  readonly registry: Position | null;
  readonly venue: readonly VenuePosition[];
  readonly lotStep?: string;
  readonly found: string | null;
  readonly does: string | null;
  readonly after: string;
}

const cases: readonly Case[] = [
  {
    what: '23: L100 and L150: adjusted to 150',
    registry: position('100'),
    venue: [listed('150')],
    found: 'drift.quantity',
    does: 'adjust-registry',
    after: 'long 150',
  },
  {
    what: '26: L100 and 100.00000001 with a step of 1: the same',
    registry: position('100'),
    venue: [listed('100.00000001')],
    found: null,
    does: null,
    after: 'long 100',
  },
  {
    what: '27: 100 and 101 with a step of 1: drift',
    registry: position('100'),
    venue: [listed('101')],
    found: 'drift.quantity',
    does: 'adjust-registry',
    after: 'long 101',
  },
  {
    what: '27: 1.0 and 1.05 with a step of 0.1: the same',
    registry: position('1.0'),
    venue: [listed('1.05')],
    lotStep: '0.1',
    found: null,
    does: null,
    after: 'long 1',
  },
  {
    what: '28: flat and L3 at 3000: imported',
    registry: null,
    venue: [listed('3', { entryPrice: price('3000') })],
    found: 'phantom',
    does: 'import-position',
    after: 'long 3',
  },
  {
    what: 'the same size at another entry price: the price follows',
    registry: position('100'),
    venue: [listed('100', { entryPrice: price('101') })],
    found: 'drift.price',
    does: 'adjust-registry',
    after: 'long 100',
  },
  {
    what: 'an entry price less than a tick away: the same',
    registry: position('100'),
    venue: [listed('100', { entryPrice: price('100.004') })],
    found: null,
    does: null,
    after: 'long 100',
  },
  {
    what: 'the venue tells no entry price: ours stays',
    registry: position('100'),
    venue: [listed('100', { entryPrice: null })],
    found: null,
    does: null,
    after: 'long 100',
  },
  {
    what: 'only the venue knows the entry price: it follows',
    registry: position('100', { entryPrice: null }),
    venue: [listed('100')],
    found: 'drift.price',
    does: 'adjust-registry',
    after: 'long 100',
  },
  {
    what: 'a row of size zero is ignored',
    registry: null,
    venue: [listed('0')],
    found: null,
    does: null,
    after: 'flat',
  },
  {
    what: 'less than a lot is how a venue rounds a flat account',
    registry: null,
    venue: [listed('0.4')],
    found: null,
    does: null,
    after: 'flat',
  },
];

describe('what differs, and the repair', () => {
  it.each(cases)('$what', ({ registry, venue, lotStep, found, does, after }) => {
    const plan = repair({
      positions: registry === null ? [] : [registry],
      listed: venue,
      ...(lotStep === undefined ? {} : { instruments: [instrument({ lotStep })] }),
    });
    expect(findings(plan)).toEqual(found === null ? [] : [found]);
    expect(kinds(plan)).toEqual(does === null ? [] : [does]);
    expect(held(plan)).toBe(after);
    expect(blockedBy(plan)).toBeNull();
    expect(plan.equal.has(TON)).toBe(found === null && registry !== null);
  });

  it('23: an adjustment says what it was, what it is, and that no fill explains it', () => {
    const plan = repair({ positions: [position('100')], listed: [listed('150')] });
    expect(eventsOf(plan, 'POSITION_ADJUSTED')[0]?.payload).toMatchObject({
      quantity_before: '100',
      quantity: '150',
    });
    expect(plan.actions[0]?.summary).toContain('unexplained');
  });

  it('28: imported with the entry price that was reported, and none is invented', () => {
    const known = repair({ listed: [listed('3', { entryPrice: price('3000') })] });
    const unknown = repair({ listed: [listed('3', { entryPrice: null })] });
    const told = [known, unknown].map((plan) => eventsOf(plan, 'POSITION_IMPORTED')[0]?.payload);
    expect(told).toMatchObject([
      { side: 'long', quantity: '3', entry_price: '3000', origin: 'venue-report', plan: null },
      { side: 'long', quantity: '3', entry_price: null, origin: 'venue-report', plan: null },
    ]);
  });

  it('28: an import acts on the first complete reading', () => {
    expect(kinds(repair({ listed: [listed('3')] }))).toEqual(['import-position']);
  });

  it('the same facts imported again are another position', () => {
    const first = repair({ listed: [listed('3')] }).after.positions[0]?.positionId;
    const closed = first === undefined ? [] : [first];
    const again = repair({ listed: [listed('3')], past: { closed } }).after.positions[0];
    expect(again?.positionId).not.toBe(first);
  });

  it('35: another account is another world: B is not summed, and its imports have other ids', () => {
    const plan = repair({ positions: [position('1000')], listed: [listed('1000')] });
    expect(kinds(plan)).toEqual([]);
    const ids = ['A', 'B'].map(
      (account) => repair({ listed: [listed('1000')], input: { account } }).actions[0]?.positionId,
    );
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('an order of ours that reduces the import protects it from now on', () => {
    const stop = order(ourId('stop'), { positionId: 'pos-old' as PositionId });
    const plan = repair({ orders: [stop], listed: [listed('3')], input: { scope: 'all' } });
    const imported = plan.after.positions[0]?.positionId;
    expect(plan.after.orders.map(({ positionId }) => positionId)).toEqual([imported]);
  });
});

describe('the other side is another position (case G)', () => {
  it.each([
    ['25: L100 and S50', '100', '50'],
    ['37: L75, ten days old, and S65', '75', '65'],
  ])('%s: retired, imported as new, and an operator has to look', (_what, ours, theirs) => {
    const plan = repair({
      positions: [position(ours)],
      listed: [listed(theirs, { side: 'short' })],
    });
    expect(kinds(plan)).toEqual(['adjust-registry']);
    expect(plan.actions[0]?.events.map(({ type }) => type)).toEqual([
      'POSITION_RETIRED',
      'POSITION_IMPORTED',
      'ACKNOWLEDGEMENT_NEEDED',
    ]);
    expect(blockedBy(plan)).toBe('drift.side');
    expect(held(plan)).toBe(`short ${theirs}`);
    expect(plan.after.positions[0]?.plan).toBeNull();
  });

  it('25: the orders of the old side stay with it, so that they are cancelled by their ids', () => {
    const old = position('100');
    const stop = order(ourId('stop'));
    const plan = repair({
      positions: [old],
      orders: [stop],
      listed: [listed('50', { side: 'short' })],
    });
    expect(plan.after.orders.map(({ positionId }) => positionId)).toEqual([old.positionId]);
  });
});

describe('what is unknown changes nothing and blocks', () => {
  it.each([
    ['the reading failed', 'timed out'],
    ['the answer was 200 and had no list', 'the answer has no list of positions'],
  ])('31: %s: unknown', (_what, reason) => {
    const plan = repair({
      positions: [position('100')],
      snapshot: { positions: { read: 'unknown', reason } },
    });
    expect(findings(plan)).toEqual(['unknown']);
    expect(evidenceOf(plan, 'unknown')).toContain(reason);
    expect(kinds(plan)).toEqual([]);
    expect(blockedBy(plan)).toBe('unknown');
    expect(held(plan)).toBe('long 100');
    expect(plan.isEverythingBlocked).toBe(true);
    expect(plan.sightings.size).toBe(0);
  });

  it.each([
    ['and does not show', []],
    ['and shows all the same', [listed('5')]],
  ])(
    '34: L1 of an instrument the venue no longer lists %s: unknown, blocked, named',
    (_is, rows) => {
      const plan = repair({ positions: [position('1')], listed: rows, instruments: [] });
      expect(findings(plan)).toEqual(['unknown']);
      expect(plan.findings[0]?.symbol).toBe(TON);
      expect(blockedBy(plan)).toBe('unknown');
      expect(kinds(plan)).toEqual([]);
    },
  );

  it('36: both sides of one market: unsupported, blocked, not the difference of the two', () => {
    const plan = repair({ listed: [listed('10'), listed('5', { side: 'short' })] });
    expect(findings(plan)).toEqual(['malformed.venue']);
    expect(evidenceOf(plan, 'malformed.venue')).toContain('long 10 and short 5');
    expect(blockedBy(plan)).toBe('malformed.venue');
    expect(kinds(plan)).toEqual([]);
  });

  it('a row without a quantity blocks its own market and no other', () => {
    const malformed = [{ written: 'PF_TONUSD', symbol: TON, why: 'its quantity is null' }];
    const other = listed('3', { symbol: BTC });
    const plan = repair({
      positions: [position('10')],
      snapshot: { positions: { read: 'complete', rows: [other], serverMs: null, malformed } },
    });
    expect(blockedBy(plan)).toBe('malformed.venue');
    expect(held(plan)).toBe('long 10');
    expect(held(plan, BTC)).toBe('long 3');
    expect(plan.isEverythingBlocked).toBe(false);
  });

  it('a market that nobody here knows is named by the id of the venue', () => {
    const malformed = [{ written: 'PF_NEWUSD', symbol: null, why: 'no instrument' }];
    const plan = repair({
      snapshot: { positions: { read: 'complete', rows: [], serverMs: null, malformed } },
    });
    expect(plan.findings).toEqual([
      {
        symbol: 'PF_NEWUSD',
        positionId: null,
        finding: 'malformed.venue',
        evidence: 'no instrument',
      },
    ]);
    expect(kinds(plan)).toEqual([]);
  });

  it('a market with an order in flight waits for the next observation', () => {
    const flying = entry({ state: 'in_doubt' });
    const plan = repair({ positions: [position('10')], orders: [flying], listed: [listed('15')] });
    expect(kinds(plan)).toEqual([]);
    expect(held(plan)).toBe('long 10');
    expect(blockedBy(plan)).toBe('order.in-doubt');
  });

  it('asked only for orders, positions are left alone', () => {
    const plan = repair({
      positions: [position('10')],
      listed: [listed('15')],
      input: { scope: 'orders' },
    });
    expect(findings(plan)).toEqual([]);
    expect(held(plan)).toBe('long 10');
  });
});

describe('what an operator chose for an import', () => {
  it('is written with it', () => {
    const importAs = () => ({ plan: null, noStopReason: 'hedged elsewhere' });
    const plan = repair({ listed: [listed('3')], input: { importAs } });
    expect(plan.after.positions[0]).toMatchObject({
      noStopReason: 'hedged elsewhere',
      quantity: quantity('3'),
    });
  });
});
