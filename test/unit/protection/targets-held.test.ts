/** Laws of the shortcuts: what is decided by a look is what the full arithmetic comes to. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decimal,
  isMultipleOf,
  price,
  quantity,
  roundPriceToTick,
  text,
  textOrNull,
} from '../../../src/domain/decimal.ts';
import { compareValues } from '../../../src/domain/compare-values.ts';
import { isPlainlyOnStep, toTick } from '../../../src/protection/on-step.ts';
import { areTargetsHeld, type HeldInput } from '../../../src/protection/targets-held.ts';
import { planTargets } from '../../../src/protection/targets.ts';
import { instrument } from '../../support/protection-world.ts';

const STEPS = ['1', '0.1', '0.01', '0.00001', '0.5', '0.25', '10', '1000'];
const steps = fc.constantFrom(...STEPS).map((step) => decimal(step));
const values = fc
  .tuple(fc.bigInt(-(10n ** 24n), 10n ** 24n), fc.integer({ min: 0, max: 24 }))
  .map(([digits, places]) => decimal(`${digits}e-${places}`));

const shares = fc.constantFrom('0.5', '0.3', '0.4', '0.2', '1', '0.5', '0.3333', '0');
const cases = fc
  .record({
    shares: fc.array(shares, { minLength: 1, maxLength: 3 }),
    open: fc.oneof(fc.constantFrom(10, 20, 100), fc.integer({ min: 1, max: 60 })),
    lot: fc.constantFrom('1', '0.1', '0.1', '0.5', '10'),
    minimum: fc.constantFrom('1', '3'),
    tick: fc.constantFrom('0.01', '0.01', '0.01', '1', '0.5'),
    hit: fc.constantFrom<number[]>([], [], [1], [1, 2]),
    minNotional: fc.constantFrom(undefined, undefined, undefined, undefined, '500'),
    /** How the live orders differ from those that are wanted. */
    amiss: fc.constantFrom('nothing', 'nothing', 'nothing', 'size', 'price', 'missing', 'twice'),
    at: fc.nat({ max: 2 }),
  })
  .map(({ shares: written, open, lot, minimum, tick, hit, minNotional, amiss, at }) => {
    const targets = written.map((share, index) => ({
      level: ([1, 2, 3] as const)[index] ?? 3,
      price: price(`${110 + index * 10}.25`),
      share: decimal(share),
    }));
    const of = instrument({
      lotStep: lot,
      minQuantity: minimum,
      tickSize: tick,
      ...(minNotional === undefined ? {} : { minNotional }),
    });
    const full = { side: 'long', open: quantity(open), targets, hit, instrument: of } as const;
    return { full, amiss, at };
  });

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

function wanted({ full }: Case) {
  return planTargets({ ...full, live: new Set([1, 2, 3]), mark: price('100') });
}

function liveOf(each: Case): HeldInput['live'] {
  const { amiss, at } = each;
  const orders = wanted(each).orders.map(({ level, quantity: remaining, price: limit }) => ({
    purpose: `target_${level}` as const,
    remaining,
    price: limit,
  }));
  const [chosen] = orders.slice(at);
  if (chosen === undefined || amiss === 'nothing') return orders;
  const others = orders.filter((order) => order !== chosen);
  if (amiss === 'missing') return others;
  if (amiss === 'twice') return [...orders, chosen];
  if (amiss === 'price') return [...others, { ...chosen, price: price(chosen.price.plus(1)) }];
  return [...others, { ...chosen, remaining: quantity(chosen.remaining.plus(1)) }];
}

describe('targets that stand as planned', () => {
  it('are exactly those that the full split asks for, and it drops none', () => {
    let held = 0;
    fc.assert(
      fc.property(cases, (each) => {
        const live = liveOf(each);
        if (!areTargetsHeld({ ...each.full, live })) return;
        held += 1;
        const { orders, drops } = wanted(each);
        expect(drops).toEqual([]);
        const asked = orders.map(
          (one) => `target_${one.level} ${text(one.quantity)} ${text(one.price)}`,
        );
        const standing = live.map(
          (one) => `${one.purpose ?? '-'} ${text(one.remaining)} ${textOrNull(one.price) ?? '-'}`,
        );
        expect(standing.toSorted()).toEqual(asked.toSorted());
      }),
      { numRuns: 600 },
    );
    expect(held).toBeGreaterThan(20);
  });

  it('are seen as such in the plain case', () => {
    const each = { shares: ['0.5', '0.3', '0.2'], open: '10' };
    const targets = each.shares.map((share, index) => ({
      level: ([1, 2, 3] as const)[index] ?? 3,
      price: price(110 + index * 10),
      share: decimal(share),
    }));
    const full = { open: quantity(each.open), targets, hit: [], instrument: instrument() };
    const live = (['5', '3', '2'] as const).map((size, index) => ({
      purpose: (['target_1', 'target_2', 'target_3'] as const)[index] ?? null,
      remaining: quantity(size),
      price: price(110 + index * 10),
    }));
    expect(areTargetsHeld({ ...full, live })).toBe(true);
    expect(areTargetsHeld({ ...full, open: quantity('11'), live })).toBe(false);
  });
});

describe('a value that is plainly on its step', () => {
  it('is a multiple of it, and rounds to itself in both directions', () => {
    fc.assert(
      fc.property(values, steps, (value, step) => {
        if (isPlainlyOnStep(value, step)) expect(isMultipleOf(value, step)).toBe(true);
        for (const direction of ['down', 'up'] as const) {
          const rounded = roundPriceToTick(value, step, direction);
          expect(text(toTick(value, step, direction))).toBe(text(rounded));
        }
      }),
    );
  });

  it.each([
    ['110.25', '0.01', true],
    ['110.25', '0.1', false],
    ['110', '1', true],
    ['110', '10', false],
    ['110', '0.5', false],
    ['0.0000001', '0.0000001', true],
    ['0.00000010', '0.00000001', true],
    ['123456789.1', '0.1', true],
  ])('%s on %s: %s', (value, step, expected) => {
    expect(isPlainlyOnStep(decimal(value), decimal(step))).toBe(expected);
  });
});

describe('comparing digit by digit', () => {
  it("is the library's own comparison", () => {
    fc.assert(
      fc.property(values, values, fc.boolean(), (a, b, isNear) => {
        const other = isNear ? a.plus(b.div('1e30')) : b;
        expect(Math.sign(compareValues(a, other))).toBe(a.comparedTo(other));
        expect(compareValues(a, decimal(text(a)))).toBe(0);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['0', '-0'],
    ['0', '0.5'],
    ['0.5', '0'],
    ['10000000', '9999999.9'],
    ['0.1', '0.10000000000001'],
  ])('%s and %s', (a, b) => {
    const [left, right] = [decimal(a), decimal(b)];
    expect(Math.sign(compareValues(left, right))).toBe(left.comparedTo(right));
  });
});
