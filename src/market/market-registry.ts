/**
 * The only authority on what may be traded: tiers by 24 h quote volume, and by spread where the feed
 * knows one. Pinned bases bypass the filters and say so once. A volume that is unknown is no volume:
 * such a market is not traded. All spellings of a market resolve here.
 */
import { ZERO, type Decimal } from '../domain/decimal.ts';
import type { Instrument } from '../domain/instrument.ts';
import {
  aliasTable,
  baseOf,
  resolveSymbol,
  type Symbol,
  type UnknownAlias,
} from '../domain/symbol.ts';
import type { VenueMark } from '../domain/venue.ts';

export type Tier = 'A' | 'B' | 'C' | 'none';

/** Volumes in quote units over 24 h; spreads as a share of price. */
export interface TierSettings {
  readonly maxMarkets: number;
  /** Bases in upper case. */
  readonly pinned: readonly string[];
  readonly tierAVolume: Decimal;
  readonly tierBVolume: Decimal;
  readonly tierCVolume: Decimal;
  readonly tierARiskFactor: Decimal;
  readonly tierBRiskFactor: Decimal;
  readonly tierCRiskFactor: Decimal;
  readonly tierAMaxSpread: Decimal;
  readonly tierBMaxSpread: Decimal;
  readonly tierCMaxSpread: Decimal;
}

export type MarketReading = Pick<VenueMark, 'symbol' | 'quoteVolume24h' | 'spread'>;

export interface TierVerdict {
  readonly tier: Tier;
  readonly tradeable: boolean;
  readonly riskFactor: Decimal;
  readonly quoteVolume24h: Decimal | null;
  readonly spread: Decimal | null;
  /** What kept it out: no volume known, too little, too wide, or not among the largest. */
  readonly why: 'volume_unknown' | 'volume_too_low' | 'spread_too_wide' | 'max_markets' | null;
}

/** What a review changed, for the journal. */
export type TierChange =
  | { readonly change: 'tier'; readonly symbol: Symbol; readonly verdict: TierVerdict }
  | { readonly change: 'pinned'; readonly symbol: Symbol; readonly wouldBe: Tier };

export interface MarketRegistry {
  /** Judges every market again when a volume or spread changed; a market without a reading keeps its last. */
  review(readings: Iterable<MarketReading>): readonly TierChange[];
  /** The verdict of the last review; not tradeable for a symbol the registry does not know. */
  verdictOf(symbol: Symbol): TierVerdict;
  tradeable(): readonly Symbol[];
  /** Any spelling of a market; unknown ones come back with what looks alike, never as a guess. */
  resolve(alias: string): Symbol | UnknownAlias;
}

export interface MarketRegistryOptions {
  readonly instruments: Iterable<Instrument>;
  readonly settings: TierSettings;
  /** What an earlier life journaled, so that a restart does not say it again. */
  readonly journaled?: {
    readonly tiers: ReadonlyMap<Symbol, string>;
    readonly pinned: ReadonlySet<Symbol>;
  };
}

interface Market {
  readonly symbol: Symbol;
  readonly isPinned: boolean;
  volume: Decimal | null;
  spread: Decimal | null;
  verdict: TierVerdict;
  /** Tier as last told; null before the first. */
  told: string | null;
}

const NOT_TRADED: TierVerdict = {
  tier: 'none',
  tradeable: false,
  riskFactor: ZERO,
  quoteVolume24h: null,
  spread: null,
  why: 'volume_unknown',
};

export function createMarketRegistry(options: MarketRegistryOptions): MarketRegistry {
  const { settings, journaled } = options;
  const instruments = [...options.instruments];
  const aliases = aliasTable(instruments);
  const pinned = new Set(settings.pinned);
  const markets = new Map<Symbol, Market>();
  for (const { symbol } of instruments) {
    const isPinned = pinned.has(baseOf(symbol));
    const told = isPinned
      ? journaled?.pinned.has(symbol) === true
        ? 'A'
        : null
      : (journaled?.tiers.get(symbol) ?? null);
    markets.set(symbol, {
      symbol,
      isPinned,
      volume: null,
      spread: null,
      verdict: NOT_TRADED,
      told,
    });
  }
  let isFirst = true;
  return {
    review(readings) {
      const isNews = take(markets, readings);
      if (!isNews && !isFirst) return [];
      isFirst = false;
      judgeAll([...markets.values()], settings);
      return changesOf(markets.values(), settings);
    },
    verdictOf: (symbol) => markets.get(symbol)?.verdict ?? NOT_TRADED,
    tradeable: () => [...markets.values()].filter(isTraded).map(({ symbol }) => symbol),
    resolve: (alias) => resolveSymbol(alias, aliases),
  };
}

