/** What the venue refuses and in which words, when it answers, and how it splits an execution. */
import { afterEach, describe, expect, it } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import { decimal, price, quantity, text } from '../../../src/domain/decimal.ts';
import type { ClientOrderId } from '../../../src/domain/ids.ts';
import type { Outcome } from '../../../src/domain/order.ts';
import { symbol } from '../../../src/domain/symbol.ts';
import { delaysOf, pieces, takenQuantity } from '../../../src/venue/paper/latency.ts';
import { DEFAULT_PAPER } from '../../../src/venue/paper/settings.ts';
import {
  instrumentOf,
  intent,
  paperWorld,
  PLAIN,
  rowsOf,
  TON,
  type PaperWorld,
} from '../../support/paper-world.ts';

const FLAT = [100, 101, 99, 100] as const;
const signal = new AbortController().signal;
let world: PaperWorld;
afterEach(() => world.dispose());

const rejection = (outcome: Outcome): string =>
  outcome.kind === 'rejected' ? outcome.reason : outcome.kind;

/** Order, the position held before it, and the answer. */
const REFUSALS: readonly (readonly [string, string, string | null, string])[] = [
  ['below the minimum', 'market buy 0.4', null, 'invalidSize'],
  ['exactly the minimum', 'market buy 0.5', null, 'accepted'],
  ['off the lot step', 'market buy 1.05', null, 'invalidSize'],
  ['off the tick', 'limit buy 1 95.001', null, 'invalidPrice'],
  ['trigger off the tick', 'stop sell 1 95.001', 'market buy 1', 'invalidPrice'],
  ['reduce-only without a position', 'stop sell 1 95', null, 'wouldNotReducePosition'],
  ['reduce-only on the wrong side', 'stop buy 1 105', 'market buy 1', 'wouldNotReducePosition'],
  ['reduce-only on the right side', 'stop sell 1 95', 'market buy 1', 'accepted'],
  ['post-only that crosses', 'limit buy 1 100 post', null, 'postWouldExecute'],
  ['post-only that rests', 'limit buy 1 99.99 post', null, 'accepted'],
  ['an IOC the market is beyond', 'limit buy 1 99.99 ioc', null, 'iocWouldNotExecute'],
  ['more than the margin', 'market buy 500.1', null, 'insufficientAvailableFunds'],
  ['all of the margin', 'market buy 500', null, 'accepted'],
  ['more than is left', 'limit buy 400.1 100 ioc', 'market buy 100', 'insufficientAvailableFunds'],
];

describe('rejections in the words of Kraken Futures', () => {
  it.each(REFUSALS)('%s', async (_name, written, held, answer) => {
    world = paperWorld([FLAT, FLAT, FLAT], {
      instrument: { minQuantity: quantity('0.5') },
      settings: { takerFee: decimal('0') },
    });
    await world.walkTo(1);
    if (held !== null) await world.place(held);
    const before = await world.said();
    expect(rejection(await world.place(written))).toBe(answer);
    // Refused means that nothing happened.
    if (answer !== 'accepted') expect(await world.said()).toEqual(before);
  });

  it('an unknown market', async () => {
    world = paperWorld([FLAT, FLAT]);
    await world.walkTo(1);
    expect(rejection(await world.place('market buy 1', 'x', symbol('XYZ/USD:USD')))).toBe(
      'contractNotFound',
    );
  });

  it('a market that did not trade for more than a bar takes no entry', async () => {
    world = paperWorld([FLAT, null, null, null, FLAT]);
    await world.walkTo(1);
    expect(rejection(await world.place('market buy 1'))).toBe('accepted');
    world.dispose();
    world = paperWorld([FLAT, null, null, null, FLAT]);
    await world.walkTo(3);
    expect(rejection(await world.place('market buy 1'))).toBe('marketSuspended');
  });

  it('a client order id is refused for ever, also after a restart', async () => {
    world = paperWorld([FLAT, FLAT, FLAT]);
    await world.walkTo(1);
    await world.place('market buy 1', 'once');
    world = world.reopen();
    await world.walkTo(2);
    expect(rejection(await world.place('market buy 1', 'once'))).toBe('clientOrderIdAlreadyExist');
    expect(await world.said()).toHaveLength(1);
  });

  it('a refused id may be used again: the venue never took it', async () => {
    world = paperWorld([FLAT, FLAT]);
    await world.walkTo(1);
    await world.place('market buy 0.05', 'again');
    expect(rejection(await world.place('market buy 1', 'again'))).toBe('accepted');
  });

  it('open entry orders hold margin, reduce-only orders do not', async () => {
    world = paperWorld([FLAT, FLAT, FLAT], { settings: { takerFee: decimal('0') } });
    await world.walkTo(1);
    await world.place('market buy 100');
    await world.place('stop sell 100 90');
    await world.place('limit buy 200 95');
    const [account] = rowsOf(await world.venue.reader.account());
    // (100 x 100 + 200 x 95) / 5, and 100 x 100 / 50 / 2.
    expect(text(account?.initialMargin ?? decimal(0))).toBe('5800');
    expect(text(account?.maintenanceMargin ?? decimal(0))).toBe('100');
  });
});

