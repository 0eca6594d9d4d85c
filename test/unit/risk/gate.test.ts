import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import {
  decimal,
  isMultipleOf,
  price,
  quantity,
  text,
  type Decimal,
} from '../../../src/domain/decimal.ts';
import type { Instrument } from '../../../src/domain/instrument.ts';
import { notional } from '../../../src/domain/instrument.ts';
import type { Signal } from '../../../src/domain/signal.ts';
import { symbol } from '../../../src/domain/symbol.ts';
import type { DenialCode, GateContext } from '../../../src/risk/gate.ts';
import { DENIAL_CODES, gate, sizeEntry } from '../../../src/risk/gate.ts';
import { DEFAULT_ENTRY, DEFAULT_LIMITS } from '../../../src/risk/limits.ts';
import { instrument, LONG_PLAN, TON } from '../../support/protection-world.ts';
import { gateContext, NOW, signal } from '../../support/signal-world.ts';

const OTHER = symbol('SOL/USD:USD');
const equity = (value: string, initialMargin = '0'): Partial<GateContext> => ({
  account: { equity: decimal(value), initialMargin: decimal(initialMargin) },
});
const targets = (...prices: number[]): Signal['targets'] =>
  LONG_PLAN.targets.slice(0, prices.length).map((t, i) => ({ ...t, price: price(prices[i] ?? 1) }));
const many = (count: number) => Array.from({ length: count }, (_, i) => symbol(`M${i}/USD:USD`));
const small = (lot: string, min: string, minNotional?: string): Partial<GateContext> => ({
  instrument: instrument({
    lotStep: lot,
    minQuantity: min,
    ...(minNotional === undefined ? {} : { minNotional }),
  }),
});

type Row = [what: string, code: DenialCode, context: Partial<GateContext>, over?: Partial<Signal>];

const DENIALS: Row[] = [
  ['degraded opens nothing', 'NOT_NORMAL', { state: 'DEGRADED' }],
  ['halted opens nothing', 'NOT_NORMAL', { state: 'HALTED' }],
  ['a blocked symbol', 'SYMBOL_BLOCKED', { blocked: 'order in doubt' }],
  ['a second position on a symbol', 'ALREADY_HELD', { heldSymbols: new Set([TON]) }],
  ['an entry in doubt', 'IN_FLIGHT', { inFlight: [{ symbol: TON, margin: decimal('1') }] }],
  ['one event is traded once', 'ALREADY_TRADED', { isSpent: true }],
  ['an account that could not be read', 'ACCOUNT_UNKNOWN', { account: null }],
  ['no mark', 'PRICE_UNKNOWN', { mark: null }],
  ['a mark older than 2 minutes', 'STALE_PRICE', { now: ms(NOW + 120_001) }],
  ['a signal on an old price', 'STALE_PRICE', {}, { priceMs: ms(NOW - 120_001) }],
  ['mark 0.51 % above', 'PRICE_MOVED', { mark: { price: price('100.51'), tsMs: NOW } }],
  ['mark 0.51 % below', 'PRICE_MOVED', { mark: { price: price('99.49'), tsMs: NOW } }],
  ['a long stop above the entry', 'STOP_NOT_PROTECTIVE', {}, { stop: price('101') }],
  ['a stop at the entry', 'STOP_NOT_PROTECTIVE', {}, { stop: price('100') }],
  [
    'a short stop below the entry',
    'STOP_NOT_PROTECTIVE',
    {},
    { side: 'short', stop: price('99'), targets: targets(90, 80) },
  ],
  [
    'a mark that is at the stop of a long already',
    'STOP_NOT_PROTECTIVE',
    { mark: { price: price('99.7'), tsMs: NOW } },
    { stop: price('99.7') },
  ],
  [
    'a mark that is past the stop of a short already',
    'STOP_NOT_PROTECTIVE',
    { mark: { price: price('100.4'), tsMs: NOW } },
    { side: 'short', stop: price('100.3'), targets: targets(90, 80) },
  ],
  ['TP1 of 1 before fees', 'RR_TOO_LOW_AFTER_FEES', {}, { targets: targets(105, 120) }],
  ['TP2 of 2 before fees', 'RR_TOO_LOW_AFTER_FEES', {}, { targets: targets(106, 110) }],
  ['no TP2', 'RR_TOO_LOW_AFTER_FEES', {}, { targets: targets(110) }],
  ['targets on the wrong side', 'RR_TOO_LOW_AFTER_FEES', {}, { targets: targets(90, 80) }],
  ['worth 9 of 10', 'BELOW_MIN_NOTIONAL', { ...equity('45'), ...small('0.01', '0.01') }],
  ['less than one lot', 'BELOW_VENUE_MINIMUM', { ...equity('400'), ...small('2', '2') }],
  ['below the minimum quantity', 'BELOW_VENUE_MINIMUM', { ...equity('400'), ...small('0.1', '1') }],
  ['below the minimum notional', 'BELOW_VENUE_MINIMUM', small('0.1', '0.1', '2001')],
  ['no equity', 'BELOW_VENUE_MINIMUM', equity('0')],
  ['negative equity', 'BELOW_VENUE_MINIMUM', equity('-50')],
  [
    'a stop 15 % away at 5x, 10x at most',
    'LIQUIDATION_BEFORE_STOP',
    {},
    { stop: price('85'), targets: targets(130, 160) },
  ],
  ['ten are held', 'MAX_POSITIONS', { heldSymbols: new Set(many(10)) }],
  [
    'nine held, one on its way',
    'MAX_POSITIONS',
    {
      heldSymbols: new Set(many(9)),
      inFlight: [{ symbol: OTHER, margin: decimal('1') }],
    },
  ],
  ['0.87 used, this takes 0.04', 'MARGIN_BUDGET', equity('10000', '8700')],
  [
    'what is in flight counts at full size',
    'MARGIN_BUDGET',
    { ...equity('10000', '4000'), inFlight: [{ symbol: OTHER, margin: decimal('4700') }] },
  ],
];

