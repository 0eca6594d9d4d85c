/** Brings news to those who asked for them; nothing is kept per message, only how far was told. */
import type { Book } from './book.ts';
import { createAccountNews } from './feed-account-news.ts';
import { createMarketNews } from './feed-market-news.ts';
import type { FeedSession } from './feed-session.ts';
import type { Row } from './shapes.ts';

export interface FeedNews {
  /** How things stand, for a new subscription. */
  snapshot(session: FeedSession, feed: string, ids: readonly string[]): Promise<void>;
  /** Tells every session what changed since the last call. */
  publish(sessions: Iterable<FeedSession>): Promise<void>;
}

export function createFeedNews(book: Book): FeedNews {
  const account = createAccountNews(book);
  const markets = createMarketNews(book);
  return {
    async snapshot(session, feed, ids) {
      for (const id of ids) session.tell(...markets.snapshot(feed, id));
      if (feed === 'heartbeat') session.tell(feed, { time: book.now() });
      const standing = await account.snapshot(feed);
      if (standing !== null) session.tell(...standing);
    },
    async publish(sessions) {
      const ofAccount = await account.news();
      const ofMarkets = new Map<string, readonly Row[]>();
      for (const session of sessions) {
        for (const [feed, message] of ofAccount) {
          if (session.subscriptions.has(feed)) session.tell(feed, message);
        }
        for (const [feed, ids] of session.subscriptions) {
          for (const id of ids) {
            const key = `${feed}|${id}`;
            const messages = ofMarkets.get(key) ?? markets.news(feed, id);
            ofMarkets.set(key, messages);
            for (const message of messages) session.tell(feed, message);
          }
        }
      }
    },
  };
}