describe('amending and cancelling', () => {
  it('says what became of an order it no longer has', async () => {
    world = paperWorld([FLAT, FLAT, FLAT]);
    await world.walkTo(1);
    await world.place('market buy 1', 'done');
    await world.place('limit buy 1 95', 'gone');
    const cancel = async (id: string): Promise<string> =>
      rejection(await world.venue.trader.cancel(id as ClientOrderId, signal));
    expect(await cancel('gone')).toBe('accepted');
    expect(await cancel('gone')).toBe('notFound');
    expect(await cancel('done')).toBe('filled');
    expect(await cancel('never')).toBe('notFound');
  });

  it('changes price and size within the rules of a new order', async () => {
    world = paperWorld([FLAT, FLAT, [100, 101, 96, 97]]);
    await world.walkTo(1);
    await world.place('limit buy 1 90', 'rests');
    const amend = (change: Parameters<typeof world.venue.trader.amend>[1]): Promise<Outcome> =>
      world.venue.trader.amend('rests' as ClientOrderId, change, signal);
    expect(rejection(await amend({ price: price('96.555') }))).toBe('invalidPrice');
    expect(rejection(await amend({ quantity: quantity('1.05') }))).toBe('invalidSize');
    expect(rejection(await amend({ price: price('98'), quantity: quantity('2') }))).toBe(
      'accepted',
    );
    await world.walkTo(3);
    expect(await world.said()).toEqual(['buy 2 @ 98 maker']);
  });
});

const FIRST = 'tc-e1-0' as ClientOrderId;

describe('latency and luck', () => {
  const ids = Array.from({ length: 2_000 }, (_, index) => `tc-e1-${index}` as ClientOrderId);

  it('an answer takes 50 to 400 ms, in the same way each time', () => {
    world = paperWorld([FLAT]);
    const total = (id: ClientOrderId): number => {
      const { beforeMs, afterMs } = delaysOf(DEFAULT_PAPER, id, 'place', 'entry');
      return beforeMs + afterMs;
    };
    const all = ids.map(total);
    expect(Math.min(...all)).toBeGreaterThanOrEqual(50);
    expect(Math.max(...all)).toBeLessThanOrEqual(400);
    expect(new Set(all).size).toBeGreaterThan(200);
    expect(ids.map(total)).toEqual(all);
    expect(delaysOf({ ...DEFAULT_PAPER, seed: 'other' }, FIRST, 'place')).not.toEqual(
      delaysOf(DEFAULT_PAPER, FIRST, 'place'),
    );
  });

  it('only the answer of a stop is now and then 1 to 6 s late; the venue acted in time', () => {
    world = paperWorld([FLAT]);
    const late = ids.filter((id) => delaysOf(DEFAULT_PAPER, id, 'place', 'stop').afterMs > 400);
    expect(late.length).toBeGreaterThan(10);
    expect(late.length).toBeLessThan(80);
    for (const id of late) {
      const { beforeMs, afterMs } = delaysOf(DEFAULT_PAPER, id, 'place', 'stop');
      expect(beforeMs).toBeLessThanOrEqual(200);
      expect(afterMs).toBeGreaterThanOrEqual(1_000);
      expect(afterMs).toBeLessThanOrEqual(6_200);
      expect(delaysOf(DEFAULT_PAPER, id, 'place', 'entry').afterMs).toBeLessThanOrEqual(200);
    }
  });

  it('the clock pays for an answer, and the order acts half way', async () => {
    world = paperWorld([FLAT, FLAT]);
    await world.walkTo(1);
    const { beforeMs, afterMs } = delaysOf(PLAIN, 'timed' as ClientOrderId, 'place', 'entry');
    await world.place('market buy 1', 'timed');
    expect(world.clock.now()).toBe(world.at(1) + beforeMs + afterMs);
    expect((await world.fills())[0]?.tsMs).toBe(world.at(1) + beforeMs);
  });

  it('a part of an IOC is whole lots, at least one, and never more than was asked', () => {
    world = paperWorld([FLAT]);
    const settings = { ...DEFAULT_PAPER, partialFillRate: 1 };
    const instrument = instrumentOf(TON);
    for (const id of ids.slice(0, 200)) {
      const order = { ...intent('limit buy 1 100 ioc', id), quantity: quantity('0.7') };
      const taken = takenQuantity(settings, order, instrument);
      expect(taken.gte('0.1') && taken.lte('0.7') && taken.mod('0.1').isZero()).toBe(true);
    }
  });

  it('a part-filled IOC is accepted, and its rest expired', async () => {
    world = paperWorld([FLAT, FLAT], { settings: { partialFillRate: 1 } });
    await world.walkTo(1);
    expect((await world.place('limit buy 10 101 ioc', 'part')).kind).toBe('accepted');
    const [position] = rowsOf(await world.venue.reader.positions());
    const [order] = rowsOf(await world.venue.reader.orderHistory(ms(0)));
    expect(order?.state).toBe('expired');
    expect(position?.quantity.lt(10)).toBe(true);
    expect(text(order?.filled ?? decimal(0))).toBe(text(position?.quantity ?? decimal(-1)));
    expect(rowsOf(await world.venue.reader.openOrders())).toEqual([]);
  });

  it('an entry splits into two fills that sum up; an exit does not split', async () => {
    world = paperWorld([FLAT, FLAT], { settings: { splitFillRate: 1 } });
    await world.walkTo(1);
    await world.place('market buy 0.7');
    await world.place('market sell 0.7 0 reduce');
    expect(await world.said()).toEqual([
      'buy 0.3 @ 100 taker',
      'buy 0.4 @ 100 taker',
      'sell 0.7 @ 100 taker',
    ]);
    const one = quantity('0.1');
    expect(
      pieces({ ...PLAIN, splitFillRate: 1 }, 'x' as ClientOrderId, one, instrumentOf(TON)),
    ).toEqual([one]);
  });
});
