/** Reconciliation in a whole bot: what a table of registry and venue cannot say, because it takes time. */
import { describe, expect, it, test } from 'vitest';
import { ms, SECOND, type Ms } from '../../src/domain/clock.ts';
import type { ClientOrderId } from '../../src/domain/ids.ts';
import type { Symbol } from '../../src/domain/symbol.ts';
import type { Reading } from '../../src/domain/venue.ts';
import { acknowledgeByBot } from '../../src/engine/operations/acknowledge.ts';
import { applyByBot } from '../../src/engine/operations/apply-plan.ts';
import type { Operator } from '../../src/engine/operations/operator.ts';
import type { PlanRequest } from '../../src/engine/operations/plan-document.ts';
import { planByBot } from '../../src/engine/operations/plan-reconcile.ts';
import { cancelByHand, tradeByHand } from '../support/by-hand.ts';
import {
  differences,
  engineWorld,
  SOL,
  TON,
  type EngineWorld,
  type Life,
  type Wish,
} from '../support/engine-world.ts';
import { forgetHands, retell, startMinutes } from '../support/minute-bot.ts';
import type { TradeFault } from '../support/faulty-venue.ts';
import { flat } from '../support/tiny-recording.ts';

const TARGETS = ['110', '115', '120'] as const;
const LONG: Wish = { at: 2, id: 'sig-long', stop: '95', targets: TARGETS };
const OTHER: Wish = { at: 3, id: 'sig-other', symbol: SOL, stop: '95', targets: TARGETS };
const BY: Operator = { uid: 1000, terminal: '/dev/pts/0', user: 'op' };
const RECONCILE: PlanRequest = {
  kind: 'reconcile',
  symbols: [],
  rows: [],
  reason: null,
  stops: {},
  no_stop_reason: null,
};

function world(wishes: readonly Wish[], config: Record<string, unknown> = {}): EngineWorld {
  return engineWorld({
    markets: { TON: { bars: flat(20) }, SOL: { bars: flat(20) } },
    wishes,
    config,
  });
}

const statesOf = (life: Life, type: 'entry' | 'stop') =>
  life
    .of('ORDER_INTENDED')
    .filter(({ payload }) => payload.role === type)
    .map(({ clientOrderId }) => stateOf(life, clientOrderId));

const stateOf = (life: Life, id: ClientOrderId | null) =>
  id === null ? null : (life.bot.view.orderByClientId(id)?.state ?? null);

/** From the first request on, this reading fails until it is healed. */
function blindOnceSent(life: Life, what: 'openOrders' | 'orderHistory' | 'fills'): () => void {
  const { reader } = life.assembled.venue;
  const plain = reader[what].bind(reader) as (since: Ms) => Promise<Reading<never>>;
  const blind = (since: Ms): Promise<Reading<never>> =>
    life.venue.sent.length === 0
      ? plain(since)
      : Promise.resolve({ read: 'unknown', reason: 'connection reset' });
  Object.assign(reader, { [what]: blind });
  return () => void Object.assign(reader, { [what]: plain });
}

describe('9: an entry without an answer', () => {
  const once: Wish = { ...LONG, at: [2, 3, 4, 5] };

  it.each(['openOrders', 'orderHistory', 'fills'] as const)(
    'stays in doubt while %s cannot be read, and is not sent again',
    async (what) => {
      const life = await world([once]).start();
      await life.to(1);
      life.venue.next('place', 'request-lost');
      const heal = blindOnceSent(life, what);
      await life.to(4);
      expect(statesOf(life, 'entry')).toEqual(['in_doubt']);
      expect(life.bot.memory.blocked.get(TON)?.finding).toBe('order.in-doubt');
      expect(life.bot.journal.registry().state).toBe('DEGRADED');
      heal();
      await life.to(5);
      expect(statesOf(life, 'entry')).toEqual(['absent']);
    },
  );

  it('is absent when all of them are complete, twice, five seconds apart; its symbol is free again', async () => {
    const life = await world([once]).start();
    await life.to(1);
    const seen: number[] = [];
    retell(life.assembled.venue.reader, 'orderHistory', (rows) => {
      seen.push(life.bot.clock.now());
      return rows;
    });
    life.venue.next('place', 'request-lost');
    await life.to(2);
    const intended = life.of('ORDER_INTENDED')[0]?.tsMs ?? 0;
    const looks = seen.filter((at) => at >= intended);
    expect(looks.length).toBeGreaterThanOrEqual(2);
    expect((looks.at(-1) ?? 0) - (looks[0] ?? 0)).toBeGreaterThanOrEqual(5 * SECOND);
    expect(statesOf(life, 'entry')).toEqual(['absent']);
    expect(life.bot.memory.blocked.size).toBe(0);
    expect(life.position()).toBeNull();
    expect(differences(life)).toEqual([]);
  });
});

