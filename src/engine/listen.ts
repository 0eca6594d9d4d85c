/**
 * The venue's push messages as a reason to look now instead of later. Nothing they say is believed: a
 * fill, an order, a price of a market that the registry does not hold, all lead to the same reading.
 */
import { assert } from '../domain/errors.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { LiveBot } from './assemble-live.ts';
import type { Bot } from './bot.ts';

export interface Listening {
  /** True once when something happened since the last call. */
  isWoken(): boolean;
  close(): Promise<void>;
}

/** Null when wake-ups are off; the configuration refuses them where a venue has none. */
export async function listen(assembled: LiveBot): Promise<Listening | null> {
  const { bot, connection } = assembled;
  const { config } = bot;
  if (!config.live.wakeUps) return null;
  const { wake: openWake } = connection.live;
  assert(openWake !== undefined, `${config.venue} has wake-ups, as the configuration says`);
  let woken = false;
  const held = bot.journal.registry;
  const wake = await openWake({
    clock: bot.wall,
    symbols: () => [...held().positions.keys()],
    onNews: (news) => {
      if (news.kind === 'disconnected') bot.log('info', `push messages ended: ${news.reason}`);
      // A price of what is held is no news: protection reads prices itself.
      else if (news.kind !== 'price' || isStrange(bot, news.symbol)) woken = true;
    },
  });
  return {
    isWoken() {
      const was = woken;
      woken = false;
      return was;
    },
    close: () => wake.close(),
  };
}

function isStrange({ journal }: Bot, symbol: Symbol | null): boolean {
  return symbol === null || !journal.registry().positions.has(symbol);
}
