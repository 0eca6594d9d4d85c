/** What the feeds of the account tell: how things stand, and what changed since the last look. */
import { accountLogRows } from './account-log.ts';
import type { Book } from './book.ts';
import {
  balanceFields,
  fillFeedRow,
  orderFeedMessage,
  orderFeedRow,
  positionRows,
} from './feed-shapes.ts';
import { accountUid } from './history-endpoints.ts';
import type { Row } from './shapes.ts';

/** The feed a message belongs to, and the message without its number. */
export type FeedMessage = readonly [feed: string, message: Row];

export interface AccountNews {
  /** Null for a feed that is not of the account. */
  snapshot(feed: string): Promise<FeedMessage | null>;
  /** Each change once, whoever listens. */
  news(): Promise<readonly FeedMessage[]>;
}

const MOST_FILLS = 100;
const MOST_LOGS = 500;

export function createAccountNews(book: Book): AccountNews {
  const account = accountUid(book);
  const told = { fills: 0, events: 0, entries: 0, positions: '[]', balances: '' };
  return {
    snapshot: (feed) => snapshotOf(book, feed),
    async news() {
      const [fills, events] = [book.ledger.fills(), book.ledger.events()];
      const found: FeedMessage[] = [];
      for (const event of events.slice(told.events)) {
        const message = orderFeedMessage(book, event);
        if (message === null) continue;
        found.push(['open_orders', message], ['open_orders_verbose', message]);
      }
      for (const [index, fill] of fills.slice(told.fills).entries()) {
        const row = fillFeedRow(book, fill, told.fills + index);
        found.push(['fills', { username: account, fills: [row] }]);
      }
      for (const { row } of accountLogRows(book, told.entries)) {
        found.push(['account_log', { new_entry: row }]);
      }
      told.fills = fills.length;
      told.events = events.length;
      told.entries = book.statement.entries().length;
      const [positions, balances] = [await positionRows(book), await balanceFields(book)];
      const [positionsNow, balancesNow] = [JSON.stringify(positions), JSON.stringify(balances)];
      const timestamp = book.now();
      if (positionsNow !== told.positions) {
        found.push(['open_positions', { account, positions, timestamp }]);
      }
      if (balancesNow !== told.balances) {
        found.push(['balances', { account, ...balances, timestamp }]);
      }
      Object.assign(told, { positions: positionsNow, balances: balancesNow });
      return found;
    },
  };
}

async function snapshotOf(book: Book, feed: string): Promise<FeedMessage | null> {
  const account = accountUid(book);
  const timestamp = book.now();
  if (feed === 'fills') {
    const fills = book.ledger.fills().slice(-MOST_FILLS);
    const rows = fills.map((fill, index) => fillFeedRow(book, fill, index));
    return ['fills_snapshot', { account, fills: rows }];
  }
  if (feed === 'open_orders' || feed === 'open_orders_verbose') {
    const orders = book.ledger.open().map((order) => orderFeedRow(book, order));
    return [`${feed}_snapshot`, { account, orders }];
  }
  if (feed === 'open_positions') {
    return [feed, { account, positions: await positionRows(book), timestamp }];
  }
  if (feed === 'balances') {
    const others = { holding: {}, futures: {} };
    return ['balances_snapshot', { account, ...others, ...(await balanceFields(book)), timestamp }];
  }
  if (feed === 'account_log') {
    const rows = accountLogRows(book).map(({ row }) => row);
    return ['account_log_snapshot', { account, logs: rows.slice(-MOST_LOGS).reverse() }];
  }
  return feed === 'notifications_auth' ? [feed, { notifications: [] }] : null;
}
