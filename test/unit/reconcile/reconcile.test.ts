import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import { price, quantity, text } from '../../../src/domain/decimal.ts';
import type { VenueFill } from '../../../src/domain/fill.ts';
import type { ClientOrderId, VenueOrderId } from '../../../src/domain/ids.ts';
import type { Order } from '../../../src/domain/order.ts';
import type { Position } from '../../../src/domain/position.ts';
import type { Reading, VenueOrder, VenuePosition } from '../../../src/domain/venue.ts';
import { comparePositions } from '../../../src/reconcile/compare-positions.ts';
import { planFills } from '../../../src/reconcile/plan-fills.ts';
import type { OrdersInput } from '../../../src/reconcile/plan-orders.ts';
import { planOrders } from '../../../src/reconcile/plan-orders.ts';
import {
  TON,
  complete,
  fill,
  instrument,
  order,
  position,
  row,
  unknown,
} from '../../support/protection-world.ts';

const entry = order('e1', {
  role: 'entry',
  purpose: 'entry',
  side: 'buy',
  type: 'limit',
  reduceOnly: false,
  quantity: quantity('100'),
  filled: quantity('0'),
});

function fills(
  rows: VenueFill[],
  over: { known?: string[]; held?: Position; orders?: Order[] } = {},
) {
  const orders = over.orders ?? [entry];
  return planFills({
    baseSeq: 1,
    fills: complete(rows),
    isRecorded: (id) => (over.known ?? []).includes(id),
    orders: {
      orderByClientId: (id) => orders.find((o) => o.clientOrderId === id) ?? null,
      orderByVenueId: (id) => orders.find((o) => o.venueOrderId === id) ?? null,
    },
    positions: new Map(over.held === undefined ? [] : [[TON, over.held]]),
  });
}

const recorded = (plan: ReturnType<typeof planFills>): string[] =>
  plan.actions.map((a) =>
    a.action === 'record-fill' ? `${a.fill.tradeId} ${a.fill.clientOrderId}` : '',
  );

const ours = (id: string, amount: string, at = 0): VenueFill =>
  fill(id, { clientOrderId: entry.clientOrderId, quantity: quantity(amount), tsMs: ms(at) });

describe('planFills', () => {
  it('15: has T1, told T1 T2 T3: records T2 and T3 once', () => {
    const told = [ours('T1', '30', 1), ours('T2', '40', 2), ours('T3', '30', 3)];
    expect(recorded(fills(told, { known: ['T1'] }))).toEqual(['T2 e1', 'T3 e1']);
  });

  it('17: the same fill twice in one answer: once', () => {
    expect(recorded(fills([ours('T1', '1'), ours('T1', '1')]))).toEqual(['T1 e1']);
  });

  it('7: without a client id it is matched by the venue’s id', () => {
    expect(recorded(fills([fill('T1', { venueOrderId: 'v-e1' as VenueOrderId })]))).toEqual([
      'T1 e1',
    ]);
  });

  it('18: an overfill is recorded and said', () => {
    const plan = fills([ours('T1', '80', 1), ours('T2', '30', 2)]);
    expect(plan.findings.map((f) => f.finding)).toEqual(['fill.missing', 'fill.overfill']);
  });

  it.each<[string, VenueFill, Position | undefined, string[]]>([
    [
      '19: a liquidation is followed',
      fill('L', { kind: 'liquidation', side: 'sell' }),
      position('10'),
      ['L null'],
    ],
    ['22: a hand’s exit is followed', fill('H', { side: 'sell' }), position('10'), ['H null']],
    ['a hand’s fill without a position is only reported', fill('H'), undefined, []],
    [
      'one that would flip the position is only reported',
      fill('H', { side: 'sell', quantity: quantity('11') }),
      position('10'),
      [],
    ],
  ])('%s', (_what, told, held, is) => {
    const plan = fills([told], held === undefined ? {} : { held });
    expect(recorded(plan)).toEqual(is);
    expect(plan.findings.map((f) => f.finding)).toEqual(['fill.foreign']);
  });

  it('20: the order of the rows changes nothing', () => {
    const told = ['T1', 'T2', 'T3', 'T10'].map((id, i) => ours(id, '1', Math.floor(i / 2)));
    fc.assert(
      fc.property(fc.shuffledSubarray(told, { minLength: 4 }), (shuffled) => {
        expect(recorded(fills(shuffled))).toEqual(recorded(fills(told)));
      }),
    );
  });

  it('an unknown reading records nothing', () => {
    const reading: Reading<VenueFill> = unknown();
    const plan = planFills({
      baseSeq: 1,
      fills: reading,
      isRecorded: () => false,
      orders: { orderByClientId: () => entry, orderByVenueId: () => entry },
      positions: new Map(),
    });
    expect(plan.actions).toEqual([]);
  });
});

