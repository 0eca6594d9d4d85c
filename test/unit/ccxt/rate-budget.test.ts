/** The budget in the venue's costs: what is taken comes back after the window, and trading comes first. */
import { afterEach, describe, expect, it } from 'vitest';
import { ms, virtualClock } from '../../../src/domain/clock.ts';
import type { LocalKraken } from './kraken/local-kraken.ts';
import { failure, SERVER_MS, startKraken, status, success } from './kraken/local-kraken.ts';
import { KEY_BUDGET } from '../../../src/venue/ccxt/kraken/kraken-budgets.ts';
import { createRateBudget } from '../../../src/venue/ccxt/rate-budget.ts';

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

it('what others used is counted when the venue tells it, and less than ours changes nothing', () => {
  const { budget: key } = budget();
  key.take(100, 'trade');
  key.learn(90);
  expect(key.take(100, 'read')).toBe(0);
  key.learn(499);
  expect(key.take(2, 'trade')).toBeGreaterThan(0);
});

describe('the requests of the venue', () => {
  let kraken: LocalKraken;
  afterEach(() => kraken.close());
  const start = ms(SERVER_MS);

  async function venueAt() {
    const clock = virtualClock(start);
    kraken = await startKraken();
    return { clock, venue: await kraken.open({ clock }) };
  }

  it('rest for a window after the venue refused one for its budget', async () => {
    const { clock, venue } = await venueAt();
    kraken.routes.set('openpositions', status(429, failure('apiLimitExceeded')));
    expect(await venue.reader.positions()).toMatchObject({ read: 'unknown' });
    expect(clock.now()).toBe(start);
    kraken.routes.set('openpositions', success({ openPositions: [] }));
    expect(await venue.reader.positions()).toMatchObject({ read: 'complete' });
    expect(clock.now()).toBe(start + 10_000);
  });

  it('count a page of older fills as the venue does: eight of them, and the ninth waits', async () => {
    const { clock, venue } = await venueAt();
    const pages = async (wanted: number) => {
      let page = 0;
      kraken.routes.set('fills', () => {
        page += 1;
        const rows = page === wanted ? 1 : 100;
        const fills = Array.from({ length: rows }, (_, index) => ({
          fill_id: `${page}-${index}`,
          fillTime: new Date(SERVER_MS - page * 100_000 - index * 1000).toISOString(),
        }));
        return success({ fills });
      });
      await venue.reader.fills(ms(0));
    };
    await pages(8);
    expect(clock.now()).toBe(start);
    await pages(2);
    expect(clock.now()).toBe(start + 10_000);
  });
});
