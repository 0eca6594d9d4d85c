/** The fold of what reconciliation and operators write, and the same after a restart. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_REGISTRY } from '../../../src/core/fold.ts';
import { previewAt } from '../../../src/core/preview.ts';
import { restoreRegistry } from '../../../src/core/restore.ts';
import { foldAll } from '../../../src/core/verify.ts';
import { canonicalJson } from '../../../src/domain/canonical-json.ts';
import { ms } from '../../../src/domain/clock.ts';
import type { NewEvent } from '../../../src/domain/event.ts';
import type { ClientOrderId, PositionId } from '../../../src/domain/ids.ts';
import type { Order } from '../../../src/domain/order.ts';
import type { Position } from '../../../src/domain/position.ts';
import type { Registry } from '../../../src/domain/registry.ts';
import type { RowId } from '../../../src/domain/staged-row.ts';
import {
  closedEvent,
  fillEvent,
  intent,
  journalHome,
  SOL,
  TON,
} from '../../support/journal-home.ts';
import {
  acknowledgedEvent,
  adjustedEvent,
  adoptedEvent,
  amendedEvent,
  attentionEvent,
  blockedEvent,
  importedEvent,
  quarantinedEvent,
  relinkedEvent,
  retiredEvent,
  rowEndedEvent,
  stagedEvent,
  unblockedEvent,
} from '../../support/repair-events.ts';

const NOW = ms(5_000);
const folded = (events: readonly NewEvent[]): Registry =>
  events.reduce(previewAt(NOW), EMPTY_REGISTRY);

describe('a position without fills', () => {
  const held = (events: readonly NewEvent[]): Position | undefined => {
    const state = folded(events);
    return state.touched.positions.at(-1) ?? state.positions.get(TON);
  };
  const shown = (events: readonly NewEvent[]): unknown[] => {
    const one = held(events);
    return [one?.status, one?.quantity, one?.enteredQuantity, one?.entryPrice].map(String);
  };
  const long = importedEvent('p1');
  const out = fillEvent({ trade: 'x', position: 'p1', side: 'sell', quantity: '4', price: '3' });
  const early = fillEvent({ trade: 'e', position: 'p1', quantity: '7' });

  it.each<[string, NewEvent[], string[]]>([
    ['is imported as it was reported', [long], ['open', '10', '10', '2']],
    [
      'is imported without a price when nobody reports one',
      [importedEvent('p1', { price: null })],
      ['open', '10', '10', 'null'],
    ],
    ['holds its earlier fills in what was reported', [early, long], ['open', '10', '10', '2']],
    ['is traded like any other', [long, out], ['open', '6', '10', '2']],
    ['is adjusted downwards', [long, adjustedEvent('p1', '4')], ['open', '4', '10', '2']],
    ['is adjusted upwards', [long, adjustedEvent('p1', '12', '2.1')], ['open', '12', '12', '2.1']],
    [
      'loses a price that is not reported any more',
      [long, adjustedEvent('p1', '10', null)],
      ['open', '10', '10', 'null'],
    ],
    ['is retired', [long, retiredEvent('p1')], ['closed', '0', '10', '2']],
    ['is closed by its fill', [long, out, closedEvent('p1')], ['closed', '0', '10', '2']],
  ])('%s', (_what, events, expected) => {
    expect(shown(events)).toEqual(expected);
  });

  it('opens when it was seen, and says why no stop is wanted', () => {
    expect(held([{ ...importedEvent('p1', { noStop: 'a hedge' }), tsMs: ms(7) }])).toMatchObject({
      openedMs: 7,
      openedSeq: 1,
      origin: 'venue-report',
      noStopReason: 'a hedge',
      protectedMs: null,
      exitReason: null,
    });
  });

  it('ends for a named reason and leaves memory', () => {
    const state = folded([long, retiredEvent('p1')]);
    expect(state.positions.size).toBe(0);
    expect(state.touched.positions).toMatchObject([{ exitReason: 'orphan', closedMs: NOW }]);
  });

  it('retired by a flip, the other side is imported under another id', () => {
    const short = importedEvent('p2', { side: 'short' });
    expect(held([long, retiredEvent('p1'), short])).toMatchObject({
      positionId: 'p2',
      side: 'short',
    });
  });

  it.each<[string, NewEvent[]]>([
    ['imported with nothing', [importedEvent('p1', { quantity: '0' })]],
    ['imported beside another of its symbol', [long, importedEvent('p2')]],
    ['adjusted to nothing', [long, adjustedEvent('p1', '0')]],
    ['adjusted without being open', [adjustedEvent('p1', '4')]],
    ['adjusted under the id of another', [long, adjustedEvent('p2', '4')]],
    ['retired without being open', [retiredEvent('p1')]],
    ['retired twice', [long, retiredEvent('p1'), retiredEvent('p1')]],
  ])('%s is refused', (_what, events) => {
    expect(() => folded(events)).toThrow('broken rule');
  });
});

describe('an order without an intent', () => {
  const last = (events: readonly NewEvent[]): Order | undefined =>
    folded(events).touched.orders.at(-1);
  const adopted = adoptedEvent({ id: 'e1', signal: 's1' });
  const cancelled = {
    type: 'ORDER_CANCELLED',
    clientOrderId: 'e1',
    payload: { reason: 'planned' },
  } as unknown as NewEvent;

  it('is adopted with what the venue says of it, and its plan', () => {
    const state = folded([adoptedEvent({ id: 'e1', filled: '4', state: 'partially_filled' })]);
    expect(state.orders.get('e1' as ClientOrderId)).toMatchObject({
      state: 'partially_filled',
      venueOrderId: 'v-e1',
      intentSeq: 1,
      reason: 'open at the venue',
    });
    expect(state.plans.size).toBe(1);
    expect(String(state.orders.get('e1' as ClientOrderId)?.filledValue)).toBe('8');
  });

  it('that already ended is recorded and not kept alive', () => {
    const state = folded([adoptedEvent({ id: 'e1', state: 'filled', filled: '10' })]);
    expect([state.orders.size, state.plans.size]).toEqual([0, 0]);
    expect(state.touched.orders).toMatchObject([{ state: 'filled' }]);
  });

  it.each<[string, NewEvent[], Partial<Record<keyof Order, unknown>>]>([
    ['is amended', [adopted, amendedEvent('e1', '6')], { state: 'live' }],
    ['is relinked', [adopted, relinkedEvent('e1', 'p9')], { positionId: 'p9' }],
    ['is cancelled', [adopted, cancelled], { state: 'cancelled' }],
    ['is adopted anew after its end', [intent({ id: 'e1' }), cancelled, adopted], { intentSeq: 3 }],
  ])('%s', (_what, events, expected) => {
    expect(last(events)).toMatchObject(expected);
  });

  it('has the amended size and prices', () => {
    const order = last([adopted, amendedEvent('e1', '6')]);
    expect([order?.quantity, order?.price, order?.stopPrice].map(String)).toEqual([
      '6',
      '2.5',
      'null',
    ]);
  });

  it.each<[string, NewEvent]>([
    ['amended', amendedEvent('e1', '6')],
    ['relinked', relinkedEvent('e1', 'p9')],
  ])('that ended is not %s any more', (_what, event) => {
    expect(folded([adopted, cancelled, event]).touched.orders).toEqual([]);
  });

  it('is not adopted while it is alive', () => {
    expect(() => folded([adopted, adopted])).toThrow('intended once');
  });
});

describe('a row of somebody else', () => {
  const staged = stagedEvent('r1');
  it.each<[string, NewEvent[], string, string[]]>([
    ['waits to be judged', [staged], 'staged', ['r1']],
    ['is quarantined with a reason', [staged, quarantinedEvent('r1')], 'quarantined', ['r1']],
    [
      'is retired',
      [staged, quarantinedEvent('r1'), rowEndedEvent('ROW_RETIRED', 'r1')],
      'retired',
      [],
    ],
    ['is released', [staged, rowEndedEvent('ROW_RELEASED', 'r1')], 'released', []],
  ])('%s', (_what, events, state, waiting) => {
    const after = folded(events);
    expect(after.touched.rows.map((row) => row.state)).toEqual([state]);
    expect([...after.staged.keys()]).toEqual(waiting);
  });

  it.each<[string, NewEvent[]]>([
    ['staged twice', [staged, staged]],
    ['quarantined without being known', [quarantinedEvent('r1')]],
    ['retired without being known', [rowEndedEvent('ROW_RETIRED', 'r1')]],
  ])('%s changes nothing', (_what, events) => {
    expect(folded(events).touched.rows).toEqual([]);
  });

  it('keeps what was found and when', () => {
    const row = folded([staged, { ...quarantinedEvent('r1'), tsMs: ms(9) }]).staged.get(
      'r1' as RowId,
    );
    expect(row).toEqual({
      rowId: 'r1',
      source: 'ledger.db',
      row: { n: 1 },
      symbol: TON,
      explained: true,
      state: 'quarantined',
      finding: 'ghost',
      why: 'no event',
      stagedMs: NOW,
      quarantinedMs: 9,
      endedMs: null,
    });
  });
});

describe('what waits for an operator', () => {
  const causes = (events: readonly NewEvent[]): unknown =>
    [...folded(events).attention].map(([on, all]) => [on, all.map(({ cause }) => cause)]);
  const flip = attentionEvent('side_flipped');
  const second = attentionEvent('second_instance');
  it.each<[string, NewEvent[], unknown]>([
    [
      'is asked for once per cause',
      [flip, flip, second],
      [[TON, ['side_flipped', 'second_instance']]],
    ],
    [
      'is asked for per symbol',
      [flip, attentionEvent('side_flipped', SOL), acknowledgedEvent()],
      [[SOL, ['side_flipped']]],
    ],
    ['is over when it was acknowledged', [flip, second, acknowledgedEvent()], []],
    ['may come again', [flip, acknowledgedEvent(), flip], [[TON, ['side_flipped']]]],
  ])('%s', (_what, events, expected) => {
    expect(causes(events)).toEqual(expected);
  });
});

type Step = readonly [kind: number, second: boolean, share: number];
const STEPS = fc.array(fc.tuple(fc.nat(12), fc.boolean(), fc.integer({ min: 1, max: 10 })), {
  maxLength: 60,
});

/** What this step makes of a position, of an order, or of a row; null when nothing fits. */
function eventOf([kind, second, share]: Step, state: Registry, n: number): NewEvent | null {
  const on = second ? SOL : TON;
  if (kind < 5) return positionStep(kind, state.positions.get(on), { on, share, n });
  if (kind < 9) return orderStep(kind, state, { on, share, n });
  const id = `r${share}`;
  const rows: readonly NewEvent[] = [
    stagedEvent(id),
    share > 5 ? quarantinedEvent(id) : rowEndedEvent('ROW_RETIRED', id),
    share > 5 ? attentionEvent('side_flipped', on) : attentionEvent('second_instance', on),
    share > 5 ? acknowledgedEvent(on) : blockedEvent('drift.side', on),
  ];
  return rows[kind - 9] ?? null;
}