/** Takes the readings over; true when one of them differs. Unknown figures never overwrite known ones. */
function take(markets: ReadonlyMap<Symbol, Market>, readings: Iterable<MarketReading>): boolean {
  let isNews = false;
  for (const { symbol, quoteVolume24h, spread } of readings) {
    const market = markets.get(symbol);
    if (market === undefined) continue;
    if (differs(quoteVolume24h, market.volume)) {
      market.volume = quoteVolume24h;
      isNews = true;
    }
    if (differs(spread, market.spread)) {
      market.spread = spread;
      isNews = true;
    }
  }
  return isNews;
}

function differs(reading: Decimal | null, known: Decimal | null): boolean {
  if (reading === null || reading === known) return false;
  return known === null || !reading.eq(known);
}

/** Each market on its own, then the largest `maxMarkets`; pinned ones are always among them. */
function judgeAll(markets: readonly Market[], settings: TierSettings): void {
  for (const market of markets) {
    market.verdict = market.isPinned ? pinnedVerdict(market, settings) : judge(market, settings);
  }
  const traded = markets.filter(isTraded).toSorted(byPinThenVolume);
  for (const market of traded.slice(settings.maxMarkets)) {
    if (market.isPinned) continue;
    market.verdict = refused(market, 'max_markets');
  }
}

/** The tier that volume and spread alone give. */
function judge(market: Market, settings: TierSettings): TierVerdict {
  const { volume, spread } = market;
  if (volume === null) return refused(market, 'volume_unknown');
  if (volume.lt(settings.tierCVolume)) return refused(market, 'volume_too_low');
  const fits = (least: Decimal, widest: Decimal): boolean =>
    volume.gte(least) && (spread === null || spread.lte(widest));
  if (fits(settings.tierAVolume, settings.tierAMaxSpread)) {
    return traded(market, 'A', settings.tierARiskFactor);
  }
  if (fits(settings.tierBVolume, settings.tierBMaxSpread)) {
    return traded(market, 'B', settings.tierBRiskFactor);
  }
  if (fits(settings.tierCVolume, settings.tierCMaxSpread)) {
    return traded(market, 'C', settings.tierCRiskFactor);
  }
  return refused(market, 'spread_too_wide');
}

function pinnedVerdict(market: Market, settings: TierSettings): TierVerdict {
  return traded(market, 'A', settings.tierARiskFactor);
}

function traded(market: Market, tier: Tier, riskFactor: Decimal): TierVerdict {
  const { volume, spread } = market;
  return { tier, tradeable: true, riskFactor, quoteVolume24h: volume, spread, why: null };
}

function refused({ volume, spread }: Market, why: TierVerdict['why']): TierVerdict {
  return { ...NOT_TRADED, quoteVolume24h: volume, spread, why };
}

function isTraded({ verdict }: Market): boolean {
  return verdict.tradeable;
}

function byPinThenVolume(a: Market, b: Market): number {
  if (a.isPinned !== b.isPinned) return a.isPinned ? -1 : 1;
  const byVolume = (b.volume ?? ZERO).comparedTo(a.volume ?? ZERO);
  return byVolume !== 0 ? byVolume : a.symbol < b.symbol ? -1 : 1;
}

/** A pinned market is announced once and never again; any other when its tier is another than last told. */
function changesOf(markets: Iterable<Market>, settings: TierSettings): TierChange[] {
  const changes: TierChange[] = [];
  for (const market of markets) {
    const { symbol, verdict } = market;
    if (market.told === verdict.tier) continue;
    market.told = verdict.tier;
    changes.push(
      market.isPinned
        ? { change: 'pinned', symbol, wouldBe: judge(market, settings).tier }
        : { change: 'tier', symbol, verdict },
    );
  }
  return changes;
}
