/** The budget in the venue's costs: what is taken comes back after the window, and trading comes first. */
import { describe, expect, it } from 'vitest';
import { ms, virtualClock } from '../../../src/domain/clock.ts';
import { createRateBudget, KEY_BUDGET } from '../../../src/venue/ccxt/rate-budget.ts';

function budget() {
  const clock = virtualClock(ms(0));
  return { clock, budget: createRateBudget(KEY_BUDGET, clock) };
}

describe('the budget of a key', () => {
  it('is 500 per ten seconds for orders and cancels', () => {
    const { budget: key, clock } = budget();
    for (let order = 0; order < 50; order += 1) expect(key.take(10, 'trade')).toBe(0);
    expect(key.take(10, 'trade')).toBe(10_000);
    clock.advanceTo(ms(9_999));
    expect(key.take(10, 'trade')).toBe(1);
    clock.advanceTo(ms(10_000));
    expect(key.take(10, 'trade')).toBe(0);
  });

  it('keeps thirty orders free when reads have taken all they may', () => {
    const { budget: key } = budget();
    for (let read = 0; read < 100; read += 1) expect(key.take(2, 'read')).toBe(0);
    expect(key.take(2, 'read')).toBe(10_000);
    for (let order = 0; order < 30; order += 1) expect(key.take(10, 'trade')).toBe(0);
    expect(key.take(10, 'trade')).toBeGreaterThan(0);
  });

  it('says how long until enough of it is back', () => {
    const { budget: key, clock } = budget();
    for (let order = 0; order < 25; order += 1) {
      clock.advanceTo(ms(order * 100));
      key.take(20, 'trade');
    }
    // The first came at 0, the second at 100: both must leave the window.
    expect(key.take(25, 'trade')).toBe(10_000 + 100 - 2_400);
  });

  it('rests reads for a window, but not orders, when the venue says that it is spent', () => {
    const { budget: key, clock } = budget();
    key.spent();
    expect(key.take(2, 'read')).toBe(10_000);
    expect(key.take(10, 'trade')).toBe(0);
    clock.advanceTo(ms(10_000));
    expect(key.take(2, 'read')).toBe(0);
  });
});
