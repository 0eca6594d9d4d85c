/** The law of the shortcut: a market that is called quiet comes to nothing at a desk, and stays as it was. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareRegistry, type Planning } from '../../../src/reconcile/compare-registry.ts';
import { openDesk } from '../../../src/reconcile/desk.ts';
import { isQuiet } from '../../../src/reconcile/is-quiet.ts';
import { registryOf, sortOut } from '../../../src/reconcile/piles.ts';
import { doubtAbout } from '../../../src/reconcile/absence.ts';
import { indexOrderRows, planOrders } from '../../../src/reconcile/plan-orders.ts';
import { planRepair, type RepairInput } from '../../../src/reconcile/plan-repair.ts';
import { row } from '../../support/protection-world.ts';
import { randomWorld } from '../../support/random-repair-world.ts';
import { listed, repairInput, type RepairWorld } from '../../support/repair-world.ts';

/** What of a random world is kept; the rest is made to agree. */
const kept = fc.subarray(
  ['listed', 'open', 'history', 'fills', 'staged', 'malformed', 'states'] as const,
  { maxLength: 2 },
);

function agreeing(world: RepairWorld, keep: readonly string[]): RepairWorld {
  const { positions = [], orders = [] } = world;
  const live = orders.map((each) =>
    keep.includes('states') ? each : { ...each, state: 'live' as const },
  );
  const rows = positions.map(({ symbol, side, quantity, entryPrice }) =>
    listed('1', { symbol, side, quantity, entryPrice }),
  );
  const { positions: reading, ...others } = world.snapshot ?? {};
  const whole = keep.includes('malformed') && reading !== undefined ? { positions: reading } : {};
  return {
    ...world,
    orders: live,
    snapshot: { ...others, ...whole },
    ...(keep.includes('listed') ? {} : { listed: rows }),
    ...(keep.includes('open') ? {} : { open: live.map((each) => row(each)) }),
    ...(keep.includes('history') ? {} : { history: [] }),
    ...(keep.includes('fills') ? {} : { fills: [] }),
    ...(keep.includes('staged') ? {} : { staged: [] }),
  };
}

function planningOf(input: RepairInput): Planning {
  const { snapshot } = input;
  return {
    input,
    now: { atMs: snapshot.takenMs, serverMs: null },
    rows: indexOrderRows([snapshot.openOrders, snapshot.orderHistory]),
    doubt: doubtAbout(snapshot),
  };
}

/** Plans each quiet market at a desk all the same; returns how many there were. */
function expectNothingAtDesks(input: RepairInput): number {
  const { registry, snapshot, instruments, past, preview, timing, sightings } = input;
  const piles = sortOut(registry, snapshot, past);
  const planning = planningOf(input);
  let quiet = 0;
  for (const [symbol, pile] of piles) {
    const held = registry.positions.get(symbol);
    const instrument = instruments.get(symbol);
    if (!isQuiet(pile, { held, instrument, rows: planning.rows })) continue;
    quiet += 1;
    const before = registryOf(piles, symbol, registry);
    const desk = openDesk(symbol, before, preview);
    const { now, rows } = planning;
    const living = registry.orders;
    expect(planOrders(desk, { snapshot, rows, living, sightings, now, timing })).toEqual([]);
    expect(compareRegistry([desk], piles, planning)).toEqual([{ symbol, came: 'equal' }]);
    expect(desk.result()).toEqual({ findings: [], actions: [], blockedBy: null, registry: before });
    expect(before.positions.get(symbol)).toBe(held);
    expect([...before.orders.values()]).toEqual(pile.orders);
    expect([pile.fills, pile.differing, pile.staged]).toEqual([[], [], []]);
    expect(planRepair(input).equal).toContain(symbol);
  }
  return quiet;
}

describe('a quiet market', () => {
  it('comes to nothing at a desk, in any world', () => {
    let quiet = 0;
    fc.assert(
      fc.property(randomWorld, kept, (world, keep) => {
        quiet += expectNothingAtDesks(repairInput(agreeing(world, keep)));
        quiet += expectNothingAtDesks(repairInput(world));
      }),
      { numRuns: 150 },
    );
    expect(quiet).toBeGreaterThan(20);
  });
});
