import { describe, expect, it } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import { decimal, price, quantity } from '../../../src/domain/decimal.ts';
import type { PositionId } from '../../../src/domain/ids.ts';
import type { Finding } from '../../../src/domain/plan.ts';
import type { Position } from '../../../src/domain/position.ts';
import type { Symbol } from '../../../src/domain/symbol.ts';
import { symbol } from '../../../src/domain/symbol.ts';
import type { ProtectionInput } from '../../../src/protection/plan-protection.ts';
import type { StopLevel } from '../../../src/protection/trailing.ts';
import type { World } from '../../support/protection-plan.ts';
import { SETTINGS, foreign, plan, stop, words } from '../../support/protection-plan.ts';
import {
  LONG_PLAN,
  POSITION,
  TON,
  complete,
  instrument,
  mark,
  position,
  target,
  unknown,
} from '../../support/protection-world.ts';

const imported = (over: Partial<Position> = {}): Position =>
  position('10', { plan: null, origin: 'venue-report', signalId: null, ...over });
const bySide = { long: imported(), short: imported({ side: 'short' }) };
const last = (at: string): ReadonlyMap<PositionId, StopLevel> =>
  new Map([[POSITION, { price: price(at), purpose: 'stop_loss' }]]);
const at = (to: string, over: Partial<ProtectionInput> = {}): Partial<ProtectionInput> => ({
  marks: complete([mark(to)]),
  ...over,
});
const late = new Map([[POSITION, ms(0)]]);
const all = (world: World): string[] => plan(world).actions.map(words);
const said = (world: World): string[] =>
  plan(world).findings.map(({ finding, evidence }) => `${finding}: ${evidence}`);

describe('planProtection: what we did not open (rule 13)', () => {
  it.each<[string, World, string[]]>([
    [
      '43: phantom at 100, mark 90, policy 5 %: a stop at 85.5, not at 95',
      { positions: [bySide.long], input: at('90') },
      ['place-stop stop_loss 10 @ 85.5'],
    ],
    [
      '43: the same for a short',
      { positions: [bySide.short], input: at('90') },
      ['place-stop stop_loss 10 @ 94.5'],
    ],
    [
      'an unknown entry makes no difference',
      { positions: [imported({ entryPrice: null })], input: at('90') },
      ['place-stop stop_loss 10 @ 85.5'],
    ],
    [
      'nearer than liquidation',
      {
        positions: [bySide.long],
        input: at('90', { liquidationPrices: new Map([[TON, price('88')]]) }),
      },
      ['place-stop stop_loss 10 @ 89'],
    ],
    [
      'the last stop ever sent is sent again',
      { positions: [bySide.long], input: at('90', { lastStops: last('80') }) },
      ['place-stop stop_loss 10 @ 80'],
    ],
    [
      'a live stop is kept where it is',
      { positions: [bySide.long], orders: [stop({ stopPrice: price('70') })], input: at('90') },
      [],
    ],
    [
      '39: live for half: the whole, at its level',
      {
        positions: [bySide.long],
        orders: [stop({ stopPrice: price('70'), quantity: quantity('4') })],
        input: at('90'),
      },
      ['resize-stop stop_loss 10 @ 70 for s1'],
    ],
    [
      'a live stop that is too large: shrunk at its level',
      {
        positions: [bySide.long],
        orders: [stop({ stopPrice: price('70'), quantity: quantity('15') })],
        input: at('90'),
      },
      ['resize-stop stop_loss 10 @ 70 for s1'],
    ],
    [
      '41: a foreign stop covers it: nothing is sent',
      { positions: [bySide.long], listed: [foreign('10')], input: at('90') },
      [],
    ],
    ['no mark: no stop', { positions: [bySide.long], input: { marks: unknown() } }, []],
    [
      'no mark: not the last stop either, it may be passed',
      { positions: [bySide.long], input: { marks: unknown(), lastStops: last('80') } },
      [],
    ],
    [
      'no mark, half covered: the whole, where the half is',
      {
        positions: [bySide.long],
        orders: [stop({ quantity: quantity('4') })],
        input: { marks: unknown() },
      },
      ['resize-stop stop_loss 10 @ 95 for s1'],
    ],
    [
      'case B: the stored plan has a stop: that one',
      { positions: [imported({ plan: { ...LONG_PLAN, targets: [] } })], input: at('96') },
      ['place-stop stop_loss 10 @ 95'],
    ],
    [
      'case B: and it is passed: anew, from the mark',
      { positions: [imported({ plan: { ...LONG_PLAN, targets: [] } })], input: at('90') },
      ['place-stop stop_loss 10 @ 85.5'],
    ],
    [
      'no targets, no break-even and no trailing without targets',
      {
        positions: [imported({ plan: { ...LONG_PLAN, targets: [] }, targetsHit: [1] })],
        orders: [stop()],
        input: at('120', {
          swings: new Map([[TON, { low: decimal('118'), high: decimal('130') }]]),
        }),
      },
      [],
    ],
    [
      'a target that somebody placed on it is left alone',
      { positions: [bySide.long], orders: [stop(), target(1, '10', '110')], input: at('100') },
      [],
    ],
    [
      '46: open orders unreadable, before the deadline: nothing',
      {
        positions: [bySide.long],
        input: at('90', { openOrders: unknown(), ordersUnknownSinceMs: ms(55_000) }),
      },
      [],
    ],
    [
      '46: at the deadline: the policy stop',
      {
        positions: [bySide.long],
        input: at('90', { openOrders: unknown(), ordersUnknownSinceMs: ms(50_000) }),
      },
      ['place-stop stop_loss 10 @ 85.5'],
    ],
    [
      '48: cancelled by hand, the first time',
      { positions: [bySide.long], input: at('90', { lastStops: last('85.5') }) },
      ['place-stop stop_loss 10 @ 85.5'],
    ],
    [
      '48: cancelled by hand, the second time',
      { positions: [bySide.long], input: at('88', { lastStops: last('85.5') }) },
      ['place-stop stop_loss 10 @ 85.5'],
    ],
  ])('%s', (_what, world, is) => expect(all(world)).toEqual(is));

  it.each<[string, World, string]>([
    [
      'without a mark the alarm says so',
      { positions: [bySide.long], input: { marks: unknown() } },
      'unprotected: stops cover 0 of 10; there is no mark to measure a stop from',
    ],
    [
      'without room before liquidation it says so',
      {
        positions: [bySide.long],
        input: at('90', { liquidationPrices: new Map([[TON, price('89.995')]]) }),
      },
      'unprotected: stops cover 0 of 10; no tick for a stop between the mark 90 and liquidation at 89.995',
    ],
    [
      'a stop placed anew keeps the alarm',
      { positions: [bySide.long], input: at('90', { lastStops: last('95') }) },
      'unprotected: stops cover 0 of 10',
    ],
  ])('%s', (_what, world, is) => expect(said(world)).toEqual([is]));
});

