/**
 * The request budget of Kraken Futures, in its own costs: 500 per 10 s and key, where an order costs ten
 * and a look two. The library counts every call as one and makes a cancel wait behind ten reads, so
 * reads may never use the part that orders and cancels need. Pure but for the injected clock.
 */
import type { Clock, Ms } from '../../domain/clock.ts';
import { MINUTE, ms, SECOND } from '../../domain/clock.ts';

export type Priority = 'trade' | 'read';

export interface BudgetRules {
  readonly capacity: number;
  readonly windowMs: Ms;
  /** Part of the capacity that reads leave alone. */
  readonly reserved: number;
}

export interface RateBudget {
  /** Takes `cost` and returns 0, or takes nothing and returns how long to wait. */
  take(cost: number, priority: Priority): Ms;
  /** The venue says that the budget is spent: reads rest for a window. */
  spent(): void;
}

/** Orders and account; reads leave room for thirty orders or cancels. */
export const KEY_BUDGET: BudgetRules = {
  capacity: 500,
  windowMs: ms(10 * SECOND),
  reserved: 300,
};
/** History has a pool of its own. */
export const HISTORY_BUDGET: BudgetRules = {
  capacity: 100,
  windowMs: ms(10 * MINUTE),
  reserved: 0,
};
/** Public data costs nothing there; a limit of our own keeps a loop from looking like an attack. */
export const MARKET_BUDGET: BudgetRules = {
  capacity: 100,
  windowMs: ms(10 * SECOND),
  reserved: 0,
};

export function createRateBudget(rules: BudgetRules, clock: Clock): RateBudget {
  let taken: { readonly at: Ms; readonly cost: number }[] = [];
  let readsRestUntil = ms(0);

  const forget = (now: Ms): void => {
    taken = taken.filter(({ at }) => now - at < rules.windowMs);
  };
  return {
    take: (cost, priority) => {
      const now = clock.monotonic();
      forget(now);
      if (priority === 'read' && now < readsRestUntil) return ms(readsRestUntil - now);
      const limit = priority === 'trade' ? rules.capacity : rules.capacity - rules.reserved;
      const wait = waitFor(taken, limit - cost, rules.windowMs, now);
      if (wait > 0) return wait;
      taken.push({ at: now, cost });
      return ms(0);
    },
    spent: () => {
      readsRestUntil = ms(clock.monotonic() + rules.windowMs);
    },
  };
}

/** Time until what was taken has shrunk to `most`, as the oldest takings leave the window. */
function waitFor(
  taken: readonly { readonly at: Ms; readonly cost: number }[],
  most: number,
  windowMs: Ms,
  now: Ms,
): Ms {
  let used = taken.reduce((sum, { cost }) => sum + cost, 0);
  for (const { at, cost } of taken) {
    if (used <= most) return ms(0);
    used -= cost;
    if (used <= most) return ms(Math.max(1, at + windowMs - now));
  }
  return ms(0);
}
