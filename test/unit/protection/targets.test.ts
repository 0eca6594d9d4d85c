import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, price, quantity, text } from '../../../src/domain/decimal.ts';
import { planTargets } from '../../../src/protection/targets.ts';
import { LONG_PLAN, SHORT_PLAN, instrument } from '../../support/protection-world.ts';

function said(input: {
  open: string;
  mark?: string;
  hit?: number[];
  live?: number[];
  step?: string;
  min?: string;
  short?: boolean;
  minNotional?: string;
}): string {
  const side = input.short === true ? 'short' : 'long';
  const { orders, drops } = planTargets({
    side,
    open: quantity(input.open),
    targets: (side === 'long' ? LONG_PLAN : SHORT_PLAN).targets,
    hit: input.hit ?? [],
    live: new Set(input.live ?? []),
    mark: price(input.mark ?? '100'),
    instrument: instrument({
      lotStep: input.step ?? '1',
      minQuantity: input.min ?? input.step ?? '1',
      ...(input.minNotional === undefined ? {} : { minNotional: input.minNotional }),
    }),
  });
  const placed = orders.map((o) => `TP${o.level} ${text(o.quantity)}`).join(', ');
  const dropped = drops.map((d) => `TP${d.level} ${d.reason} -> ${d.mergedInto ?? '-'}`).join(', ');
  return `${placed} | ${dropped}`;
}

describe('planTargets', () => {
  it.each([
    ['40/30/30 of 10', { open: '10' }, 'TP1 4, TP2 3, TP3 3 | '],
    ['floored, the last takes the rest', { open: '5' }, 'TP1 2, TP2 1, TP3 2 | '],
    ['after TP1 the rest is split over what is ahead', { open: '6', hit: [1] }, 'TP2 3, TP3 3 | '],
    ['after TP1 and TP2', { open: '3', hit: [1, 2] }, 'TP3 3 | '],
    [
      'a share below the minimum is merged into the next',
      { open: '2' },
      'TP2 1, TP3 1 | TP1 below_minimum -> 2',
    ],
    [
      'all below: one target with the whole, at TP1',
      { open: '1' },
      'TP1 1 | TP2 below_minimum -> 1, TP3 below_minimum -> 1',
    ],
    [
      'notional below the minimum is merged too',
      { open: '10', minNotional: '450' },
      'TP2 10 | TP1 below_minimum -> 2, TP3 below_minimum -> 2',
    ],
    [
      'a passed level is skipped, the others stand',
      { open: '10', mark: '111' },
      'TP2 3, TP3 3 | TP1 already_passed -> -',
    ],
    [
      'touch counts as passed',
      { open: '10', mark: '110' },
      'TP2 3, TP3 3 | TP1 already_passed -> -',
    ],
    [
      'a live level is kept though the mark touches it',
      { open: '10', mark: '111', live: [1] },
      'TP1 4, TP2 3, TP3 3 | ',
    ],
    [
      'every level passed',
      { open: '10', mark: '140' },
      ' | TP1 already_passed -> -, TP2 already_passed -> -, TP3 already_passed -> -',
    ],
    [
      'short: passed is below',
      { open: '10', mark: '89', short: true },
      'TP2 3, TP3 3 | TP1 already_passed -> -',
    ],
    ['PEPE in thousands', { open: '5000', step: '1000' }, 'TP1 2000, TP2 1000, TP3 2000 | '],
  ])('%s', (_what, input, is) => {
    expect(said(input)).toBe(is);
  });

  it('incident one bad target: a bad one is left out, the others are placed', () => {
    // TP1 was already passed; the old code threw the whole list away and the position had no target.
    expect(said({ open: '100', mark: '112' })).toBe('TP2 30, TP3 30 | TP1 already_passed -> -');
  });

  it('targets never promise more than the position, whatever is hit or passed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.subarray([1, 2, 3]),
        fc.integer({ min: 90, max: 140 }),
        fc.integer({ min: 1, max: 9 }),
        (open, hit, mark, min) => {
          const { orders } = planTargets({
            side: 'long',
            open: quantity(open),
            targets: LONG_PLAN.targets,
            hit,
            live: new Set(),
            mark: price(mark),
            instrument: instrument({ minQuantity: String(min) }),
          });
          const total = orders.reduce((sum, o) => sum.plus(o.quantity), decimal('0'));
          const skipped = LONG_PLAN.targets.some(
            (t) => t.level > Math.max(0, ...hit) && t.price.lte(mark),
          );
          const whole = orders.length === 0 || skipped || total.eq(open);
          return total.lte(open) && whole && orders.every((o) => o.quantity.gte(min));
        },
      ),
    );
  });
});