describe('a cancel of a resting entry', () => {
  /** The price leaves before the bar it could fill in, and stays away. */
  const away = { TON: { bars: [...flat(2), ...flat(18, 101)] } };
  const config = { 'entry.order': 'limit', 'entry.resting_lifetime': '4h' };

  async function cancelling(answer: TradeFault): Promise<Life> {
    const life = await engineWorld({ markets: away, wishes: [LONG], config }).start();
    await life.to(2);
    expect(statesOf(life, 'entry')).toEqual(['live']);
    life.venue.next('cancel', answer);
    return life;
  }

  it('11: without an answer: still live, and cancelled again', async () => {
    const life = await cancelling('request-lost');
    await life.to(3);
    expect(statesOf(life, 'entry')).toEqual(['live']);
    expect(life.of('ORDER_CANCELLED')).toEqual([]);
    await life.to(4);
    expect(statesOf(life, 'entry')).toEqual(['cancelled']);
  });

  it('12: answered with an empty body: not cancelled, however often, until the venue says so', async () => {
    const life = await cancelling('none');
    const { trader } = life.assembled.venue;
    const cancel = trader.cancel.bind(trader);
    trader.cancel = () => Promise.resolve({ kind: 'in_doubt', evidence: '200 with an empty body' });
    await life.to(5);
    expect(statesOf(life, 'entry')).toEqual(['live']);
    expect(life.of('ORDER_CANCELLED')).toEqual([]);
    expect(life.of('ORDER_CANCEL_FAILED').length).toBeGreaterThan(1);
    trader.cancel = cancel;
    await life.to(6);
    expect(statesOf(life, 'entry')).toEqual(['cancelled']);
  });

  it('11: that acted although its answer was lost: live until a complete read says otherwise', async () => {
    const life = await cancelling('answer-lost');
    await life.to(3);
    expect(statesOf(life, 'entry')).toEqual(['live']);
    expect(life.of('ORDER_CANCELLED')).toEqual([]);
    await life.to(4);
    expect(statesOf(life, 'entry')).toEqual(['cancelled']);
    expect(life.of('ORDER_STATE').map(({ payload }) => payload.state)).toEqual(['cancelled']);
    expect(differences(life)).toEqual([]);
  });
});

test('21: a fill that is told with the order, and twice in each later answer, is recorded once', async () => {
  const life = await world([LONG]).start();
  retell(life.assembled.venue.reader, 'fills', (rows) => [...rows, ...rows]);
  await life.to(6);
  expect(life.of('FILL')).toHaveLength(1);
  expect(life.position()?.quantity.toFixed()).toBe('20');
  expect(life.of('FINDING')).toEqual([]);
  expect(differences(life)).toEqual([]);
});

test('35: the same position imported by two accounts has two ids', async () => {
  const idOf = async (account: string) => {
    const home = world([], { account });
    const before = home.assemble();
    await tradeByHand(before, { symbol: TON, side: 'buy', quantity: '10' });
    before.close();
    const bot = await startMinutes(home);
    expect(bot.position()?.quantity.toFixed()).toBe('10');
    return bot.position()?.positionId;
  };
  const [a, again, b] = [await idOf('A'), await idOf('A'), await idOf('B')];
  expect(a).toBe(again);
  expect(a).not.toBe(b);
});

test('48: the same stop cancelled by hand twice is placed again both times, each a new attempt', async () => {
  const life = await world([LONG]).start();
  await life.to(3);
  for (const bar of [4, 5]) {
    await cancelByHand(life.assembled, life.live('stop')[0]?.clientOrderId);
    await life.to(bar);
    expect(life.live('stop').map(({ stopPrice }) => stopPrice?.toFixed())).toEqual(['95']);
  }
  const stops = life.of('ORDER_INTENDED').filter(({ payload }) => payload.role === 'stop');
  expect(stops.map(({ payload }) => payload.attempt)).toEqual([1, 2, 3]);
  expect(new Set(stops.map(({ clientOrderId }) => clientOrderId)).size).toBe(3);
  expect(statesOf(life, 'stop')).toEqual(['cancelled', 'cancelled', 'live']);
});

