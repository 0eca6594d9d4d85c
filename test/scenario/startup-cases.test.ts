/** The takeover, case by case, in a whole bot: one life leaves, a hand changes the venue, the next life starts. */
import { describe, expect, it, test } from 'vitest';
import { symbol } from '../../src/domain/symbol.ts';
import { importLedger } from '../../src/engine/operations/import-ledger.ts';
import { cancelByHand, tradeByHand } from '../support/by-hand.ts';
import {
  engineWorld,
  SOL,
  TON,
  type EngineWorld,
  type Life,
  type Wish,
} from '../support/engine-world.ts';
import { forgetHands, passMinutes, startMinutes, type MinuteBot } from '../support/minute-bot.ts';
import { flat } from '../support/tiny-recording.ts';

const READINGS = ['account', 'positions', 'openOrders', 'orderHistory', 'fills', 'marks'] as const;
const bars = flat(20);
const LONG: Wish = { at: 2, id: 'sig-long', stop: '95', targets: ['110', '115', '120'] };

/** A home that holds 20 TON under a stop, after `hand` had its way with the venue. */
async function left(hand: (life: Life) => Promise<unknown>): Promise<EngineWorld> {
  const world = engineWorld({
    markets: { TON: { bars: flat(20) }, SOL: { bars: flat(20) } },
    wishes: [LONG],
  });
  const life = await world.start();
  await life.to(3);
  await hand(life);
  life.die();
  return world;
}

const sold = (quantity: string) => (life: Life) =>
  tradeByHand(life.assembled, { symbol: TON, side: 'sell', quantity });
const stopId = (life: Life) => life.live('stop')[0]?.clientOrderId;

/** What this life intends, entries excepted: role, side, quantity and stop price. */
const intended = (bot: MinuteBot, since: number) =>
  bot.bot.view
    .eventsAfter(since, { type: 'ORDER_INTENDED' })
    .flatMap((event) =>
      event.type === 'ORDER_INTENDED' && event.payload.role !== 'target'
        ? [
            `${event.symbol} ${event.payload.role} ${event.payload.side} ${event.payload.quantity} ${event.payload.stop_price}`,
          ]
        : [],
    );

async function taken(world: EngineWorld, prepare?: Parameters<typeof startMinutes>[1]) {
  const before = world.assemble();
  const since = before.bot.journal.registry().seq;
  before.close();
  const bot = await startMinutes(world, prepare);
  return { bot, since };
}

function expectDegraded({ of }: Pick<MinuteBot, 'of'>): void {
  expect(of('STATE_CHANGED').at(-1)?.payload).toMatchObject({ to: 'DEGRADED' });
}

const atVenue = async ({ assembled }: MinuteBot) => {
  const { reader } = assembled.venue;
  const open = await reader.openOrders();
  return open.read === 'unknown'
    ? []
    : open.rows
        .filter(({ type }) => type === 'stop')
        .map((o) => `${o.symbol} ${o.side} ${o.quantity.toFixed()}`);
};

