/** While it runs: a light look each cycle, each finding said once until it changes, and once more when it is gone. */
import { describe, expect, it } from 'vitest';
import { quantity } from '../../src/domain/decimal.ts';
import type { Symbol } from '../../src/domain/symbol.ts';
import type { VenuePosition } from '../../src/domain/venue.ts';
import type { VenueReader } from '../../src/venue/port.ts';
import { cancelByHand, tradeByHand } from '../support/by-hand.ts';
import {
  differences,
  engineWorld,
  SOL,
  TON,
  type EngineWorld,
  type Wish,
} from '../support/engine-world.ts';
import { retell, startMinutes, withoutMargin, type MinuteBot } from '../support/minute-bot.ts';
import { flat } from '../support/tiny-recording.ts';

const LONG: Wish = { at: 2, id: 'sig-long', stop: '95', targets: ['110', '115', '120'] };

function twoMarkets(): EngineWorld {
  const bars = flat(20);
  return engineWorld({ markets: { TON: { bars }, SOL: { bars } }, wishes: [LONG] });
}

/** A home that holds 20 TON under a stop. */
async function holding(): Promise<EngineWorld> {
  const world = twoMarkets();
  const life = await world.start();
  await life.to(3);
  life.die();
  return world;
}

const running = async (): Promise<MinuteBot> => startMinutes(await holding());

/** What was said of a market: type and finding. */
const said = ({ bot }: MinuteBot, of: Symbol = TON) =>
  bot.view
    .eventsAfter(0, { symbol: of })
    .flatMap((event) =>
      'finding' in event.payload ? [`${event.type} ${String(event.payload.finding)}`] : [],
    );

/** The venue does not list TON, and neither margin nor fills say more. */
function vanish({ assembled }: MinuteBot): () => void {
  const { reader } = assembled.venue;
  withoutMargin(reader);
  return retell(reader, 'positions', (rows) => rows.filter(({ symbol }) => symbol !== TON));
}

/** Both sides of one market at once: unsupported, and it does not go away by itself. */
function hedged(reader: VenueReader, size: string): () => void {
  const short: VenuePosition = {
    symbol: TON,
    side: 'short',
    quantity: quantity(size),
    entryPrice: null,
  };
  return retell(reader, 'positions', (rows) => [...rows, short]);
}

describe('29: a position that is not listed any more', () => {
  it('is orphan? at the first look, and closed with evidence at the next', async () => {
    const bot = await running();
    vanish(bot);
    await bot.minutes(1);
    expect(said(bot)).toEqual(['POSITION_BLOCKED orphan?']);
    expect(bot.position()).not.toBeNull();
    await bot.minutes(1);
    expect(bot.position()).toBeNull();
    expect(bot.of('POSITION_RETIRED')[0]?.payload).toMatchObject({ reason: 'orphan' });
    expect(said(bot).at(-1)).toBe('POSITION_UNBLOCKED orphan?');
  });

  it('and is listed again at the next look: free again, nothing closed, nothing sent', async () => {
    const bot = await running();
    const back = vanish(bot);
    await bot.minutes(1);
    back();
    await bot.minutes(3);
    expect(said(bot)).toEqual(['POSITION_BLOCKED orphan?', 'POSITION_UNBLOCKED orphan?']);
    expect(bot.position()?.quantity.toFixed()).toBe('20');
    expect(bot.venue.sent).toEqual([]);
  });

  it('is counted anew after each reading that listed it: twice in a row, not twice ever', async () => {
    const bot = await running();
    for (let round = 1; round <= 3; round += 1) {
      const back = vanish(bot);
      await bot.minutes(1);
      back();
      await bot.minutes(1);
    }
    expect(bot.position()).not.toBeNull();
    expect(said(bot)).toHaveLength(6);
  });
});

