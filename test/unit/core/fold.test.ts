import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_REGISTRY, fold } from '../../../src/core/fold.ts';
import { restoredRegistry } from '../../../src/core/restore.ts';
import { foldAll } from '../../../src/core/verify.ts';
import { canonicalJson } from '../../../src/domain/canonical-json.ts';
import { decimal, text } from '../../../src/domain/decimal.ts';
import type { NewEvent, StoredEvent } from '../../../src/domain/event.ts';
import type { ClientOrderId, PositionId } from '../../../src/domain/ids.ts';
import type { Order } from '../../../src/domain/order.ts';
import type { Position } from '../../../src/domain/position.ts';
import type { Registry } from '../../../src/domain/registry.ts';
import {
  closedEvent,
  fillEvent,
  intent,
  journalHome,
  openedEvent,
  SOL,
  TON,
} from '../../support/journal-home.ts';

const entry = intent({ id: 'e1', signal: 's1' });
const entryFill = (quantity: string, price = '2', trade = `t-${quantity}`): NewEvent =>
  fillEvent({ trade, order: 'e1', position: 'p1', quantity, price, role: 'entry' });
const exitFill = (quantity: string, price: string, purpose: Order['purpose']): NewEvent =>
  fillEvent({ trade: `x-${quantity}`, position: 'p1', side: 'sell', quantity, price, purpose });
const open = [entry, entryFill('4'), openedEvent('p1', { signal: 's1' })];
const about = (type: string, payload: object): NewEvent =>
  ({ type, clientOrderId: 'e1', symbol: TON, payload }) as unknown as NewEvent;
const accepted = about('ORDER_ACCEPTED', { venue_order_id: 'v1', server_ms: null });

function folded(events: readonly NewEvent[]): Registry {
  return events.reduce<Registry>((state, event, index) => {
    const refs = { symbol: null, positionId: null, clientOrderId: null, signalId: null };
    const at = { seq: index + 1, tsMs: event.tsMs ?? 1000 + index };
    return fold(state, { ...refs, ...event, ...at } as unknown as StoredEvent);
  }, EMPTY_REGISTRY);
}

function order(events: readonly NewEvent[]): Partial<Order> | undefined {
  const state = folded(events);
  return state.orders.get('e1' as ClientOrderId) ?? state.touched.orders[0];
}

function position(events: readonly NewEvent[]): Position | undefined {
  const state = folded(events);
  return state.positions.get(TON) ?? state.touched.positions[0];
}

describe('an order', () => {
  const cancelled = about('ORDER_CANCELLED', { reason: 'shutdown' });
  const live = about('ORDER_STATE', { state: 'live', venue_order_id: 'v9', evidence: 'seen' });
  it.each<[string, NewEvent[], string, string | null]>([
    ['is intended before it is sent', [entry], 'intended', null],
    ['is live when accepted', [entry, accepted], 'live', null],
    [
      'is rejected when we deny it',
      [entry, about('ORDER_DENIED', { code: 'MIN' })],
      'rejected',
      'MIN',
    ],
    ['is rejected', [entry, about('ORDER_REJECTED', { reason: 'no' })], 'rejected', 'no'],
    [
      'is in doubt',
      [entry, about('ORDER_IN_DOUBT', { evidence: 'timeout' })],
      'in_doubt',
      'timeout',
    ],
    [
      'leaves doubt by a fill',
      [entry, about('ORDER_IN_DOUBT', { evidence: 'timeout' }), entryFill('4')],
      'partially_filled',
      'timeout',
    ],
    ['filled before it was accepted', [entry, entryFill('4'), accepted], 'partially_filled', null],
    ['found live after a fill', [entry, entryFill('4'), live], 'partially_filled', 'seen'],
    ['is filled', [entry, accepted, entryFill('10')], 'filled', null],
    ['keeps what was overfilled, and says so', [entry, entryFill('11')], 'filled', 'overfilled'],
    ['is cancelled', [entry, accepted, cancelled], 'cancelled', 'shutdown'],
    [
      'found expired',
      [entry, about('ORDER_STATE', { state: 'expired', venue_order_id: null, evidence: 'ioc' })],
      'expired',
      'ioc',
    ],
  ])('%s', (_what, events, state, reason) => {
    expect(order(events)).toMatchObject({ state, reason });
  });

  it('that ended stays ended, and leaves memory with its plan', () => {
    expect(folded([entry]).plans.size).toBe(1);
    const state = folded([entry, cancelled, accepted, live, entryFill('4')]);
    expect([state.orders.size, state.plans.size, state.touched.orders]).toEqual([0, 0, []]);
  });

  it('sums what its fills were worth', () => {
    const last = order([entry, entryFill('4', '2'), entryFill('3', '2.1')]);
    expect([text(decimal(String(last?.filled))), String(last?.filledValue)]).toEqual(['7', '14.3']);
  });
});

