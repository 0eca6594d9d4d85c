/** 41: somebody else's stop covers a position: what the journal says of it, and what `status` tells. */
import { describe, expect, it } from 'vitest';
import { readRunTotals } from '../../src/core/run-totals.ts';
import { ms } from '../../src/domain/clock.ts';
import { price, quantity } from '../../src/domain/decimal.ts';
import type { VenueOrderId } from '../../src/domain/ids.ts';
import type { VenueOrder } from '../../src/domain/venue.ts';
import { openPositions, type PositionRow } from '../../src/engine/operations/read-positions.ts';
import type { VenueReader, VenueTrader } from '../../src/venue/port.ts';
import { cancelByHand, tradeByHand } from '../support/by-hand.ts';
import { engineWorld, SOL, TON, type EngineWorld, type Wish } from '../support/engine-world.ts';
import { clockAtNoon, entry, startLife, testJournal } from '../support/execution-world.ts';
import { fakeExchange } from '../support/fake-exchange.ts';
import { retell, startMinutes, type MinuteBot } from '../support/minute-bot.ts';
import { order, row } from '../support/protection-world.ts';
import { flat } from '../support/tiny-recording.ts';

/** A reduce-only stop to sell, without an id of ours. */
function handStop(amount: string, over: Partial<VenueOrder> = {}): VenueOrder {
  return row(order('any'), {
    clientOrderId: null,
    venueOrderId: 'hand' as VenueOrderId,
    quantity: quantity(amount),
    ...over,
  });
}

const listed = (reader: VenueReader, ...more: readonly VenueOrder[]): (() => void) =>
  retell(reader, 'openOrders', (rows) => [...rows, ...more]);

describe('41: the end of an alarm', () => {
  async function alarmed() {
    const clock = clockAtNoon();
    const exchange = fakeExchange(() => clock.now());
    const store = testJournal(clock);
    const life = startLife(store, exchange, clock);
    await life.gateway.placeEntry(entry());
    await life.settle();
    const ours = [...exchange.open.values()].find(({ type }) => type === 'stop');
    if (ours?.clientOrderId == null) throw new Error('no stop of ours');
    exchange.cancelByHand(ours.clientOrderId);
    exchange.next({ reject: 'tooManySmallOrders' });
    await life.pass();
    const covers = () =>
      store
        .events()
        .filter((e) => e.type === 'POSITION_PROTECTED' || e.type === 'POSITION_UNPROTECTED');
    return { clock, exchange, store, life, covers };
  }
  const waits = (events: readonly { type: string; payload: object }[]): unknown[] =>
    events.flatMap(({ payload }) => ('unprotected_ms' in payload ? [payload.unprotected_ms] : []));

  it('is said when a foreign stop covers, with the time since it began', async () => {
    const { clock, exchange, life, covers } = await alarmed();
    clock.advanceTo(ms(clock.now() + 3_000));
    listed(exchange.reader, handStop('10'));
    const protectedMs = life.journal.registry().positions.get(TON)?.protectedMs;
    await life.settle();
    await life.settle();
    expect(covers().map(({ type }) => type)).toEqual([
      'POSITION_PROTECTED',
      'POSITION_UNPROTECTED',
      'POSITION_PROTECTED',
    ]);
    expect(waits(covers()).at(-1)).toBe(3_100);
    expect(life.journal.registry().positions.get(TON)?.protectedMs).toBe(protectedMs);
  });

  it('is said when our own next stop is accepted', async () => {
    const { life, covers } = await alarmed();
    await life.settle();
    expect(waits(covers()).slice(1)).toEqual([100]);
  });

  it('is not said of a gap that nobody was alarmed about', async () => {
    const { exchange, life, covers } = await alarmed();
    await life.settle();
    const before = covers().length;
    const ours = [...exchange.open.values()].find(({ type }) => type === 'stop');
    if (ours?.clientOrderId != null) exchange.cancelByHand(ours.clientOrderId);
    await life.settle();
    expect(covers()).toHaveLength(before);
  });

  it('is not said for a half of the position', async () => {
    const { exchange, life, covers } = await alarmed();
    listed(exchange.reader, handStop('5'));
    exchange.next({ reject: 'tooManySmallOrders' });
    await life.pass();
    expect(covers().at(-1)?.type).toBe('POSITION_UNPROTECTED');
  });
});

const LONG: Wish = { at: 2, id: 'sig-long', stop: '95', targets: ['110', '115', '120'] };

type Hand = (life: Awaited<ReturnType<EngineWorld['start']>>) => Promise<unknown>;

/** A home that holds 20 TON under a stop of ours, and what a hand did after its bot's last look. */
async function holding(byHand: Hand = () => Promise.resolve()): Promise<EngineWorld> {
  const bars = flat(20);
  const world = engineWorld({ markets: { TON: { bars }, SOL: { bars } }, wishes: [LONG] });
  const life = await world.start();
  await life.to(3);
  await byHand(life);
  life.die();
  return world;
}

const told = ({ assembled }: MinuteBot, of = TON): Partial<PositionRow> => {
  const found = openPositions(assembled.home.db).find(({ symbol }) => symbol === of);
  return { is_protected: found?.is_protected ?? false, covered_by: found?.covered_by ?? 'none' };
};
const OWN = { is_protected: true, covered_by: 'own' };
const FOREIGN = { is_protected: true, covered_by: 'foreign' };
const NONE = { is_protected: false, covered_by: 'none' };

