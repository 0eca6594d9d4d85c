/** What became of orders: a row of the venue decides, absence only twice, ambiguity never. */
import { describe, expect, it } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import { price, quantity } from '../../../src/domain/decimal.ts';
import type { VenueFill } from '../../../src/domain/fill.ts';
import { positionIdOf, type VenueOrderId } from '../../../src/domain/ids.ts';
import type { Order, OrderState } from '../../../src/domain/order.ts';
import type { Snapshot } from '../../../src/domain/venue.ts';
import { planRepair, type RepairPlan } from '../../../src/reconcile/plan-repair.ts';
import { SIGNAL, fill, order, position, row } from '../../support/protection-world.ts';
import {
  applied,
  blockedBy,
  entry,
  evidenceOf,
  eventsOf,
  findings,
  held,
  kinds,
  listed,
  orderAfter,
  ourId,
  outcomes,
  repair,
  repairInput,
  repairTwice,
  type RepairWorld,
} from '../../support/repair-world.ts';

const sent = entry({ state: 'submitted', venueOrderId: null });
const id = sent.clientOrderId;
const VENUE_ID = 'v-1' as VenueOrderId;
const at = (state: OrderState, over: Partial<Order> = {}) =>
  row({ ...sent, venueOrderId: VENUE_ID, ...over }, { state });
const filledBy = (size: string): VenueFill =>
  fill(`T${size}`, { clientOrderId: id, venueOrderId: VENUE_ID, quantity: quantity(size) });
const unreadable = { read: 'unknown', reason: 'timed out' } as const;

