import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, isMultipleOf, price, quantity, text } from '../../../src/domain/decimal.ts';
import type { CloseFlags } from '../../../src/protection/size-close.ts';
import { sizeClose } from '../../../src/protection/size-close.ts';
import { instrument } from '../../support/protection-world.ts';

interface Row {
  what: string;
  open: string;
  fraction?: string;
  amount?: string;
  step?: string;
  min?: string;
  minNotional?: string;
  flags?: CloseFlags;
  is: string;
}

const up = { roundUp: true };
const full = { allowFull: true };

// is: outcome quantity remainder, or `refused: why [nearest valid quantities]`
const rows: Row[] = [
  { what: '0.5 of 1 GALA', open: '1', fraction: '0.5', is: 'refused: below minimum [1]' },
  { what: '0.5 of 1 XRP', open: '1', amount: '0.5', is: 'refused: below minimum [1]' },
  {
    what: '0.5 of 1 GALA, full allowed',
    open: '1',
    fraction: '0.5',
    flags: full,
    is: 'closes-all 1 0',
  },
  {
    what: '0.5 of 1 GALA, rounded up',
    open: '1',
    fraction: '0.5',
    flags: up,
    is: 'raised-to-minimum 1 0',
  },
  {
    what: '0.5 of 10 GALA, rounded up',
    open: '10',
    amount: '0.5',
    flags: up,
    is: 'raised-to-minimum 1 9',
  },
  {
    what: '0.5 of 10 GALA, full allowed',
    open: '10',
    amount: '0.5',
    flags: full,
    is: 'refused: below minimum [1]',
  },
  {
    what: '999 of 5000 PEPE, step 1000',
    open: '5000',
    amount: '999',
    step: '1000',
    is: 'refused: below minimum [1000]',
  },
  {
    what: '999 of 999 PEPE: all of it is dust',
    open: '999',
    amount: '999',
    step: '1000',
    is: 'refused: below minimum []',
  },
  {
    what: '1999 of 5000 PEPE',
    open: '5000',
    amount: '1999',
    step: '1000',
    is: 'rounded 1000 4000',
  },
  {
    what: '0.00015 of 0.001 BTC',
    open: '0.001',
    amount: '0.00015',
    step: '0.0001',
    is: 'rounded 0.0001 0.0009',
  },
  {
    what: '0.00005 of 0.001 BTC',
    open: '0.001',
    amount: '0.00005',
    step: '0.0001',
    is: 'refused: below minimum [0.0001]',
  },
  {
    what: '0.00015 of 0.00015 BTC: a whole with half a step of dust',
    open: '0.00015',
    amount: '0.00015',
    step: '0.0001',
    is: 'ok 0.0001 0.00005',
  },
  {
    what: 'a request of 1e-9',
    open: '3',
    amount: '0.000000001',
    is: 'refused: below minimum [1]',
  },
  {
    what: 'all but 1e-9 leaves a whole step, not dust',
    open: '3',
    amount: '2.999999999',
    is: 'rounded 2 1',
  },
  {
    what: 'the rest would be below the minimum notional',
    open: '10',
    amount: '8',
    minNotional: '10',
    flags: { price: price('2') },
    is: 'refused: remainder below minimum [5, 10]',
  },
  { what: 'half of 100', open: '100', fraction: '0.5', is: 'ok 50 50' },
  { what: 'half of 3', open: '3', fraction: '0.5', is: 'rounded 1 2' },
  { what: 'everything', open: '3', fraction: '1', is: 'ok 3 0' },
  {
    what: 'a remainder of 1e-9 is nothing',
    open: '1.000000001',
    amount: '1',
    is: 'closes-all 1 0.000000001',
  },
  { what: 'everything with dust', open: '1.000000001', fraction: '1', is: 'ok 1 0.000000001' },
  {
    what: 'a remainder below the minimum',
    open: '12',
    amount: '8',
    min: '5',
    is: 'refused: remainder below minimum [7, 12]',
  },
  {
    what: 'the same, full allowed',
    open: '12',
    amount: '8',
    min: '5',
    flags: full,
    is: 'closes-all 12 0',
  },
  {
    what: 'raising leaves too little',
    open: '8',
    amount: '2',
    min: '5',
    flags: up,
    is: 'refused: remainder below minimum [8]',
  },
  {
    what: 'raising leaves too little, full allowed',
    open: '8',
    amount: '2',
    min: '5',
    flags: { ...up, ...full },
    is: 'closes-all 8 0',
  },
  {
    what: 'below the minimum notional',
    open: '100',
    amount: '2',
    minNotional: '10',
    flags: { price: price('2') },
    is: 'refused: below minimum [5]',
  },
  { what: 'notional without a price', open: '100', amount: '2', minNotional: '10', is: 'ok 2 98' },
  { what: 'more than is open', open: '5', amount: '6', is: 'refused: above position [4, 5]' },
  { what: 'zero', open: '5', amount: '0', is: 'refused: not positive [1]' },
  { what: 'a negative amount', open: '5', amount: '-1', is: 'refused: not positive [1]' },
  {
    what: 'dust cannot be traded at all',
    open: '0.4',
    fraction: '1',
    is: 'refused: below minimum []',
  },
];

