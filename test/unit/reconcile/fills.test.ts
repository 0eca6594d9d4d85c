/** Fills first: what is missing is recorded once, whoever it is of, before anything is compared. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import { price, quantity } from '../../../src/domain/decimal.ts';
import type { VenueFill } from '../../../src/domain/fill.ts';
import { positionIdOf, type VenueOrderId } from '../../../src/domain/ids.ts';
import { LONG_PLAN, SIGNAL, fill, order, position, row } from '../../support/protection-world.ts';
import {
  blockedBy,
  entry,
  evidenceOf,
  eventsOf,
  findings,
  held,
  kinds,
  listed,
  orderAfter,
  repair,
  type RepairWorld,
} from '../../support/repair-world.ts';

const buy = entry({ quantity: quantity('100') });
const ours = (id: string, size: string, atMs = 0): VenueFill =>
  fill(id, { clientOrderId: buy.clientOrderId, quantity: quantity(size), tsMs: ms(atMs) });
const trades = (world: RepairWorld): unknown[] =>
  eventsOf(repair(world), 'FILL').map(({ payload }) => 'trade_id' in payload && payload.trade_id);

describe('missing fills', () => {
  it('15: has T1, told T1 T2 T3: T2 and T3 are recorded, once', () => {
    const fills = [ours('T1', '30', 1), ours('T2', '40', 2), ours('T3', '30', 3)];
    const part = entry({ ...buy, state: 'partially_filled', filled: quantity('30') });
    const world = { orders: [part], fills, past: { fills: fills.slice(0, 1) } };
    expect(trades(world)).toEqual(['T2', 'T3']);
    expect(orderAfter(repair(world), buy.clientOrderId)).toBe('ended');
  });

  describe('16: same trade id, other price', () => {
    const known = { ...ours('T1', '30'), price: price('100') };
    const world = {
      orders: [buy],
      open: [row(buy)],
      past: { fills: [known] },
      fills: [{ ...known, price: price('101') }],
    };

    it('16: ours is kept', () => {
      expect(kinds(repair(world))).toEqual([]);
    });

    it('16: the difference is reported', () => {
      const told = repair(world).findings.map(({ evidence }) => evidence);
      expect(told).toContainEqual(expect.stringContaining('T1'));
    });
  });

  it('17: the same fill twice in one answer: once', () => {
    expect(trades({ orders: [buy], fills: [ours('T1', '1'), ours('T1', '1')] })).toEqual(['T1']);
  });

  it('18: an overfill happened, so it is recorded, and said', () => {
    const part = entry({ ...buy, state: 'partially_filled', filled: quantity('80') });
    const plan = repair({
      positions: [position('80', { positionId: positionIdOf(SIGNAL) })],
      orders: [part],
      fills: [ours('T2', '30')],
      listed: [listed('110')],
    });
    expect(evidenceOf(plan, 'fill.missing')).toContain('overfills');
    expect(evidenceOf(plan, 'fill.missing')).toContain('110 of 100');
    expect(held(plan)).toBe('long 110');
  });

  it.each(['assignee', 'liquidation'] as const)(
    '19: a fill of the kind %s is recorded with its kind, and the position follows',
    (kind) => {
      const told = fill('L', { kind, side: 'sell', quantity: quantity('10') });
      const plan = repair({ positions: [position('10')], fills: [told] });
      expect(eventsOf(plan, 'FILL')[0]?.payload).toMatchObject({ kind });
      expect(eventsOf(plan, 'POSITION_CLOSED')[0]?.payload).toMatchObject({
        reason: 'liquidation',
      });
      expect(held(plan)).toBe('flat');
    },
  );

  it('funding is recorded and moves no quantity', () => {
    const told = fill('F', { kind: 'funding', side: 'sell', quantity: quantity('10') });
    const plan = repair({ positions: [position('10')], fills: [told], listed: [listed('10')] });
    expect(kinds(plan)).toEqual(['record-fill']);
    expect(held(plan)).toBe('long 10');
  });

  it('funding told under the id of an entry opens no position of size zero', () => {
    const told = fill('F', { kind: 'funding', clientOrderId: buy.clientOrderId });
    expect(held(repair({ orders: [buy], open: [row(buy)], fills: [told] }))).toBe('flat');
  });

  it('20: fills out of order give the same result, folded by venue time', () => {
    const told = ['T1', 'T2', 'T3', 'T10'].map((id, i) => ours(id, '1', Math.floor(i / 2)));
    expect(trades({ orders: [buy], fills: told })).toEqual(['T1', 'T2', 'T3', 'T10']);
    fc.assert(
      fc.property(fc.shuffledSubarray(told, { minLength: 4 }), (shuffled) => {
        const world = { orders: [buy], fills: shuffled };
        expect(repair(world)).toEqual(repair({ ...world, fills: told }));
      }),
    );
  });

  it('21: a fill that came by stream is not recorded again from the REST answer', () => {
    const told = ours('T1', '30');
    const part = entry({ ...buy, state: 'partially_filled', filled: quantity('30') });
    const plan = repair({
      positions: [position('30', { positionId: positionIdOf(SIGNAL) })],
      orders: [part],
      open: [row(part)],
      past: { fills: [told] },
      fills: [told],
      listed: [listed('30')],
    });
    expect(kinds(plan)).toEqual([]);
  });

  it.each([
    ['reduces', 'sell', 'long 7'],
    ['grows', 'buy', 'long 13'],
  ] as const)('22: a fill without an order of ours %s the position', (_what, side, is) => {
    const told = fill('H', { side, quantity: quantity('3') });
    const plan = repair({
      positions: [position('10')],
      fills: [told],
      listed: [listed(is.slice(5))],
    });
    expect(kinds(plan)).toEqual(['record-fill']);
    expect(held(plan)).toBe(is);
    expect(evidenceOf(plan, 'fill.missing')).toContain('no order of ours');
  });

  it('22: without a position it is a fact and opens nothing; the position comes by the report', () => {
    const plan = repair({ fills: [fill('H', { quantity: quantity('3') })], listed: [listed('3')] });
    expect(kinds(plan)).toEqual(['record-fill', 'import-position']);
    expect(held(plan)).toBe('long 3');
  });

  it('24: a fill that explains the difference leaves nothing to adjust', () => {
    const told = fill('H', { side: 'sell', quantity: quantity('50') });
    const plan = repair({
      positions: [position('150')],
      fills: [told],
      listed: [listed('100')],
    });
    expect(kinds(plan)).toEqual(['record-fill']);
    expect(held(plan)).toBe('long 100');
  });

  it('what fills do not explain is adjusted after them, and nothing is counted twice', () => {
    const told = fill('H', { side: 'sell', quantity: quantity('50') });
    const plan = repair({ positions: [position('150')], fills: [told], listed: [listed('90')] });
    expect(kinds(plan)).toEqual(['record-fill', 'adjust-registry']);
    expect(evidenceOf(plan, 'drift.quantity')).toContain('registry long 100');
    expect(held(plan)).toBe('long 90');
  });

  it('a fill newer than the reading of positions lets its market wait', () => {
    const told = fill('H', { side: 'sell', quantity: quantity('50'), tsMs: ms(60_000) });
    const plan = repair({ positions: [position('150')], fills: [told], listed: [listed('150')] });
    expect(kinds(plan)).toEqual(['record-fill']);
  });

  it('38: a late fill of a closed position does not open it again', () => {
    const plan = repair({
      past: { orders: [entry({ state: 'filled' })], closed: [positionIdOf(SIGNAL)] },
      fills: [ours('T9', '5')],
    });
    expect(kinds(plan)).toEqual(['record-fill']);
    expect(eventsOf(plan, 'FILL')[0]?.positionId).toBeNull();
    expect(held(plan)).toBe('flat');
  });
});

describe('whose a fill is', () => {
  it('7: without a client id it belongs to the order that has the id of the venue', () => {
    const told = fill('T1', { venueOrderId: buy.venueOrderId });
    const plan = repair({ orders: [buy], open: [row(buy)], fills: [told], listed: [listed('1')] });
    expect(eventsOf(plan, 'FILL')[0]?.clientOrderId).toBe(buy.clientOrderId);
    expect(orderAfter(plan, buy.clientOrderId)).toBe('partially_filled 1');
  });

  it('the first fill of an entry opens its position, with the plan of the entry', () => {
    const plan = repair({
      orders: [buy],
      open: [row(buy)],
      past: { plans: new Map([[buy.clientOrderId, LONG_PLAN]]) },
      fills: [ours('T1', '30')],
      listed: [listed('30')],
    });
    expect(kinds(plan)).toEqual(['record-fill']);
    expect(plan.after.positions[0]).toMatchObject({
      positionId: positionIdOf(SIGNAL),
      signalId: SIGNAL,
      plan: { stop: price('95') },
    });
  });

  it('the fill of a stop closes the position with its purpose', () => {
    const stop = order('s1');
    const told = fill('S', {
      clientOrderId: stop.clientOrderId,
      venueOrderId: 'v-s1' as VenueOrderId,
      side: 'sell',
      quantity: quantity('10'),
      price: price('95'),
    });
    const plan = repair({ positions: [position('10')], orders: [stop], fills: [told] });
    expect(eventsOf(plan, 'POSITION_CLOSED')[0]?.payload).toMatchObject({
      reason: 'stop_loss',
      realized_pnl: '-50',
    });
    expect(findings(plan)).not.toContain('orphan?');
  });

  it('a hand that sells more than is held closes it; the rest is what the venue reports', () => {
    const told = fill('H', { side: 'sell', quantity: quantity('11') });
    const plan = repair({
      positions: [position('10')],
      fills: [told],
      listed: [listed('1', { side: 'short' })],
    });
    expect(kinds(plan)).toEqual(['record-fill', 'import-position']);
    expect(held(plan)).toBe('short 1');
  });

  it('an import that a fill closed comes back as another position, never under the closed id', () => {
    const before = repair({ listed: [listed('10')] });
    const sold = fill('S', { side: 'sell', quantity: quantity('10'), tsMs: ms(1) });
    const bought = fill('B', { side: 'buy', quantity: quantity('10'), tsMs: ms(2) });
    const plan = repair({
      positions: before.after.positions,
      fills: [sold, bought],
      listed: [listed('10')],
    });
    const closed = eventsOf(plan, 'POSITION_CLOSED').map(({ positionId }) => positionId);
    const imported = eventsOf(plan, 'POSITION_IMPORTED').map(({ positionId }) => positionId);
    expect(held(plan)).toBe('long 10');
    expect(imported).not.toEqual(closed);
  });

  it('unreadable fills record nothing and block every market', () => {
    const plan = repair({
      positions: [position('10')],
      listed: [listed('15')],
      snapshot: { fills: { read: 'unknown', reason: 'timed out' } },
    });
    expect(kinds(plan)).toEqual([]);
    expect(blockedBy(plan)).toBe('unknown');
    expect(plan.isEverythingBlocked).toBe(true);
  });
});
