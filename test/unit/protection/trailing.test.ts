import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, price, text } from '../../../src/domain/decimal.ts';
import type { StopInput, StopPurpose } from '../../../src/protection/trailing.ts';
import { breakEvenPrice, isTighter, stopLevel } from '../../../src/protection/trailing.ts';
import { LONG_PLAN, SHORT_PLAN } from '../../support/protection-world.ts';

interface Row {
  short?: boolean;
  hit?: boolean;
  held?: [string, StopPurpose];
  mark?: string | null;
  swing?: string;
  entry?: null;
}

function input(row: Row): StopInput {
  const side = row.short === true ? 'short' : 'long';
  return {
    side,
    plan: side === 'long' ? LONG_PLAN : SHORT_PLAN,
    entryPrice: row.entry === null ? null : price('100'),
    targetHit: row.hit ?? false,
    held: row.held === undefined ? null : { price: price(row.held[0]), purpose: row.held[1] },
    mark: row.mark === null ? null : price(row.mark ?? '108'),
    swing: row.swing === undefined ? null : decimal(row.swing),
    tickSize: price('0.01'),
    takerFee: decimal('0.0005'),
    trailStepAtr: decimal('0.25'),
  };
}

const said = (row: Row): string => {
  const level = stopLevel(input(row));
  return `${level.purpose} ${text(level.price)}`;
};

describe('stopLevel (ATR 2, step 0.5, trailing 2 behind the swing)', () => {
  it.each<[string, Row, string]>([
    ['first stop is the plan’s', {}, 'stop_loss 95'],
    [
      'before TP1 a swing moves nothing',
      { swing: '105', held: ['95', 'stop_loss'] },
      'stop_loss 95',
    ],
    [
      'after TP1: entry plus both fees',
      { hit: true, held: ['95', 'stop_loss'] },
      'break_even 100.11',
    ],
    [
      'after TP1, short',
      { hit: true, short: true, mark: '92', held: ['105', 'stop_loss'] },
      'break_even 99.9',
    ],
    [
      'break-even through the mark: the old stop stays',
      { hit: true, mark: '100.11', held: ['95', 'stop_loss'] },
      'stop_loss 95',
    ],
    [
      'no entry price, no break-even',
      { hit: true, entry: null, held: ['95', 'stop_loss'] },
      'stop_loss 95',
    ],
    [
      'then behind the swing',
      { hit: true, held: ['100.11', 'break_even'], swing: '105' },
      'trailing_stop 103',
    ],
    [
      'a step under 0.25 ATR is not taken',
      { hit: true, held: ['103', 'trailing_stop'], swing: '105.49' },
      'trailing_stop 103',
    ],
    [
      'a step of exactly 0.25 ATR is',
      { hit: true, held: ['103', 'trailing_stop'], swing: '105.5' },
      'trailing_stop 103.5',
    ],
    [
      'a lower swing loosens nothing',
      { hit: true, held: ['103', 'trailing_stop'], swing: '101' },
      'trailing_stop 103',
    ],
    [
      'a trail through the mark is not taken',
      { hit: true, held: ['103', 'trailing_stop'], swing: '111' },
      'trailing_stop 103',
    ],
    [
      'mark unknown: nothing moves',
      { hit: true, mark: null, held: ['95', 'stop_loss'], swing: '105' },
      'stop_loss 95',
    ],
    ['mark unknown: the plan’s stop is still placed', { mark: null }, 'stop_loss 95'],
    [
      'never looser than the last one sent',
      { held: ['103', 'trailing_stop'] },
      'trailing_stop 103',
    ],
    ['a hand’s looser stop is pulled to the plan', { held: ['90', 'stop_loss'] }, 'stop_loss 95'],
    [
      'short: behind the swing',
      { short: true, hit: true, mark: '92', held: ['99.89', 'break_even'], swing: '94' },
      'trailing_stop 96',
    ],
  ])('%s', (_what, row, is) => expect(said(row)).toBe(is));

  it('break-even returns entry and both fees, to the tick', () => {
    const exit = breakEvenPrice(input({}));
    expect(exit?.minus('100').gte(exit.mul('0.0005').plus('0.05'))).toBe(true);
    expect(exit && text(exit)).toBe('100.11');
  });

  it('never loosens and never crosses, along any path of marks and swings', () => {
    const step = fc.record({
      mark: fc.integer({ min: 96, max: 140 }),
      swing: fc.integer({ min: 80, max: 140 }),
      hit: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (path) => {
        let held: StopInput['held'] = null;
        return path.every(({ mark, swing, hit }) => {
          const next = stopLevel({
            ...input({ hit, mark: String(mark), swing: String(swing) }),
            held,
          });
          const loosened = held !== null && isTighter('long', held.price, next.price);
          const crossed = (held === null || !next.price.eq(held.price)) && next.price.gte(mark);
          held = next;
          return !loosened && !crossed;
        });
      }),
    );
  });
});
