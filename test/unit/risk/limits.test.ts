import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/domain/decimal.ts';
import type { LimitRelation } from '../../../src/risk/limits.ts';
import { DEFAULT_LIMITS, LIMIT_RELATIONS, relationHolds } from '../../../src/risk/limits.ts';
import { INITIAL_MONITOR, watch } from '../../../src/risk/monitor.ts';

const ROWS = LIMIT_RELATIONS.map((relation): [string, LimitRelation] => [
  `${relation.lower} and ${relation.upper}`,
  relation,
]);

describe('limit relations', () => {
  it.each(ROWS)('%s: the defaults keep it', (_what, relation) => {
    expect(relationHolds(relation, DEFAULT_LIMITS)).toBe(true);
  });

  it.each(ROWS)('%s: crossed is refused, equal only where it may be', (_what, relation) => {
    const upper = DEFAULT_LIMITS[relation.upper];
    const set = (lower: typeof upper) => ({ ...DEFAULT_LIMITS, [relation.lower]: lower });
    expect(relationHolds(relation, set(upper.plus('0.001')))).toBe(false);
    expect(relationHolds(relation, set(upper))).toBe(relation.orEqual);
    expect(relationHolds(relation, set(upper.minus('0.001')))).toBe(true);
  });

  it('the incident is among them: what the auction allows is below what halts', () => {
    expect(LIMIT_RELATIONS).toContainEqual(
      expect.objectContaining({
        lower: 'auctionMaxMarginUtilization',
        upper: 'maxMarginUtilization',
        orEqual: false,
      }),
    );
  });

  it('where they hold, no entry the auction allows can halt the bot', () => {
    const share = fc.integer({ min: 1, max: 99 }).map((value) => decimal(value).div(100));
    fc.assert(
      fc.property(share, share, (auctionMaxMarginUtilization, maxMarginUtilization) => {
        const limits = { ...DEFAULT_LIMITS, auctionMaxMarginUtilization, maxMarginUtilization };
        fc.pre(
          LIMIT_RELATIONS.filter(({ lower }) => lower === 'auctionMaxMarginUtilization').every(
            (relation) => relationHolds(relation, limits),
          ),
        );
        const account = {
          marginUtilization: auctionMaxMarginUtilization,
          maintenanceUtilization: decimal('0'),
          drawdown: decimal('0'),
        };
        const metrics = { account, positions: 1, entries: 1, largestPosition: null, external: [] };
        const watched = watch(INITIAL_MONITOR, metrics, limits, false);
        expect(watched.monitor.state).not.toBe('HALTED');
      }),
    );
  });
});
