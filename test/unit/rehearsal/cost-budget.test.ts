/** What a call costs, and when the venue has had enough. */
import { describe, expect, it } from 'vitest';
import { ms, virtualClock } from '../../../src/domain/clock.ts';
import { costOf, createCostBudget } from '../../../src/venue/rehearsal/cost-budget.ts';

const V3 = '/derivatives/api/v3/';

function call(
  endpoint: string,
  more: { query?: string; method?: string; batchSize?: number } = {},
) {
  const { query = '', method = 'GET', batchSize = 0 } = more;
  const path = endpoint.startsWith('/') ? endpoint : V3 + endpoint;
  return { method, path, query: new URLSearchParams(query), batchSize };
}

describe('the cost', () => {
  it.each([
    [call('sendorder'), 10],
    [call('editorder'), 10],
    [call('cancelorder'), 10],
    [call('batchorder', { batchSize: 4 }), 13],
    [call('accounts'), 2],
    [call('openpositions'), 2],
    [call('openorders'), 2],
    [call('fills'), 2],
    [call('fills', { query: 'lastFillTime=2026-01-01T00:00:00.000Z' }), 25],
    [call('cancelallorders'), 25],
    [call('cancelallordersafter'), 25],
    [call('orders/status'), 1],
    [call('leveragepreferences', { method: 'PUT' }), 10],
  ])('of $path is known', (of, cost) => {
    expect(costOf(of)).toBe(cost);
  });
});

describe('the budget', () => {
  it('is 500 in any ten seconds, and a refused call costs nothing', () => {
    const clock = virtualClock(ms(1_000_000));
    const afford = createCostBudget(clock);
    for (let sent = 0; sent < 50; sent += 1) expect(afford(call('sendorder'))).toBe(true);
    expect(afford(call('orders/status'))).toBe(false);
    clock.advanceTo(ms(1_009_999));
    expect(afford(call('orders/status'))).toBe(false);
    clock.advanceTo(ms(1_010_000));
    expect(afford(call('sendorder'))).toBe(true);
  });

  it('of the history is another: 100 calls in ten minutes', () => {
    const clock = virtualClock(ms(1_000_000));
    const afford = createCostBudget(clock);
    const history = call('/api/history/v2/orders');
    for (let sent = 0; sent < 100; sent += 1) expect(afford(history)).toBe(true);
    expect(afford(history)).toBe(false);
    expect(afford(call('sendorder'))).toBe(true);
    clock.advanceTo(ms(1_600_000));
    expect(afford(history)).toBe(true);
  });
});