describe('41: what status tells of a position under a foreign stop', () => {
  it('beside ours for the whole: ours covers, nothing is sent', async () => {
    const bot = await startMinutes(
      await holding(),
      ({ reader }) => void listed(reader, handStop('20')),
    );
    await bot.minutes(2);
    expect(told(bot)).toEqual(OWN);
    expect(bot.venue.sent).toEqual([]);
  });

  it('ours was cancelled by hand: the foreign one covers, nothing is sent', async () => {
    const bot = await startMinutes(
      await holding(),
      ({ reader }) => void listed(reader, handStop('20')),
    );
    await bot.minutes(1);
    await cancelByHand(bot.assembled, bot.alive('stop')[0]?.clientOrderId);
    await bot.minutes(2);
    expect(bot.alive('stop')).toEqual([]);
    expect(bot.venue.sent).toEqual([]);
    expect(told(bot)).toEqual(FOREIGN);
  });

  it('a position of others under a stop of theirs, found at a start', async () => {
    const world = await holding(({ assembled }) =>
      tradeByHand(assembled, { symbol: SOL, side: 'buy', quantity: '3' }),
    );
    const theirs = handStop('3', { symbol: SOL, stopPrice: price('90') });
    const bot = await startMinutes(world, ({ reader }) => void listed(reader, theirs));
    expect(told(bot, SOL)).toEqual(FOREIGN);
    await bot.minutes(2);
    expect(bot.position(SOL)?.quantity.toFixed()).toBe('3');
    expect(told(bot, SOL)).toEqual(FOREIGN);
    expect(bot.venue.sent).toEqual([]);
  });

  it('the foreign stop is gone: ours is placed, and covers', async () => {
    const { bot, gone } = await underForeignStop();
    gone();
    await bot.minutes(1);
    expect(told(bot)).toEqual(OWN);
    expect(bot.of('POSITION_UNPROTECTED')).toEqual([]);
  });

  it('the foreign stop is gone and ours is refused: unprotected until one is taken', async () => {
    const { bot, gone } = await underForeignStop();
    gone();
    bot.venue.next('place', { reject: 'tooManySmallOrders' });
    const during: Partial<PositionRow>[] = [];
    const { trader } = bot.assembled.venue;
    const place = trader.place.bind(trader);
    Object.assign(trader, {
      place: (...request: Parameters<typeof place>) => {
        during.push(told(bot));
        return place(...request);
      },
    });
    await bot.minutes(1);
    // What is asked first still knows of the foreign stop only what the last look told.
    expect(during).toEqual([FOREIGN, NONE]);
    expect(told(bot)).toEqual(OWN);
    const waits = bot.of('POSITION_PROTECTED').map(({ payload }) => payload.unprotected_ms);
    expect(waits.at(-1)).toBeGreaterThanOrEqual(1_000);
    expect(waits.at(-1)).toBeLessThan(2_000);
    const { unprotectedMsMax } = readRunTotals(bot.assembled.home.db);
    expect(unprotectedMsMax).toBe(waits.at(-1));
  });

  async function underForeignStop(): Promise<{ bot: MinuteBot; gone: () => void }> {
    let gone = (): void => undefined;
    const bot = await startMinutes(await holding(), ({ reader }) => {
      gone = listed(reader, handStop('20'));
    });
    await bot.minutes(1);
    await cancelByHand(bot.assembled, bot.alive('stop')[0]?.clientOrderId);
    await bot.minutes(1);
    expect(told(bot)).toEqual(FOREIGN);
    return { bot, gone };
  }
});

describe('41: an alarm of an earlier life', () => {
  /** 3 SOL of others: imported and protected, then their stop was cancelled and every new one refused. */
  const alarmed = () =>
    holding(async (life) => {
      await tradeByHand(life.assembled, { symbol: SOL, side: 'buy', quantity: '3' });
      await life.to(5);
      const stop = life.live('stop').find(({ symbol }) => symbol === SOL);
      await cancelByHand(life.assembled, stop?.clientOrderId);
      refuseStops(life.assembled.venue.trader);
      await life.to(7);
      expect(of(life, 'POSITION_UNPROTECTED')).toHaveLength(1);
    });

  function refuseStops(trader: VenueTrader): void {
    const place = trader.place.bind(trader);
    trader.place = (intent, signal) =>
      intent.role === 'stop'
        ? Promise.resolve({ kind: 'rejected', reason: 'marketSuspended' })
        : place(intent, signal);
  }
  const of = (life: Pick<MinuteBot, 'of'>, type: 'POSITION_PROTECTED' | 'POSITION_UNPROTECTED') =>
    life.of(type).filter(({ symbol }) => symbol === SOL);

  it('ends in the next one, under a foreign stop: said with the whole time', async () => {
    const theirs = handStop('3', { symbol: SOL, stopPrice: price('90') });
    const world = await alarmed();
    const bot = await startMinutes(world, ({ reader }) => void listed(reader, theirs));
    await bot.minutes(2);
    expect(told(bot, SOL)).toEqual(FOREIGN);
    const since = of(bot, 'POSITION_UNPROTECTED')[0]?.tsMs ?? 0;
    const ended = of(bot, 'POSITION_PROTECTED').at(-1);
    expect(ended?.payload).toMatchObject({ unprotected_ms: (ended?.tsMs ?? 0) - since });
    expect(bot.venue.sent).toEqual([]);
  });

  it('goes on in the next one: it is not said again', async () => {
    const refused = Array.from({ length: 100 }, () => ({ reject: 'marketSuspended' }));
    const bot = await startMinutes(await alarmed(), ({ venue }) => {
      venue.next('place', ...refused);
    });
    await bot.minutes(2);
    expect(told(bot, SOL)).toEqual(NONE);
    expect(of(bot, 'POSITION_UNPROTECTED')).toHaveLength(1);
  });
});