describe('a finding', () => {
  it('is one event however long it stands', async () => {
    const bot = await running();
    hedged(bot.assembled.venue.reader, '5');
    await bot.minutes(10);
    expect(said(bot)).toEqual(['POSITION_BLOCKED malformed.venue']);
    expect(bot.bot.memory.blocked.has(TON)).toBe(true);
  });

  it('is said again when it changes', async () => {
    const bot = await running();
    const undo = hedged(bot.assembled.venue.reader, '5');
    await bot.minutes(2);
    undo();
    hedged(bot.assembled.venue.reader, '7');
    await bot.minutes(2);
    expect(said(bot)).toEqual([
      'POSITION_BLOCKED malformed.venue',
      'POSITION_BLOCKED malformed.venue',
    ]);
    const evidence = bot.of('POSITION_BLOCKED').map(({ payload }) => payload.evidence);
    expect(new Set(evidence).size).toBe(2);
  });

  it('that is gone is said to be gone, once', async () => {
    const bot = await running();
    const undo = hedged(bot.assembled.venue.reader, '5');
    await bot.minutes(2);
    undo();
    await bot.minutes(5);
    expect(said(bot)).toEqual([
      'POSITION_BLOCKED malformed.venue',
      'POSITION_UNBLOCKED malformed.venue',
    ]);
    expect(bot.bot.memory.blocked.size).toBe(0);
  });

  it('that stands is not said again by the next life, and its end is', async () => {
    const world = await holding();
    const first = await startMinutes(world);
    hedged(first.assembled.venue.reader, '5');
    await first.minutes(2);
    first.die();
    let undo = (): void => undefined;
    const second = await startMinutes(world, ({ reader }) => {
      undo = hedged(reader, '5');
    });
    await second.minutes(2);
    expect(said(second)).toEqual(['POSITION_BLOCKED malformed.venue']);
    undo();
    await second.minutes(2);
    expect(said(second).at(-1)).toBe('POSITION_UNBLOCKED malformed.venue');
    expect(said(second)).toHaveLength(2);
  });

  it('has not ended because a reading failed', async () => {
    const bot = await running();
    hedged(bot.assembled.venue.reader, '5');
    await bot.minutes(2);
    bot.venue.unknown('positions', 2);
    await bot.minutes(3);
    expect(said(bot).filter((each) => each === 'POSITION_BLOCKED malformed.venue')).toHaveLength(1);
    expect(said(bot)).not.toContain('POSITION_UNBLOCKED malformed.venue');
  });
});

describe('an order of somebody else', () => {
  const resting = {
    symbol: SOL,
    side: 'buy',
    quantity: '1',
    id: 'by-hand-1',
    restsAt: '80',
  } as const;

  async function beside(): Promise<{ bot: MinuteBot; world: EngineWorld }> {
    const world = await holding();
    const bot = await startMinutes(world);
    await tradeByHand(bot.assembled, resting);
    return { bot, world };
  }

  const isOpen = async ({ assembled }: MinuteBot) => {
    const open = await assembled.venue.reader.openOrders();
    return open.read === 'complete' && open.rows.some((row) => row.clientOrderId === 'by-hand-1');
  };

  it('is reported once and never cancelled', async () => {
    const { bot } = await beside();
    await bot.minutes(5);
    expect(said(bot, SOL)).toEqual(['FINDING order.foreign']);
    expect(await isOpen(bot)).toBe(true);
    expect(bot.of('ORDER_CANCEL_INTENDED').filter(({ symbol }) => symbol === SOL)).toEqual([]);
  });

  it('is not reported again by the next life, and still there', async () => {
    const { bot, world } = await beside();
    await bot.minutes(2);
    bot.die();
    const next = await startMinutes(world);
    await next.minutes(5);
    expect(await isOpen(next)).toBe(true);
    expect(said(next, SOL)).toEqual(['FINDING order.foreign']);
  });

  it('blocks nothing', async () => {
    const { bot } = await beside();
    await bot.minutes(2);
    expect(bot.bot.memory.blocked.size).toBe(0);
    expect(bot.bot.journal.registry().state).toBe('NORMAL');
  });
});

describe('a light look in each cycle', () => {
  it('finds a stop that a hand cancelled within the minute', async () => {
    const bot = await running();
    await bot.minutes(3);
    expect(bot.venue.sent).toEqual([]);
    await cancelByHand(bot.assembled, bot.alive('stop')[0]?.clientOrderId);
    await bot.minutes(1);
    expect(bot.venue.sent.map(({ role }) => role)).toEqual(['stop']);
  });

  it('imports and protects what a hand opened, once', async () => {
    const life = await twoMarkets().start();
    await life.to(4);
    await tradeByHand(life.assembled, { symbol: SOL, side: 'sell', quantity: '3' });
    const before = life.venue.sent.length;
    await life.to(8);
    expect(life.position(SOL)).toMatchObject({ side: 'short', origin: 'venue-report' });
    const sent = life.venue.sent.slice(before);
    expect(sent.map(({ symbol, role, side }) => `${symbol} ${role} ${side}`)).toEqual([
      `${SOL} stop buy`,
    ]);
    expect(life.of('POSITION_IMPORTED')).toHaveLength(1);
    expect(differences(life)).toEqual([]);
  });
});
