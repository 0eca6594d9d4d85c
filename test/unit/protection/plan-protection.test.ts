import { describe, expect, it } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import { decimal, price, quantity, text } from '../../../src/domain/decimal.ts';
import type { ClientOrderId, VenueOrderId } from '../../../src/domain/ids.ts';
import type { Order } from '../../../src/domain/order.ts';
import type { ProtectiveAction } from '../../../src/domain/plan.ts';
import type { Position } from '../../../src/domain/position.ts';
import type { VenueOrder } from '../../../src/domain/venue.ts';
import type { ProtectionInput } from '../../../src/protection/plan-protection.ts';
import { planProtection } from '../../../src/protection/plan-protection.ts';
import {
  POSITION,
  TON,
  complete,
  instrument,
  mark,
  order,
  position,
  row,
  target,
  unknown,
} from '../../support/protection-world.ts';

const NOW = ms(60_000);

interface World {
  positions?: Position[];
  orders?: Order[];
  listed?: VenueOrder[];
  input?: Partial<ProtectionInput>;
}

/** Orders are listed by the venue unless a test says otherwise. */
function plan(world: World): ReturnType<typeof planProtection> {
  const orders = world.orders ?? [];
  return planProtection({
    baseSeq: 7,
    nowMs: NOW,
    positions: world.positions ?? [position('10')],
    orders,
    openOrders: complete(world.listed ?? orders.map((o) => row(o))),
    takenMs: NOW,
    ordersUnknownSinceMs: null,
    instruments: new Map([[TON, instrument()]]),
    marks: complete([mark('100')]),
    swings: new Map(),
    lastStops: new Map(),
    uncoveredSince: new Map(),
    settings: {
      protectionDeadlineMs: ms(10_000),
      trailStepAtr: decimal('0.25'),
      takerFee: decimal('0.0005'),
    },
    ...world.input,
  });
}

function words(action: ProtectiveAction): string {
  if (action.action === 'cancel-order') return `cancel ${action.clientOrderId}`;
  const { purpose, quantity: amount, price: limit, stopPrice } = action.intent;
  const at = stopPrice ?? limit;
  const replaces = action.replaces.length === 0 ? '' : ` for ${action.replaces.join(' ')}`;
  return `${action.action} ${purpose} ${text(amount)} @ ${at === null ? 'market' : text(at)}${replaces}`;
}

const stops = (world: World): string[] =>
  plan(world)
    .actions.filter((a) => a.action !== 'place-target')
    .map(words);

const stop = (over: Partial<Order> = {}): Order => order('s1', over);
const held = [stop(), target(1, '4', '110'), target(2, '3', '120'), target(3, '3', '130')];
const foreign = (amount: string): VenueOrder =>
  row(stop(), {
    clientOrderId: null,
    venueOrderId: 'hand' as VenueOrderId,
    quantity: quantity(amount),
  });
const passed = { input: { marks: complete([mark('94')]) } };

