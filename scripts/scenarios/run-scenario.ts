/**
 * Runs one scenario: observe, plan, apply, plan again. Planner, journal, gateway and protector are the
 * program's own; what comes out is compared with what the file expects.
 */
import { ms } from '../../src/domain/clock.ts';
import type { Position } from '../../src/domain/position.ts';
import { NOTHING_SEEN } from '../../src/domain/sightings.ts';
import { makePlan, type LookMemory, type Planned } from '../../src/engine/make-plan.ts';
import { observe } from '../../src/engine/observe.ts';
import { applyRepair } from '../../src/execution/apply-repair.ts';
import { differences, type ScenarioOutcome } from './compare.ts';
import { readScenario } from './read-scenario.ts';
import { openWorld, type ScenarioWorld } from './scenario-world.ts';
import type { Scenario } from './scenario.ts';

export interface ScenarioResult {
  readonly name: string;
  /** What differs from the expectation; empty when it passed. */
  readonly differences: readonly string[];
}

/** Throws FILE_INVALID for a file that cannot be read or taken as it stands. */
export async function runScenarioFile(file: string): Promise<ScenarioResult> {
  const scenario = readScenario(file);
  const outcome = await runScenario(scenario, file);
  return { name: scenario.name, differences: differences(scenario.expect, outcome) };
}

export async function runScenario(scenario: Scenario, file: string): Promise<ScenarioOutcome> {
  const world = openWorld(scenario, file);
  try {
    const first = await planAfter(world, scenario.observe);
    world.venue.freeze();
    applyRepair(first.repair, world.journal);
    await world.protector.apply(first.protection);
    const positions = [...world.journal.registry().positions.values()];
    const ordersSent = [...world.venue.sent];
    world.venue.next();
    if (ordersSent.length > 0) await followFills(world);
    const second = await planAfter(world, scenario.observe);
    return {
      findings: first.findings.map(({ symbol, finding }) => ({ symbol, finding })),
      actions: actionsOf(first),
      positions: positions.map(rowOf),
      secondPlanEmpty: actionsOf(second).length === 0,
      ordersSent,
    };
  } finally {
    world.close();
  }
}

/** What the sent orders traded is part of the application, as it is in the bot. */
async function followFills({ context, venue, clock, journal }: ScenarioWorld): Promise<void> {
  const { orders } = journal.registry();
  const snapshot = await observe(venue.reader, clock, { fillsSince: ms(0), orders });
  const { repair } = makePlan(context, snapshot, NOTHING_YET);
  applyRepair({ actions: repair.actions.filter(({ action }) => TRADED.has(action)) }, journal);
}

const NOTHING_YET: LookMemory = { sightings: NOTHING_SEEN, ordersUnknownSinceMs: null };
const TRADED: ReadonlySet<string> = new Set(['record-fill', 'resolve-order']);

/** The plan of the last of `looks` observations; each remembers what the earlier ones saw. */
async function planAfter(world: ScenarioWorld, looks: number): Promise<Planned> {
  const { context, venue, clock, journal } = world;
  let memory = NOTHING_YET;
  for (let left = looks; ; left -= 1) {
    const { orders } = journal.registry();
    const snapshot = await observe(venue.reader, clock, { fillsSince: ms(0), orders });
    const planned = makePlan(context, snapshot, memory);
    if (left <= 1) return planned;
    memory = planned.memory;
    venue.next();
  }
}

function actionsOf({ repair, protection }: Planned): ScenarioOutcome['actions'] {
  return [...repair.actions, ...protection.actions].map(({ action, symbol, finding }) => ({
    symbol: symbol ?? finding.symbol,
    action,
  }));
}

function rowOf({
  symbol,
  side,
  quantity,
  entryPrice,
}: Position): ScenarioOutcome['positions'][number] {
  return { symbol, side, quantity, entryPrice };
}
