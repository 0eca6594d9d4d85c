/**
 * One request at a time, from its raw form to the answer: time, signature, budget, endpoint. The order
 * matters: a request that is not the key's costs nothing, and one over the budget does nothing.
 */
import { isoTime } from '../../domain/clock.ts';
import { createAuthenticator, type Credentials, type SignedRequest } from './authenticate.ts';
import type { Book } from './book.ts';
import { failure, type Answer, type Call } from './call.ts';
import { createCostBudget } from './cost-budget.ts';
import type { FaultAction } from './fault-rules.ts';
import { distort } from './distort.ts';
import { batchItems } from './order-endpoints.ts';
import { routeOf } from './routes.ts';

export interface RawRequest extends SignedRequest {
  readonly method: string;
}

export interface Exchange {
  /** Answers are whole: with the server's time, and distorted where the fault says so. */
  answer(request: RawRequest, fault: FaultAction | null): Promise<Required<Answer>>;
  /** Statuses for the next orders, oldest first. */
  readonly forcedStatuses: string[];
}

export function createExchange(book: Book, credentials: Credentials): Exchange {
  const authenticate = createAuthenticator(credentials);
  const afford = createCostBudget(book);
  const forcedStatuses: string[] = [];

  const decide = async (request: RawRequest, isSplit: boolean): Promise<Answer> => {
    const { method, path, query } = request;
    const route = routeOf(method, path);
    if (route === null) return failure('notFound', 404);
    const call: Call = { method, path: decoded(path), params: paramsOf(request) };
    if (route.isPrivate) {
      const error = authenticate(request);
      if (error !== null) return failure(error);
      if (!mayCall(book, method, path)) return failure('authenticationError');
      const batchSize = path.endsWith('/batchorder') ? (batchItems(call.params)?.length ?? 0) : 0;
      const cost = { method, path, query: new URLSearchParams(query), batchSize };
      if (!afford(cost)) return failure('apiLimitExceeded', 429);
    }
    return route.handle(book, call, {
      takeForcedStatus: () => forcedStatuses.shift() ?? null,
      lastFillFirst: isSplit,
    });
  };

  return {
    forcedStatuses,
    async answer(request, fault) {
      await book.advance();
      const isSplit = fault?.kind === 'multi-fill-last-first';
      book.splitsFills = isSplit;
      const { status = 200, body } = await decide(request, isSplit).finally(() => {
        book.splitsFills = false;
      });
      const whole = { ...body, serverTime: isoTime(book.now()) };
      return { status, body: fault === null ? whole : distort(fault.kind, whole, ghostOf(book)) };
    },
  };
}

/** A key that may only read is told what a wrong key is told; what it may do, it may always ask. */
function mayCall({ key }: Book, method: string, path: string): boolean {
  if (key.general === 'FULL_ACCESS' || path.endsWith('/api-keys/v3/check')) return true;
  const isRead = method === 'GET' || path.endsWith('/orders/status');
  return key.general === 'READ_ONLY' && isRead;
}

/** A path that is no text names nothing that is listed. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** From the query, or from the body where there is no query; a batch may come unencoded. */
export function paramsOf({ query, body }: Pick<RawRequest, 'query' | 'body'>): URLSearchParams {
  if (query !== '' || body === '') return new URLSearchParams(query);
  if (!body.startsWith('json=')) return new URLSearchParams(body);
  const json = body.slice('json='.length);
  return json.startsWith('{') ? new URLSearchParams([['json', json]]) : new URLSearchParams(body);
}

/** A market that nothing is open in. */
function ghostOf(book: Book): string {
  const [first] = book.listing.instruments.values();
  const busy = new Set<string>(book.ledger.open().map(({ now }) => now.symbol));
  for (const { symbol } of book.ledger.fills()) busy.add(symbol);
  const idle = [...book.listing.instruments.values()].find(({ symbol }) => !busy.has(symbol));
  return (idle ?? first)?.venueId ?? 'PF_XBTUSD';
}
