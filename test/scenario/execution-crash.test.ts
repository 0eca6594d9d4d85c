/**
 * Crash anywhere, rebuild from the journal, and look: one position, one stop, no second entry. The
 * process dies before it sends, after it sent, and before it could write the answer.
 */
import { describe, expect, it } from 'vitest';
import { ms } from '../../src/domain/clock.ts';
import type { EventType } from '../../src/domain/event.ts';
import type { Fault, FakeExchange } from '../support/fake-exchange.ts';
import { fakeExchange } from '../support/fake-exchange.ts';
import type { TestJournal } from '../support/execution-world.ts';
import { clockAtNoon, entry, startLife, testJournal } from '../support/execution-world.ts';

function world() {
  const clock = clockAtNoon();
  const exchange = fakeExchange(() => clock.now());
  const store = testJournal(clock);
  return { clock, exchange, store, start: () => startLife(store, exchange, clock) };
}

const stopsOpen = (exchange: FakeExchange): string[] =>
  [...exchange.open.values()].filter((o) => o.type === 'stop').map((o) => o.quantity.toFixed());
const entriesSent = (exchange: FakeExchange): number =>
  exchange.sent.filter((o) => o.role === 'entry').length;
const seen = (store: TestJournal, type: EventType): number =>
  store.events().filter((e) => e.type === type).length;

/** Lets a life run until it hangs on a request that never ends, or dies in the journal. */
async function untilDeath(doomed: Promise<unknown>): Promise<void> {
  const turns = (async () => {
    for (let i = 0; i < 200; i += 1) await Promise.resolve();
  })();
  await Promise.race([doomed.catch(() => undefined), turns]);
}

describe('crash while entering', () => {
  it.each<[string, Fault, EventType | null, string]>([
    ['after the intent, before the request', 'died-before-acting', null, '0'],
    ['after the request, before the answer', 'died-after-acting', null, '10'],
    ['after the answer, before it is written', 'none', 'ORDER_ACCEPTED', '10'],
  ])('%s', async (_what, fault, diesAt, net) => {
    const { clock, exchange, store, start } = world();
    exchange.next(fault);
    store.diesAt = diesAt;
    await untilDeath(start().gateway.placeEntry(entry()));
    store.diesAt = null;
    exchange.next();

    const life = start();
    clock.advanceTo(ms(clock.now() + 1_000));
    // The same signal comes again while the outcome is unknown: it must not be sent.
    expect(await life.gateway.placeEntry(entry())).toEqual({
      kind: 'denied',
      code: 'ENTRY_IN_FLIGHT',
    });
    const resolution = await life.resolve();
    await life.settle();

    expect(resolution.unresolved).toEqual([]);
    expect(entriesSent(exchange)).toBe(1);
    expect(exchange.net().toFixed()).toBe(net);
    expect(stopsOpen(exchange)).toEqual(net === '0' ? [] : ['10']);
    expect(store.registry().positions.size).toBe(net === '0' ? 0 : 1);
    expect(seen(store, 'POSITION_OPENED')).toBe(net === '0' ? 0 : 1);
  });

  it('between the fill and nothing: fill and position are one transaction', async () => {
    const { exchange, store, start } = world();
    const first = start();
    await first.gateway.placeEntry(entry());
    store.diesAt = 'POSITION_OPENED';
    await untilDeath(first.pass());
    expect(seen(store, 'FILL')).toBe(0);
    store.diesAt = null;
    await start().settle();
    expect(seen(store, 'FILL')).toBe(1);
    expect(stopsOpen(exchange)).toEqual(['10']);
  });
});

describe('crash while placing the stop', () => {
  it.each<[string, Fault, EventType | null]>([
    ['before its intent is written', 'none', 'ORDER_INTENDED'],
    ['after the intent, before the request', 'died-before-acting', null],
    ['after the request, before the answer', 'died-after-acting', null],
    ['after the answer, before it is written', 'none', 'ORDER_ACCEPTED'],
    ['accepted, before POSITION_PROTECTED', 'none', 'POSITION_PROTECTED'],
  ])('%s', async (_what, fault, diesAt) => {
    const { exchange, store, start } = world();
    const first = start();
    await first.gateway.placeEntry(entry());
    exchange.next(fault);
    store.diesAt = diesAt;
    await untilDeath(first.pass());
    store.diesAt = null;
    exchange.next();

    const life = start();
    await life.settle();
    await life.resolve();
    await life.settle();
    expect(stopsOpen(exchange)).toEqual(['10']);
    expect(exchange.net().toFixed()).toBe('10');
    expect(seen(store, 'POSITION_PROTECTED')).toBe(1);
    const promised = [...exchange.open.values()].filter((o) => o.type === 'limit');
    expect(promised.map((o) => o.quantity.toFixed()).toSorted()).toEqual(['3', '3', '4']);
  });
});

