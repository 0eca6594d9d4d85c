/** What was paid in and taken out: when the ledger is asked, and what is counted. */
import { describe, expect, it } from 'vitest';
import type { Ms } from '../../../src/domain/clock.ts';
import { ms, virtualClock } from '../../../src/domain/clock.ts';
import { decimal } from '../../../src/domain/decimal.ts';
import type { Unknown } from '../../../src/venue/ccxt/answer-list.ts';
import type { Transfer } from '../../../src/venue/ccxt/deposits.ts';
import { createDeposits } from '../../../src/venue/ccxt/deposits.ts';

const START = 1_800_000_000_000;

function world(since: Ms | null = null) {
  const clock = virtualClock(ms(START));
  const ledger: Transfer[] = [];
  const asked: number[] = [];
  let failing = false;
  const deposits = createDeposits({
    clock,
    since,
    read: (from): Promise<readonly Transfer[] | Unknown> => {
      asked.push(from - START);
      if (failing) return Promise.resolve({ read: 'unknown', reason: 'no answer' });
      return Promise.resolve(ledger.filter(({ atMs }) => atMs >= from));
    },
  });
  return {
    ...{ clock, asked },
    pay: (id: string, at: number, amount: string) =>
      ledger.push({ id, atMs: ms(START + at), amount: decimal(amount) }),
    forget: () => (ledger.length = 0),
    fail: (value: boolean) => (failing = value),
    total: async (money: string, asOf: Ms | null = null) => {
      const total = await deposits.total(money, asOf);
      return 'read' in total ? total.reason : String(total);
    },
  };
}

describe('the ledger', () => {
  it('is not asked at first, nor while the money stays the same', async () => {
    const { total, asked } = world();
    expect([await total('100'), await total('100')]).toEqual(['0', '0']);
    expect(asked).toEqual([]);
  });

  it('is asked at first by a bot that was here before', async () => {
    const { total, asked, pay } = world(ms(START - 1_000));
    pay('yesterday', -2_000, '7');
    pay('a', -500, '50');
    expect(await total('100')).toBe('50');
    expect(asked).toEqual([-1_000]);
  });

  it('is asked when the money changed, and twice more soon after, because it lags', async () => {
    const { total, asked, pay, clock } = world();
    await total('100');
    expect(await total('600')).toBe('0');
    clock.advanceTo(ms(START + 10_000));
    await total('600');
    expect(asked).toHaveLength(1);
    pay('late', 5_000, '500');
    clock.advanceTo(ms(START + 31_000));
    expect(await total('600')).toBe('500');
    clock.advanceTo(ms(START + 301_000));
    await total('600');
    clock.advanceTo(ms(START + 900_000));
    await total('600');
    expect(asked).toHaveLength(3);
  });

  it('that cannot be read is asked again by the next look', async () => {
    const { total, pay, fail } = world();
    await total('100');
    pay('a', 1, '500');
    fail(true);
    expect(await total('600')).toBe('no answer');
    fail(false);
    expect(await total('600')).toBe('500');
  });

  it('forgets, and what was seen stays counted', async () => {
    const { total, pay, forget } = world();
    await total('100');
    pay('a', 1, '500');
    await total('600');
    forget();
    expect(await total('599')).toBe('500');
  });

  it('is ahead of the account: what came later than its figures is not counted yet', async () => {
    const { total, pay } = world();
    await total('100');
    pay('a', 1_000, '500');
    expect(await total('99', ms(START + 999))).toBe('0');
    expect(await total('599', ms(START + 1_000))).toBe('500');
  });
});
