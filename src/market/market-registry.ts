/**
 * The market registry: the only authority on what may be traded, and under which name. Pure: a review
 * takes 24 h volumes and spreads, and says what changed since the one before.
 *
 * Invariants: what is not known to be liquid is not traded; a pinned market is tier A whatever the
 * filters say, and says so once, not every cycle; equal figures give an equal choice.
 */
import { decimal, ZERO, type Decimal } from '../domain/decimal.ts';
import type { Instrument } from '../domain/instrument.ts';
import {
  aliasTable,
  baseOf,
  resolveSymbol,
  type Symbol,
  type UnknownAlias,
} from '../domain/symbol.ts';

export type Tier = 'A' | 'B' | 'C' | 'none';

export interface MarketRules {
  /** At most this many markets are traded: the pinned ones, then those of the highest volume. */
  readonly maxMarkets: number;
  /** Bases whose perpetuals bypass the filters. */
  readonly pinned: readonly string[];
  /** Least 24 h volume of each tier, quote units. */
  readonly tierAVolume: Decimal;
  readonly tierBVolume: Decimal;
  readonly tierCVolume: Decimal;
  /** Share of the risk budget in tier C. */
  readonly tierCRiskFactor: Decimal;
  /** A wider spread, as a share of price, is not traded; null for no such rule. */
  readonly maxSpread: Decimal | null;
}

/** What is measured of one market; null for what is not known. */
export interface MarketFigures {
  readonly symbol: Symbol;
  readonly quoteVolume24h: Decimal | null;
  /** Share of price. A recording has none. */
  readonly spread: Decimal | null;
}

export interface TierChange extends MarketFigures {
  readonly tier: Tier;
  readonly pinned: boolean;
  /** The tier without the pin; equal to `tier` when not pinned. */
  readonly wouldBe: Tier;
  /** True the one time a pinned market says that it is. */
  readonly firstPinned: boolean;
}

/** What the journal last said of a market. */
export type KnownTier = Pick<TierChange, 'symbol' | 'tier' | 'pinned'>;

export interface MarketVerdict {
  readonly tier: Tier;
  readonly tradeable: boolean;
  readonly riskFactor: Decimal;
  readonly quoteVolume24h: Decimal | null;
}

export interface MarketRegistry {
  /** Judges every instrument anew; one without a row is one without figures. */
  review(rows: readonly MarketFigures[]): readonly TierChange[];
  /** After a restart: what was said before is not said again. */
  restore(known: Iterable<KnownTier>): void;
  verdictOf(symbol: Symbol): MarketVerdict;
  resolve(alias: string): Symbol | UnknownAlias;
}

export interface MarketRegistryOptions {
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  readonly rules: MarketRules;
}

interface Standing {
  readonly tier: Tier;
  readonly pinned: boolean;
  readonly quoteVolume24h: Decimal | null;
}

export function createMarketRegistry(options: MarketRegistryOptions): MarketRegistry {
  const { instruments, rules } = options;
  const aliases = aliasTable(instruments.values());
  const pinnedBases = new Set(rules.pinned.map(baseName));
  const isPinned = (symbol: Symbol): boolean =>
    isPerpetual(symbol) && pinnedBases.has(baseName(baseOf(symbol)));
  const standings = new Map<Symbol, Standing>();

  return {
    review(rows) {
      const figures = new Map(rows.map((row) => [row.symbol, row]));
      const judged = [...instruments.keys()].map((symbol) => {
        const row = figures.get(symbol) ?? { symbol, quoteVolume24h: null, spread: null };
        return judge(row, rules, isPinned(symbol));
      });
      const changes: TierChange[] = [];
      for (const now of keepLargest(judged, rules.maxMarkets)) {
        const before = standings.get(now.symbol);
        standings.set(now.symbol, now);
        const isNews = before?.tier !== now.tier || before.pinned !== now.pinned;
        const firstPinned = now.pinned && before?.pinned !== true;
        if (isNews) changes.push({ ...now, firstPinned });
      }
      return changes;
    },
    restore(known) {
      for (const { symbol, tier, pinned } of known) {
        standings.set(symbol, { tier, pinned, quoteVolume24h: null });
      }
    },
    verdictOf(symbol) {
      const pinned = instruments.has(symbol) && isPinned(symbol);
      const standing = standings.get(symbol);
      const tier = pinned ? 'A' : instruments.has(symbol) ? (standing?.tier ?? 'none') : 'none';
      return {
        tier,
        tradeable: tier !== 'none',
        riskFactor: riskFactorOf(tier, rules),
        quoteVolume24h: standing?.quoteVolume24h ?? null,
      };
    },
    resolve: (alias) => resolveSymbol(alias, aliases),
  };
}

type Judged = Omit<TierChange, 'firstPinned'>;

function judge(row: MarketFigures, rules: MarketRules, pinned: boolean): Judged {
  const wouldBe = tierOf(row, rules);
  return { ...row, tier: pinned ? 'A' : wouldBe, pinned, wouldBe };
}

/** The tier that volume and spread alone give; an unknown volume gives none. */
export function tierOf(figures: Omit<MarketFigures, 'symbol'>, rules: MarketRules): Tier {
  const { quoteVolume24h: volume, spread } = figures;
  if (volume === null) return 'none';
  if (spread !== null && rules.maxSpread !== null && spread.gt(rules.maxSpread)) return 'none';
  if (volume.gte(rules.tierAVolume)) return 'A';
  if (volume.gte(rules.tierBVolume)) return 'B';
  return volume.gte(rules.tierCVolume) ? 'C' : 'none';
}

/** Beyond `maxMarkets` the smallest go; pinned markets take their places first and always stay. */
function keepLargest(judged: readonly Judged[], maxMarkets: number): Judged[] {
  const places = Math.max(0, maxMarkets - judged.filter(({ pinned }) => pinned).length);
  const kept = new Set(
    judged
      .filter(({ pinned, tier }) => !pinned && tier !== 'none')
      .toSorted(byVolume)
      .slice(0, places),
  );
  return judged.map((market) =>
    market.pinned || kept.has(market) ? market : { ...market, tier: 'none', wouldBe: 'none' },
  );
}

function byVolume(a: Judged, b: Judged): number {
  const larger = (b.quoteVolume24h ?? ZERO).comparedTo(a.quoteVolume24h ?? ZERO);
  return larger || (a.symbol < b.symbol ? -1 : 1);
}

function riskFactorOf(tier: Tier, rules: MarketRules): Decimal {
  if (tier === 'none') return ZERO;
  return tier === 'C' ? rules.tierCRiskFactor : decimal(1);
}

/** A dated contract has its own liquidity: it is never pinned by its base. */
function isPerpetual(symbol: Symbol): boolean {
  return !/-\d{6}$/.test(symbol);
}

/** Venues write XBT or BTC for the same thing. */
function baseName(base: string): string {
  const upper = base.trim().toUpperCase();
  return upper === 'XBT' ? 'BTC' : upper;
}
