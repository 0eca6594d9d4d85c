import { describe, expect, it } from 'vitest';
import { differences, type ScenarioOutcome } from '../../../scripts/scenarios/compare.ts';
import type { Expectation } from '../../../scripts/scenarios/scenario.ts';
import { decimal } from '../../../src/domain/decimal.ts';

const TON = 'TON/USD:USD';
const BTC = 'BTC/USD:USD';

const NOTHING: ScenarioOutcome = {
  findings: [],
  actions: [],
  positions: [],
  secondPlanEmpty: true,
  ordersSent: [],
};
const LONG = {
  symbol: TON,
  side: 'long',
  quantity: decimal('100'),
  entryPrice: decimal('2.5'),
} as const;
const STOP = {
  symbol: TON,
  role: 'stop',
  side: 'sell',
  type: 'stop',
  quantity: decimal('100'),
  price: null,
  stopPrice: decimal('2.3'),
  reduceOnly: true,
} as const;

const finding = (symbol: string, name: string) => ({ symbol, finding: name });
const action = (symbol: string | null, name: string) => ({ symbol, action: name });

type Row = [string, Expectation, Partial<ScenarioOutcome>, string[]];

describe('comparing what was expected with what came of it', () => {
  it.each<Row>([
    [
      'checks nothing that is not expected',
      {},
      { findings: [finding(TON, 'orphan')], secondPlanEmpty: false },
      [],
    ],
    [
      'names both sides of a difference',
      { findings: [finding(TON, 'orphan')] },
      { findings: [finding(TON, 'orphan?')] },
      ['TON/USD:USD: expected findings orphan, got orphan?'],
    ],
    [
      'leaves other markets alone',
      { findings: [finding(TON, 'orphan')] },
      { findings: [finding(TON, 'orphan'), finding(BTC, 'phantom')] },
      [],
    ],
    [
      'is exact for the market it names',
      { findings: [finding(TON, 'phantom')] },
      { findings: [finding(TON, 'phantom'), finding(TON, 'order.foreign')] },
      ['TON/USD:USD: expected findings phantom, got order.foreign, phantom'],
    ],
    [
      'counts a finding once',
      { findings: [finding(TON, 'order.ended')] },
      { findings: [finding(TON, 'order.ended'), finding(TON, 'order.ended')] },
      [],
    ],
    [
      'counts matched and unknown only where they are expected',
      { findings: [] },
      { findings: [finding(TON, 'matched'), finding(BTC, 'unknown')] },
      [],
    ],
    [
      'misses a matched that is expected',
      { findings: [finding(TON, 'matched')] },
      {},
      ['TON/USD:USD: expected findings matched, got none'],
    ],
    [
      'takes an empty list for none at all',
      { findings: [] },
      { findings: [finding(BTC, 'phantom')] },
      ['BTC/USD:USD: expected findings none, got phantom'],
    ],
  ])('findings: %s', (_what, expected, got, lines) => {
    expect(differences(expected, { ...NOTHING, ...got })).toEqual(lines);
  });

  it.each<Row>([
    [
      'counts each action',
      { actions: [action(TON, 'place-target')] },
      { actions: [action(TON, 'place-target'), action(TON, 'place-target')] },
      ['TON/USD:USD: expected actions place-target, got place-target, place-target'],
    ],
    [
      'does not mind the order',
      { actions: [action(TON, 'place-stop'), action(TON, 'import-position')] },
      { actions: [action(TON, 'import-position'), action(TON, 'place-stop')] },
      [],
    ],
    [
      'an empty list is none at all',
      { actions: [] },
      { actions: [action(null, 'quarantine-row')] },
      ['no symbol: expected actions none, got quarantine-row'],
    ],
  ])('actions: %s', (_what, expected, got, lines) => {
    expect(differences(expected, { ...NOTHING, ...got })).toEqual(lines);
  });

  it.each<Row>([
    [
      'compares decimals by value',
      { positionsAfter: [{ symbol: TON, quantity: decimal('100.0') }] },
      { positions: [LONG] },
      [],
    ],
    [
      'compares only the keys given',
      { positionsAfter: [{ symbol: TON, side: 'long' }] },
      { positions: [LONG] },
      [],
    ],
    [
      'tells null from a price',
      { positionsAfter: [{ symbol: TON, entryPrice: null }] },
      { positions: [LONG] },
      [
        'TON/USD:USD: expected open position entry_price null, got side long quantity 100 entry_price 2.5',
      ],
    ],
    [
      'misses a position',
      { positionsAfter: [{ symbol: TON }] },
      {},
      ['TON/USD:USD: expected open position of any kind, got none'],
    ],
    [
      'sees a second row of a market',
      { positionsAfter: [{ symbol: TON }] },
      { positions: [LONG, LONG] },
      [
        'TON/USD:USD: expected open position of any kind, got side long quantity 100 entry_price 2.5 and side long quantity 100 entry_price 2.5',
      ],
    ],
    [
      'an empty list is none open',
      { positionsAfter: [] },
      { positions: [LONG] },
      ['TON/USD:USD: expected open position none, got side long quantity 100 entry_price 2.5'],
    ],
  ])('positions after: %s', (_what, expected, got, lines) => {
    expect(differences(expected, { ...NOTHING, ...got })).toEqual(lines);
  });

  it.each<Row>([
    [
      'compares only the keys given',
      { ordersSent: [{ symbol: TON, role: 'stop', stopPrice: decimal('2.30') }] },
      { ordersSent: [STOP] },
      [],
    ],
    [
      'finds a row for each, the loose one first',
      { ordersSent: [{ symbol: TON }, { symbol: TON, role: 'stop' }] },
      { ordersSent: [STOP, { ...STOP, role: 'target' }] },
      [],
    ],
    [
      'an empty list is nothing sent',
      { ordersSent: [] },
      { ordersSent: [STOP] },
      [
        'TON/USD:USD: expected order sent none, got role stop side sell type stop quantity 100 price null stop_price 2.3 reduce_only true',
      ],
    ],
  ])('orders sent: %s', (_what, expected, got, lines) => {
    expect(differences(expected, { ...NOTHING, ...got })).toEqual(lines);
  });

  it.each([
    [true, true, []],
    [true, false, ['second plan: expected it empty, it has something to do']],
    [false, true, ['second plan: expected something to do, it is empty']],
  ])('second plan: expected empty %s, was %s', (expected, got, lines) => {
    expect(
      differences({ secondPlanEmpty: expected }, { ...NOTHING, secondPlanEmpty: got }),
    ).toEqual(lines);
  });
});
