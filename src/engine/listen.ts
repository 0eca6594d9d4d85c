/**
 * The venue's push messages as a reason to look now instead of later. Nothing they say is believed: a
 * fill, an order, a price of a market that the registry does not hold, all lead to the same reading.
 */
import { TradectlError } from '../domain/errors.ts';
import type { Symbol } from '../domain/symbol.ts';
import { packageFacts } from '../host/package-facts.ts';
import { openKrakenWake, type Wake } from '../venue/ccxt/kraken/wake.ts';
import type { LiveBot } from './assemble-live.ts';
import type { Bot } from './bot.ts';

export interface Listening {
  /** True once when something happened since the last call. */
  isWoken(): boolean;
  close(): Promise<void>;
}

/** Null when wake-ups are off; throws USAGE where a venue has none. */
export async function listen(assembled: LiveBot): Promise<Listening | null> {
  const { bot, connection } = assembled;
  const { config } = bot;
  if (!config.live.wakeUps) return null;
  if (config.venue !== 'krakenfutures') {
    throw new TradectlError('USAGE', `${config.venue} has no wake-ups yet`, {
      hint: 'set live.wake_ups = false: polling is the truth anyway',
    });
  }
  let woken = false;
  const held = bot.journal.registry;
  const wake: Wake = await openKrakenWake({
    credentials: connection.credentials,
    clock: bot.wall,
    version: packageFacts().version,
    ...(connection.rehearse === null ? {} : { rehearse: connection.rehearse }),
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
