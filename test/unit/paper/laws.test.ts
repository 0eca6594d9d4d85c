/**
 * Laws of the paper venue over random bars and random orders: no money from nowhere, and neither the
 * length of a step, nor asking twice, nor dying at every step changes what happened.
 */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import { decimal, ZERO, type Decimal } from '../../../src/domain/decimal.ts';
import {
  paperWorld,
  rowsOf,
  SOL,
  TON,
  type Bars,
  type PaperWorld,
} from '../../support/paper-world.ts';

const RUNS = { numRuns: 40 };
const LAST = 12;
const LUCKY = { slippage: decimal('0.001'), splitFillRate: 0.4, partialFillRate: 0.4 };

const worlds: PaperWorld[] = [];
const disposeAll = (): void => {
  for (const each of worlds.splice(0)) each.dispose();
};
afterEach(disposeAll);

/** Prices in cents, so that every one is on the tick. */
const bar = fc
  .record({
    open: fc.integer({ min: 9_000, max: 11_000 }),
    up: fc.nat(900),
    down: fc.nat(900),
    closeAt: fc.nat(100),
  })
  .map(({ open, up, down, closeAt }) => {
    const close = Math.round(open - down + ((up + down) * closeAt) / 100);
    return [open / 100, (open + up) / 100, (open - down) / 100, close / 100] as const;
  });
const series: fc.Arbitrary<Bars> = fc
  .array(fc.option(bar, { freq: 12 }), { minLength: LAST - 1, maxLength: LAST - 1 })
  .map((bars) => [[100, 101, 99, 100], ...bars]);

const side = fc.constantFrom('buy', 'sell');
const size = fc.integer({ min: 1, max: 60 }).map((lots) => (lots / 10).toFixed(1));
const level = fc.integer({ min: 9_000, max: 11_000 }).map((cents) => (cents / 100).toFixed(2));
const anyOrder = fc
  .oneof(
    fc.tuple(fc.constant('market'), side, size),
    fc.tuple(fc.constant('market'), side, size, fc.constant('- reduce')),
    fc.tuple(fc.constant('limit'), side, size, level, fc.constantFrom('', 'ioc', 'post', 'reduce')),
    fc.tuple(fc.constantFrom('stop', 'target'), side, size, level),
  )
  .map((words) => words.join(' ').trim());

const story = fc.record({
  ton: series,
  sol: series,
  orders: fc.array(
    fc.record({
      at: fc.integer({ min: 1, max: LAST - 1 }),
      of: fc.constantFrom(TON, SOL),
      // Half of them fit each other, so that positions are protected and closed.
      written: fc.oneof(
        anyOrder,
        fc.constantFrom('market buy 3', 'limit buy 4 97', 'stop sell 3 96', 'target sell 1.2 104'),
      ),
    }),
    { minLength: 3, maxLength: 25 },
  ),
});
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

interface How {
  readonly stepsPerBar?: number;
  /** No step at all before the next bar in which an order is placed. */
  readonly longSteps?: boolean;
  readonly twice?: boolean;
  /** The process dies at every bar, and wherever an entry filled inside one. */
  readonly dying?: boolean;
}

async function play({ ton, sol, orders }: Story, how: How = {}): Promise<PaperWorld> {
  let world = paperWorld(ton, { sol, settings: LUCKY });
  const steps = how.stepsPerBar ?? 1;
  for (let at = 1; at <= LAST; at += 1) {
    const isDue = at === LAST || orders.some((order) => order.at === at);
    if (how.longSteps === true && !isDue) continue;
    for (let step = 1; step <= steps; step += 1) world = walk(world, at - 1 + step / steps, how);
    for (const [index, order] of orders.entries()) {
      if (order.at === at) await world.place(order.written, `order-${index}`, order.of);
    }
  }
  worlds.push(world);
  return world;
}

function walk(from: PaperWorld, bar: number, { twice, dying }: How): PaperWorld {
  let world = from;
  const to = world.at(bar);
  for (let reached = ms(-1); reached < to;) {
    reached = world.venue.advanceTo(to);
    world.clock.advanceTo(reached);
    if (dying === true) world = world.reopen();
  }
  if (twice === true) expect(world.venue.advanceTo(to)).toBe(to);
  return world;
}

/** All that can be read, in the order in which it is read. */
async function told({ venue: { reader } }: PaperWorld): Promise<string[]> {
  const readings = [
    await reader.fills(ms(0)),
    await reader.positions(),
    await reader.openOrders(),
    await reader.orderHistory(ms(0)),
    await reader.account(),
  ];
  return readings.flatMap((reading) => rowsOf<unknown>(reading).map((row) => JSON.stringify(row)));
}

/** What the fills alone say: each pays its price and its fee, what is held is worth its mark. */
async function equityOfFills(world: PaperWorld): Promise<Decimal> {
  const marks = rowsOf(await world.venue.reader.marks());
  let equity: Decimal = decimal('10000');
  for (const { symbol, side, quantity, price, fee } of await world.fills()) {
    const signed = side === 'buy' ? quantity : quantity.neg();
    const mark = marks.find((row) => row.symbol === symbol)?.mark ?? ZERO;
    equity = equity.plus(signed.mul(mark.minus(price))).minus(fee);
  }
  return equity;
}

describe('laws', () => {
  it('equity is the deposit, what was earned and what was paid', async () => {
    const law = fc.asyncProperty(story, async (given) => {
      const world = await play(given);
      const [account] = rowsOf(await world.venue.reader.account());
      const equity = account?.balance.plus(account.unrealizedPnl) ?? ZERO;
      // Exact but for the average entry, which is kept to 60 digits.
      expect(
        equity
          .minus(await equityOfFills(world))
          .abs()
          .lt('1e-40'),
      ).toBe(true);
      expect(account?.marginEquity.eq(equity)).toBe(true);
    });
    await fc.assert(law.afterEach(disposeAll), RUNS);
  });

  it.each<[string, How]>([
    ['many small steps', { stepsPerBar: 4 }],
    ['one long step from order to order', { longSteps: true }],
    ['asking for every step twice', { twice: true }],
    ['dying at every step', { dying: true }],
    ['dying at every one of many small steps', { dying: true, stepsPerBar: 2 }],
  ])('%s changes nothing', async (_name, how) => {
    const law = fc.asyncProperty(story, async (given) => {
      const expected = await told(await play(given));
      expect(await told(await play(given, how))).toEqual(expected);
    });
    await fc.assert(law.afterEach(disposeAll), RUNS);
  });

  it('the stories are about something: makers and takers, stops and targets', async () => {
    const seen = { maker: 0, taker: 0, stop: 0, take_profit: 0, limit: 0, market: 0 };
    for (const given of fc.sample(story, { numRuns: 40, seed: 7 })) {
      const world = await play(given);
      for (const { liquidity } of await world.fills()) seen[liquidity] += 1;
      for (const order of rowsOf(await world.venue.reader.orderHistory(ms(0)))) {
        if (order.filled.gt(0)) seen[order.type] += 1;
      }
      disposeAll();
    }
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(5);
  });
});
