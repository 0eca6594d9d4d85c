/** Our stops and foreign ones cover a position together (rule 14); ours follow the price at their own size. */
import { describe, expect, it } from 'vitest';
import { price, quantity, text, textOrNull } from '../../../src/domain/decimal.ts';
import type { VenueOrderId } from '../../../src/domain/ids.ts';
import type { Order } from '../../../src/domain/order.ts';
import type { VenueOrder } from '../../../src/domain/venue.ts';
import type { LiveOrder } from '../../../src/protection/coverage.ts';
import { coverOf } from '../../../src/protection/coverage.ts';
import type { World } from '../../support/protection-plan.ts';
import { foreign, plan, stop, words } from '../../support/protection-plan.ts';
import {
  TON,
  complete,
  instrument,
  mark,
  order,
  position,
  row,
} from '../../support/protection-world.ts';

const live = (amount: string): LiveOrder => ({
  clientOrderId: null,
  venueOrderId: null,
  role: null,
  purpose: null,
  remaining: quantity(amount),
  price: null,
  stopPrice: null,
  updatedMs: order('any').updatedMs,
});

/** Open 100, lots of 1. */
describe('coverOf', () => {
  it.each<[string, string[], string[], string]>([
    ['no stop at all', [], [], 'under 0 none'],
    ['ours for the whole', ['100'], [], 'covered 100 own'],
    ['ours for half', ['50'], [], 'under 50 own'],
    ['two halves of ours', ['50', '50'], [], 'covered 100 own'],
    ['ours for more', ['130'], [], 'over 130 own'],
    ['41: a foreign stop for the whole', [], ['100'], 'covered 100 foreign'],
    ['41: a foreign stop for more is not too much', [], ['130'], 'covered 130 foreign'],
    ['41: two foreign halves add up', [], ['50', '50'], 'covered 100 foreign'],
    ['41: a foreign stop for half', [], ['50'], 'under 0 none'],
    ['41: a half of each', ['50'], ['50'], 'covered 100 both'],
    ['41: ours for a half, a foreign one for the whole', ['50'], ['100'], 'covered 150 both'],
    ['41: a half of ours in two, and a foreign half', ['25', '25'], ['50'], 'covered 100 both'],
    ['41: together less than the whole', ['50'], ['30'], 'under 50 own'],
    ['41: together less than one lot short', ['50'], ['49.1'], 'covered 99.1 both'],
    ['41: together one lot short', ['50'], ['49'], 'under 50 own'],
    ['41: ours for the whole: the foreign one is not needed', ['100'], ['100'], 'covered 100 own'],
    ['41: ours for more: the foreign one excuses nothing', ['130'], ['100'], 'over 130 own'],
  ])('%s', (_what, stops, foreignStops, is) => {
    const sorted = {
      stops: stops.map(live),
      foreignStops: foreignStops.map(live),
      unlistedStops: [],
    };
    const { state, covered, by } = coverOf(quantity('100'), sorted, quantity('1'));
    expect(`${state} ${text(covered)} ${by}`).toBe(is);
  });
});

const theirs = (amount: string, id = 'hand'): VenueOrder => ({
  ...foreign(amount),
  venueOrderId: id as VenueOrderId,
});

function beside(ours: readonly Order[], others: readonly VenueOrder[], more: World = {}): World {
  return { ...more, orders: [...ours], listed: [...ours.map((each) => row(each)), ...others] };
}

const half = stop({ quantity: quantity('5') });
const stops = (world: World): string[] =>
  plan(world)
    .actions.filter(({ action }) => action !== 'place-target')
    .map(words);

/** A target was hit and the last swing low is 105: the stop belongs at 103. */
const trails = (open: string): World => ({
  positions: [position(open, { targetsHit: [1] })],
  input: {
    marks: complete([mark('112')]),
    swings: new Map([[TON, { low: price('105'), high: null }]]),
  },
});

