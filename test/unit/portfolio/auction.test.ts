import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, text, ZERO } from '../../../src/domain/decimal.ts';
import type { Signal } from '../../../src/domain/signal.ts';
import { symbol } from '../../../src/domain/symbol.ts';
import type { AuctionContext, LossReason } from '../../../src/portfolio/auction.ts';
import { auction, LOSS_REASONS, rank, scoreOf } from '../../../src/portfolio/auction.ts';
import { signalOf } from '../../support/signal-world.ts';

const A = signalOf('AAA/USD:USD', { rrTp2: decimal('6') });
const B = signalOf('BBB/USD:USD', { rrTp2: decimal('5') });
const C = signalOf('CCC/USD:USD', { rrTp2: decimal('4') });

/** Ten slots, a budget of 1000, 100 for each. */
function context(over: Partial<AuctionContext> = {}): AuctionContext {
  return {
    heldSymbols: new Set(),
    inFlightSymbols: new Set(),
    isSpent: () => false,
    slots: 10,
    marginLeft: decimal('1000'),
    marginOf: () => decimal('100'),
    ...over,
  };
}

const said = (signals: readonly Signal[], over: Partial<AuctionContext> = {}): string => {
  const { winners, losers } = auction(signals, context(over));
  const name = ({ signal }: { signal: Signal }) => signal.symbol.slice(0, 3);
  const lost = losers.map((loser) => `${name(loser)} ${loser.rank} ${loser.reason}`);
  return `${winners.map((w) => `${name(w)} ${w.rank}`).join(', ')} | ${lost.join(', ')}`;
};

describe('score', () => {
  it.each<[string, [rrTp2: string, eventAge: number, maxEventAge: number], string]>([
    ['fresh', ['4', 0, 20], '4'],
    ['half as fresh', ['4', 10, 20], '2'],
    ['at its end', ['4', 20, 20], '0'],
    ['past its end is not negative', ['4', 30, 20], '0'],
    ['six places', ['1', 1, 3], '0.666667'],
  ])('%s', (_what, [rrTp2, eventAge, maxEventAge], is) => {
    expect(text(scoreOf({ rrTp2: decimal(rrTp2), eventAge, maxEventAge }))).toBe(is);
  });

  it('a fresh break beats a better reward that is old', () => {
    const old = signalOf('OLD/USD:USD', { rrTp2: decimal('6'), eventAge: 15 });
    expect(rank([old, C]).map(({ signal }) => signal.symbol)).toEqual([C.symbol, old.symbol]);
  });

  it('ties go by symbol, whatever the order they came in', () => {
    const signals = ['DDD', 'AAA', 'CCC', 'BBB'].map((base) => signalOf(`${base}/USD:USD`));
    const sorted = signals.map(({ symbol: s }) => s).toSorted();
    expect(rank(signals).map(({ signal }) => signal.symbol)).toEqual(sorted);
    expect(rank(signals.toReversed()).map(({ signal }) => signal.symbol)).toEqual(sorted);
  });
});

const LOSSES: [string, LossReason, Partial<AuctionContext>, string][] = [
  [
    'held',
    'already_held',
    { heldSymbols: new Set([A.symbol]) },
    'BBB 2, CCC 3 | AAA 1 already_held',
  ],
  ['sent', 'in_flight', { inFlightSymbols: new Set([B.symbol]) }, 'AAA 1, CCC 3 | BBB 2 in_flight'],
  ['spent', 'already_traded', { isSpent: (s) => s === C }, 'AAA 1, BBB 2 | CCC 3 already_traded'],
  ['two slots', 'no_slot', { slots: 2 }, 'AAA 1, BBB 2 | CCC 3 no_slot'],
  ['no slot at all', 'no_slot', { slots: 0 }, ' | AAA 1 no_slot, BBB 2 no_slot, CCC 3 no_slot'],
  [
    'margin for two',
    'margin_budget',
    { marginLeft: decimal('299.99') },
    'AAA 1, BBB 2 | CCC 3 margin_budget',
  ],
  [
    'one too large, the next still fits',
    'margin_budget',
    { marginLeft: decimal('200'), marginOf: (s) => decimal(s === B ? '150' : '100') },
    'AAA 1, CCC 3 | BBB 2 margin_budget',
  ],
];

describe('auction', () => {
  it('all win, best first', () => {
    expect(said([C, A, B])).toBe('AAA 1, BBB 2, CCC 3 | ');
    expect(said([])).toBe(' | ');
  });

  it.each(LOSSES)('%s: %s', (_what, _reason, over, is) => {
    expect(said([A, B, C], over)).toBe(is);
  });

  it('every reason to lose has a row', () => {
    const rows = new Set(LOSSES.map(([, reason]) => reason));
    expect([...rows].toSorted()).toEqual([...LOSS_REASONS].toSorted());
  });

  it('the whole budget may be used, exactly', () => {
    expect(said([A, B, C], { marginLeft: decimal('300') })).toBe('AAA 1, BBB 2, CCC 3 | ');
  });

  it('two signals on one symbol: the better one, the other is held', () => {
    const worse = signalOf('AAA/USD:USD', { rrTp2: decimal('3') });
    expect(said([worse, A])).toBe('AAA 1 | AAA 2 already_held');
  });

  it('a loser carries its numbers', () => {
    expect(auction([A, B], context({ slots: 1 })).losers[0]?.numbers).toEqual({
      score: '5',
      slots_left: 0,
      margin_needed: '100',
      margin_left: '900',
    });
  });

  it('never more than the slots, the budget or one per symbol; nobody is lost', () => {
    const signals = fc.array(
      fc.record({
        base: fc.constantFrom('A', 'B', 'C', 'D', 'E'),
        rr: fc.integer({ min: 2, max: 9 }),
      }),
      { maxLength: 12 },
    );
    const numbers = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 500 }));
    fc.assert(
      fc.property(signals, numbers, (drawn, [slots, budget]) => {
        const all = drawn.map(({ base, rr }) =>
          signalOf(`${base}/USD:USD`, { rrTp2: decimal(rr) }),
        );
        const marginOf = ({ rrTp2 }: Signal) => rrTp2.mul(20);
        const held = new Set([symbol('E/USD:USD')]);
        const options = { slots, marginLeft: decimal(budget), marginOf, heldSymbols: held };
        const { winners, losers } = auction(all, context(options));
        const used = winners.reduce((sum, { signal }) => sum.plus(marginOf(signal)), ZERO);
        const symbols = new Set(winners.map(({ signal }) => signal.symbol));
        expect(winners.length).toBeLessThanOrEqual(slots);
        expect(used.lte(budget)).toBe(true);
        expect(symbols.size).toBe(winners.length);
        expect(symbols.has(symbol('E/USD:USD'))).toBe(false);
        expect(new Set([...winners, ...losers].map(({ rank: at }) => at)).size).toBe(all.length);
      }),
    );
  });
});