describe('planProtection: stops', () => {
  it.each<[string, World, string[]]>([
    ['first fill: a stop for the filled quantity', {}, ['place-stop stop_loss 10 @ 95']],
    ['covered: nothing', { orders: [stop()] }, []],
    [
      'further fill: grown, new before old',
      { positions: [position('15')], orders: [stop()] },
      ['resize-stop stop_loss 15 @ 95 for s1'],
    ],
    [
      '39: live for half: the whole',
      { orders: [stop({ quantity: quantity('5') })] },
      ['resize-stop stop_loss 10 @ 95 for s1'],
    ],
    [
      'after a partial exit: shrunk',
      { positions: [position('6')], orders: [stop()] },
      ['resize-stop stop_loss 6 @ 95 for s1'],
    ],
    [
      'a difference below one lot is no difference',
      { positions: [position('10.4')], orders: [stop()] },
      [],
    ],
    [
      '40: two stops: the tighter of two that cover stays',
      { orders: [stop(), order('s2', { stopPrice: price('96') })] },
      ['cancel s1'],
    ],
    [
      '40: the one that covers beats the tighter one',
      { orders: [stop(), order('s2', { stopPrice: price('96'), quantity: quantity('5') })] },
      ['cancel s2'],
    ],
    [
      'two halves become one whole',
      { orders: [stop({ quantity: quantity('5') }), order('s2', { quantity: quantity('5') })] },
      ['resize-stop stop_loss 10 @ 95 for s1 s2'],
    ],
    ['41: a foreign stop covers', { listed: [foreign('10')] }, []],
    [
      'a foreign stop for half does not',
      { listed: [foreign('5')] },
      ['place-stop stop_loss 10 @ 95'],
    ],
    [
      'a foreign stop that is not reduce-only does not',
      { listed: [{ ...foreign('10'), reduceOnly: false }] },
      ['place-stop stop_loss 10 @ 95'],
    ],
    [
      'believed live, not listed: placed again',
      { orders: [stop()], listed: [] },
      ['place-stop stop_loss 10 @ 95'],
    ],
    ['accepted after the reading: counts', { orders: [stop({ updatedMs: NOW })], listed: [] }, []],
    [
      'in doubt, not listed: the next attempt',
      { orders: [stop({ state: 'in_doubt' })], listed: [] },
      ['place-stop stop_loss 10 @ 95'],
    ],
    ['in doubt, listed: it is live', { orders: [stop({ state: 'in_doubt' })] }, []],
    ['44: mark past the stop: exit', passed, ['exit-position stop_passed 10 @ market']],
    ['past the stop, but it is live: the venue acts', { ...passed, orders: [stop()] }, []],
    [
      'marks unknown: a stop from the plan',
      { input: { marks: unknown() } },
      ['place-stop stop_loss 10 @ 95'],
    ],
    [
      'cancelled by hand: never looser than the last',
      {
        input: {
          lastStops: new Map([[POSITION, { price: price('97'), purpose: 'trailing_stop' }]]),
        },
      },
      ['place-stop trailing_stop 10 @ 97'],
    ],
    [
      'within the deadline: tried again',
      { input: { uncoveredSince: new Map([[POSITION, ms(50_001)]]) } },
      ['place-stop stop_loss 10 @ 95'],
    ],
    [
      'at the deadline: never open what cannot be protected',
      { input: { uncoveredSince: new Map([[POSITION, ms(50_000)]]) } },
      ['exit-position emergency 10 @ market'],
    ],
    [
      'an exit is on its way: not a second one',
      {
        ...passed,
        orders: [
          order('x1', { role: 'exit', purpose: 'stop_passed', type: 'market', stopPrice: null }),
        ],
      },
      [],
    ],
    ['dust below the minimum: nothing can be sent', { positions: [position('0.5')] }, []],
    ['an unlisted instrument: nothing can be sized', { input: { instruments: new Map() } }, []],
  ])('%s', (_what, world, is) => expect(stops(world)).toEqual(is));

  it.each<[string, number, Order[], string[], number | null]>([
    ['46: open orders unknown: nothing before the deadline', 55_000, [], [], 65_000],
    [
      '46: at the deadline: by the next derived id',
      50_000,
      [],
      ['place-stop stop_loss 10 @ 95'],
      70_000,
    ],
    [
      'believed live, unconfirmed: placed again',
      50_000,
      [stop()],
      ['place-stop stop_loss 10 @ 95'],
      null,
    ],
    ['accepted since: once is enough', 50_000, [stop({ updatedMs: ms(51_000) })], [], null],
    [
      'never covered and out of time: exit',
      40_000,
      [],
      ['exit-position emergency 10 @ market'],
      null,
    ],
    [
      'once covered: never flattened for not being readable',
      40_000,
      [stop()],
      ['place-stop stop_loss 10 @ 95'],
      null,
    ],
  ])('%s', (...[, since, orders, is, retryAtMs]) => {
    const input = { openOrders: unknown<VenueOrder>(), ordersUnknownSinceMs: ms(since) };
    expect(stops({ orders, input })).toEqual(is);
    expect(plan({ orders, input }).retryAtMs).toBe(retryAtMs);
  });
});

describe('planProtection: following the price', () => {
  const hit = (over: Partial<Position> = {}): Position[] => [
    position('6', { targetsHit: [1], ...over }),
  ];
  const six = (over: Partial<Order> = {}): Order => stop({ quantity: quantity('6'), ...over });
  const at = (to: string, low?: string): Partial<ProtectionInput> => ({
    marks: complete([mark(to)]),
    swings: new Map(low === undefined ? [] : [[TON, { low: decimal(low), high: decimal('140') }]]),
  });
  it.each<[string, World, string[]]>([
    [
      'after TP1: break-even, and the quantity follows',
      { positions: hit(), orders: [stop()], input: at('110') },
      ['move-stop break_even 6 @ 100.11 for s1'],
    ],
    [
      'then the swing',
      {
        positions: hit(),
        orders: [six({ stopPrice: price('100.11'), purpose: 'break_even' })],
        input: at('115', '108'),
      },
      ['move-stop trailing_stop 6 @ 106 for s1'],
    ],
    [
      'a small step is left',
      {
        positions: hit(),
        orders: [six({ stopPrice: price('106'), purpose: 'trailing_stop' })],
        input: at('115', '108.4'),
      },
      [],
    ],
    [
      'a lower swing is left',
      {
        positions: hit(),
        orders: [six({ stopPrice: price('106'), purpose: 'trailing_stop' })],
        input: at('115', '104'),
      },
      [],
    ],
  ])('%s', (_what, world, is) => expect(stops(world)).toEqual(is));
});

