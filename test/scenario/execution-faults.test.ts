/** Lost answers, refusals and a journal without room: what execution does at 3 a.m. */
import { describe, expect, it } from 'vitest';
import { ms } from '../../src/domain/clock.ts';
import { decimal, quantity } from '../../src/domain/decimal.ts';
import type { SignalId } from '../../src/domain/ids.ts';
import type { EventType } from '../../src/domain/event.ts';
import { fakeExchange } from '../support/fake-exchange.ts';
import type { TestJournal } from '../support/execution-world.ts';
import { clockAtNoon, entry, startLife, testJournal } from '../support/execution-world.ts';
import { TON, instrument } from '../support/protection-world.ts';

function world(rules = instrument()) {
  const clock = clockAtNoon();
  const exchange = fakeExchange(() => clock.now());
  const store = testJournal(clock);
  return { clock, exchange, store, life: startLife(store, exchange, clock, rules) };
}

const types = (store: TestJournal): EventType[] => store.events().map((e) => e.type);
const count = (store: TestJournal, type: EventType): number =>
  types(store).filter((t) => t === type).length;

describe('an entry of unknown outcome', () => {
  it('answer lost after acting: found by its fill, one position, never sent again', async () => {
    const { exchange, store, life } = world();
    exchange.next('answer-lost');
    expect((await life.gateway.placeEntry(entry())).kind).toBe('in_doubt');
    await life.settle();
    expect(exchange.net().toFixed()).toBe('10');
    expect(store.registry().positions.get(TON)?.quantity.toFixed()).toBe('10');
    expect(exchange.sent.filter((o) => o.role === 'entry')).toHaveLength(1);
  });

  it('request lost: in doubt, blocks its symbol, absent only after two looks five seconds apart', async () => {
    const { clock, exchange, store, life } = world();
    exchange.next('request-lost');
    await life.gateway.placeEntry(entry());
    const before = clock.now();
    const other = entry({ signalId: 'sig-2' as SignalId });
    expect(await life.gateway.placeEntry(other)).toEqual({
      kind: 'denied',
      code: 'ENTRY_IN_FLIGHT',
    });
    const { unresolved } = await life.resolve();
    expect(unresolved).toEqual([]);
    expect(clock.now() - before).toBeGreaterThanOrEqual(15_000);
    const last = store.events().findLast((e) => e.type === 'ORDER_STATE');
    expect(last?.type === 'ORDER_STATE' && last.payload.state).toBe('absent');
    expect(exchange.sent).toHaveLength(1);
  });

  it.each(['openOrders', 'fills', 'orderHistory'] as const)(
    '%s unreadable: stays in doubt, and resolving is bounded',
    async (what) => {
      const { exchange, life } = world();
      exchange.next('request-lost');
      await life.gateway.placeEntry(entry());
      exchange.readFails(what);
      const resolution = await life.resolve(5);
      expect(resolution).toMatchObject({ passes: 5 });
      expect(resolution.unresolved).toHaveLength(1);
    },
  );

  it('a client that throws has not failed: in doubt', async () => {
    const { exchange, life } = world();
    exchange.next('throws');
    expect(await life.gateway.placeEntry(entry())).toEqual({
      kind: 'in_doubt',
      evidence: 'request failed: Error: socket hang up',
    });
  });

  it('a duplicate id proves that it acted: in doubt, not rejected', async () => {
    const { exchange, life } = world();
    exchange.next({ reject: 'clientOrderIdAlreadyExist' });
    expect((await life.gateway.placeEntry(entry())).kind).toBe('in_doubt');
  });
});

