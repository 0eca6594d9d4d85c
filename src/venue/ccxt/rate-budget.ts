/**
 * A request budget in the venue's own costs. The library counts every call as one and makes a cancel wait
 * behind ten reads, so reads may never use the part that orders and cancels need. Pure but for the
 * injected clock.
 */
import type { Clock, Ms } from '../../domain/clock.ts';
import { ms } from '../../domain/clock.ts';

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
  /** The venue says how much of the window is used; more than we count was used by others. */
  learn(used: number): void;
}

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
    learn: (used) => {
      const now = clock.monotonic();
      forget(now);
      const others = used - taken.reduce((sum, { cost }) => sum + cost, 0);
      if (others > 0) taken.push({ at: now, cost: others });
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