describe('planProtection: never destroy what is not understood', () => {
  const MARKETS = ['ETH', 'ZEC', 'RENDER', 'ENS'].map((base) => symbol(`${base}/USD:USD`));
  const idOf = (market: Symbol): PositionId => `pos-${market}` as PositionId;
  const imports = MARKETS.map((market) => imported({ symbol: market, positionId: idOf(market) }));
  const everywhere: Partial<ProtectionInput> = {
    instruments: new Map(MARKETS.map((market) => [market, instrument({}, market)])),
    marks: complete(MARKETS.map((market) => mark('90', market))),
  };
  const passedStops = new Map(
    MARKETS.map((market): [PositionId, StopLevel] => [
      idOf(market),
      { price: price('95'), purpose: 'stop_loss' },
    ]),
  );
  const expired = new Map(MARKETS.map((market) => [idOf(market), ms(0)]));
  const unread = { openOrders: unknown<never>(), ordersUnknownSinceMs: ms(0) };

  it('incident ETH ZEC RENDER ENS: an imported position is protected, never exited', () => {
    const dangers: Partial<ProtectionInput>[] = [
      { lastStops: passedStops },
      { uncoveredSince: expired },
      unread,
      { lastStops: passedStops, uncoveredSince: expired },
      { lastStops: passedStops, uncoveredSince: expired, ...unread },
    ];
    const withPlan = imports.map((each) => ({ ...each, plan: LONG_PLAN }));
    for (const positions of [imports, withPlan]) {
      for (const danger of dangers) {
        const { actions } = plan({ positions, input: { ...everywhere, ...danger } });
        const stops = actions.filter((action) => action.action !== 'place-target');
        expect(stops.map(words)).toEqual(MARKETS.map(() => 'place-stop stop_loss 10 @ 85.5'));
        expect(stops.map(({ finding }) => finding.finding)).toEqual(
          MARKETS.map(() => 'unprotected'),
        );
      }
    }
  });

  it.each<[string, World, string[]]>([
    [
      '44: our own without a plan, last stop 95, mark 90: exit',
      {
        positions: [imported({ origin: 'operator' })],
        input: at('90', { lastStops: last('95') }),
      },
      ['exit-position stop_passed 10 @ market'],
    ],
    [
      'the deadline is over for our own without a plan: the stop is tried again',
      { positions: [imported({ origin: 'fill' })], input: at('90', { uncoveredSince: late }) },
      ['place-stop stop_loss 10 @ 85.5'],
    ],
    [
      'the deadline is over for our own with a plan: exit, as it was opened',
      { positions: [position('10')], input: { uncoveredSince: late } },
      ['exit-position emergency 10 @ market'],
    ],
    [
      'the deadline is over for an import: its stop is measured anew',
      {
        positions: [bySide.long],
        input: at('90', { uncoveredSince: late, lastStops: last('80') }),
      },
      ['place-stop stop_loss 10 @ 85.5'],
    ],
  ])('%s', (_what, world, is) => expect(all(world)).toEqual(is));
});