const doubt = { ...entry, state: 'in_doubt' as const };

function judged(over: Partial<OrdersInput>): string[] {
  const plan = planOrders({
    baseSeq: 1,
    orders: [doubt],
    openOrders: complete<VenueOrder>([]),
    orderHistory: complete<VenueOrder>([]),
    fills: complete<VenueFill>([]),
    takenMs: ms(60_000),
    absentSince: new Map(),
    settleMs: ms(10_000),
    apartMs: ms(5_000),
    ...over,
  });
  const actions = plan.actions.map((a) => (a.action === 'resolve-order' ? a.state : a.action));
  const absent = plan.absent.map((id) => `unseen ${id}`);
  return [...actions, ...absent, ...[...plan.blocked].map((s) => `blocked ${s}`)];
}

const BLOCKED = `blocked ${TON}`;
const seenAbsent = (at: number): Partial<OrdersInput> => ({
  absentSince: new Map([[entry.clientOrderId, ms(at)]]),
});
const ended = (state: VenueOrder['state'], filled = '0'): VenueOrder =>
  row(entry, { state, filled: quantity(filled) });
const history = (...rows: VenueOrder[]): Partial<OrdersInput> => ({ orderHistory: complete(rows) });

describe('planOrders', () => {
  it.each<[string, Partial<OrdersInput>, string[]]>([
    ['in doubt, listed open: live', { openOrders: complete([row(entry)]) }, ['live']],
    [
      'listed by the venue’s id alone: live',
      { openOrders: complete([row(entry, { clientOrderId: null })]) },
      ['live'],
    ],
    ['live and listed: nothing', { orders: [entry], openOrders: complete([row(entry)]) }, []],
    ['1: the venue rejected it: rejected', history(ended('rejected')), ['rejected']],
    [
      'cancelled, nothing filled, fills read: cancelled',
      history(ended('cancelled')),
      ['cancelled'],
    ],
    [
      '14: cancelled, filled 0, fills unread: not believed',
      { ...history(ended('cancelled')), fills: unknown() },
      [BLOCKED],
    ],
    ['3: cancelled after 5: waits for those fills', history(ended('cancelled', '5')), [BLOCKED]],
    [
      '3: with the fills folded: cancelled, 5 kept',
      { ...history(ended('cancelled', '5')), orders: [{ ...doubt, filled: quantity('5') }] },
      ['cancelled'],
    ],
    [
      'a part-filled IOC: expired',
      {
        ...history(ended('expired', '5')),
        orders: [{ ...entry, filled: quantity('5'), state: 'partially_filled' }],
      },
      ['expired'],
    ],
    [
      '8: partial and ended reports of one order: the end wins',
      {
        ...history(ended('expired', '5')),
        openOrders: complete([row(entry, { filled: quantity('2') })]),
        orders: [{ ...entry, filled: quantity('5') }],
      },
      ['expired'],
    ],
    ['9: nowhere, first time: still in doubt', {}, ['unseen e1', BLOCKED]],
    ['9: nowhere, again too soon: still in doubt', seenAbsent(55_001), ['unseen e1', BLOCKED]],
    ['9: nowhere, twice, 5 s apart: absent', seenAbsent(55_000), ['absent']],
    [
      '9: open orders unread: still in doubt',
      { ...seenAbsent(0), openOrders: unknown() },
      [BLOCKED],
    ],
    ['9: history unread: still in doubt', { ...seenAbsent(0), orderHistory: unknown() }, [BLOCKED]],
    ['9: fills unread: still in doubt', { ...seenAbsent(0), fills: unknown() }, [BLOCKED]],
    [
      'the request may still arrive: still in doubt',
      { ...seenAbsent(0), orders: [{ ...doubt, updatedMs: ms(50_001) }] },
      [BLOCKED],
    ],
    [
      'absent, but fills of it are ours: expired',
      { ...seenAbsent(0), orders: [{ ...doubt, filled: quantity('5') }] },
      ['expired'],
    ],
    [
      'accepted, missing, unreadable: nothing is concluded',
      { orders: [entry], openOrders: unknown() },
      [],
    ],
    [
      '13: two venue orders for one intent: blocked',
      { openOrders: complete([row(entry), row(entry, { venueOrderId: 'v2' as VenueOrderId })]) },
      [BLOCKED],
    ],
  ])('%s', (_what, over, is) => expect(judged(over)).toEqual(is));

  it('4: a bad row among five blocks only itself', () => {
    const orders = ['a', 'b', 'c'].map((id) => ({
      ...doubt,
      clientOrderId: id as ClientOrderId,
      venueOrderId: null,
    }));
    const rows = orders.map((o) => row(o));
    const plan = planOrders({
      baseSeq: 1,
      orders,
      openOrders: complete([
        ...rows,
        { ...row(orders[1] ?? doubt), venueOrderId: 'x' as VenueOrderId },
      ]),
      orderHistory: complete<VenueOrder>([]),
      fills: complete<VenueFill>([]),
      takenMs: ms(60_000),
      absentSince: new Map(),
      settleMs: ms(0),
      apartMs: ms(5_000),
    });
    expect(plan.actions.map((a) => a.action === 'resolve-order' && a.clientOrderId)).toEqual([
      'a',
      'c',
    ]);
  });
});