describe('a row of the venue decides', () => {
  it('1: submitted, the venue rejected it: rejected, and why is kept', () => {
    const plan = repair({ orders: [sent], history: [at('rejected')] });
    expect(kinds(plan)).toEqual(['resolve-order']);
    expect(eventsOf(plan, 'ORDER_STATE')[0]?.payload).toMatchObject({
      state: 'rejected',
      venue_order_id: 'v-1',
      evidence: 'v-1 ended rejected, filled 0',
    });
  });

  it('3: partially filled 5 of 10, then cancelled: cancelled with 5 kept', () => {
    const world = {
      orders: [sent],
      history: [at('cancelled', { filled: quantity('5') })],
      fills: [filledBy('5')],
      listed: [listed('5')],
    };
    expect(outcomes(world)).toEqual({ [id]: 'cancelled 5' });
    expect(held(repair(world))).toBe('long 5');
  });

  it('4: five submitted: each ends as the venue says, one of two candidates blocks only itself', () => {
    const five = [1, 2, 3, 4, 5].map((n) => order(ourId('target', n), { state: 'submitted' }));
    const [live, partial, filled, rejected, unclear] = five as [Order, Order, Order, Order, Order];
    const told = (of: Order, size: string): VenueFill =>
      fill(of.clientOrderId, {
        clientOrderId: of.clientOrderId,
        side: 'sell',
        quantity: quantity(size),
      });
    const world: RepairWorld = {
      positions: [position('50')],
      listed: [listed('37')],
      orders: five,
      open: [row(live), row(partial, { filled: quantity('3') }), row(unclear)],
      history: [
        row(filled, { state: 'filled', filled: quantity('10') }),
        row(rejected, { state: 'rejected' }),
        row(unclear, { venueOrderId: 'other' as VenueOrderId, state: 'cancelled' }),
      ],
      fills: [told(partial, '3'), told(filled, '10')],
    };
    expect(outcomes(world)).toEqual({
      [live.clientOrderId]: 'live 0',
      [partial.clientOrderId]: 'partially_filled 3',
      [filled.clientOrderId]: 'filled 10',
      [rejected.clientOrderId]: 'rejected 0',
    });
    expect(findings(repair(world)).filter((each) => each === 'order.in-doubt')).toHaveLength(3);
    expect(repair(world).findings.map(({ evidence }) => evidence)).toContainEqual(
      expect.stringContaining('may be any of'),
    );
    expect(orderAfter(repair(world), unclear.clientOrderId)).toBe('submitted 0');
  });

  it('5: amended by hand: updated, no second order', () => {
    const live = entry({ price: price('1.0') });
    const plan = repair({ orders: [live], open: [row(live, { price: price('1.1') })] });
    expect(findings(plan)).toEqual(['order.amended']);
    expect(kinds(plan)).toEqual(['resolve-order']);
    expect(plan.after.orders.map((each) => each.price?.toFixed())).toEqual(['1.1']);
  });

  it('5: a stop that a hand resized is as large as the venue says', () => {
    const stop = order(ourId('stop'));
    const plan = repair({
      positions: [position('10')],
      listed: [listed('10')],
      orders: [stop],
      open: [row(stop, { quantity: quantity('4'), stopPrice: price('94') })],
    });
    expect(plan.after.orders[0]).toMatchObject({ quantity: quantity('4'), stopPrice: price('94') });
  });

  it('5 and 49: in doubt and amended: what it is now is one plan, not two', () => {
    const doubted = entry({ state: 'in_doubt' });
    const open = [row(doubted, { quantity: quantity('4') })];
    const input = repairInput({ orders: [doubted], open });
    const plan = planRepair(input);
    expect(orderAfter(plan, id)).toBe('live 0');
    expect(plan.after.orders.map((each) => each.quantity.toFixed())).toEqual(['4']);
    expect(kinds(planRepair(applied(input, plan)))).toEqual([]);
  });

  it('6: filled 100, the report says quantity 50: refused, nothing shrinks', () => {
    const done = entry({
      quantity: quantity('200'),
      filled: quantity('100'),
      state: 'partially_filled',
    });
    const plan = repair({
      positions: [position('100', { positionId: positionIdOf(SIGNAL) })],
      listed: [listed('100')],
      orders: [done],
      open: [row(done, { quantity: quantity('50'), filled: quantity('50') })],
    });
    expect(kinds(plan)).toEqual([]);
    expect(plan.after.orders[0]?.quantity.toFixed()).toBe('200');
  });

  it('7: a report without the client id is matched by the id of the venue', () => {
    const known = entry({ state: 'in_doubt', venueOrderId: VENUE_ID });
    const plan = repair({ orders: [known], open: [row(known, { clientOrderId: null })] });
    expect(kinds(plan)).toEqual(['resolve-order']);
    expect(findings(plan)).toEqual(['order.in-doubt']);
    expect(orderAfter(plan, id)).toBe('live 0');
  });

  it('8: two reports of one order: the most advanced wins', () => {
    const world: RepairWorld = {
      orders: [sent],
      history: [
        at('partially_filled', { filled: quantity('5') }),
        at('filled', { filled: quantity('10') }),
      ],
      fills: [filledBy('10')],
      listed: [listed('10')],
    };
    expect(outcomes(world)).toEqual({ [id]: 'filled 10' });
  });

  it('10: only the fills know it: filled by them, one position, no import beside it', () => {
    const world: RepairWorld = { orders: [sent], fills: [filledBy('10')], listed: [listed('10')] };
    expect(kinds(repair(world))).toEqual(['record-fill']);
    expect(outcomes(world)).toEqual({ [id]: 'filled 10' });
    expect(repair(world).after.positions.map(({ positionId }) => positionId)).toEqual([
      positionIdOf(SIGNAL),
    ]);
  });

  it('13: two venue orders match one intent: blocked, both named', () => {
    const twin = row(sent, { venueOrderId: 'v-2' as VenueOrderId });
    const plan = repair({ orders: [sent], open: [at('live'), twin] });
    expect(kinds(plan)).toEqual([]);
    expect(blockedBy(plan)).toBe('order.in-doubt');
    expect(evidenceOf(plan, 'order.in-doubt')).toContain('v-1, v-2');
  });

  it.each([
    ['10', 'filled 10'],
    ['4', 'cancelled 4'],
  ])('14: `cancelled, filled 0` and a fill of %s exists: %s', (size, is) => {
    const history = [at('cancelled')];
    const world = { orders: [sent], history, fills: [filledBy(size)], listed: [listed(size)] };
    expect(outcomes(world)).toEqual({ [id]: is });
  });

  it('14: `cancelled, filled 0` is not believed until fills were read', () => {
    const plan = repair({
      orders: [sent],
      history: [at('cancelled')],
      snapshot: { fills: unreadable },
    });
    expect(kinds(plan)).toEqual([]);
    expect(blockedBy(plan)).toBe('order.in-doubt');
  });

  it('an end that speaks of fills waits until they are ours too', () => {
    const history = [at('filled', { filled: quantity('10') })];
    const plan = repair({ orders: [sent], history, fills: [filledBy('4')] });
    expect(kinds(plan)).toEqual(['record-fill']);
    expect(evidenceOf(plan, 'order.in-doubt')).toContain('its fills were not read yet');
    expect(orderAfter(plan, id)).toBe('partially_filled 4');
  });
});

