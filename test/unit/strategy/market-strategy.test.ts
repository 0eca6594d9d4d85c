/** Every gate of the decision, in order, and the exact numbers of a signal. */
import { describe, expect, it } from 'vitest';
import { decimal, price } from '../../../src/domain/decimal.ts';
import type { Decision, Rejection, Signal } from '../../../src/domain/signal.ts';
import {
  at,
  DAY_MS,
  fourHourCandles,
  QUIET_BARS,
  START_MS,
  walkMarket,
  type WalkOptions,
} from './walk-market.ts';

const AFTER_LEG = 9;

function rejection(decision: Decision): Rejection {
  if (decision.kind !== 'rejection') throw new Error('expected a rejection, was a signal');
  return decision;
}

function signal(decision: Decision): Signal {
  if (decision.kind === 'signal') return decision;
  throw new Error(`expected a signal, was ${decision.reason} ${decision.detail}`);
}

const up = (from: number, count: number): number[][] =>
  Array.from({ length: count }, (_, n) => [from, from + 0.5, from - 0.5, from + (n % 2) * 0.125]);

describe('gates', () => {
  const cases: [string, string, string, number, string, WalkOptions][] = [
    ['too few candles', 'NO_DATA', 'warming_up', 0, '50', { settings: { minBars: 100 } }],
    ['a young market', 'EMA200_UNAVAILABLE', 'too_few_days', AFTER_LEG, '51', { days: 199 }],
    [
      'a close on the average',
      'BIAS_NEUTRAL',
      'near_average',
      AFTER_LEG,
      '51',
      { dayClose: () => 50 },
    ],
    [
      'an immature average with a wider band',
      'BIAS_NEUTRAL',
      'immature',
      AFTER_LEG,
      '51',
      { days: 300, dayClose: (day, all) => (day === all - 1 ? 50.2 : 50) },
    ],
    ['no break yet', '4H_STRUCTURE_REQUIRED', 'none', 7, '51', {}],
    [
      'a break against the bias',
      '4H_STRUCTURE_REQUIRED',
      'against_bias',
      AFTER_LEG,
      '51',
      { dayClose: (day) => 60 - day / 60 },
    ],
    ['an old break', '4H_STRUCTURE_REQUIRED', 'too_old', AFTER_LEG, '51', { more: up(52, 30) }],
    [
      'a close beyond the origin',
      '4H_STRUCTURE_REQUIRED',
      'leg_dead',
      AFTER_LEG,
      '51',
      { settings: { minBreakAtr: 1 }, more: [[57, 57, 47.5, 47.75]] },
    ],
    ['a shock', 'REGIME_SHOCK', 'shock', AFTER_LEG, '51', { settings: { shockAtr: 2 } }],
    [
      'a range',
      'REGIME_RANGE',
      'range',
      AFTER_LEG,
      '51',
      { settings: { rangeEfficiency: 0.5, rangeChochCount: 0 } },
    ],
    [
      'a small leg',
      'REGIME_LEG_TOO_SMALL',
      'leg_too_small',
      AFTER_LEG,
      '51',
      { settings: { minLegAtr: 6 } },
    ],
    [
      'a stretched leg',
      'REGIME_EXTENDED',
      'extended',
      AFTER_LEG,
      '51',
      { settings: { maxLegAtr: 5 } },
    ],
    ['a price beyond the origin', 'LEG_INVALIDATED', 'beyond_origin', AFTER_LEG, '47.99', {}],
    [
      'a stop too near',
      'STOP_INVALID',
      'risk_too_small',
      AFTER_LEG,
      '51',
      { settings: { minRiskAtr: 2.5 } },
    ],
    [
      'a stop too far',
      'STOP_INVALID',
      'risk_too_large',
      AFTER_LEG,
      '51',
      { settings: { maxRiskAtr: 2 } },
    ],
    [
      'little reward at TP1',
      'RR_TOO_LOW',
      'tp1',
      AFTER_LEG,
      '51',
      { settings: { minRawRrTp1: decimal('1.81') } },
    ],
    [
      'little reward at TP2',
      'RR_TOO_LOW',
      'tp2',
      AFTER_LEG,
      '51',
      { settings: { minRawRrTp2: decimal('2.51') } },
    ],
  ];

  const rows = cases.map(([name, reason, detail, bars, lastPrice, options]) => ({
    name,
    expected: [reason, detail],
    decide: () => at(walkMarket(bars, options), lastPrice),
  }));

  it.each(rows)('$name: $expected', ({ expected, decide }) => {
    const found = rejection(decide());
    expect([found.reason, found.detail]).toEqual(expected);
  });

  it('says where the entry would have to be', () => {
    const found = rejection(at(walkMarket(AFTER_LEG), '55'));
    expect(found.reason).toBe('ENTRY_NOT_IN_OTE');
    expect(found.detail).toBe('entry not in OTE/Key Fib: r 0.3, zone 49.99 to 51.97, leg 48 to 58');
    expect(found.numbers).toMatchObject({
      price: '55',
      bias: 1,
      event_kind: 'BOS',
      event_age: 1,
      r: 0.3,
      zone_low: '49.99',
      zone_high: '51.97',
      ote_low: '50.14',
      ote_high: '51.82',
      leg_low: '48',
      leg_high: '58',
      choch_count: 0,
      regime: 'wide_smc',
    });
  });

  it.each([
    ['51.97', 'signal'],
    ['51.98', 'rejection'],
    ['49.99', 'signal'],
    ['49.98', 'rejection'],
  ])('the zone ends are inclusive: %s is a %s', (lastPrice, kind) => {
    const settings = { maxRiskAtr: 5, minRawRrTp2: decimal(1) };
    expect(at(walkMarket(AFTER_LEG, { settings }), lastPrice).kind).toBe(kind);
  });

  it.each([
    [false, 'rejection'],
    [true, 'signal'],
  ])('the half retracement alone passes only when allowed: %s', (allowHalfRetrace, kind) => {
    const settings = {
      allowHalfRetrace,
      maxRiskAtr: 5,
      minRawRrTp1: decimal('0.5'),
      minRawRrTp2: decimal(1),
    };
    expect(at(walkMarket(AFTER_LEG, { settings }), '53').kind).toBe(kind);
  });

  it.each([
    ['the 4h series', START_MS + (QUIET_BARS + AFTER_LEG + 4) * 14_400_000, 'four_hour_late'],
    ['the daily series', START_MS + 14 * DAY_MS, 'day_late'],
  ])('%s that stopped is a gap', (_name, nowMs, detail) => {
    const more = detail === 'day_late' ? up(54, 15) : [];
    const found = rejection(at(walkMarket(AFTER_LEG, { more }), '51', nowMs));
    expect([found.reason, found.detail]).toEqual(['DATA_GAP', detail]);
  });

  it('a bad or revised candle closes the market until it is rebuilt', () => {
    const bad = walkMarket(AFTER_LEG);
    const next = fourHourCandles(AFTER_LEG + 1).at(-1)!;
    expect(bad.pushFourHour({ ...next, high: Number.NaN })).toBe('bad_bar');
    expect(rejection(at(bad, '51'))).toMatchObject({ reason: 'NO_DATA', detail: 'bad_bar' });
    const revised = walkMarket(AFTER_LEG);
    revised.pushFourHour({ ...fourHourCandles(AFTER_LEG).at(-1)!, close: 57.25 });
    expect(rejection(at(revised, '51')).reason).toBe('HISTORY_REVISED');
  });

  it('a gap in the 4h candles warms up again first', () => {
    const market = walkMarket(AFTER_LEG);
    const next = fourHourCandles(AFTER_LEG + 1).at(-1)!;
    market.pushFourHour({ ...next, openMs: (next.openMs + 4 * 14_400_000) as typeof next.openMs });
    expect(rejection(at(market, '51'))).toMatchObject({ reason: 'DATA_GAP', detail: 'rewarming' });
  });
});

