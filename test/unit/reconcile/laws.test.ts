/** Laws of the repair plan, for random worlds: what holds whatever registry, venue and memory say. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TradeId } from '../../../src/domain/ids.ts';
import { isInFlight, isTerminal, type Order } from '../../../src/domain/order.ts';
import type { RepairKind } from '../../../src/domain/plan.ts';
import type { Position } from '../../../src/domain/position.ts';
import { actionFacts, planRepair, type RepairInput } from '../../../src/reconcile/plan-repair.ts';
import { planProtection } from '../../../src/protection/plan-protection.ts';
import { SETTINGS } from '../../support/protection-plan.ts';
import { complete } from '../../support/protection-world.ts';
import { MARKS, randomWorld } from '../../support/random-repair-world.ts';
import { applied, eventsOf, NOW, repairInput } from '../../support/repair-world.ts';

const RUNS = { numRuns: 80 };

function always(holds: (input: RepairInput) => void): void {
  fc.assert(
    fc.property(randomWorld, (world) => {
      holds(repairInput(world));
    }),
    RUNS,
  );
}

/** The numbers of events that are not committed are not facts: each market counts its own. */
const lasting = {
  position: (position: Position) => JSON.stringify({ ...position, openedSeq: 0 }),
  order: (order: Order) => JSON.stringify({ ...order, intentSeq: 0 }),
};

function state(positions: Iterable<Position>, orders: Iterable<Order>): string[] {
  return [
    ...[...positions].map(lasting.position).toSorted(),
    ...[...orders].map(lasting.order).toSorted(),
  ];
}

describe('planning is a pure function', () => {
  it('the same world gives the same plan, and is left as it was', () => {
    always((input) => {
      const before = JSON.stringify([...input.registry.positions.values(), input.snapshot]);
      expect(planRepair(input)).toEqual(planRepair(input));
      expect(JSON.stringify([...input.registry.positions.values(), input.snapshot])).toBe(before);
    });
  });

  it('the order of the rows of the venue decides nothing', () => {
    always((input) => {
      const [plain, turned] = [planRepair(input), planRepair(reversed(input))];
      expect(turned.actions.map(actionFacts).toSorted()).toEqual(
        plain.actions.map(actionFacts).toSorted(),
      );
      expect([...turned.blocked.keys()].toSorted()).toEqual([...plain.blocked.keys()].toSorted());
      expect(state(turned.after.positions, turned.after.orders)).toEqual(
        state(plain.after.positions, plain.after.orders),
      );
    });
  });
});

describe('a plan and its result cannot differ', () => {
  it('folding the events of the plan gives exactly what it said would be', () => {
    always((input) => {
      const plan = planRepair(input);
      const { registry } = applied(input, plan);
      expect(state(plan.after.positions, plan.after.orders)).toEqual(
        state(registry.positions.values(), registry.orders.values()),
      );
    });
  });

  it('49: planning again after applying has no action', () => {
    always((input) => {
      const after = applied(input, planRepair(input));
      expect(planRepair(after).actions.map(actionFacts)).toEqual([]);
    });
  });

  it('what is alive afterwards is alive, and no open position has a size of zero', () => {
    always((input) => {
      const { positions, orders } = planRepair(input).after;
      expect(orders.filter((order) => isTerminal(order.state))).toEqual([]);
      expect(positions.filter((each) => each.quantity.lte(0) || each.status !== 'open')).toEqual(
        [],
      );
      expect(new Set(positions.map(({ symbol }) => symbol)).size).toBe(positions.length);
    });
  });
});

describe('what was not read changes nothing', () => {
  /** Rows, fills and orders rest on readings of their own. */
  const WITHOUT_POSITIONS: readonly RepairKind[] = [
    'record-fill',
    'quarantine-row',
    'resolve-order',
    'adopt-order',
  ];

  it('positions unreadable: no action on a position', () => {
    always((input) => {
      const plan = planRepair(unread(input, 'positions'));
      const others = plan.actions.filter(({ action }) => !WITHOUT_POSITIONS.includes(action));
      expect(others).toEqual([]);
      expect(plan.isEverythingBlocked).toBe(true);
    });
  });

  it('fills unreadable: none is recorded, no position adjusted, imported or closed', () => {
    always((input) => {
      const plan = planRepair(unread(input, 'fills'));
      const others = ['record-fill', 'adjust-registry', 'import-position', 'close-registry'];
      expect(plan.actions.filter(({ action }) => others.includes(action))).toEqual([]);
    });
  });

  it('nothing seen before: no row is closed, whatever is missing', () => {
    always((input) => {
      const plan = planRepair({ ...input, sightings: new Map() });
      expect(plan.actions.filter(({ action }) => action === 'close-registry')).toEqual([]);
      expect(
        eventsOf(plan, 'ORDER_STATE').filter(
          (event) => event.type === 'ORDER_STATE' && event.payload.state === 'absent',
        ),
      ).toEqual([]);
    });
  });

  it('no position is touched by its report while an order of its market is in flight', () => {
    always((input) => {
      const plan = planRepair(input);
      const flying = new Set(
        plan.after.orders.filter(({ state: is }) => isInFlight(is)).map(({ symbol }) => symbol),
      );
      const touched = plan.actions.filter(
        ({ action, symbol }) =>
          ['adjust-registry', 'import-position', 'close-registry'].includes(action) &&
          symbol !== null &&
          flying.has(symbol),
      );
      expect(touched).toEqual([]);
    });
  });
});

