/** What a client says to the feeds, and what it is answered: challenge, subscribe, unsubscribe, ping. */
import type { Book } from './book.ts';
import type { FeedSession } from './feed-session.ts';
import type { Row } from './shapes.ts';

/** Feeds of markets, which name the markets; the rest is of the account and needs the signed challenge. */
const MARKET_FEEDS = ['ticker', 'ticker_lite', 'trade', 'book'] as const;
const ACCOUNT_FEEDS = [
  ...['open_orders', 'open_orders_verbose', 'fills', 'open_positions', 'balances'],
  ...['account_log', 'notifications_auth'],
] as const;

const NOT_SIGNED = {
  event: 'alert',
  message: 'Failed to subscribe to authenticated feed',
} as const;

/** `snapshot` tells a new subscription how things stand. */
export async function hear(
  session: FeedSession,
  text: string,
  {
    book,
    snapshot,
  }: { book: Book; snapshot: (feed: string, ids: readonly string[]) => Promise<void> },
): Promise<void> {
  const message = parsed(text);
  if (message === null) return session.say(error('Json Error'));
  const { event } = message;
  if (event === 'ping') return session.say({ event: 'pong' });
  if (event === 'challenge') {
    const challenge = session.challenge(message['api_key']);
    return session.say(challenge === null ? NOT_SIGNED : { event, message: challenge });
  }
  if (event !== 'subscribe' && event !== 'unsubscribe') return session.say(error('Bad request'));
  const asked = askedFor(book, session, message);
  if ('event' in asked) return session.say(asked);
  const { feed, ids } = asked;
  const product_ids = ids.length === 0 ? {} : { product_ids: ids };
  if (event === 'unsubscribe') {
    const wasThere = session.unsubscribe(feed, ids);
    const done = wasThere ? 'unsubscribed' : 'unsubscribed_failed';
    return session.say({ event: done, feed, ...product_ids });
  }
  const known = session.subscriptions.get(feed);
  const isAgain = known !== undefined && ids.every((id) => known.has(id));
  if (isAgain) {
    session.say({ event: 'alert', message: 'Already subscribed to feed, re-requesting' });
  } else {
    session.say({ event: 'subscribed', feed, ...product_ids });
  }
  session.subscribe(feed, ids);
  await snapshot(feed, ids);
}

interface Asked {
  readonly feed: string;
  readonly ids: readonly string[];
}

interface Refused extends Row {
  readonly event: string;
}

function askedFor(book: Book, session: FeedSession, message: Row): Asked | Refused {
  const feed = String(message['feed']);
  if (feed === 'heartbeat') return { feed, ids: [] };
  if (includes(ACCOUNT_FEEDS, feed)) {
    return session.isSigned(message) ? { feed, ids: [] } : NOT_SIGNED;
  }
  if (!includes(MARKET_FEEDS, feed)) return error('Invalid feed');
  const ids = message['product_ids'];
  if (!Array.isArray(ids) || ids.length === 0) return error('Invalid product id');
  const isListed = ids.every((id) => typeof id === 'string' && book.listing.markets.has(id));
  return isListed ? { feed, ids: ids as string[] } : error('Invalid product id');
}

function includes(feeds: readonly string[], feed: string): boolean {
  return feeds.includes(feed);
}

function error(message: string): Refused {
  return { event: 'error', message };
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const message: unknown = JSON.parse(text);
    const isObject = typeof message === 'object' && message !== null && !Array.isArray(message);
    return isObject ? (message as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
