import { price, quantity } from '../../../src/domain/decimal.ts';
import type { ClientOrderId } from '../../../src/domain/ids.ts';
import type { Order } from '../../../src/domain/order.ts';
import { describe, expect, it } from 'vitest';
import type { World } from '../../support/protection-plan.ts';
import { foreign, held, passed, plan, stop, words } from '../../support/protection-plan.ts';
import {
  complete,
  mark,
  order,
  position,
  row,
  target,
  unknown,
} from '../../support/protection-world.ts';

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