describe('comparePositions', () => {
  const venue = (side: 'long' | 'short', amount: string): VenuePosition => ({
    symbol: TON,
    side,
    quantity: quantity(amount),
    entryPrice: price('100'),
  });
  const compare = (
    held: Position | null,
    reading: Reading<VenuePosition>,
    step = '1',
    settled = true,
  ) =>
    comparePositions({
      positions: new Map(held === null ? [] : [[TON, held]]),
      venue: reading,
      instruments: new Map([[TON, instrument({ lotStep: step })]]),
      unsettled: new Set(settled ? [] : [TON]),
    });

  it.each<[string, string | null, Reading<VenuePosition>, string, string[]]>([
    ['same', '100', complete([venue('long', '100')]), '1', []],
    ['26: 100.00000001 with step 1', '100', complete([venue('long', '100.00000001')]), '1', []],
    ['27: 101 with step 1', '100', complete([venue('long', '101')]), '1', ['drift.quantity']],
    ['27: 1.05 with step 0.1', '1', complete([venue('long', '1.05')]), '0.1', []],
    ['25: the other side', '100', complete([venue('short', '50')]), '1', ['drift.side']],
    ['28: venue only', null, complete([venue('long', '3')]), '1', ['phantom']],
    ['29: not listed', '100', complete([]), '1', ['orphan?']],
    ['31: unreadable', '100', unknown(), '1', ['unknown']],
    [
      '36: both sides',
      null,
      complete([venue('long', '10'), venue('short', '5')]),
      '1',
      ['malformed.venue'],
    ],
    ['a zero-size row is flat', null, complete([venue('long', '0')]), '1', []],
  ])('%s', (...[, held, reading, step, is]) => {
    const result = compare(held === null ? null : position(held), reading, step);
    expect(result.findings.map((f) => f.finding)).toEqual(is);
    expect([...result.blocked]).toEqual(is.length === 0 ? [] : [TON]);
    expect(result.everything).toBe(reading.read === 'unknown');
  });

  it('a symbol with an order in flight waits for the next observation', () => {
    expect(compare(null, complete([venue('long', '3')]), '1', false).findings).toEqual([]);
  });

  it('evidence names both sides', () => {
    const [finding] = compare(position('100'), complete([venue('long', '150')])).findings;
    expect(finding?.evidence).toBe(`registry long ${text(quantity('100'))}, venue long 150`);
  });
});
