/** Orders at the venue that no order of ours stands for: ours by their prefix are adopted, others are left alone. */
import { describe, expect, it } from 'vitest';
import { price, quantity } from '../../../src/domain/decimal.ts';
import type { ClientOrderId, VenueOrderId } from '../../../src/domain/ids.ts';
import type { OrderRole, OrderType } from '../../../src/domain/order.ts';
import type { VenueOrder } from '../../../src/domain/venue.ts';
import { POSITION, order, position, row } from '../../support/protection-world.ts';
import {
  blockedBy,
  entry,
  evidenceOf,
  eventsOf,
  findings,
  kinds,
  listed,
  orderAfter,
  ourId,
  repair,
  type RepairWorld,
} from '../../support/repair-world.ts';

const held: RepairWorld = { positions: [position('10')], listed: [listed('10')] };

/** A reduce-only order of the type named, under an id of the role named. */
function stranger(role: OrderRole, type: OrderType, over: Partial<VenueOrder> = {}): VenueOrder {
  const levels = {
    price: type === 'limit' ? price('110') : null,
    stopPrice: type === 'stop' || type === 'take_profit' ? price('95') : null,
  };
  return row(order(ourId(role), { role, type, ...levels }), over);
}

const handmade = row(order('x'), { clientOrderId: null, venueOrderId: 'hand' as VenueOrderId });

describe('an entry with our prefix and no intent', () => {
  const found = row(entry());
  const plan = repair({ open: [found] });

  it('2 and rule 16: it is adopted, blocks its market, and may be a second instance', () => {
    expect(kinds(plan)).toEqual(['adopt-order']);
    expect(findings(plan)).toEqual(['order.unknown-local']);
    expect(evidenceOf(plan, 'order.unknown-local')).toContain('possible second instance');
    expect(blockedBy(plan)).toBe('order.unknown-local');
    expect(orderAfter(plan, ourId('entry'))).toBe('live 0');
  });

  it('an operator has to look: DEGRADED until acknowledged', () => {
    expect(eventsOf(plan, 'ACKNOWLEDGEMENT_NEEDED')[0]?.payload).toMatchObject({
      cause: 'second_instance',
    });
  });

  it('is adopted with what it filled already', () => {
    const part = repair({ open: [{ ...found, filled: quantity('4') }] });
    expect(orderAfter(part, ourId('entry'))).toBe('partially_filled 4');
  });

  it('told twice in one answer it is adopted once', () => {
    expect(kinds(repair({ open: [found, found] }))).toEqual(['adopt-order']);
  });

  it('two venue orders under one id of ours: ambiguous, blocked, both named (rule 6)', () => {
    const twin = { ...found, venueOrderId: 'v-2' as VenueOrderId };
    const both = repair({ open: [found, twin] });
    expect(blockedBy(both)).not.toBeNull();
    const told = both.findings.map(({ evidence }) => evidence).join(' ');
    expect(told).toContain(found.venueOrderId);
    expect(told).toContain('v-2');
  });
});

describe('what reduces, with our prefix and no intent, counts as cover', () => {
  it.each<[OrderRole, OrderType, OrderRole]>([
    ['stop', 'stop', 'stop'],
    ['target', 'limit', 'target'],
    ['target', 'take_profit', 'target'],
    ['exit', 'market', 'exit'],
    // The letter of an id says entry, the order reduces: it is what it does.
    ['entry', 'stop', 'stop'],
    ['entry', 'market', 'exit'],
    ['entry', 'limit', 'target'],
  ])('an id of a %s on a %s order that reduces: adopted as %s', (letter, type, role) => {
    const plan = repair({ ...held, open: [stranger(letter, type)] });
    expect(plan.after.orders[0]).toMatchObject({ role, positionId: POSITION, reduceOnly: true });
    // Another bot on this account sent it, or the journal was lost: entries wait, cover does not.
    expect(eventsOf(plan, 'ACKNOWLEDGEMENT_NEEDED')[0]?.payload).toMatchObject({
      cause: 'second_instance',
    });
    expect(blockedBy(plan)).toBe('order.unknown-local');
  });

  it('an id of a stop on an order that does not reduce: it is an entry', () => {
    const plan = repair({ ...held, open: [{ ...stranger('stop', 'stop'), reduceOnly: false }] });
    expect(plan.after.orders[0]?.role).toBe('entry');
    expect(blockedBy(plan)).toBe('order.unknown-local');
  });

  it('on the side of the position it belongs to no position', () => {
    const plan = repair({ ...held, open: [{ ...stranger('stop', 'stop'), side: 'buy' }] });
    expect(plan.after.orders[0]?.positionId).toBeNull();
  });

  it('beside an import it belongs to the import', () => {
    const plan = repair({ listed: [listed('10')], open: [stranger('stop', 'stop')] });
    expect(plan.after.orders[0]?.positionId).toBe(plan.after.positions[0]?.positionId);
  });

  it.each<[string, Partial<VenueOrder>]>([
    ['a stop without its price', { stopPrice: null }],
    ['a size of zero', { quantity: quantity('0') }],
  ])('%s cannot be an order of ours: said, blocked, not adopted', (_what, over) => {
    const plan = repair({ ...held, open: [stranger('stop', 'stop', over)] });
    expect(kinds(plan)).toEqual([]);
    expect(blockedBy(plan)).toBe('order.unknown-local');
  });

  it('one that ended here and lives at the venue keeps its own intent', () => {
    const ended = order(ourId('stop'), { state: 'cancelled', intentSeq: 3, purpose: 'break_even' });
    const plan = repair({ ...held, past: { orders: [ended] }, open: [row(ended)] });
    expect(eventsOf(plan, 'ORDER_ADOPTED')[0]?.payload).toMatchObject({
      intent_seq: 3,
      purpose: 'break_even',
    });
    expect(evidenceOf(plan, 'order.unknown-local')).toContain('it ended here as cancelled');
  });
});

describe('orders of others', () => {
  it('2 and rule 14: without our prefix it is foreign, reported, untouched', () => {
    const plan = repair({ ...held, open: [handmade] });
    expect(findings(plan)).toEqual(['order.foreign']);
    expect(evidenceOf(plan, 'order.foreign')).toContain('counts as cover, left alone');
    expect(kinds(plan)).toEqual([]);
    expect(blockedBy(plan)).toBeNull();
  });

  it.each([
    'tc-q1-00000000000000000000',
    'tc-s1-short',
    'xtc-s1-00000000000000000000',
    'TC-S1-00000000000000000000',
  ])('%s is not an id of ours', (id) => {
    const open = [{ ...handmade, clientOrderId: id as ClientOrderId }];
    expect(findings(repair({ ...held, open }))).toEqual(['order.foreign']);
  });

  it('an order of ours that the venue tells by its own id only is no stranger', () => {
    const stop = order(ourId('stop'));
    const plan = repair({ ...held, orders: [stop], open: [row(stop, { clientOrderId: null })] });
    expect(findings(plan)).toEqual([]);
    expect(kinds(plan)).toEqual([]);
  });
});