describe('51: a fill between plan and apply', () => {
  const stopsOf = (life: Life, of: Symbol) => life.live('stop').filter((one) => one.symbol === of);

  /** Both stops were cancelled by hand; while the operator reads the plan, TON grows. */
  async function applied() {
    const life = await world([LONG, OTHER]).start();
    await life.to(4);
    for (const of of [TON, SOL]) {
      await cancelByHand(life.assembled, stopsOf(life, of)[0]?.clientOrderId);
    }
    const { document } = await planByBot(life.bot, RECONCILE);
    await tradeByHand(life.assembled, { symbol: TON, side: 'buy', quantity: '5' });
    await life.bot.clock.sleep(ms(3 * SECOND));
    return { life, document, done: await applyByBot(life.bot, { document, by: BY }) };
  }

  it("that symbol's actions are refused as stale, the others are applied", async () => {
    const { life, document, done } = await applied();
    const planned = document.protection.actions.map(({ action, symbol }) => `${action} ${symbol}`);
    expect(planned.sort()).toEqual([`place-stop ${SOL}`, `place-stop ${TON}`]);
    const stops = done.actions.filter(({ action }) => action === 'place-stop');
    expect(Object.fromEntries(stops.map((each) => [each.symbol, each.outcome]))).toEqual({
      [TON]: 'stale',
      [SOL]: 'applied',
    });
    expect(stopsOf(life, SOL).map(({ state }) => state)).toEqual(['live']);
    expect(life.of('PLAN_APPLIED')).toEqual([]);
    expect(differences(life)).toEqual([]);
  });

  it('the next cycle protects what was stale; it does not close it for want of a stop nobody tried', async () => {
    const { life } = await applied();
    await life.to(5);
    expect(stopsOf(life, TON).map(({ quantity }) => quantity.toFixed())).toEqual(['25']);
    expect(life.venue.sent.filter(({ role }) => role === 'exit')).toEqual([]);
  });
});

describe('what waits for an operator', () => {
  const wishes: Wish[] = [LONG, { ...OTHER, at: [5, 6, 7, 8, 9, 10, 11, 12] }];
  const causes = (life: Life) => life.of('STATE_CHANGED').map(({ payload }) => payload.causes);

  async function untilAcknowledged(life: Life): Promise<void> {
    await life.to(8);
    expect(causes(life)).toEqual([expect.arrayContaining(['unacknowledged'])]);
    expect(life.bot.journal.registry().state).toBe('DEGRADED');
    expect(life.position(SOL)).toBeNull();
    await acknowledgeByBot(life.bot, { symbol: TON, reason: 'it was me', by: BY });
    await life.to(12);
    expect(life.bot.journal.registry().state).toBe('NORMAL');
    expect(life.position(SOL)).not.toBeNull();
    expect(differences(life)).toEqual([]);
  }

  it('G: a side that flipped: DEGRADED and no entry anywhere until it is acknowledged', async () => {
    const life = await world(wishes).start();
    await life.to(4);
    forgetHands(life.assembled.venue.reader);
    await tradeByHand(life.assembled, { symbol: TON, side: 'sell', quantity: '30' });
    await life.to(5);
    expect(life.position()).toMatchObject({ side: 'short' });
    expect(life.live('stop').map(({ side }) => side)).toContain('buy');
    await untilAcknowledged(life);
    expect(life.venue.sent.filter(({ role }) => role === 'exit')).toEqual([]);
  });

  it('rule 16: an entry of ours that nobody here sent: adopted, and said to be a possible second instance', async () => {
    const life = await world(wishes).start();
    await life.to(4);
    const id = 'tc-e1-0123456789abcdef0123';
    await tradeByHand(life.assembled, {
      symbol: SOL,
      side: 'buy',
      quantity: '1',
      id,
      restsAt: '80',
    });
    await life.to(8);
    expect(causes(life)).toEqual([expect.arrayContaining(['unacknowledged'])]);
    expect(life.of('ORDER_ADOPTED').map(({ clientOrderId }) => clientOrderId)).toEqual([id]);
    expect(life.of('ACKNOWLEDGEMENT_NEEDED').map(({ payload }) => payload.evidence)).toEqual([
      expect.stringContaining('possible second instance'),
    ]);
    expect(life.position(SOL)).toBeNull();
  });
});