describe('crash while replacing the stop', () => {
  /** TP1 filled: the stop moves to break-even, new before old. */
  async function afterTp1() {
    const here = world();
    const first = here.start();
    await first.gateway.placeEntry(entry());
    await first.settle();
    const tp1 = [...here.exchange.open.values()].find((o) => o.price?.eq('110'));
    here.exchange.setMark('110');
    if (tp1?.clientOrderId != null) here.exchange.fillResting(tp1.clientOrderId);
    return { ...here, first };
  }

  it('without a crash: one break-even stop for what is left', async () => {
    const { exchange, first } = await afterTp1();
    await first.settle();
    const [stop] = [...exchange.open.values()].filter((o) => o.type === 'stop');
    expect(stopsOpen(exchange)).toEqual(['6']);
    expect(stop?.stopPrice?.toFixed()).toBe('100.11');
  });

  it('the new stop is refused: the old one stays', async () => {
    const { exchange, first } = await afterTp1();
    exchange.next({ reject: 'tooManySmallOrders' });
    await first.pass();
    expect(stopsOpen(exchange)).toEqual(['10']);
  });

  it.each<[string, Fault[], EventType | null]>([
    ['new stop not sent', ['died-before-acting'], null],
    ['new stop live, answer lost', ['died-after-acting'], null],
    ['new stop live, old one not cancelled yet', [], 'ORDER_CANCEL_INTENDED'],
    ['cancel sent, not answered', ['none', 'died-after-acting'], null],
    ['cancel not sent', ['none', 'died-before-acting'], null],
  ])('%s: cover is never zero, one stop remains', async (_what, faults, diesAt) => {
    const { exchange, store, start, first } = await afterTp1();
    exchange.next(...faults);
    store.diesAt = diesAt;
    await untilDeath(first.pass());
    expect(stopsOpen(exchange).length).toBeGreaterThan(0);
    store.diesAt = null;
    exchange.next();

    const life = start();
    await life.settle();
    await life.resolve();
    await life.settle();
    expect(stopsOpen(exchange)).toEqual(['6']);
  });
});

describe('closing', () => {
  it('38: a late fill of a closed position is kept as a fact and opens nothing', async () => {
    const { exchange, store, start } = world();
    const life = start();
    await life.gateway.placeEntry(entry({ orderType: 'limit', expiresMs: ms(1) }));
    const [id] = [...store.registry().orders.keys()];
    if (id === undefined) throw new Error('the entry should rest');
    exchange.fillResting(id, '4');
    await life.settle();
    const stop = [...exchange.open.values()].find((o) => o.type === 'stop');
    if (stop?.clientOrderId != null) exchange.fillResting(stop.clientOrderId);
    // The rest fills just before it can be cancelled.
    exchange.next(
      { reject: 'notFound' },
      { reject: 'notFound' },
      { reject: 'notFound' },
      { reject: 'notFound' },
    );
    await life.pass();
    expect(seen(store, 'POSITION_CLOSED')).toBe(1);
    exchange.fillResting(id, '6');
    exchange.next();
    await life.pass();
    expect(seen(store, 'POSITION_OPENED')).toBe(1);
    expect(seen(store, 'FILL')).toBe(3);
    expect(store.registry().positions.size).toBe(0);
  });

  it('the rest of a resting entry is cancelled once its position is stopped out', async () => {
    const { exchange, store, start } = world();
    const life = start();
    await life.gateway.placeEntry(entry({ orderType: 'limit', expiresMs: ms(1) }));
    const [id] = [...store.registry().orders.keys()];
    if (id === undefined) throw new Error('the entry should rest');
    exchange.fillResting(id, '4');
    await life.settle();
    const stop = [...exchange.open.values()].find((o) => o.type === 'stop');
    if (stop?.clientOrderId != null) exchange.fillResting(stop.clientOrderId);
    await life.settle();
    expect(exchange.cancelled).toContain(id);
    expect(exchange.open.size).toBe(0);
  });

  it('42: stop filled while offline: closed with its reason, targets cancelled', async () => {
    const { exchange, store, start } = world();
    const first = start();
    await first.gateway.placeEntry(entry());
    await first.settle();
    const stop = [...exchange.open.values()].find((o) => o.type === 'stop');
    if (stop?.clientOrderId != null) exchange.fillResting(stop.clientOrderId);
    await start().settle();
    const closed = store.events().find((e) => e.type === 'POSITION_CLOSED');
    expect(closed?.type === 'POSITION_CLOSED' && closed.payload.reason).toBe('stop_loss');
    expect(exchange.open.size).toBe(0);
    expect(store.registry().positions.size).toBe(0);
  });
});