describe('gate', () => {
  it.each(DENIALS)('%s: %s', (_what, code, context, over) => {
    const result = gate(signal(over), gateContext(context));
    expect(result.kind === 'denied' ? result.code : result.kind).toBe(code);
  });

  it('every denial code has a row', () => {
    expect([...new Set(DENIALS.map(([, code]) => code))].toSorted()).toEqual(
      [...DENIAL_CODES].toSorted(),
    );
  });

  it('a denial carries its numbers', () => {
    expect(gate(signal(), gateContext(equity('10000', '8700')))).toMatchObject({
      numbers: { quantity: '20', notional: '2000', utilization_after: '0.91', limit: '0.9' },
    });
  });

  it('approves 1 % of equity over the distance to the stop', () => {
    expect(gate(signal(), gateContext())).toMatchObject({
      kind: 'approved',
      approved: {
        symbol: TON,
        side: 'long',
        quantity: quantity('20'),
        entry: price('100'),
        plan: LONG_PLAN,
        orderType: 'ioc',
        expiresMs: null,
        leverage: 5,
        notional: decimal('2000'),
        riskAmount: decimal('100'),
      },
    });
  });

  it.each<[string, Partial<GateContext>, Partial<Signal> | undefined]>([
    ['a mark moved by the limit exactly', { mark: { price: price('100.5'), tsMs: NOW } }, {}],
    ['a price as old as allowed', { now: ms(NOW + 120_000) }, {}],
    ['nine are held', { heldSymbols: new Set(many(9)) }, {}],
    ['the margin budget used up exactly', equity('10000', '8600'), {}],
    ['worth the minimum exactly', { ...equity('50'), ...small('0.1', '0.1', '10') }, {}],
    ['a short', {}, { side: 'short' }],
  ])('the boundary is allowed: %s', (_what, context, over) => {
    expect(gate(signal(over), gateContext(context)).kind).toBe('approved');
  });

  it('a resting entry carries its end', () => {
    const entry = { ...DEFAULT_ENTRY, order: 'limit' as const, restingLifetimeMs: ms(60_000) };
    expect(gate(signal(), gateContext({ entry }))).toMatchObject({
      approved: { orderType: 'limit', expiresMs: NOW + 60_000 },
    });
  });

  it('leverage is the lower of ours and the instrument', () => {
    const low = { ...instrument({ lotStep: '0.1' }), maxLeverage: 3 };
    expect(gate(signal(), gateContext({ instrument: low }))).toMatchObject({
      approved: { leverage: 3 },
    });
  });
});

describe('sizeEntry', () => {
  it.each<[string, Partial<Signal>, string, string]>([
    ['by risk', {}, '1', '20'],
    ['half the risk in tier C', { riskFactor: decimal('0.5') }, '1', '10'],
    ['a near stop is capped at a quarter of equity', { stop: price('99.9') }, '1', '25'],
    ['contracts of ten', {}, '10', '2'],
    ['contracts of ten, capped', { stop: price('99.9') }, '10', '2.5'],
    ['floored to the lot', { stop: price('93') }, '1', '14.2'],
  ])('%s', (_what, over, contractSize, is) => {
    const of = { ...instrument({ lotStep: '0.1' }), contractSize: decimal(contractSize) };
    expect(text(sizeEntry(signal(over), { ...gateContext(), ...sizing(of) }))).toBe(is);
  });
});

function sizing(of: Instrument, worth = '10000') {
  const account = { equity: decimal(worth) };
  return { account, instrument: of, limits: DEFAULT_LIMITS, entry: DEFAULT_ENTRY, lastPrice: null };
}

interface Drawn {
  readonly entry: Signal;
  readonly context: GateContext;
  readonly equity: Decimal;
}