interface Words {
  readonly on: typeof TON;
  readonly share: number;
  readonly n: number;
}

function positionStep(kind: number, held: Position | undefined, words: Words): NewEvent | null {
  const { on, share, n } = words;
  const price = share > 5 ? null : String(share);
  if (held === undefined) {
    return importedEvent(`p${n}`, { symbol: on, quantity: String(share), price });
  }
  const id = held.positionId;
  if (kind === 0) return retiredEvent(id, on);
  if (kind < 3) return adjustedEvent(id, String(share), price, on);
  const quantity = String(held.quantity.div(2));
  return fillEvent({ trade: `t${n}`, symbol: on, position: id, side: 'sell', quantity });
}

function orderStep(kind: number, state: Registry, { on, share, n }: Words): NewEvent | null {
  const orders = [...state.orders.values()].filter((one) => one.symbol === on);
  const living = orders[share % Math.max(orders.length, 1)];
  if (kind === 5 || living === undefined) {
    const end = share > 7 ? 'filled' : 'live';
    return adoptedEvent({ id: `o${n}`, symbol: on, role: 'stop', position: `p${n}`, state: end });
  }
  const id = living.clientOrderId;
  if (kind === 6) return amendedEvent(id, String(share), on);
  if (kind === 7) return relinkedEvent(id, `p${share}`, on);
  const filled = { trade: `t${n}`, symbol: on, order: id, quantity: String(share) };
  return fillEvent({ ...filled, position: `gone${share}` as PositionId });
}