describe('planProtection: what its owner keeps', () => {
  const unmanaged = { settings: { ...SETTINGS, unmanagedSymbols: new Set([TON]) } };
  const LEFT = 'unprotected: listed in unmanaged_symbols: left to its owner';

  it.each<[string, World, readonly string[], boolean]>([
    ['an import there gets no order', { positions: [bySide.long] }, [LEFT], false],
    [
      'nor after the deadline',
      { positions: [bySide.long], input: { uncoveredSince: late } },
      [LEFT],
      false,
    ],
    [
      'nor with unread orders',
      {
        positions: [bySide.long],
        input: { openOrders: unknown(), ordersUnknownSinceMs: ms(0) },
      },
      [LEFT],
      false,
    ],
    [
      'covered by its owner: only the foreign stop is reported',
      { positions: [bySide.long], listed: [foreign('10')] },
      ['order.foreign: stop hand is not ours: counts as cover, left alone'],
      false,
    ],
  ])('unmanaged: %s', (...[, world, is, isManaged]) => {
    const kept = { ...world, input: { ...unmanaged, ...world.input } };
    expect(all(kept)).toEqual([]);
    expect(said(kept)).toEqual(is);
    expect(plan(kept).covers.map((cover) => cover.isManaged)).toEqual([isManaged]);
  });

  it('unmanaged: our own position on such a symbol is protected like any other', () => {
    const { actions, covers } = plan({ positions: [position('10')], input: unmanaged });
    expect(actions.map(words)[0]).toBe('place-stop stop_loss 10 @ 95');
    expect(covers.map((cover) => cover.isManaged)).toEqual([true]);
  });

  it('imported without a stop on purpose: no stop, and the alarm stays on with the reason', () => {
    const hedged = imported({ origin: 'operator', noStopReason: 'hedged elsewhere' });
    const world = { positions: [hedged], input: { uncoveredSince: late, lastStops: last('200') } };
    expect(all(world)).toEqual([]);
    expect(said(world)).toEqual(['unprotected: imported without a stop: hedged elsewhere']);
    expect(plan(world).covers.map((cover) => cover.isManaged)).toEqual([true]);
  });
});

describe('planProtection: one word on the cover of each position', () => {
  const coverWords = (findings: readonly Finding[]): string[] =>
    findings.map(({ finding }) => finding).filter((name) => name.endsWith('protected'));

  it.each<[string, World, string[]]>([
    ['no stop', { positions: [bySide.long] }, ['unprotected']],
    ['too small', { orders: [stop({ quantity: quantity('4') })] }, ['unprotected']],
    ['too large', { orders: [stop({ quantity: quantity('14') })] }, ['overprotected']],
    ['covered', { orders: [stop()] }, []],
    ['closed, with a stop and two targets left', closedWithThree(), ['overprotected']],
    ['an instrument nobody lists', { input: { instruments: new Map() } }, ['unprotected']],
    ['dust', { positions: [position('0.5')] }, ['unprotected']],
    [
      'dust that a larger stop still covers',
      { positions: [position('0.5')], orders: [stop()] },
      ['overprotected'],
    ],
  ])('%s', (_what, world, is) => expect(coverWords(plan(world).findings)).toEqual(is));

  function closedWithThree(): World {
    return { positions: [], orders: [stop(), target(1, '4', '110'), target(2, '6', '120')] };
  }
});
