/**
 * Every number of the strategy, once: default, unit, bounds and meaning. The defaults are those of the
 * measured specification (market structure on closed 4H candles, bias on closed 1D candles). All but
 * the target shares are doubles, because they only ever meet indicators.
 */
import { defaultsOf, type SettingsOf, type SettingTable } from '../domain/setting.ts';

export const STRATEGY = {
  swingLength: {
    kind: 'integer',
    default: 5,
    unit: '4h bars',
    bounds: '[2, 20]',
    doc: 'Bars on each side of a swing; a swing is known this many bars after it.',
  },
  minBreakAtr: {
    kind: 'number',
    default: 0,
    unit: 'ATR',
    bounds: '[0, 5]',
    doc: 'A close must pass the swing by this much to break it; 0 takes any close beyond.',
  },
  maxEventAge: {
    kind: 'integer',
    default: 30,
    unit: '4h bars',
    bounds: '[1, 500]',
    doc: 'A BOS or CHoCH older than this no longer supports an entry.',
  },
  maxLegAge: {
    kind: 'integer',
    default: 60,
    unit: '4h bars',
    bounds: '[1, 1000]',
    doc: 'An impulse leg older than this is dead even when no candle closed beyond its origin.',
  },
  minBars: {
    kind: 'integer',
    default: 100,
    unit: '4h bars',
    bounds: '[42, 5000]',
    doc: 'Candles needed before a market is judged; by 20 x swing_length its structure no longer depends on where the history began.',
  },
  maxGapBars: {
    kind: 'integer',
    default: 3,
    unit: 'bars',
    bounds: '[0, 100]',
    doc: 'Missing candles that are tolerated in a row; after more, the structure warms up again before it counts.',
  },
  emaPeriod: {
    kind: 'integer',
    default: 200,
    unit: 'days',
    bounds: '[2, 1000]',
    doc: 'Period of the daily average that decides the bias.',
  },
  atrPeriod: {
    kind: 'integer',
    default: 14,
    unit: 'bars',
    bounds: '[2, 200]',
    doc: 'Period of the Wilder ATR on both timeframes.',
  },
  matureDays: {
    kind: 'integer',
    default: 500,
    unit: 'days',
    bounds: '[2, 5000]',
    doc: 'With fewer daily candles the average still carries its seed, and the neutral band is wider.',
  },
  neutralBps: {
    kind: 'number',
    default: 10,
    unit: 'basis points of the average',
    bounds: '[0, 1000]',
    doc: 'A daily close nearer to the average than this gives no bias.',
  },
  immatureNeutralAtr: {
    kind: 'number',
    default: 0.25,
    unit: 'daily ATR',
    bounds: '[0, 10]',
    doc: 'The neutral band of an immature average is at least this wide.',
  },
  shockAtr: {
    kind: 'number',
    default: 4,
    unit: 'ATR',
    bounds: '(0, 100]',
    doc: 'A true range above this in the last three bars is a shock: no entries.',
  },
  rangeEfficiency: {
    kind: 'number',
    default: 0.12,
    unit: 'efficiency ratio over 20 bars',
    bounds: '[0, 1]',
    doc: 'Below it, and with enough reversals, the market is a range: no entries.',
  },
  rangeChochCount: {
    kind: 'integer',
    default: 3,
    unit: 'CHoCH among the last five events',
    bounds: '[0, 5]',
    doc: 'Reversals that a range needs beside a low efficiency ratio.',
  },
  minLegAtr: {
    kind: 'number',
    default: 1.5,
    unit: 'ATR',
    bounds: '(0, 100]',
    doc: 'A smaller impulse leg is noise: no entries.',
  },
  maxLegAtr: {
    kind: 'number',
    default: 10,
    unit: 'ATR',
    bounds: '(0, 100]',
    doc: 'A larger impulse leg is extended: no entries.',
  },
  tightLegAtr: {
    kind: 'number',
    default: 4.5,
    unit: 'ATR',
    bounds: '(0, 100]',
    doc: 'Up to this size a leg with an order block or open gap in its entry zone is traded tight.',
  },
  minFvgAtr: {
    kind: 'number',
    default: 0,
    unit: 'ATR',
    bounds: '[0, 5]',
    doc: 'A smaller fair value gap is ignored.',
  },
  oteFrom: {
    kind: 'number',
    default: 0.618,
    unit: 'retracement of the leg',
    bounds: '(0, 1)',
    doc: 'Shallow edge of the optimal trade entry zone.',
  },
  oteTo: {
    kind: 'number',
    default: 0.786,
    unit: 'retracement of the leg',
    bounds: '(0, 1)',
    doc: 'Deep edge of the optimal trade entry zone.',
  },
  keyFibTol: {
    kind: 'number',
    default: 0.015,
    unit: 'share of the leg',
    bounds: '[0, 0.1]',
    doc: 'A price this near to a key retracement (0.618, 0.705, 0.786) counts as on it.',
  },
  allowHalfRetrace: {
    kind: 'boolean',
    default: false,
    unit: 'yes or no',
    doc: 'Whether the 0.5 retracement alone may pass, although it lies outside the zone.',
  },
  stopAtrTight: {
    kind: 'number',
    default: 0.2,
    unit: 'ATR',
    bounds: '(0, 5]',
    doc: 'Distance of the stop behind the order block or gap of a tight entry.',
  },
  stopAtrWide: {
    kind: 'number',
    default: 0.5,
    unit: 'ATR',
    bounds: '(0, 5]',
    doc: 'Distance of the stop behind the origin of the leg of a wide entry.',
  },
  minRiskAtr: {
    kind: 'number',
    default: 0.3,
    unit: 'ATR',
    bounds: '(0, 10]',
    doc: 'A stop nearer to the entry than this would be hit by noise.',
  },
  maxRiskAtr: {
    kind: 'number',
    default: 3,
    unit: 'ATR',
    bounds: '(0, 50]',
    doc: 'A stop further from the entry than this is no plan.',
  },
  secondTargetExtension: {
    kind: 'number',
    default: 0.272,
    unit: 'leg sizes beyond its extreme',
    bounds: '(0, 5]',
    doc: 'Where the second target lies; the first is the extreme itself.',
  },
  thirdTargetExtension: {
    kind: 'number',
    default: 0.618,
    unit: 'leg sizes beyond its extreme',
    bounds: '(0, 10]',
    doc: 'Where the third target lies.',
  },
  firstTargetShare: {
    kind: 'decimal',
    default: 0.4,
    unit: 'share of the entered quantity',
    bounds: '[0.05, 0.45]',
    doc: 'What the first target closes.',
  },
  secondTargetShare: {
    kind: 'decimal',
    default: 0.3,
    unit: 'share of the entered quantity',
    bounds: '[0.05, 0.45]',
    doc: 'What the second target closes; the third closes the rest.',
  },
  minRawRrTp1: {
    kind: 'decimal',
    default: 1,
    unit: 'reward over risk',
    bounds: '(0, 20]',
    doc: 'Reward over risk that a signal needs at its first target, before fees; the gate asks again after fees.',
  },
  minRawRrTp2: {
    kind: 'decimal',
    default: 2,
    unit: 'reward over risk',
    bounds: '(0, 50]',
    doc: 'The same at the second target.',
  },
} as const satisfies SettingTable;

export type StrategySettings = SettingsOf<typeof STRATEGY>;

export const DEFAULT_STRATEGY: StrategySettings = defaultsOf(STRATEGY);

/** Pairs of settings that must be strictly ordered; checked on load with their reason. */
export const STRATEGY_RELATIONS: readonly {
  readonly lower: NumberSetting;
  readonly upper: NumberSetting;
  readonly why: string;
}[] = [
  { lower: 'oteFrom', upper: 'oteTo', why: 'the entry zone would be empty' },
  { lower: 'minLegAtr', upper: 'tightLegAtr', why: 'no leg could be traded tight' },
  { lower: 'tightLegAtr', upper: 'maxLegAtr', why: 'no leg could be traded wide' },
  { lower: 'minRiskAtr', upper: 'maxRiskAtr', why: 'every stop would be invalid' },
  {
    lower: 'secondTargetExtension',
    upper: 'thirdTargetExtension',
    why: 'the third target lies further',
  },
];

export type NumberSetting = {
  [P in keyof StrategySettings]: StrategySettings[P] extends number ? P : never;
}[keyof StrategySettings];