describe('planProtection: targets and leftovers', () => {
  const all = (world: World): string[] => plan(world).actions.map(words);

  it('plans the stop first, then each target', () => {
    expect(all({})).toEqual([
      'place-stop stop_loss 10 @ 95',
      'place-target target_1 4 @ 110',
      'place-target target_2 3 @ 120',
      'place-target target_3 3 @ 130',
    ]);
  });

  it.each<[string, World, string[]]>([
    ['all live: nothing', { orders: held }, []],
    [
      'backfill of a missing one after a restart',
      { orders: held.filter((o) => o.purpose !== 'target_2') },
      ['place-target target_2 3 @ 120'],
    ],
    [
      '45: TP1 passed: 2 and 3 are placed',
      { orders: [stop()], input: { marks: complete([mark('111')]) } },
      ['place-target target_2 3 @ 120', 'place-target target_3 3 @ 130'],
    ],
    [
      '47: all below: one target with the whole',
      { positions: [position('1')], orders: [stop({ quantity: quantity('1') })] },
      ['place-target target_1 1 @ 110'],
    ],
    [
      'halved by an operator: resized, old one first',
      { positions: [position('5')], orders: [stop({ quantity: quantity('5') }), ...held.slice(1)] },
      [
        'place-target target_1 2 @ 110 for t1',
        'place-target target_2 1 @ 120 for t2',
        'place-target target_3 2 @ 130 for t3',
      ],
    ],
    [
      'TP1 filling: it is let finish',
      {
        positions: [position('9', { targetsHit: [1] })],
        orders: [
          order('s1', {
            quantity: quantity('9'),
            stopPrice: price('100.11'),
            purpose: 'break_even',
          }),
          { ...target(1, '4', '110'), filled: quantity('1'), state: 'partially_filled' },
          ...held.slice(2),
        ],
        input: { marks: complete([mark('109')]) },
      },
      [],
    ],
    ['marks unknown: targets wait', { orders: [stop()], input: { marks: unknown() } }, []],
    ['exiting: no targets', passed, ['exit-position stop_passed 10 @ market']],
    [
      '42: position closed: what is left goes by id',
      { positions: [], orders: held },
      ['cancel s1', 'cancel t1', 'cancel t2', 'cancel t3'],
    ],
    [
      'closed, and no longer listed: nothing to cancel',
      { positions: [], orders: held, listed: [] },
      [],
    ],
    [
      '14: an entry in flight: leftovers stay',
      {
        positions: [],
        orders: [
          stop(),
          order('e1', { role: 'entry', purpose: 'entry', state: 'in_doubt', reduceOnly: false }),
        ],
        listed: [row(stop())],
      },
      [],
    ],
    [
      'closed: the rest of its entry goes too, an unfilled entry stays',
      {
        positions: [],
        orders: [
          order('e1', {
            role: 'entry',
            purpose: 'entry',
            filled: quantity('4'),
            reduceOnly: false,
          }),
          order('e2', { role: 'entry', purpose: 'entry', reduceOnly: false }),
        ],
      },
      ['cancel e1'],
    ],
    [
      'open orders unknown: nothing is cancelled',
      { positions: [], orders: held, input: { openOrders: unknown() } },
      [],
    ],
  ])('%s', (_what, world, is) => expect(all(world)).toEqual(is));

  it('47: every dropped target has its reason', () => {
    const { drops } = plan({ positions: [position('1')] });
    expect(drops.map((d) => `${d.level} ${d.reason} ${d.mergedInto}`)).toEqual([
      '2 below_minimum 1',
      '3 below_minimum 1',
    ]);
  });

  it('41: reports the foreign stop and never touches it', () => {
    const { findings, actions } = plan({ listed: [foreign('10')] });
    expect(findings.map((f) => f.finding)).toContain('order.foreign');
    expect(actions.flatMap((a) => (a.action === 'cancel-order' ? [] : a.replaces))).toEqual([]);
  });

  it('every order it plans is reduce-only, on the exit side, and within the position', () => {
    for (const side of ['long', 'short'] as const) {
      const { actions } = plan({ positions: [position('10', { side })] });
      expect(actions.length).toBe(4);
      for (const action of actions) {
        if (action.action === 'cancel-order') throw new Error('nothing to cancel here');
        expect(action.intent.reduceOnly).toBe(true);
        expect(action.intent.side).toBe(side === 'long' ? 'sell' : 'buy');
        expect(action.intent.quantity.lte('10')).toBe(true);
      }
    }
  });

  it('equal inputs give equal plan ids, another quantity another one', () => {
    expect(plan({}).planId).toBe(plan({}).planId);
    expect(plan({}).planId).not.toBe(plan({ positions: [position('11')] }).planId);
  });

  it('planning again on a venue on which the orders acted is empty', () => {
    const acted = plan({}).actions.flatMap((action, index): Order[] =>
      action.action === 'cancel-order'
        ? []
        : [
            {
              ...order(`n${index}`),
              ...action.intent,
              clientOrderId: `n${index}` as ClientOrderId,
            },
          ],
    );
    expect(plan({ orders: acted }).actions).toEqual([]);
  });
});
