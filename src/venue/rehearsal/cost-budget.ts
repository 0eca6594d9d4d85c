/**
 * The venue's rate limit: 500 points in any 10 seconds for signed calls, and 100 history calls in any
 * 10 minutes from a pool of their own. Public calls are free. A call that is over is refused with 429
 * and costs nothing.
 */
import { MINUTE, ms, SECOND, type Clock, type Ms } from '../../domain/clock.ts';

export interface CostedCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Orders in a batch; 0 for everything else. */
  readonly batchSize: number;
}

export const TRADING_BUDGET = { points: 500, windowMs: ms(10 * SECOND) } as const;
export const HISTORY_BUDGET = { points: 100, windowMs: ms(10 * MINUTE) } as const;

const COSTS: Readonly<Record<string, number>> = {
  sendorder: 10,
  editorder: 10,
  cancelorder: 10,
  accounts: 2,
  openpositions: 2,
  openorders: 2,
  cancelallorders: 25,
  cancelallordersafter: 25,
  'orders/status': 1,
};

/** Points of a signed call, from the venue's documentation. */
export function costOf({ method, path, query, batchSize }: CostedCall): number {
  const endpoint = path.replace(/^\/derivatives\/api\/v\d+\//, '');
  if (endpoint === 'batchorder') return 9 + batchSize;
  if (endpoint === 'fills') return query.has('lastFillTime') ? 25 : 2;
  if (endpoint === 'leveragepreferences') return method === 'PUT' ? 10 : 2;
  return COSTS[endpoint] ?? 1;
}

/** Returns a check that spends: false when the call is over the budget. */
export function createCostBudget(clock: Pick<Clock, 'now'>): (call: CostedCall) => boolean {
  const trading = slidingWindow(clock, TRADING_BUDGET);
  const history = slidingWindow(clock, HISTORY_BUDGET);
  return (call) => (call.path.startsWith('/api/history/') ? history(1) : trading(costOf(call)));
}

function slidingWindow(
  clock: Pick<Clock, 'now'>,
  { points, windowMs }: { readonly points: number; readonly windowMs: Ms },
): (cost: number) => boolean {
  let spent: { readonly at: Ms; readonly cost: number }[] = [];
  return (cost) => {
    const now = clock.now();
    spent = spent.filter(({ at }) => now - at < windowMs);
    const sum = spent.reduce((total, each) => total + each.cost, 0);
    if (sum + cost > points) return false;
    spent.push({ at: now, cost });
    return true;
  };
}