describe('a position', () => {
  const shown = (events: readonly NewEvent[]): unknown[] => {
    const held = position(events);
    return [held?.quantity, held?.enteredQuantity, held?.entryPrice, held?.realizedPnl].map(String);
  };

  it.each<[string, NewEvent[], string[]]>([
    ['is made by its fill', open, ['4', '4', '2', '0']],
    ['averages its entries', [...open, entryFill('1', '2.5')], ['5', '5', '2.1', '0']],
    ['realises exits', [...open, exitFill('3', '2.5', 'target_1')], ['1', '4', '2', '1.5']],
    ['cannot turn over', [...open, exitFill('9', '1', 'stop_loss')], ['0', '4', '2', '-4']],
    [
      'pays funding without trading',
      [...open, fillEvent({ trade: 'f', position: 'p1', kind: 'funding', side: 'sell' })],
      ['4', '4', '2', '0'],
    ],
    ['ends with a rest below a lot', [...open, closedEvent('p1')], ['0', '4', '2', '0']],
  ])('%s', (_what, events, expected) => {
    expect(shown(events)).toEqual(expected);
  });

  it('a short earns when the price falls', () => {
    const side = 'sell' as const;
    const opening = openedEvent('p1');
    const short = { ...opening, payload: { ...opening.payload, side: 'short' } } as NewEvent;
    const fill = fillEvent({ trade: 'a', position: 'p1', side, quantity: '4' });
    const cover = fillEvent({
      trade: 'b',
      position: 'p1',
      side: 'buy',
      quantity: '4',
      price: '1.5',
    });
    expect(String(position([fill, short, cover])?.realizedPnl)).toBe('2');
  });

  it('remembers each target once', () => {
    const hit = [exitFill('1', '3', 'target_1'), exitFill('0.5', '3', 'target_1')];
    expect(position([...open, ...hit, exitFill('0.2', '4', 'target_2')])?.targetsHit).toEqual([
      1, 2,
    ]);
  });

  it('opens at the time of its fill, and is protected once', () => {
    const guard = (atMs: number): NewEvent =>
      ({
        ...about('POSITION_PROTECTED', { unprotected_ms: 1, stop_price: '1' }),
        positionId: 'p1',
        tsMs: atMs,
      }) as unknown as NewEvent;
    const held = position([...open, guard(5000), guard(9000)]);
    expect([held?.openedMs, held?.openedSeq, held?.protectedMs]).toEqual([1001, 3, 5000]);
  });

  it('that closed is never opened by a late fill', () => {
    const state = folded([...open, closedEvent('p1'), entryFill('3')]);
    expect(state.positions.size).toBe(0);
    expect(state.touched.fills).toHaveLength(1);
  });

  it.each<[string, NewEvent[]]>([
    ['opened without a fill', [openedEvent('p1')]],
    [
      'opened against its fill',
      [fillEvent({ trade: 'a', position: 'p1', side: 'sell' }), openedEvent('p1')],
    ],
    ['closed without being open', [closedEvent('p1')]],
    ['an order intended twice', [entry, entry]],
  ])('%s is refused', (_what, events) => {
    expect(() => folded(events)).toThrow('broken rule');
  });
});

describe('the rest of the registry', () => {
  const cycle = (n: number, peak: string | null): NewEvent =>
    ({ type: 'CYCLE_END', payload: { cycle: n, peak_equity: peak } }) as unknown as NewEvent;
  it('follows cycles, peaks and states', () => {
    const cleared = about('HALT_CLEARED', { peak_equity: '80' });
    const halted = about('STATE_CHANGED', { from: 'NORMAL', to: 'HALTED', causes: [] });
    const state = folded([cycle(1, '100'), halted, cleared, cycle(2, null)]);
    expect([state.cycles, state.lastCycleMs, String(state.peakEquity), state.state]).toEqual([
      2,
      1003,
      '80',
      'HALTED',
    ]);
  });
});