describe('absence decides only twice and only when everything was read', () => {
  const world: RepairWorld = { orders: [sent] };

  it('9: submitted, no answer, nobody has it, twice: absent, the intent is closed', () => {
    const first = repair(world);
    expect(kinds(first)).toEqual([]);
    expect(blockedBy(first)).toBe('order.in-doubt');
    const second = repairTwice(world);
    expect(eventsOf(second, 'ORDER_STATE')[0]?.payload).toMatchObject({ state: 'absent' });
    expect(orderAfter(second, id)).toBe('ended');
    expect(blockedBy(second)).toBeNull();
  });

  it.each<[string, Partial<Snapshot>]>([
    ['open orders', { openOrders: unreadable }],
    ['history', { orderHistory: unreadable }],
    ['fills', { fills: unreadable }],
  ])('9: %s failed in the second: still in doubt', (_what, snapshot) => {
    const { sightings } = repair(world);
    const plan = repair({ ...world, atMs: ms(90_000), sightings, snapshot });
    expect(kinds(plan)).toEqual([]);
    expect(orderAfter(plan, id)).toBe('submitted 0');
    expect(findings(plan)).toContain('order.in-doubt');
  });

  it('9: history that nobody asked for proves nothing', () => {
    const { takenMs, account, positions, openOrders, marks, fills } = repairInput(world).snapshot;
    const snapshot = { takenMs, account, positions, openOrders, marks, fills };
    const plan = repair({ ...world, input: { snapshot } });
    expect(evidenceOf(plan, 'order.in-doubt')).toContain('history was not asked for');
  });

  it('9: two readings in the same second are one', () => {
    expect(kinds(repairTwice(world, 1_000))).toEqual([]);
  });

  it('9: without a step of the venue’s own time the second reading is the first', () => {
    const frozen: RepairWorld = {
      ...world,
      snapshot: { positions: { read: 'complete', rows: [], serverMs: ms(1) } },
    };
    expect(kinds(repairTwice(frozen))).toEqual([]);
  });

  it('a request that may still arrive is not looked for in vain', () => {
    const young = { orders: [{ ...sent, updatedMs: ms(58_000) }] };
    expect(evidenceOf(repair(young), 'order.in-doubt')).toContain('may still arrive');
    expect(repair(young).sightings.size).toBe(0);
  });

  it('11: cancel sent, no answer: still live until a complete reading says otherwise', () => {
    const live = entry();
    expect(kinds(repair({ orders: [live], snapshot: { openOrders: unreadable } }))).toEqual([]);
    expect(kinds(repair({ orders: [live], open: [row(live)] }))).toEqual([]);
    const gone = repair({ orders: [live], history: [row(live, { state: 'cancelled' })] });
    expect(kinds(gone)).toEqual(['resolve-order']);
  });

  it('a live order that is neither open nor in history is given a minute, then it is absent', () => {
    const live = { orders: [entry()] };
    expect(kinds(repairTwice(live, 5_000))).toEqual([]);
    expect(kinds(repairTwice(live, 60_000))).toEqual(['resolve-order']);
  });

  describe('an accepted stop of an open position that is not listed', () => {
    const missing = order(ourId('stop'), { updatedMs: ms(1) });
    const younger = order(ourId('stop', 2), { intendedMs: ms(2), updatedMs: ms(2) });
    const held = { positions: [position('10')], listed: [listed('10')] };
    const world = { ...held, orders: [missing, younger] };

    it.each<[string, RepairWorld]>([
      ['beside an empty list', { ...held, orders: [missing] }],
      ['beside a list that shows an older one', { ...world, open: [row(missing)] }],
      ['beside a list that shows no stop', { ...world, open: [] }],
    ])('%s is never absent, and takes no entries', (_what, of) => {
      const plan = repairTwice(of, 600_000);
      expect(kinds(plan)).toEqual([]);
      expect(blockedBy(plan)).toBe('order.unlisted');
    });

    it('beside a younger one that is listed is absent when seen twice', () => {
      const listing = { ...world, open: [row(younger)] };
      expect(kinds(repairTwice(listing, 4_999))).toEqual([]);
      expect(kinds(repairTwice(listing, 5_000))).toEqual(['resolve-order']);
    });

    it('is told as it ended when history tells', () => {
      const told = { ...held, orders: [missing], history: [row(missing, { state: 'cancelled' })] };
      expect(kinds(repair(told))).toEqual(['resolve-order']);
    });

    it('says nothing of a position that is not listed either', () => {
      const plan = repair({ positions: [position('10')], orders: [missing] });
      expect(findings(plan)).toEqual(['orphan?']);
    });
  });

  it('one that filled in part before it vanished is expired, never absent', () => {
    const part = entry({ state: 'partially_filled', filled: quantity('4') });
    const plan = repairTwice(
      {
        orders: [part],
        positions: [position('4', { positionId: positionIdOf(SIGNAL) })],
        listed: [listed('4')],
      },
      60_000,
    );
    expect(eventsOf(plan, 'ORDER_STATE')[0]?.payload).toMatchObject({ state: 'expired' });
  });

  it('seen again in between, the count starts anew', () => {
    const seen = repair({ ...world, open: [at('live')], sightings: repair(world).sightings });
    expect([...seen.sightings.keys()]).toEqual([]);
  });
});