describe('planProtection: our stop beside foreign ones', () => {
  it.each<[string, World, string[]]>([
    ['41: a half of each: nothing', beside([half], [theirs('5')]), []],
    ['41: two foreign halves: nothing', beside([], [theirs('5', 'a'), theirs('5', 'b')]), []],
    [
      '41: two of ours and a foreign half: none is spare, none too small',
      beside(
        [stop({ quantity: quantity('3') }), order('s2', { quantity: quantity('2') })],
        [theirs('5')],
      ),
      [],
    ],
    ['41: ours for the whole: nothing', beside([stop()], [theirs('10')]), []],
    [
      '41: together too little: ours grows to the whole',
      beside([half], [theirs('3')]),
      ['resize-stop stop_loss 10 @ 95 for s1'],
    ],
    [
      '41: ours is too much: it shrinks to the whole',
      beside([stop({ quantity: quantity('14') })], [theirs('5')]),
      ['resize-stop stop_loss 10 @ 95 for s1'],
    ],
    [
      '41: a half of each: ours trails, at its own size',
      beside([half], [theirs('5')], trails('10')),
      ['move-stop trailing_stop 5 @ 103 for s1'],
    ],
    [
      '41: two of ours and a foreign half: one trails, for both of ours',
      beside(
        [stop({ quantity: quantity('3') }), order('s2', { quantity: quantity('2') })],
        [theirs('5')],
        trails('10'),
      ),
      ['move-stop trailing_stop 5 @ 103 for s1 s2'],
    ],
    [
      '41: what is left of ours is below the minimum: it stays where it is',
      beside([stop({ quantity: quantity('0.5') })], [theirs('9.5')], trails('10')),
      [],
    ],
    ['41: a foreign stop alone is not trailed', beside([], [theirs('10')], trails('10')), []],
  ])('%s', (_what, world, is) => expect(stops(world)).toEqual(is));

  it('41: after ours has moved at its own size, nothing is left to do', () => {
    const moved = stop({
      quantity: quantity('5'),
      stopPrice: price('103'),
      purpose: 'trailing_stop',
    });
    expect(stops(beside([moved], [theirs('5')], trails('10')))).toEqual([]);
  });

  it('41: no foreign stop is ever replaced or cancelled, whatever is planned', () => {
    const ours = [[], [half], [stop()], [stop({ quantity: quantity('14') })]];
    const others = ['3', '5', '10', '14'].map((amount) => [
      { ...theirs(amount), clientOrderId: 'hand' as Order['clientOrderId'] },
    ]);
    for (const mine of ours) {
      for (const other of others) {
        for (const world of [{}, trails('10')]) {
          const { actions, findings } = plan(beside(mine, other, world));
          const named = actions.flatMap((each) =>
            each.action === 'cancel-order' ? [each.clientOrderId] : each.replaces,
          );
          expect(named).not.toContain('hand');
          expect(findings.map(({ finding }) => finding)).toContain('order.foreign');
        }
      }
    }
  });

  it.each<[string, World, string]>([
    ['ours and a foreign one', beside([half], [theirs('5')]), 'covered 95'],
    [
      'the venue does not tell the trigger of the first',
      beside([], [{ ...theirs('5', 'a'), stopPrice: null }, theirs('5', 'b')]),
      'covered 95',
    ],
    [
      'ours alone covers: its trigger, told or not',
      beside([stop({ stopPrice: null })], [theirs('10')]),
      'covered null',
    ],
    ['too little together', beside([half], [theirs('3')]), 'under null'],
  ])('41: the price of the cover: %s', (_what, world, is) => {
    const [cover] = plan(world).covers;
    expect(`${cover?.cover.state} ${textOrNull(cover?.stopPrice ?? null)}`).toBe(is);
  });

  it('the venue’s minimum is the instrument’s, without a notional: reduce-only orders are exempt', () => {
    const instruments = new Map([[TON, instrument({ minNotional: '1000000' })]]);
    expect(stops({ input: { instruments } })).toEqual(['place-stop stop_loss 10 @ 95']);
  });
});
