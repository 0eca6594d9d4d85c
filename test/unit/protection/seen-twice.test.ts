import { describe, expect, it } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import { price, quantity } from '../../../src/domain/decimal.ts';
import type { PositionId } from '../../../src/domain/ids.ts';
import type { Order } from '../../../src/domain/order.ts';
import type { Position } from '../../../src/domain/position.ts';
import type { ProtectionInput } from '../../../src/protection/plan-protection.ts';
import type { World } from '../../support/protection-plan.ts';
import { NOW, SETTINGS, foreign, held, plan, stop, words } from '../../support/protection-plan.ts';
import { TON, order, position, row, unknown } from '../../support/protection-world.ts';

const FIRST: Partial<ProtectionInput> = { seenBefore: () => false, closedByFills: () => false };
/** What the second observation of a world plans, when it remembers the sightings of the first. */
function twice(world: World): { first: string[]; second: string[] } {
  const seen = new Set(plan({ ...world, input: { ...world.input, ...FIRST } }).sightings);
  const input = { ...world.input, ...FIRST, seenBefore: (key: string): boolean => seen.has(key) };
  return {
    first: plan({ ...world, input: { ...world.input, ...FIRST } }).actions.map(words),
    second: plan({ ...world, input }).actions.map(words),
  };
}

const tighter = order('s2', { stopPrice: price('96') });
const covered = { positions: [position('10', { plan: null })] };
/** Case G: a long of ours became a short at the venue; its stop is still there. */
const NEW = 'pos-2' as PositionId;
const short: Position = position('5', {
  positionId: NEW,
  side: 'short',
  plan: null,
  origin: 'venue-report',
});
const NEW_STOP = 'place-stop stop_loss 5 @ 105';
const newSide = order('n1', {
  positionId: NEW,
  side: 'buy',
  quantity: quantity('5'),
  stopPrice: price('105'),
});

describe('planProtection: cancelled only when it was seen twice (rule 12)', () => {
  it.each<[string, World, string[], string[]]>([
    [
      '40: two stops of ours: the spare goes at the second look',
      { ...covered, orders: [stop(), tighter] },
      [],
      ['cancel s1'],
    ],
    [
      '42: a stop left by a position that no fill closed',
      { positions: [], orders: [stop()] },
      [],
      ['cancel s1'],
    ],
    [
      'a stop of ours that belongs to no position',
      { positions: [], orders: [stop({ positionId: null })] },
      [],
      ['cancel s1'],
    ],
    [
      '25: case G: the new side is protected at once, the old stop goes later',
      { positions: [short], orders: [stop()] },
      [NEW_STOP],
      [NEW_STOP, 'cancel s1'],
    ],
    [
      '25: case G: the new stop is live, the old one goes alone',
      { positions: [short], orders: [stop(), newSide] },
      [],
      ['cancel s1'],
    ],
    [
      '25: case G: no stop can be placed on the new side: nothing goes',
      { positions: [short], orders: [stop()], input: { marks: unknown() } },
      [],
      [],
    ],
    [
      '25: case G on an unmanaged symbol: no stop is waited for',
      {
        positions: [short],
        orders: [stop()],
        input: { settings: { ...SETTINGS, unmanagedSymbols: new Set([TON]) } },
      },
      [],
      ['cancel s1'],
    ],
    [
      'an order of the wrong side, linked to an open position',
      { positions: [short], orders: [newSide, stop({ positionId: NEW })] },
      [],
      ['cancel s1'],
    ],
    [
      '14: an entry in flight: not at the second look either',
      {
        positions: [],
        orders: [
          stop(),
          order('e1', { role: 'entry', purpose: 'entry', state: 'in_doubt', reduceOnly: false }),
        ],
        listed: [row(stop())],
      },
      [],
      [],
    ],
    [
      '29: the absence is not proven: not at the second look either',
      { positions: [], orders: held, input: { absenceUnproven: new Set([TON]) } },
      [],
      [],
    ],
    [
      '41: a foreign stop beside ours is never cancelled',
      { ...covered, orders: [stop()], listed: [row(stop()), foreign('10')] },
      [],
      [],
    ],
    [
      'a foreign stop without a position is not ours',
      { positions: [], listed: [foreign('10')] },
      [],
      [],
    ],
  ])('%s', (_what, world, first, second) => {
    expect(twice(world)).toEqual({ first, second });
  });

  it('42: what fills closed is flat: its leftovers go at once', () => {
    const input = { seenBefore: () => false, closedByFills: () => true };
    const cancelled = plan({ positions: [], orders: held, input }).actions.map(words);
    expect(cancelled).toEqual(['cancel s1', 'cancel t1', 'cancel t2', 'cancel t3']);
  });

  it('25: a fill that closed the old side does not hurry the cancel on the other', () => {
    const input = { seenBefore: () => false, closedByFills: () => true };
    expect(plan({ positions: [short], orders: [stop(), newSide], input }).actions).toEqual([]);
  });

  it.each<[string, World]>([
    ['a spare stop', { ...covered, orders: [tighter, stop()] }],
    ['a leftover', { positions: [], orders: [stop()] }],
  ])('%s is reported and remembered whether it is acted on or not', (_what, world) => {
    const waiting = plan({ ...world, input: FIRST });
    const acting = plan(world);
    expect(waiting.findings.map(({ finding }) => finding)).toEqual(['overprotected']);
    expect(acting.findings.map(({ finding }) => finding)).toEqual(['overprotected']);
    expect(waiting.sightings).toEqual(['cancel s1']);
    expect(acting.sightings).toEqual(['cancel s1']);
    expect(waiting.findings[0]?.evidence).toContain('s1 is cancelled when that is seen again');
  });

  it('a surplus target waits for nothing: it promises more than is open', () => {
    const orders: Order[] = [stop({ quantity: quantity('1') }), ...held.slice(1, 3)];
    const { actions, sightings } = plan({ positions: [position('1')], orders, input: FIRST });
    expect(actions.map(words)).toContain('cancel t2');
    expect(sightings).toEqual([]);
  });

  it('what was accepted after the reading counts as live, and is due as well', () => {
    const orders = [stop({ updatedMs: NOW })];
    const { sightings } = plan({ positions: [], orders, listed: [], input: FIRST });
    expect(sightings).toEqual(['cancel s1']);
  });

  it('46: open orders unread: nothing is due', () => {
    const input = { ...FIRST, openOrders: unknown<never>(), ordersUnknownSinceMs: ms(59_000) };
    expect(plan({ positions: [], orders: held, input }).sightings).toEqual([]);
    expect(plan({ ...covered, orders: [stop(), tighter], input }).sightings).toEqual([]);
  });
});