describe('over random repairs', () => {
  it('fold(events) == registry == tables == what a restart reads', () => {
    fc.assert(
      fc.property(STEPS, (steps) => {
        const home = journalHome();
        try {
          steps.forEach((step, n) => {
            const event = eventOf(step, home.journal.registry(), n + 1);
            if (event !== null) home.journal.append([event]);
          });
          const verified = foldAll(home.db);
          const restored = restoreRegistry(home.db);
          expect(verified.differences).toEqual([]);
          expect(restored.problems).toEqual([]);
          expect(comparable(verified.registry)).toEqual(comparable(home.journal.registry()));
          expect(comparable(restored.registry)).toEqual(comparable(verified.registry));
        } finally {
          home.remove();
        }
      }),
      { numRuns: 60, seed: 3 },
    );
  });

  it('an end of a block is an event that changes no row', () => {
    expect(folded([blockedEvent('phantom'), unblockedEvent('phantom')]).seq).toBe(2);
  });
});

/** `touched` tells of one event only; maps and objects compare by content. */
function comparable(state: Registry): string {
  const plain = JSON.stringify({ ...state, touched: null }, (_key, value: unknown): unknown =>
    value instanceof Map ? Object.fromEntries(value) : value,
  );
  return canonicalJson(JSON.parse(plain));
}