/** One step of a random bot: which thing happens, to which symbol, and how much of it. */
type Step = readonly [kind: number, second: boolean, share: number];
const STEPS = fc.array(fc.tuple(fc.nat(10), fc.boolean(), fc.integer({ min: 1, max: 10 })), {
  maxLength: 60,
});

/** The batch that this step makes of the registry as it stands; null when nothing fits. */
function batchOf([kind, second, share]: Step, state: Registry, n: number): NewEvent[] | null {
  const on = second ? SOL : TON;
  const held = state.positions.get(on);
  const orders = [...state.orders.values()].filter((one) => one.symbol === on);
  const living = orders[share % Math.max(orders.length, 1)];
  const of = (type: string, payload: object): NewEvent[] => [
    { type, symbol: on, clientOrderId: living?.clientOrderId, payload } as unknown as NewEvent,
  ];
  const late = { trade: `t${n}`, symbol: on, quantity: String(share), price: String(share) };
  switch (kind) {
    case 0:
      return [intent({ id: `e${n}`, symbol: on, signal: `s${n}` })];
    case 1:
      if (held === undefined) return null;
      return [intent({ id: `s${n}`, symbol: on, role: 'stop', position: held.positionId })];
    case 2:
      return of('ORDER_ACCEPTED', { venue_order_id: `v${n}`, server_ms: null });
    case 3:
      return of('ORDER_IN_DOUBT', { evidence: 'timeout' });
    case 4:
      return of('ORDER_STATE', { state: 'expired', venue_order_id: null, evidence: 'seen' });
    case 5:
      return of('ORDER_CANCELLED', { reason: 'planned' });
    case 6: {
      const wanted = orders.find((one) => one.role === 'entry');
      if (wanted === undefined) return null;
      const id = held?.positionId ?? (`p${n}` as PositionId);
      const fill = fillEvent({ ...late, order: wanted.clientOrderId, position: id, role: 'entry' });
      return held === undefined ? [fill, openedEvent(id, { symbol: on })] : [fill];
    }
    case 7: {
      if (held === undefined) return null;
      const purpose = share > 5 ? ('target_1' as const) : ('stop_loss' as const);
      const out = { ...late, position: held.positionId, side: 'sell' as const, purpose };
      const flat = held.quantity.lte(share);
      const fill = fillEvent({ ...out, order: living?.clientOrderId ?? null });
      return flat ? [fill, closedEvent(held.positionId, on)] : [fill];
    }
    case 8:
      return [fillEvent({ ...late, position: `gone${share}` })];
    case 9: {
      const peak = share > 5 ? text(decimal(share)) : null;
      return of('CYCLE_END', { cycle: n, peak_equity: peak });
    }
    default:
      if (share > 7) return of('HALT_CLEARED', { peak_equity: text(decimal(share)) });
      if (share > 4) return of('STATE_CHANGED', { from: 'NORMAL', to: 'DEGRADED', causes: [] });
      return held === undefined
        ? null
        : [
            {
              ...of('POSITION_PROTECTED', { unprotected_ms: 1, stop_price: '1' })[0],
              positionId: held.positionId,
            } as NewEvent,
          ];
  }
}

describe('over random histories', () => {
  it('fold(events) == registry == tables == what a restart reads', () => {
    fc.assert(
      fc.property(STEPS, (steps) => {
        const home = journalHome();
        try {
          steps.forEach((step, n) => {
            const batch = batchOf(step, home.journal.registry(), n + 1);
            if (batch !== null) home.journal.append(batch);
          });
          const verified = foldAll(home.db);
          expect(verified.differences).toEqual([]);
          expect(comparable(verified.registry)).toEqual(comparable(home.journal.registry()));
          expect(comparable(restoredRegistry(home.db))).toEqual(comparable(verified.registry));
        } finally {
          home.remove();
        }
      }),
      { numRuns: 60, seed: 2 },
    );
  });
});

/** `touched` tells of one event only; maps and objects compare by content. */
function comparable(state: Registry): string {
  const plain = JSON.stringify({ ...state, touched: null }, (_key, value: unknown): unknown =>
    value instanceof Map ? Object.fromEntries(value) : value,
  );
  return canonicalJson(JSON.parse(plain));
}