describe('protection of unknown outcome', () => {
  it('answer lost: seen live at the next look, one stop', async () => {
    const { exchange, life } = world();
    await life.gateway.placeEntry(entry());
    exchange.next('answer-lost');
    await life.settle();
    expect([...exchange.open.values()].filter((o) => o.type === 'stop')).toHaveLength(1);
  });

  it('request lost: sent again with the next attempt, always reduce-only', async () => {
    const { exchange, life } = world();
    await life.gateway.placeEntry(entry());
    exchange.next('request-lost', 'request-lost');
    await life.settle();
    const stops = exchange.sent.filter((o) => o.role === 'stop');
    expect(new Set(stops.map((o) => o.clientOrderId)).size).toBe(stops.length);
    expect(stops.every((o) => o.reduceOnly)).toBe(true);
    expect([...exchange.open.values()].filter((o) => o.type === 'stop')).toHaveLength(1);
  });

  it('48: the same stop cancelled by hand twice is placed again both times', async () => {
    const { exchange, life } = world();
    await life.gateway.placeEntry(entry());
    await life.settle();
    for (const attempt of [2, 3]) {
      const stop = [...exchange.open.values()].find((o) => o.type === 'stop');
      if (stop?.clientOrderId != null) exchange.cancelByHand(stop.clientOrderId);
      await life.settle();
      const live = [...exchange.open.values()].filter((o) => o.type === 'stop');
      expect(live.map((o) => o.clientOrderId?.startsWith(`tc-s${attempt}-`))).toEqual([true]);
    }
  });

  it('refused until the deadline: unprotected said once, then an emergency exit', async () => {
    const { clock, exchange, store, life } = world();
    await life.gateway.placeEntry(entry());
    const refused = { reject: 'tooManySmallOrders' };
    exchange.next(refused, refused, refused, refused);
    await life.pass();
    clock.advanceTo(ms(clock.now() + 5_000));
    exchange.next(refused, refused, refused, refused);
    await life.pass();
    expect(count(store, 'POSITION_UNPROTECTED')).toBe(1);
    clock.advanceTo(ms(clock.now() + 5_000));
    exchange.next();
    await life.settle();
    const closed = store.events().find((e) => e.type === 'POSITION_CLOSED');
    expect(closed?.type === 'POSITION_CLOSED' && closed.payload.reason).toBe('emergency');
    expect(exchange.net().toFixed()).toBe('0');
    expect(exchange.open.size).toBe(0);
  });

  it('says how long a position was unprotected, once', async () => {
    const { clock, store, life } = world();
    await life.gateway.placeEntry(entry());
    clock.advanceTo(ms(clock.now() + 350));
    await life.settle();
    await life.settle();
    const said = store.events().filter((e) => e.type === 'POSITION_PROTECTED');
    expect(said.map((e) => e.type === 'POSITION_PROTECTED' && e.payload.unprotected_ms)).toEqual([
      350,
    ]);
  });

  it('a dropped target is said once', async () => {
    const { store, life } = world();
    await life.gateway.placeEntry(entry({ quantity: quantity('1') }));
    await life.settle();
    await life.settle();
    expect(count(store, 'TARGET_DROPPED')).toBe(2);
  });
});

describe('incident 46 denials: half of one contract', () => {
  const half = { symbol: TON, quantity: quantity('0.5') };

  it('an impossible order is denied once and never sent; other inputs are judged anew', async () => {
    const { exchange, store, life } = world();
    await life.gateway.placeEntry(entry());
    await life.pass();
    const sent = exchange.sent.length;
    for (let i = 0; i < 46; i += 1) {
      expect(await life.gateway.placeExit(half)).toEqual({
        kind: 'denied',
        code: 'QUANTITY_OFF_STEP',
      });
    }
    expect(exchange.sent).toHaveLength(sent);
    expect(count(store, 'ORDER_DENIED')).toBe(1);
    expect((await life.gateway.placeExit({ symbol: TON, quantity: quantity('1') })).kind).toBe(
      'accepted',
    );
  });

  it('what the venue calls impossible is not sent again either', async () => {
    const { exchange, life } = world();
    await life.gateway.placeEntry(entry());
    await life.pass();
    const before = exchange.sent.length;
    for (let i = 0; i < 46; i += 1) {
      exchange.next({ reject: 'invalidSize' });
      await life.gateway.placeExit({ symbol: TON, quantity: quantity('1') });
    }
    expect(exchange.sent.length - before).toBe(1);
  });
});

describe('the gateway refuses', () => {
  it.each<[string, Parameters<typeof entry>[0], string]>([
    ['a quantity off the step', { quantity: quantity('1.5') }, 'QUANTITY_OFF_STEP'],
    ['a quantity of zero', { quantity: quantity('0') }, 'QUANTITY_NOT_POSITIVE'],
    [
      'a quantity that is no number',
      { quantity: decimal('1').div('0').minus('0') as never },
      'QUANTITY_NOT_POSITIVE',
    ],
    ['a quantity below the minimum', { quantity: quantity('4') }, 'QUANTITY_BELOW_MINIMUM'],
    ['a notional below the minimum', { quantity: quantity('5') }, 'NOTIONAL_BELOW_MINIMUM'],
    ['a price off the tick', { entry: decimal('100.001') as never }, 'PRICE_INVALID'],
    ['an unknown instrument', { symbol: 'X/USD:USD' as never }, 'UNKNOWN_INSTRUMENT'],
  ])('%s', async (_what, over, code) => {
    const { exchange, life } = world(instrument({ minQuantity: '5', minNotional: '600' }));
    expect(await life.gateway.placeEntry(entry(over))).toEqual({ kind: 'denied', code });
    expect(exchange.sent).toHaveLength(0);
    expect(life.alarms).toEqual([]);
  });

  it('a second position on a symbol, and a close of more than is open', async () => {
    const { life } = world();
    await life.gateway.placeEntry(entry());
    await life.settle();
    const again = entry({ signalId: 'sig-2' as SignalId });
    expect(await life.gateway.placeEntry(again)).toEqual({ kind: 'denied', code: 'ALREADY_HELD' });
    const more = { symbol: TON, quantity: quantity('11') };
    expect(await life.gateway.placeExit(more)).toEqual({
      kind: 'denied',
      code: 'EXCEEDS_POSITION',
    });
  });
});