describe('a start', () => {
  it('A: equal, its stop live: adopted as it is', async () => {
    const { bot, since } = await taken(await left(() => Promise.resolve()));
    await bot.minutes(2);
    expect(intended(bot, since)).toEqual([]);
    expect(bot.position()?.quantity.toFixed()).toBe('20');
    expect(bot.bot.journal.registry().state).toBe('NORMAL');
  });

  it('B: its stop is gone: the one of its plan is placed before the first cycle', async () => {
    const { bot, since } = await taken(
      await left((life) => cancelByHand(life.assembled, stopId(life))),
    );
    expect(intended(bot, since)).toEqual([`${TON} stop sell 20 95`]);
  });

  it('C: only the venue has it: imported and protected', async () => {
    const world = await left((life) =>
      tradeByHand(life.assembled, { symbol: SOL, side: 'buy', quantity: '3' }),
    );
    const { bot, since } = await taken(world);
    expect(bot.position(SOL)).toMatchObject({ origin: 'venue-report', side: 'long' });
    expect(intended(bot, since)).toEqual([`${SOL} stop sell 3 95`]);
  });

  it('D: a second row under another spelling: merged once, nothing is sent', async () => {
    const world = await left((life) => {
      const row = {
        symbol: 'PF_TONUSD',
        side: 'long',
        quantity: '20',
        entry_price: '100',
        status: 'open',
      };
      const by = { uid: 1, terminal: null, user: 'op' };
      importLedger(life.bot, { file: 'old.json', rows: [{ row, events: 1, plan: null }], by });
      return Promise.resolve();
    });
    const { bot, since } = await taken(world);
    await bot.minutes(2);
    expect(bot.of('ROW_RETIRED').map(({ payload }) => payload.reason)).toEqual([
      expect.stringContaining('duplicate of'),
    ]);
    expect(bot.bot.journal.registry().positions.size).toBe(1);
    expect(bot.bot.journal.registry().staged.size).toBe(0);
    expect(intended(bot, since)).toEqual([]);
  });

  it('E: closed by fills while nobody looked: closed by them, its stop cancelled', async () => {
    const { bot, since } = await taken(await left(sold('20')));
    await bot.minutes(1);
    expect(bot.position()).toBeNull();
    expect(bot.of('POSITION_CLOSED')).toHaveLength(1);
    expect(intended(bot, since)).toEqual([]);
    expect(await atVenue(bot)).toEqual([]);
  });

  it('E: absent without a fill: believed open at the first look, closed with evidence at the second', async () => {
    const { bot, since } = await taken(await left(sold('20')), ({ reader }) => forgetHands(reader));
    expect(bot.position()).not.toBeNull();
    expect(bot.bot.memory.blocked.get(TON)?.finding).toBe('orphan?');
    await bot.minutes(2);
    expect(bot.of('POSITION_RETIRED').map(({ payload }) => payload.reason)).toEqual(['orphan']);
    expect(bot.bot.memory.blocked.size).toBe(0);
    expect(intended(bot, since)).toEqual([]);
    expect(await atVenue(bot)).toEqual([]);
  });

  it('F: another size: adjusted, and the stop resized, the new one first', async () => {
    const { bot, since } = await taken(await left(sold('5')), ({ reader }) => forgetHands(reader));
    expect(bot.position()?.quantity.toFixed()).toBe('15');
    expect(bot.of('POSITION_ADJUSTED')).toHaveLength(1);
    expect(intended(bot, since)).toEqual([`${TON} stop sell 15 95`]);
    expect(await atVenue(bot)).toEqual([`${TON} sell 15`]);
  });

  it('G: the other side: a new row with its stop, no order of exposure, DEGRADED until acknowledged', async () => {
    const { bot, since } = await taken(await left(sold('30')), ({ reader }) => forgetHands(reader));
    expect(bot.position()).toMatchObject({ side: 'short' });
    await bot.minutes(2);
    expect(intended(bot, since)).toEqual([`${TON} stop buy 10 105`]);
    expect(await atVenue(bot)).toEqual([`${TON} buy 10`]);
    expect(bot.of('STATE_CHANGED').at(-1)?.payload).toMatchObject({
      to: 'DEGRADED',
      causes: ['unacknowledged'],
    });
    await bot.minutes(5);
    expect(bot.bot.journal.registry().state).toBe('DEGRADED');
  });

  describe('H: the venue is unknown', () => {
    it('positions: nothing changes, everything is blocked, DEGRADED', async () => {
      const world = await left(() => Promise.resolve());
      const { bot, since } = await taken(world, ({ venue }) => venue.unknown('positions', 1_000));
      await bot.minutes(2);
      expect(bot.position()?.quantity.toFixed()).toBe('20');
      expect(bot.bot.memory.everythingBlocked).toBe(true);
      expect(intended(bot, since)).toEqual([]);
      expectDegraded(bot);
    });

    it('positions, and its stop is gone: a stop again, for reducing cannot hurt', async () => {
      const world = await left((life) => cancelByHand(life.assembled, stopId(life)));
      const { bot, since } = await taken(world, ({ venue }) => venue.unknown('positions', 1_000));
      await bot.minutes(2);
      expect(intended(bot, since)).toEqual([`${TON} stop sell 20 95`]);
      expectDegraded(bot);
    });

    it('rule 15: all of it: the start does not fail, the stop that nobody can confirm is sent once more', async () => {
      const world = await left(() => Promise.resolve());
      const { bot, since } = await taken(world, ({ venue }) => {
        for (const what of READINGS) venue.unknown(what, 1_000);
      });
      await bot.minutes(5);
      expect(bot.position()?.quantity.toFixed()).toBe('20');
      expect(bot.bot.memory.everythingBlocked).toBe(true);
      expect(intended(bot, since)).toEqual([`${TON} stop sell 20 95`]);
      expectDegraded(bot);
    });

    it('positions, and its stop is refused: it is not exited on the word of the registry alone', async () => {
      const { bot, since } = await taken(await left(sold('30')), ({ reader, venue }) => {
        forgetHands(reader);
        venue.unknown('positions', 1_000);
      });
      await bot.minutes(1);
      expect(bot.position()).toMatchObject({ side: 'long' });
      expect(intended(bot, since).filter((order) => order.includes('exit'))).toEqual([]);
      expectDegraded(bot);
    });
  });
});

