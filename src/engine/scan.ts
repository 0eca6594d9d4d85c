/**
 * The scan: closed candles into each market's strategy, and one decision per market and cycle. Only
 * markets whose candle or price changed are decided again; every market is counted every cycle.
 */
import type { Candle, Timeframe } from '../domain/candle.ts';
import { ms, type Ms } from '../domain/clock.ts';
import { decimal, type Decimal } from '../domain/decimal.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Decision, Rejection, Signal } from '../domain/signal.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { VenueMark } from '../domain/venue.ts';
import { createMarketStrategy, type MarketStrategy } from '../strategy/market-strategy.ts';
import type { StrategySettings } from '../strategy/settings.ts';

/** What the market registry says of a market now. */
export interface TierVerdict {
  readonly tier: string;
  readonly tradeable: boolean;
  /** 1, or less where the tier halves the risk. */
  readonly riskFactor: Decimal;
  readonly quoteVolume24h: Decimal | null;
}

export interface ScanResult {
  readonly markets: number;
  readonly signals: readonly Signal[];
  readonly rejections: Readonly<Record<string, number>>;
  /** Decisions that differ in kind or reason from the last journaled one of their market. */
  readonly changed: readonly Decision[];
}

export interface ScannerOptions {
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  readonly settings: StrategySettings;
  /** A price older than this is no price to enter at. */
  readonly maxPriceAgeMs: Ms;
  readonly tierOf: (symbol: Symbol) => TierVerdict;
  /** Key of the last journaled decision per market, from an earlier life of this bot. */
  readonly journaled: ReadonlyMap<Symbol, string>;
  /** False for a market whose newest candle has not arrived; absent: all have. */
  readonly isCurrent?: (symbol: Symbol) => boolean;
}

interface Watched {
  readonly strategy: MarketStrategy;
  decision: Decision | null;
  mark: VenueMark | null;
  stale: boolean;
  /** The decision whose key was compared last: most markets keep theirs for hours. */
  compared: Decision | null;
  journaledKey: string | null;
}

export interface Scanner {
  /** Feeds candles that closed; call in time order. */
  push(symbol: Symbol, timeframe: Timeframe, candle: Candle): void;
  scan(marks: readonly VenueMark[], now: Ms): ScanResult;
  strategyOf(symbol: Symbol): MarketStrategy | null;
  latest(): readonly Decision[];
  /** A market that is new, or whose steps changed: it starts without a candle. */
  renew(instrument: Instrument): void;
}

export function createScanner(options: ScannerOptions): Scanner {
  const watched = new Map<Symbol, Watched>();
  const renew = (instrument: Instrument): void => {
    const { symbol } = instrument;
    const before = watched.get(symbol);
    watched.set(symbol, {
      strategy: createMarketStrategy(instrument, options.settings),
      decision: null,
      mark: null,
      stale: true,
      compared: null,
      journaledKey: before?.journaledKey ?? options.journaled.get(symbol) ?? null,
    });
  };
  for (const instrument of options.instruments.values()) renew(instrument);
  return {
    push(symbol, timeframe, candle) {
      const market = watched.get(symbol);
      if (market === undefined) return;
      // Other timeframes (1h) drive matching and prices, never decisions.
      if (timeframe === '4h') market.strategy.pushFourHour(candle);
      else if (timeframe === '1d') market.strategy.pushDay(candle);
      else return;
      market.stale = true;
    },
    scan: (marks, now) => scan(watched, options, marks, now),
    strategyOf: (symbol) => watched.get(symbol)?.strategy ?? null,
    latest: () => [...watched.values()].flatMap((m) => (m.decision === null ? [] : [m.decision])),
    renew,
  };
}

function scan(
  watched: ReadonlyMap<Symbol, Watched>,
  options: ScannerOptions,
  marks: readonly VenueMark[],
  now: Ms,
): ScanResult {
  for (const mark of marks) {
    const market = watched.get(mark.symbol);
    if (market === undefined || market.mark === mark) continue;
    market.mark = mark;
    market.stale = true;
  }
  const signals: Signal[] = [];
  const changed: Decision[] = [];
  const rejections: Record<string, number> = {};
  for (const [symbol, market] of watched) {
    // Counted, not said: a candle that is some seconds on its way is no news, and nothing to decide on.
    if (isWaiting(symbol, options)) {
      rejections['NO_DATA'] = (rejections['NO_DATA'] ?? 0) + 1;
      continue;
    }
    const decision = decide(symbol, market, options, now);
    const reason =
      decision.kind === 'rejection' ? decision.reason : staleReason(decision, options, now);
    if (reason !== null) rejections[reason] = (rejections[reason] ?? 0) + 1;
    else if (decision.kind === 'signal') signals.push(decision);
    if (decision === market.compared) continue;
    market.compared = decision;
    const key = decisionKey(decision);
    if (key === market.journaledKey) continue;
    market.journaledKey = key;
    changed.push(decision);
  }
  return { markets: watched.size, signals, rejections, changed };
}

/** What is not traded anyway says so, whatever its candles. */
function isWaiting(symbol: Symbol, { isCurrent, tierOf }: ScannerOptions): boolean {
  return isCurrent !== undefined && tierOf(symbol).tradeable && !isCurrent(symbol);
}

function decide(symbol: Symbol, market: Watched, options: ScannerOptions, now: Ms): Decision {
  if (!market.stale && market.decision !== null) return market.decision;
  market.stale = false;
  const verdict = options.tierOf(symbol);
  market.decision = !verdict.tradeable
    ? tierTooLow(symbol, verdict, now)
    : market.mark === null
      ? noPrice(symbol, now)
      : market.strategy.decide({
          lastPrice: market.mark.last,
          priceMs: market.mark.tsMs,
          nowMs: now,
          riskFactor: verdict.riskFactor,
        });
  return market.decision;
}

/** A signal lives as long as its price: on a recording, one cycle of its market. */
function staleReason(signal: Signal, options: ScannerOptions, now: Ms): 'STALE_PRICE' | null {
  return ms(now - signal.priceMs) > options.maxPriceAgeMs ? 'STALE_PRICE' : null;
}

/**
 * What makes a decision news: its kind, its reason, and the cause within the reason. The detail of a
 * price outside the zone is a sentence of figures that change with every price: no cause, and too
 * dear to format for a comparison.
 */
export function decisionKey(decision: Decision): string {
  if (decision.kind === 'signal') return `signal ${decision.signalId}`;
  if (decision.reason === 'ENTRY_NOT_IN_OTE') return `rejection ${decision.reason}`;
  const cause = /^[a-z0-9_]+$/.test(decision.detail) ? ` ${decision.detail}` : '';
  return `rejection ${decision.reason}${cause}`;
}

function tierTooLow(symbol: Symbol, verdict: TierVerdict, now: Ms): Rejection {
  return {
    kind: 'rejection',
    symbol,
    reason: 'TIER_TOO_LOW',
    detail: verdict.quoteVolume24h === null ? 'volume_unknown' : 'volume_too_low',
    decidedMs: now,
    numbers: {
      tier: verdict.tier,
      quote_volume_24h: verdict.quoteVolume24h?.toFixed(0) ?? null,
      risk_factor: decimal(verdict.riskFactor).toFixed(),
    },
  };
}

function noPrice(symbol: Symbol, now: Ms): Rejection {
  return {
    kind: 'rejection',
    symbol,
    reason: 'NO_DATA',
    detail: 'no_price',
    decidedMs: now,
    numbers: {},
  };
}