describe('a break of before a gap', () => {
  it('supports no entry once the structure has warmed up again', () => {
    const market = walkMarket(AFTER_LEG);
    const after = fourHourCandles(AFTER_LEG, { more: up(54, 6) }).slice(-6);
    for (const candle of after) {
      market.pushFourHour({
        ...candle,
        openMs: (candle.openMs + 4 * 14_400_000) as typeof candle.openMs,
      });
    }
    expect(rejection(at(market, '51', after[5]!.openMs + 5 * 14_400_000))).toMatchObject({
      reason: '4H_STRUCTURE_REQUIRED',
      detail: 'before_gap',
    });
  });
});

describe('a signal', () => {
  it('has its stop behind the origin and its targets at the extreme and its extensions', () => {
    const found = signal(at(walkMarket(AFTER_LEG), '51'));
    // ATR 1.74017: stop 48 - 0.5 x ATR = 47.1299, down to the tick; leg size 10.
    expect(found).toMatchObject({ side: 'long', regime: 'wide_smc', eventAge: 1, maxEventAge: 30 });
    expect([found.entry, found.stop].map(String)).toEqual(['51', '47.12']);
    expect(found.targets.map((t) => [t.level, String(t.price), String(t.share)])).toEqual([
      [1, '58', '0.4'],
      [2, '60.72', '0.3'],
      [3, '64.18', '0.3'],
    ]);
    expect(found.rrTp1.toFixed(6)).toBe(decimal(7).div('3.88').toFixed(6));
    expect(found.rrTp2.toFixed(6)).toBe(decimal('9.72').div('3.88').toFixed(6));
    expect(String(found.atr)).toBe('1.74016981242');
    expect(String(found.stopAtr)).toBe('0.5');
  });

  it('is the mirror image for a short, rounded the other way', () => {
    const found = signal(at(walkMarket(AFTER_LEG, { mirrored: true }), '49'));
    expect(found.side).toBe('short');
    expect([found.entry, found.stop].map(String)).toEqual(['49', '52.88']);
    expect(found.targets.map((t) => String(t.price))).toEqual(['42', '39.28', '35.82']);
  });

  it('rounds the entry against itself and everything else to the tick', () => {
    const tick = { instrument: { tickSize: price('0.25') } };
    const long = signal(at(walkMarket(AFTER_LEG, tick), '51.1'));
    expect([long.entry, long.stop].map(String)).toEqual(['51', '47']);
    expect(long.targets.map((t) => String(t.price))).toEqual(['58', '60.5', '64']);
    const short = signal(at(walkMarket(AFTER_LEG, { ...tick, mirrored: true }), '48.9'));
    expect([short.entry, short.stop].map(String)).toEqual(['49', '53']);
    expect(short.targets.map((t) => String(t.price))).toEqual(['42', '39.5', '36']);
  });

  it('a tight market stops behind its order block, with the smaller buffer', () => {
    const found = signal(at(walkMarket(AFTER_LEG, { settings: { tightLegAtr: 7 } }), '51'));
    // 48 - 0.2 x 1.74017 = 47.6520.
    expect([found.regime, String(found.stop), found.numbers['zone_source']]).toEqual([
      'tight_smc',
      '47.65',
      'order_block',
    ]);
  });

  it('falls back to one, two and three risks where structure gives no three targets', () => {
    // A short whose leg is so large that its extensions lie below zero.
    const found = signal(
      at(
        walkMarket(AFTER_LEG, {
          mirrored: true,
          settings: { secondTargetExtension: 4, thirdTargetExtension: 5 },
        }),
        '49',
      ),
    );
    expect(found.numbers['targets_from']).toBe('risk_multiples');
    expect(found.targets.map((t) => String(t.price))).toEqual(['45.12', '41.24', '37.36']);
    expect([found.rrTp1, found.rrTp2].map(String)).toEqual(['1', '2']);
  });

  it('is one signal per structure event, whatever the price and the bar', () => {
    const first = signal(at(walkMarket(AFTER_LEG), '51'));
    const again = signal(at(walkMarket(AFTER_LEG), '50.5'));
    const nextBar = signal(at(walkMarket(AFTER_LEG + 1), '51'));
    expect(new Set([first.signalId, again.signalId, nextBar.signalId]).size).toBe(1);
    const short = signal(at(walkMarket(AFTER_LEG, { mirrored: true }), '49'));
    expect(short.signalId).not.toBe(first.signalId);
  });

  it('keeps its numbers when the market moves on before they are read', () => {
    const market = walkMarket(AFTER_LEG);
    const held = rejection(at(market, '55'));
    for (const candle of fourHourCandles(16).slice(QUIET_BARS + AFTER_LEG)) {
      market.pushFourHour(candle);
    }
    expect(held.numbers).toEqual(rejection(at(walkMarket(AFTER_LEG), '55')).numbers);
  });

  it('a wide spread pushes the stop further away', () => {
    const decision = walkMarket(AFTER_LEG, { settings: { maxRiskAtr: 4 } }).decide({
      lastPrice: price('50.5'),
      priceMs: START_MS as Rejection['decidedMs'],
      nowMs: (START_MS + 10 * DAY_MS) as Rejection['decidedMs'],
      riskFactor: decimal('0.5'),
      spread: decimal('0.02'),
    });
    // 1.5 x 2 % of 50.5 = 1.515 behind 48.
    expect(String(signal(decision).stop)).toBe('46.48');
    expect(String(signal(decision).riskFactor)).toBe('0.5');
  });
});

describe('trailing inputs', () => {
  it('are the last confirmed swing of the losing side, and the ATR', () => {
    const market = walkMarket(12);
    expect(market.lastConfirmedSwing('long')).toEqual({
      price: 48,
      confirmedMs: START_MS + (QUIET_BARS + 7) * 14_400_000,
    });
    expect(market.lastConfirmedSwing('short')?.price).toBe(58);
    expect(market.atr()).toBeGreaterThan(1);
    expect(walkMarket(0).lastConfirmedSwing('long')).toBeNull();
  });
});