describe('three starts without an end in ten minutes of trading time', () => {
  /** At every cycle of these bars SOL is worth an entry. */
  const worth: Wish = { ...LONG, id: 'sig-sol', symbol: SOL, at: [3, 4, 5, 6, 7, 8] };

  async function afterThreeDeaths(): Promise<Life> {
    const world = engineWorld({ markets: { TON: { bars }, SOL: { bars } }, wishes: [LONG, worth] });
    const first = await world.start();
    await first.to(2);
    first.die();
    for (let start = 1; start <= 2; start += 1) (await world.start()).die();
    return world.start();
  }

  const stateOf = (life: Life) => life.bot.journal.registry().state;
  const entries = (life: Life) => life.of('ORDER_INTENDED').filter(({ symbol: of }) => of === SOL);

  it('DEGRADED: it observes and protects and opens nothing; NORMAL again when the time is over', async () => {
    const life = await afterThreeDeaths();
    expect(life.of('PREVIOUS_RUN_DIED')).toHaveLength(3);
    await passMinutes(life.assembled, 1);
    expect(life.of('STATE_CHANGED').at(-1)?.payload).toMatchObject({
      to: 'DEGRADED',
      causes: ['unclean_starts'],
    });
    await cancelByHand(life.assembled, stopId(life));
    await passMinutes(life.assembled, 1);
    expect(life.live('stop').map(({ quantity }) => quantity.toFixed())).toEqual(['20']);
    await passMinutes(life.assembled, 7);
    expect(stateOf(life)).toBe('DEGRADED');
    await passMinutes(life.assembled, 6);
    expect(stateOf(life)).toBe('NORMAL');
  });

  it('an entry that is worth it waits for NORMAL', async () => {
    const life = await afterThreeDeaths();
    await passMinutes(life.assembled, 5);
    await life.to(3);
    expect(stateOf(life)).toBe('DEGRADED');
    expect(entries(life)).toEqual([]);
    await life.to(8);
    expect(stateOf(life)).toBe('NORMAL');
    expect(entries(life).length).toBeGreaterThan(0);
  });
});

describe('incident ETH ZEC RENDER ENS', () => {
  const FOUR = ['ETH', 'ZEC', 'RENDER', 'ENS'].map((base) => symbol(`${base}/USD:USD`));

  test('incident ETH ZEC RENDER ENS: real positions at startup are imported and protected, nothing is flattened', async () => {
    const markets = { ETH: { bars }, ZEC: { bars }, RENDER: { bars }, ENS: { bars } };
    const world = engineWorld({ markets, wishes: [], from: 2 });
    const before = world.assemble();
    for (const of of FOUR) await tradeByHand(before, { symbol: of, side: 'buy', quantity: '3' });
    before.close();
    const bot = await startMinutes(world);
    expect(
      bot
        .of('POSITION_IMPORTED')
        .map((event) => event.symbol)
        .sort(),
    ).toEqual(FOUR.toSorted());
    expect((await atVenue(bot)).sort()).toEqual(FOUR.map((of) => `${of} sell 3`).sort());
    await bot.minutes(20);
    expect(bot.bot.journal.registry().positions.size).toBe(4);
    expect(bot.venue.sent.map(({ role }) => role)).toEqual(['stop', 'stop', 'stop', 'stop']);
  });
});
