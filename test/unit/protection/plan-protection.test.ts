import { ms } from '../../../src/domain/clock.ts';
import { decimal, price, quantity } from '../../../src/domain/decimal.ts';
import type { Order } from '../../../src/domain/order.ts';
import type { Position } from '../../../src/domain/position.ts';
import type { VenueOrder } from '../../../src/domain/venue.ts';
import type { ProtectionInput } from '../../../src/protection/plan-protection.ts';
import { describe, expect, it } from 'vitest';
import type { World } from '../../support/protection-plan.ts';
import { NOW, foreign, passed, plan, stop, words } from '../../support/protection-plan.ts';
import {
  POSITION,
  TON,
  complete,
  mark,
  order,
  position,
  row,
  unknown,
} from '../../support/protection-world.ts';

const stops = (world: World): string[] =>
  plan(world)
    .actions.filter((a) => a.action !== 'place-target')
    .map(words);

const unconfirmedFor = (time: number): Partial<ProtectionInput> => ({
  unconfirmedSince: new Map([[POSITION, ms(NOW - time)]]),
});

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
    ['accepted, not listed: not gone by that', { orders: [stop()], listed: [] }, []],
    [
      'accepted, not listed, the deadline not reached: nothing',
      { orders: [stop()], listed: [], input: unconfirmedFor(9_999) },
      [],
    ],
    [
      'accepted, not listed until the deadline: one spare',
      { orders: [stop()], listed: [], input: unconfirmedFor(10_000) },
      ['place-stop stop_loss 10 @ 95'],
    ],
    [
      'the spare is not listed either: no third one',
      { orders: [stop(), order('spare')], listed: [], input: unconfirmedFor(60_000) },
      [],
    ],
    [
      'the spare is in doubt: no third one',
      {
        orders: [stop(), order('spare', { state: 'in_doubt' })],
        listed: [],
        input: unconfirmedFor(60_000),
      },
      [],
    ],
    [
      'the spare is listed: it covers',
      { orders: [stop(), order('spare')], listed: [row(order('spare'))] },
      [],
    ],
    [
      'half of it accepted, not listed: the rest is bare',
      { orders: [stop({ quantity: quantity('5') })], listed: [] },
      ['place-stop stop_loss 10 @ 95'],
    ],
    [
      'a list that is older than the acceptance says nothing',
      {
        orders: [stop({ updatedMs: ms(NOW - 1_000) })],
        input: { ...unconfirmedFor(60_000), openOrders: complete([], ms(NOW - 2_000)) },
      },
      [],
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