describe('halted', () => {
  it('cancels entries by id and never a stop, a target or an exit', async () => {
    const { exchange, store, life } = world();
    await life.gateway.placeEntry(entry());
    await life.settle();
    const resting = [...store.registry().orders.values()];
    expect(resting.map((o) => o.role).toSorted()).toEqual(['stop', 'target', 'target', 'target']);
    for (const order of resting) {
      for (const reason of ['halted', 'kill', 'degraded', 'shutdown', 'takeover'] as const) {
        expect(await life.gateway.cancel(order.clientOrderId, reason)).toEqual({
          kind: 'denied',
          code: 'PROTECTION_STAYS',
        });
      }
    }
    expect(exchange.cancelled).toEqual([]);

    const other = world();
    const limit = entry({ orderType: 'limit', expiresMs: ms(1) });
    await other.life.gateway.placeEntry(limit);
    const [id] = [...other.store.registry().orders.keys()];
    if (id === undefined) throw new Error('the entry should rest');
    expect((await other.life.gateway.cancel(id, 'halted')).kind).toBe('accepted');
    expect(other.exchange.open.size).toBe(0);
  });

  it('a cancel without an answer leaves the order live until a reading says otherwise', async () => {
    const { exchange, store, life } = world();
    await life.gateway.placeEntry(entry({ orderType: 'limit', expiresMs: ms(1) }));
    const [id] = [...store.registry().orders.keys()];
    if (id === undefined) throw new Error('the entry should rest');
    exchange.next('request-lost');
    await life.gateway.cancel(id, 'halted');
    expect(store.registry().orders.get(id)?.state).toBe('live');
  });
});

describe('the journal cannot be written', () => {
  it('no entry leaves', async () => {
    const { exchange, store, life } = world();
    store.full = true;
    expect(await life.gateway.placeEntry(entry())).toEqual({
      kind: 'denied',
      code: 'JOURNAL_UNWRITABLE',
    });
    expect(exchange.sent).toHaveLength(0);
  });

  it('full between entry and fill: the position is protected from memory, and written later', async () => {
    const { exchange, store, life } = world();
    await life.gateway.placeEntry(entry());
    store.full = true;
    await life.settle();
    expect([...exchange.open.values()].filter((o) => o.type === 'stop')).toHaveLength(1);
    expect(count(store, 'FILL')).toBe(0);
    expect(life.alarms).toHaveLength(1);
    const again = entry({ signalId: 'sig-2' as SignalId });
    expect((await life.gateway.placeEntry(again)).kind).toBe('denied');

    const kept = life.journal.registry();
    store.full = false;
    expect(life.journal.flush()).toBe(true);
    expect(life.journal.keptEvents()).toEqual([]);
    expect(life.alarms).toHaveLength(2);
    expect(store.registry().positions).toEqual(kept.positions);
    expect(store.registry().orders).toEqual(kept.orders);
    expect(types(store).indexOf('FILL')).toBeLessThan(types(store).indexOf('POSITION_OPENED'));
  });

  it('full while stopping: an operator’s close goes out and is written later', async () => {
    const { exchange, store, life } = world();
    await life.gateway.placeEntry(entry());
    await life.settle();
    store.full = true;
    const close = { symbol: TON, quantity: quantity('10') };
    expect((await life.gateway.placeExit(close)).kind).toBe('accepted');
    await life.settle();
    expect(exchange.net().toFixed()).toBe('0');
    expect(exchange.open.size).toBe(0);
    store.full = false;
    life.journal.flush();
    expect(count(store, 'POSITION_CLOSED')).toBe(1);
    expect(store.registry().positions.size).toBe(0);
  });

  it('a broken rule is not a full disk: it is thrown', async () => {
    const { store, life } = world();
    store.diesAt = 'ORDER_INTENDED';
    await expect(life.gateway.placeEntry(entry())).rejects.toThrow('SIGKILL');
  });
});
