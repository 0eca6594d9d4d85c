/**
 * Every limit, once: the gate before a trade and the monitor after it read the same number. The
 * relations between them are data too and are checked on load. The incident: a safety limit tighter
 * than the operating limit fired every time, and what it fired cancelled the stop-losses.
 */
import { defaultsOf, type SettingsOf, type SettingTable } from '../domain/setting.ts';
import type { Decimal } from '../domain/decimal.ts';

/** What the account may become. `margin_utilization` is initial margin with orders / margin equity. */
export const LIMITS = {
  maxMarginUtilization: {
    kind: 'decimal',
    default: 0.92,
    unit: 'share of margin equity',
    bounds: '(0, 1)',
    doc: 'Monitor: at or above it the bot is HALTED, when entries raised it there or maintenance margin is near.',
  },
  degradedMarginUtilization: {
    kind: 'decimal',
    default: 0.85,
    unit: 'share of margin equity',
    bounds: '(0, 1)',
    doc: 'Monitor: at or above it the bot is DEGRADED and opens nothing.',
  },
  auctionMaxMarginUtilization: {
    kind: 'decimal',
    default: 0.9,
    unit: 'share of margin equity',
    bounds: '(0, 1)',
    doc: 'Auction and gate: no entry may raise the utilization above it, entries on their way included.',
  },
  maxMaintenanceUtilization: {
    kind: 'decimal',
    default: 0.8,
    unit: 'share of margin equity',
    bounds: '(0, 1)',
    doc: 'Monitor: maintenance margin at or above it is near liquidation, so that a utilization raised by price alone halts too.',
  },
  maxSinglePositionEquity: {
    kind: 'decimal',
    default: 0.25,
    unit: 'share of equity as notional',
    bounds: '(0, 5]',
    doc: 'Gate: every size is capped here, whatever computed it. A position that grows past it later is a warning.',
  },
  maxEquityDrawdown: {
    kind: 'decimal',
    default: 0.15,
    unit: 'share of the equity peak',
    bounds: '(0, 1)',
    doc: 'Monitor: at or above it the bot is HALTED. Measured from the peak of equity net of deposits and withdrawals.',
  },
  degradedEquityDrawdown: {
    kind: 'decimal',
    default: 0.1,
    unit: 'share of the equity peak',
    bounds: '(0, 1)',
    doc: 'Monitor: at or above it the bot is DEGRADED.',
  },
  maxConcurrentPositions: {
    kind: 'integer',
    default: 10,
    unit: 'positions',
    bounds: '[1, 500]',
    doc: 'Gate: no entry beyond it, entries on their way included. Monitor: more open positions than this is HALTED.',
  },
  minNotionalViable: {
    kind: 'decimal',
    default: 10,
    unit: 'quote units',
    bounds: '[0, )',
    doc: 'Gate: an entry worth less is denied, never rounded up: fees and dust would eat it.',
  },
  minRrTp1: {
    kind: 'decimal',
    default: 1,
    unit: 'reward over risk',
    bounds: '(0, 100]',
    doc: 'Gate: least reward over risk at the first target, after round-trip fees.',
  },
  minRrTp2: {
    kind: 'decimal',
    default: 2,
    unit: 'reward over risk',
    bounds: '(0, 100]',
    doc: 'Gate: least reward over risk at the second target, after round-trip fees.',
  },
  protectionDeadlineMs: {
    kind: 'duration',
    default: '10s',
    unit: 'duration',
    bounds: '[1000, 600000]',
    doc: 'A position without a live stop this long after its first fill is closed: never keep what cannot be protected.',
  },
  recoveryCycles: {
    kind: 'integer',
    default: 3,
    unit: 'cycles',
    bounds: '[1, 1000]',
    doc: 'Monitor: DEGRADED ends when its cause has been away for this many cycles in a row.',
  },
  recoveryHysteresis: {
    kind: 'decimal',
    default: 0.02,
    unit: 'share',
    bounds: '[0, 0.5)',
    doc: 'Monitor: a utilization or drawdown is away only when it is this much below its limit.',
  },
} as const satisfies SettingTable;

