/** Absence from a list is never flat by itself (rule 2): one missing condition alone keeps `orphan?`. */
import { describe, expect, it } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import { quantity } from '../../../src/domain/decimal.ts';
import type { PositionId, SignalId } from '../../../src/domain/ids.ts';
import type { Symbol } from '../../../src/domain/symbol.ts';
import { planRepair } from '../../../src/reconcile/plan-repair.ts';
import { TON, complete, fill, order, position, row } from '../../support/protection-world.ts';
import {
  BTC,
  ETH,
  applied,
  blockedBy,
  entry,
  evidenceOf,
  eventsOf,
  findings,
  held,
  kinds,
  listed,
  ourId,
  repair,
  repairInput,
  repairTwice,
  type RepairWorld,
} from '../../support/repair-world.ts';

const gone: RepairWorld = { positions: [position('100')] };
const unreadable = { read: 'unknown', reason: 'timed out' } as const;
const on = (symbol: Symbol) =>
  position('10', { symbol, positionId: `pos-${symbol}` as PositionId });
const three: RepairWorld = { positions: [on(TON), on(BTC), on(ETH)] };

describe('29: L100, not listed', () => {
  it('29: first complete read is orphan?, second closes', () => {
    const first = repair(gone);
    expect(findings(first)).toEqual(['orphan?']);
    expect(kinds(first)).toEqual([]);
    expect(blockedBy(first)).toBe('orphan?');
    expect(first.unproven.has(TON)).toBe(true);

    const second = repairTwice(gone);
    expect(findings(second)).toEqual(['orphan']);
    expect(kinds(second)).toEqual(['close-registry']);
    expect(eventsOf(second, 'POSITION_RETIRED')[0]?.payload).toMatchObject({ reason: 'orphan' });
    expect(evidenceOf(second, 'orphan')).toContain('5000 ms apart');
    expect(held(second)).toBe('flat');
    expect(blockedBy(second)).toBeNull();
  });

  it('29: a row of size zero is not listed either', () => {
    expect(kinds(repairTwice({ ...gone, listed: [listed('0')] }))).toEqual(['close-registry']);
  });

  it('29: listed in between, the count starts anew', () => {
    const { sightings } = repair(gone);
    const back = repair({ ...gone, listed: [listed('100')], atMs: ms(65_000), sightings });
    const third = repair({ ...gone, atMs: ms(70_000), sightings: back.sightings });
    expect(findings(third)).toEqual(['orphan?']);
  });

  it('29: an unreadable observation in between forgets nothing and proves nothing', () => {
    const { sightings } = repair(gone);
    const failed = { positions: unreadable };
    const between = repair({ ...gone, atMs: ms(65_000), sightings, snapshot: failed });
    expect(between.sightings).toEqual(sightings);
    const third = repair({ ...gone, atMs: ms(70_000), sightings: between.sightings });
    expect(kinds(third)).toEqual(['close-registry']);
  });

  it('with it go the orders that the venue does not list; those it lists stay to be cancelled', () => {
    const stop = order(ourId('stop'));
    const target = order(ourId('target'), { role: 'target', purpose: 'target_1' });
    const world = { ...gone, orders: [stop, target], open: [row(target)] };
    const plan = repairTwice(world);
    expect(kinds(plan)).toEqual(['close-registry']);
    expect(plan.after.orders.map(({ clientOrderId }) => clientOrderId)).toEqual([
      target.clientOrderId,
    ]);
  });
});

describe('each missing condition alone keeps orphan?', () => {
  it.each<[string, RepairWorld]>([
    ['open orders were not read', { snapshot: { openOrders: unreadable } }],
    ['the account was not read', { snapshot: { account: unreadable } }],
    ['the account has no row', { snapshot: { account: complete([]) } }],
    ['the account has margin in use', { margin: '12.5' }],
    ['an order of ours is in doubt', { orders: [entry({ state: 'in_doubt' })] }],
    ['an order of ours was only intended', { orders: [entry({ state: 'intended' })] }],
    [
      'the venue’s own time stands still',
      { snapshot: { positions: { read: 'complete', rows: [], serverMs: ms(1) } } },
    ],
    ['an order filled more than its fills tell', inPart()],
  ])('%s', (_what, missing) => {
    const world = { ...gone, ...missing };
    const plan = repairTwice(world);
    expect(findings(plan)).toContain('orphan?');
    expect(kinds(plan)).not.toContain('close-registry');
    expect(held(plan)).toBe('long 100');
    expect(plan.unproven.has(TON)).toBe(true);
  });

  it('the position was opened after the first sight: it was another one that was missing then', () => {
    const { sightings } = repair(gone);
    const buy = entry({ signalId: 'sig-2' as SignalId });
    const fills = [
      fill('S', { side: 'sell', quantity: quantity('100'), tsMs: ms(1) }),
      fill('B', { clientOrderId: buy.clientOrderId, quantity: quantity('10'), tsMs: ms(2) }),
    ];
    const plan = repair({ ...gone, orders: [buy], fills, atMs: ms(65_000), sightings });
    expect(kinds(plan)).toEqual(['record-fill', 'record-fill']);
    expect(held(plan)).toBe('long 10');
    expect(blockedBy(plan)).toBe('orphan?');
  });

  it('49: an order resolved by this very observation: planned again on it, still no proof', () => {
    const flying = entry({ state: 'in_doubt' });
    const { sightings } = repair(gone);
    const world = { ...gone, orders: [flying], open: [row(flying)], atMs: ms(65_000), sightings };
    const input = repairInput(world);
    const plan = planRepair(input);
    expect(kinds(plan)).toEqual(['resolve-order']);
    expect(kinds(planRepair(applied(input, plan)))).toEqual([]);
  });

  it('the two observations are nearer than 5 s', () => {
    expect(findings(repairTwice(gone, 4_999))).toEqual(['orphan?']);
  });

  it('a second that is doubted although the first was sound', () => {
    const { sightings } = repair(gone);
    const plan = repair({ ...gone, margin: '12.5', atMs: ms(65_000), sightings });
    expect(findings(plan)).toEqual(['orphan?']);
  });

  it('a first that was doubted although the second is sound', () => {
    const { sightings } = repair({ ...gone, snapshot: { account: unreadable } });
    expect(findings(repair({ ...gone, atMs: ms(65_000), sightings }))).toEqual(['orphan?']);
  });

  it.each(['positions', 'fills'] as const)('31: %s were not read: nothing changes', (reading) => {
    const { sightings } = repair(gone);
    const snapshot = { [reading]: unreadable };
    const plan = repair({ ...gone, atMs: ms(65_000), sightings, snapshot });
    expect(kinds(plan)).toEqual([]);
    expect(blockedBy(plan)).not.toBeNull();
    expect(plan.isEverythingBlocked).toBe(true);
    expect(held(plan)).toBe('long 100');
  });
});