describe('sizeClose', () => {
  it.each(rows)('$what => $is', (row) => {
    const rules = instrument({
      lotStep: row.step ?? '1',
      minQuantity: row.min ?? row.step ?? '1',
      ...(row.minNotional === undefined ? {} : { minNotional: row.minNotional }),
    });
    const want =
      row.fraction === undefined
        ? { quantity: decimal(row.amount ?? '0') }
        : { fraction: decimal(row.fraction) };
    const sizing = sizeClose({ quantity: quantity(row.open) }, want, rules, row.flags ?? {});
    const said =
      sizing.refusal === null
        ? `${sizing.outcome} ${text(sizing.quantity)} ${text(sizing.remainder)}`
        : `${sizing.outcome}: ${sizing.refusal} [${sizing.nearest.map(text).join(', ')}]`;
    expect(said).toBe(row.is);
  });

  const sizes = fc.record({
    open: fc.integer({ min: 1, max: 100_000 }),
    asked: fc.integer({ min: 1, max: 200_000 }),
    step: fc.constantFrom('0.0001', '0.01', '1', '1000'),
    lots: fc.integer({ min: 1, max: 20 }),
    roundUp: fc.boolean(),
    allowFull: fc.boolean(),
  });

  it('never sends a size the venue refuses, and never leaves an untradable remainder', () => {
    fc.assert(
      fc.property(sizes, ({ open, asked, step, lots, roundUp, allowFull }) => {
        const rules = instrument({ lotStep: step, minQuantity: text(decimal(step).mul(lots)) });
        const held = quantity(decimal(step).mul(open));
        const want = { quantity: decimal(step).mul(asked).div(2) };
        const sizing = sizeClose({ quantity: held }, want, rules, { roundUp, allowFull });
        if (sizing.outcome === 'refused') return sizing.quantity.isZero();
        const rest = held.minus(sizing.quantity);
        return (
          isMultipleOf(sizing.quantity, rules.lotStep) &&
          sizing.quantity.gte(sizing.minimum) &&
          (rest.isZero() || rest.gte(sizing.minimum)) &&
          sizing.closesPosition === rest.isZero()
        );
      }),
    );
  });

  it('names only quantities that would be let through', () => {
    fc.assert(
      fc.property(sizes, ({ open, asked, step, lots }) => {
        const rules = instrument({ lotStep: step, minQuantity: text(decimal(step).mul(lots)) });
        const held = { quantity: quantity(decimal(step).mul(open)) };
        const refused = sizeClose(held, { quantity: decimal(step).mul(asked).div(2) }, rules);
        return refused.nearest.every(
          (near) => sizeClose(held, { quantity: near }, rules).outcome === 'ok',
        );
      }),
    );
  });
});