export type Limits = SettingsOf<typeof LIMITS>;

/** How an entry is made. */
export const ENTRY = {
  riskPerTrade: {
    kind: 'decimal',
    default: 0.01,
    unit: 'share of equity',
    bounds: '(0, 0.1]',
    doc: 'What one trade loses at its stop, before fees: the size is this over the distance to the stop.',
  },
  leverage: {
    kind: 'integer',
    default: 5,
    unit: 'times',
    bounds: '[1, 50]',
    doc: 'Cross-margin leverage: the initial margin of an entry is its notional over this.',
  },
  maxSlippage: {
    kind: 'decimal',
    default: 0.005,
    unit: 'share of price',
    bounds: '[0, 0.1]',
    doc: 'An entry is denied when the mark is further than this from its limit price.',
  },
  maxPriceAgeMs: {
    kind: 'duration',
    default: '2m',
    unit: 'duration',
    bounds: '[0, 86400000]',
    doc: 'An entry is denied when the last price it was decided on is older.',
  },
  order: {
    kind: 'choice',
    default: 'ioc',
    unit: 'order type',
    options: ['ioc', 'limit'],
    doc: 'ioc: fill now at the limit price or better, or not at all. limit: rest until restingLifetime is over.',
  },
  restingLifetimeMs: {
    kind: 'duration',
    default: '4h',
    unit: 'duration',
    bounds: '[1000, 604800000]',
    doc: 'A resting entry (order = "limit") is cancelled by id after this time.',
  },
} as const satisfies SettingTable;

type EntryValues = SettingsOf<typeof ENTRY>;
export type EntryRules = Omit<EntryValues, 'order'> & { readonly order: 'ioc' | 'limit' };

export const DEFAULT_LIMITS: Limits = defaultsOf(LIMITS);
export const DEFAULT_ENTRY = defaultsOf(ENTRY) as EntryRules;

/** The properties of {@link Limits} that hold a decimal: what relations can compare. */
type DecimalLimit = {
  [P in keyof Limits]: Limits[P] extends Decimal ? P : never;
}[keyof Limits];

/** `lower` must be below `upper`, or at most equal to it when `orEqual`. */
export interface LimitRelation {
  readonly lower: DecimalLimit;
  readonly upper: DecimalLimit;
  readonly orEqual: boolean;
  /** What goes wrong without it. */
  readonly why: string;
}

export const LIMIT_RELATIONS: readonly LimitRelation[] = [
  {
    lower: 'degradedMarginUtilization',
    upper: 'auctionMaxMarginUtilization',
    orEqual: true,
    why: 'the auction would stop before the bot ever degrades',
  },
  {
    lower: 'auctionMaxMarginUtilization',
    upper: 'maxMarginUtilization',
    orEqual: false,
    why: 'an entry that the auction allows would halt the bot at once',
  },
  {
    lower: 'degradedEquityDrawdown',
    upper: 'maxEquityDrawdown',
    orEqual: false,
    why: 'the bot would halt without ever degrading',
  },
  {
    lower: 'recoveryHysteresis',
    upper: 'degradedMarginUtilization',
    orEqual: false,
    why: 'a degraded bot could never recover',
  },
  {
    lower: 'recoveryHysteresis',
    upper: 'degradedEquityDrawdown',
    orEqual: false,
    why: 'a degraded bot could never recover',
  },
  { lower: 'minRrTp1', upper: 'minRrTp2', orEqual: true, why: 'the second target lies further' },
];

export function relationHolds(
  relation: LimitRelation,
  limits: Pick<Limits, DecimalLimit>,
): boolean {
  const { lower, upper, orEqual } = relation;
  return orEqual ? limits[lower].lte(limits[upper]) : limits[lower].lt(limits[upper]);
}