describe('the account contradicts', () => {
  it('margin in use beside an entry that rests, or another position, contradicts nothing', () => {
    const resting = entry();
    const other = { orders: [resting], open: [row(resting)], margin: '12.5' };
    expect(kinds(repairTwice({ ...gone, ...other }))).toEqual(['close-registry']);
    const beside = { listed: [listed('1', { symbol: BTC })], margin: '12.5' };
    expect(kinds(repairTwice({ ...gone, ...beside }))).toContain('close-registry');
  });
});

describe('30: positions that vanish together', () => {
  it('30: [] twice, complete, no closing fills, margin in use: all unknown', () => {
    const plan = repairTwice({ ...three, margin: '12.5' });
    expect(findings(plan)).toEqual(['orphan?', 'orphan?', 'orphan?']);
    expect(kinds(plan)).toEqual([]);
    expect([...plan.unproven]).toEqual([TON, BTC, ETH]);
  });

  it('30: without margin in use too: a venue in maintenance answers [] as well', () => {
    const plan = repairTwice(three);
    expect(findings(plan)).toEqual(['orphan?', 'orphan?', 'orphan?']);
    expect(kinds(plan)).toEqual([]);
    expect(evidenceOf(plan, 'orphan?')).toContain('without closing fills');
  });

  it('an operator vouched for one: only that one is closed', () => {
    const plan = repairTwice({ ...three, vouched: [BTC] });
    expect(plan.actions.map(({ symbol }) => symbol)).toEqual([BTC]);
  });

  it('30: two vanished at once, one vouched for and closed: the other still waits for its word', () => {
    const both: RepairWorld = { positions: [on(TON), on(BTC)] };
    const closed = repairTwice({ ...both, vouched: [BTC] });
    expect(closed.actions.map(({ symbol }) => symbol)).toEqual([BTC]);
    const next = repair({
      positions: closed.after.positions,
      sightings: closed.sightings,
      atMs: ms(70_000),
    });
    expect(kinds(next)).toEqual([]);
  });

  it('what closing fills explain has not vanished: only the rest is counted', () => {
    const sold = fill('S', { symbol: BTC, side: 'sell', quantity: quantity('10') });
    const world: RepairWorld = { positions: [on(TON), on(BTC)], fills: [sold] };
    const plan = repairTwice(world);
    expect(kinds(plan)).toEqual(['close-registry', 'record-fill']);
    expect(plan.after.positions).toEqual([]);
  });

  it('a vouched one is still seen twice', () => {
    const plan = repair({ ...gone, vouched: [TON] });
    expect(findings(plan)).toEqual(['orphan?']);
    expect(kinds(plan)).toEqual([]);
  });
});

describe('what needs no proof of absence', () => {
  it('closing fills that sum to the whole quantity close it at once', () => {
    const sold = ['40', '60'].map((size) =>
      fill(`S${size}`, { side: 'sell', quantity: quantity(size) }),
    );
    const plan = repair({ ...gone, fills: sold });
    expect(kinds(plan)).toEqual(['record-fill', 'record-fill']);
    expect(held(plan)).toBe('flat');
    expect(findings(plan)).not.toContain('orphan?');
  });

  it('fills that sum to less leave the rest to be proven', () => {
    const sold = fill('S', { side: 'sell', quantity: quantity('40') });
    const plan = repair({ ...gone, fills: [sold] });
    expect(held(plan)).toBe('long 60');
    expect(blockedBy(plan)).toBe('orphan?');
  });
});

/** History says it ended with 10, the fills of it are not told yet. */
function inPart(): RepairWorld {
  const stop = order(ourId('stop'));
  return {
    orders: [stop],
    history: [row(stop, { state: 'filled', filled: quantity('10') })],
  };
}
