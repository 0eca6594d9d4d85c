import { describe, expect, it } from 'vitest';
import { decimal, price, textOrNull } from '../../../src/domain/decimal.ts';
import type { PositionSide } from '../../../src/domain/order.ts';
import { policyStop } from '../../../src/protection/policy-stop.ts';

interface Case {
  readonly side?: PositionSide;
  readonly mark: string;
  readonly liquidation?: string;
  readonly distance?: string;
  readonly tick?: string;
}

function stopOf({ side = 'long', mark, liquidation, distance = '0.05', tick = '0.01' }: Case) {
  return textOrNull(
    policyStop({
      side,
      mark: price(mark),
      liquidationPrice: liquidation === undefined ? null : price(liquidation),
      stopDistance: decimal(distance),
      tickSize: price(tick),
    }),
  );
}

describe('policyStop: a share of the mark away, on the losing side, nearer than liquidation', () => {
  it.each<[string, Case, string | null]>([
    ['43: from the mark, not from the entry', { mark: '90' }, '85.5'],
    ['a short mirrors it', { side: 'short', mark: '90' }, '94.5'],
    ['a long rounds down, away from the market', { mark: '90.33' }, '85.81'],
    ['a short rounds up, away from the market', { side: 'short', mark: '90.33' }, '94.85'],
    ['a distance below one tick is one tick', { mark: '100', distance: '0', tick: '1' }, '99'],
    ['the same for a short', { side: 'short', mark: '100', distance: '0', tick: '1' }, '101'],
    ['a mark between two ticks', { mark: '100.4', distance: '0', tick: '1' }, '100'],
    ['liquidation is further: it does not matter', { mark: '90', liquidation: '80' }, '85.5'],
    ['liquidation is nearer: half way to it', { mark: '90', liquidation: '88' }, '89'],
    ['at liquidation is too late', { mark: '90', liquidation: '85.5' }, '87.75'],
    ['a short, nearer', { side: 'short', mark: '90', liquidation: '92' }, '91'],
    ['half way rounds toward the mark', { mark: '90', liquidation: '88.99' }, '89.5'],
    [
      'half way rounds toward the mark, for a short',
      { side: 'short', mark: '90', liquidation: '91.01' },
      '90.5',
    ],
    [
      'rounded onto the mark: the tick behind it',
      { mark: '10', liquidation: '8.9', distance: '0.2', tick: '1' },
      '9',
    ],
    ['no tick between mark and liquidation', { mark: '90', liquidation: '89.995' }, null],
    ['no tick between, for a short', { side: 'short', mark: '90', liquidation: '90.005' }, null],
    ['a liquidation on the winning side says nothing', { mark: '90', liquidation: '95' }, '85.5'],
    ['all the way down is one tick above zero', { mark: '90', distance: '1' }, '0.01'],
    ['a mark of one tick leaves no price', { mark: '0.01' }, null],
  ])('%s', (_what, input, is) => expect(stopOf(input)).toBe(is));
});