describe('readings of one observation are not of one instant', () => {
  const stop = order(ourId('stop'));
  const base: RepairWorld = { positions: [position('10')], orders: [stop], listed: [listed('10')] };

  it('8: open in one list and ended in the other: it ended, and is not adopted again', () => {
    const world = { ...base, open: [row(stop)], history: [row(stop, { state: 'cancelled' })] };
    const [plan, again] = plannedTwice(world);
    expect(kinds(plan)).toEqual(['resolve-order']);
    expect(orderAfter(plan, stop.clientOrderId)).toBe('ended');
    expect(kinds(again)).toEqual([]);
  });

  it('7: filled after the open orders were read: it is filled, and is not adopted again', () => {
    const told = fill('S', {
      clientOrderId: stop.clientOrderId,
      venueOrderId: stop.venueOrderId,
      side: 'sell',
      quantity: quantity('10'),
    });
    const [plan, again] = plannedTwice({ ...base, listed: [], open: [row(stop)], fills: [told] });
    expect(kinds(plan)).toEqual(['record-fill']);
    expect(held(plan)).toBe('flat');
    expect(plan.after.orders).toEqual([]);
    expect(kinds(again)).toEqual([]);
  });

  /** The plan, and the plan after it was applied, on the same observation (49). */
  function plannedTwice(world: RepairWorld): readonly [RepairPlan, RepairPlan] {
    const input = repairInput(world);
    const plan = planRepair(input);
    return [plan, planRepair(applied(input, plan))];
  }
});