describe('facts are told once', () => {
  it('a trade id is recorded at most once, and never one that is in the journal', () => {
    always((input) => {
      const told = eventsOf(planRepair(input), 'FILL').flatMap((event) =>
        event.type === 'FILL' ? [event.payload.trade_id] : [],
      );
      expect(new Set(told).size).toBe(told.length);
      expect(told.filter((id) => input.past.tradeOf(id as TradeId) !== null)).toEqual([]);
    });
  });

  it('a closed position is never opened again', () => {
    always((input) => {
      const plan = planRepair(input);
      const ended = new Set<unknown>();
      for (const { type, positionId } of plan.actions.flatMap(({ events }) => events)) {
        if (type === 'POSITION_CLOSED' || type === 'POSITION_RETIRED') ended.add(positionId);
        if (type === 'POSITION_OPENED' || type === 'POSITION_IMPORTED')
          expect(ended.has(positionId)).toBe(false);
      }
    });
  });
});

describe('closing is never the first thing that is said of a position', () => {
  it('what this plan opened it does not close for being absent', () => {
    always((input) => {
      const before = new Set(
        [...input.registry.positions.values()].map(({ positionId }) => positionId),
      );
      const orphans = eventsOf(planRepair(input), 'POSITION_RETIRED').filter(
        (event) => event.type === 'POSITION_RETIRED' && event.payload.reason === 'orphan',
      );
      const unknown = orphans.filter(
        ({ positionId }) => positionId == null || !before.has(positionId),
      );
      expect(unknown).toEqual([]);
    });
  });
});

describe('an action says what it does', () => {
  it('incident action without a side: every action of every plan names what it does', () => {
    always((input) => {
      const plan = planRepair(input);
      for (const { events, summary, finding } of plan.actions) {
        expect(events.length).toBeGreaterThan(0);
        expect(summary).not.toBe('');
        expect(plan.findings).toContain(finding);
      }
      for (const { evidence, symbol } of plan.findings) {
        expect(evidence).not.toBe('');
        expect(symbol).not.toBe('');
      }
      for (const event of eventsOf(plan, 'POSITION_IMPORTED')) {
        if (event.type !== 'POSITION_IMPORTED') continue;
        expect(['long', 'short']).toContain(event.payload.side);
        expect(Number(event.payload.quantity)).toBeGreaterThan(0);
      }
      for (const action of protectionAfter(input)) {
        if (action.action === 'cancel-order') expect(action.clientOrderId).not.toBe('');
        else {
          expect(['buy', 'sell']).toContain(action.intent.side);
          expect(action.intent.reduceOnly).toBe(true);
          expect(action.intent.quantity.gt(0)).toBe(true);
        }
      }
    });
  });
});

function protectionAfter(input: RepairInput) {
  const { after, unproven } = planRepair(input);
  return planProtection({
    baseSeq: input.baseSeq,
    nowMs: NOW,
    positions: after.positions,
    orders: after.orders,
    openOrders: input.snapshot.openOrders,
    takenMs: input.snapshot.takenMs,
    ordersUnknownSinceMs: null,
    instruments: input.instruments,
    marks: complete(MARKS),
    swings: new Map(),
    lastStops: new Map(),
    uncoveredSince: new Map(),
    settings: SETTINGS,
    absenceUnproven: unproven,
  }).actions;
}

function unread(input: RepairInput, reading: 'positions' | 'fills'): RepairInput {
  const failed = { read: 'unknown', reason: 'timed out' } as const;
  return { ...input, snapshot: { ...input.snapshot, [reading]: failed } };
}

function reversed(input: RepairInput): RepairInput {
  const { snapshot } = input;
  const turned = Object.fromEntries(
    Object.entries(snapshot).map(([key, reading]) => [key, turnedReading(reading)]),
  ) as unknown as RepairInput['snapshot'];
  return { ...input, snapshot: turned };
}

function turnedReading(reading: unknown): unknown {
  if (typeof reading !== 'object' || reading === null || !('rows' in reading)) return reading;
  return { ...reading, rows: (reading.rows as unknown[]).toReversed() };
}