/** Equity, prices, stops, lots and contracts over many orders of magnitude. */
const DRAWN: fc.Arbitrary<Drawn> = fc
  .record({
    equityCents: fc.integer({ min: 1, max: 1_000_000_00 }),
    priceUnits: fc.integer({ min: 100, max: 90_000 }),
    priceScale: fc.constantFrom('1', '0.01', '0.0000001'),
    stopBasisPoints: fc.integer({ min: 1, max: 1400 }),
    isShort: fc.boolean(),
    lotExponent: fc.integer({ min: -4, max: 3 }),
    minLots: fc.integer({ min: 1, max: 20 }),
    contractSize: fc.constantFrom('1', '10', '0.001'),
    minNotional: fc.constantFrom(null, '5', '50'),
    riskFactor: fc.constantFrom('1', '0.5', '7'),
  })
  .map((drawn) => {
    const at = price(decimal(drawn.priceScale).mul(drawn.priceUnits));
    const sign = drawn.isShort ? -1 : 1;
    const away = (share: Decimal) => price(at.mul(decimal(1).minus(share.mul(sign))));
    const stop = decimal(drawn.stopBasisPoints).div(10_000);
    const lot = decimal(10).pow(drawn.lotExponent);
    return {
      equity: decimal(drawn.equityCents).div(100),
      entry: signal({
        side: drawn.isShort ? 'short' : 'long',
        entry: at,
        stop: away(stop),
        // Far enough for every fee; a short cannot fall below zero.
        targets: LONG_PLAN.targets.map((t, i) => ({
          ...t,
          price: away(decimal(-0.3 * (i + 1))),
        })),
        riskFactor: decimal(drawn.riskFactor),
      }),
      context: gateContext({
        mark: { price: at, tsMs: NOW },
        account: { equity: decimal(drawn.equityCents).div(100), initialMargin: decimal(0) },
        instrument: {
          ...instrument(),
          lotStep: quantity(lot),
          minQuantity: quantity(lot.mul(drawn.minLots)),
          minNotional: drawn.minNotional === null ? null : decimal(drawn.minNotional),
          contractSize: decimal(drawn.contractSize),
        },
      }),
    };
  });

describe('incident oversized', () => {
  it('a short that may fill above its limit is capped at the price it may fill at', () => {
    const mark = { price: price('100.5'), tsMs: NOW };
    const of = instrument({ lotStep: '0.001' });
    const short = { side: 'short', stop: price('101'), targets: targets(90, 80) } as const;
    const result = gate(signal(short), gateContext({ mark, instrument: of }));
    expect(result).toMatchObject({ approved: { quantity: quantity('24.875') } });
    expect(notional(quantity('24.876'), price('100.5'), of).gt(2500)).toBe(true);
  });

  it('incident oversized: no sizing path is worth more than a quarter of equity', () => {
    // Stops from a hundredth of a percent: risk over distance alone would be 100 times the equity.
    for (const stop of ['99.99', '99.9', '99', '97', '95', '87']) {
      for (const contractSize of ['1', '10', '0.001']) {
        const of = { ...instrument({ lotStep: '0.001' }), contractSize: decimal(contractSize) };
        const size = sizeEntry(signal({ stop: price(stop) }), sizing(of));
        expect(notional(size, price('100'), of).toNumber()).toBeLessThanOrEqual(2500);
      }
    }
  });

  it('incident oversized: 10,000 random entries, none above the cap, none below a minimum', () => {
    const seen = { approved: 0, denied: 0, capped: 0 };
    fc.assert(
      fc.property(DRAWN, ({ entry, context, equity: worth }) => {
        const cap = worth.mul(DEFAULT_LIMITS.maxSinglePositionEquity);
        const { instrument: of } = context;
        const lastPrice = context.mark?.price ?? null;
        const alone = sizeEntry(entry, { ...sizing(of), account: { equity: worth }, lastPrice });
        expect(notional(alone, entry.entry, of).lte(cap)).toBe(true);
        expect(isMultipleOf(alone, of.lotStep)).toBe(true);
        const result = gate(entry, context);
        if (result.kind === 'denied') return void (seen.denied += 1);
        seen.approved += 1;
        const { quantity: size, notional: value, riskAmount } = result.approved;
        if (value.gt(cap.mul(0.99))) seen.capped += 1;
        expect(size.eq(alone)).toBe(true);
        expect(value.lte(cap)).toBe(true);
        expect(size.gte(of.minQuantity)).toBe(true);
        expect(value.gte(DEFAULT_LIMITS.minNotionalViable)).toBe(true);
        expect(of.minNotional === null || value.gte(of.minNotional)).toBe(true);
        const risk = worth.mul(DEFAULT_ENTRY.riskPerTrade).mul(entry.riskFactor);
        // 60 digits: the division may be off in the last one.
        expect(riskAmount.lte(risk.mul('1.0000000001'))).toBe(true);
      }),
      { numRuns: 10_000, seed: 20260101 },
    );
    expect(Math.min(seen.approved, seen.denied, seen.capped)).toBeGreaterThan(300);
  });
});
