/** Homes whose bot is gone and left something open: what a command that takes the lock itself finds. */
import type { NewEvent } from '../../src/domain/event.ts';
import { engineWorld, TON, type Wish } from './engine-world.ts';
import { flat, type TinyMarket } from './tiny-recording.ts';

const LONG: Wish = { at: 2, id: 'sig-long', stop: '95', targets: ['110', '115', '120'] };

/** 20 TON under a stop, the bot dead after its third cycle; `events` are what it journaled last. */
export async function homeHoldingTon(
  market: Partial<TinyMarket> = {},
  events: readonly NewEvent[] = [],
): Promise<string> {
  const ton = { bars: flat(20), ...market };
  const world = engineWorld({ markets: { TON: ton }, wishes: [LONG] });
  const life = await world.start();
  await life.to(3);
  if (events.length > 0) life.bot.journal.append(events);
  life.die();
  return world.home.dir;
}

/** A home whose bot ran and holds nothing. */
export async function flatHome(): Promise<string> {
  const world = engineWorld({ markets: { TON: { bars: flat(20) } }, wishes: [] });
  const life = await world.start();
  await life.to(2);
  life.die();
  return world.home.dir;
}

/** What the start of a bot says when somebody else seems to trade the account. */
export function secondInstance(): NewEvent {
  const payload = { cause: 'second_instance', evidence: 'entries nobody here sent' } as const;
  return { type: 'ACKNOWLEDGEMENT_NEEDED', symbol: TON, payload };
}
