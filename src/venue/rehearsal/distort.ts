/** Answers that are well-formed and wrong: what the venue has been seen to send. Pure. */
import type { FaultAction } from './fault-rules.ts';

type Body = Readonly<Record<string, unknown>>;

/** `ghost` is the id of a market for a row of size zero. Other words leave the body as it is. */
export function distort(word: FaultAction['kind'], body: Body, ghost: string): Body {
  if (word === 'empty-instruments')
    return 'instruments' in body ? { ...body, instruments: [] } : body;
  if (word === 'lower-case-symbols') return lowerCased(body) as Body;
  if (word === 'omit-list-key') {
    return Object.fromEntries(Object.entries(body).filter(([key, value]) => !isList(key, value)));
  }
  if (word === 'zero-size-rows') return withGhost(body, ghost);
  if (word === 'duplicate-rows') return mapLists(body, (rows) => [...rows, ...rows]);
  return body;
}

/** The account is one object and yet what its answer is about. */
function isList(key: string, value: unknown): boolean {
  return Array.isArray(value) || key === 'accounts';
}

function lowerCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerCased);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]): [string, unknown] => {
    const isId = key === 'symbol' || key === 'tradeable';
    return [key, isId && typeof each === 'string' ? each.toLowerCase() : lowerCased(each)];
  });
  return Object.fromEntries(entries);
}

function withGhost(body: Body, ghost: string): Body {
  const at = '2024-01-01T00:00:00.000Z';
  const position = { side: 'long', symbol: ghost, price: 0, fillTime: at, size: 0 };
  const order = {
    ...{ order_id: '00000000-0000-4000-a000-000000000000', symbol: ghost, side: 'buy' },
    ...{ orderType: 'lmt', limitPrice: 1, unfilledSize: 0, filledSize: 0, status: 'untouched' },
    ...{ receivedTime: at, lastUpdateTime: at, reduceOnly: false },
  };
  const rows: Readonly<Record<string, unknown>> = { openPositions: position, openOrders: order };
  return mapLists(body, (list, key) => (key in rows ? [...list, rows[key]] : list));
}

function mapLists(body: Body, change: (rows: readonly unknown[], key: string) => unknown): Body {
  const entries = Object.entries(body).map(([key, value]): [string, unknown] => {
    return [key, Array.isArray(value) ? change(value, key) : value];
  });
  return Object.fromEntries(entries);
}
