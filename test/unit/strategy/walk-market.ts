/**
 * One market for the decision tests: quiet bars, then a leg from 48 to 58 after an up-break at walk
 * bar 7, above a rising daily average. `mirrored` turns every price x into 100 - x.
 */
import { readFileSync } from 'node:fs';
import type { Candle } from '../../../src/domain/candle.ts';
import { decimal, price, quantity } from '../../../src/domain/decimal.ts';
import type { Instrument } from '../../../src/domain/instrument.ts';
import type { Decision } from '../../../src/domain/signal.ts';
import { symbol } from '../../../src/domain/symbol.ts';
import {
  createMarketStrategy,
  type MarketStrategy,
} from '../../../src/strategy/market-strategy.ts';
import { DEFAULT_STRATEGY, type StrategySettings } from '../../../src/strategy/settings.ts';
import { candlesFrom } from './recorded-structure.ts';

const FIXTURE = JSON.parse(
  readFileSync(new URL('../../../fixtures/vectors/structure-cases.json', import.meta.url), 'utf8'),
) as { cases: { name: string; candles: number[][] }[] };
export const WALK: readonly number[][] =
  FIXTURE.cases.find((one) => one.name.startsWith('a leg from 48 to 58'))?.candles ?? [];

export const DAY_MS = 86_400_000;
export const FOUR_HOURS_MS = 14_400_000;
/** Open time of the first 4H bar. */
export const START_MS = 20_000 * DAY_MS;
export const QUIET_BARS = 60;
export const SETTINGS: StrategySettings = { ...DEFAULT_STRATEGY, swingLength: 2, minBars: 42 };

export const INSTRUMENT: Instrument = {
  symbol: symbol('TON/USD:USD'),
  venueId: 'PF_TONUSD',
  contractSize: decimal(1),
  lotStep: quantity(1),
  tickSize: price('0.01'),
  minQuantity: quantity(1),
  minNotional: null,
  maxLeverage: 50,
};

export interface WalkOptions {
  readonly settings?: Partial<StrategySettings>;
  readonly instrument?: Partial<Instrument>;
  readonly mirrored?: boolean;
  readonly days?: number;
  /** Close of day n; the default rises towards 50. */
  readonly dayClose?: (day: number, days: number) => number;
  /** Bars appended after the walk. */
  readonly more?: readonly number[][];
}

/** Days that end before the last 4H bar closes, so that the newest one is never late. */
export function dailyCandles(options: WalkOptions): Candle[] {
  const days = options.days ?? 600;
  const closeOf = options.dayClose ?? ((day, all) => 40 + (10 * day) / all);
  const rows = Array.from({ length: days }, (_, day) => {
    const close = closeOf(day, days);
    return turned([close, close + 0.5, close - 0.5, close], options);
  });
  return candlesFrom(rows, START_MS - (days - 10) * DAY_MS, DAY_MS);
}

export function fourHourCandles(walkBars: number, options: WalkOptions = {}): Candle[] {
  const quiet = Array.from({ length: QUIET_BARS }, () => [50, 50.5, 49.5, 50]);
  const rows = [...quiet, ...WALK.slice(0, walkBars), ...(options.more ?? [])];
  return candlesFrom(
    rows.map((row) => turned(row, options)),
    START_MS,
    FOUR_HOURS_MS,
  );
}

/** The market after the quiet bars and the first `walkBars` bars of the walk. */
export function walkMarket(walkBars: number, options: WalkOptions = {}): MarketStrategy {
  const market = createMarketStrategy(
    { ...INSTRUMENT, ...options.instrument },
    { ...SETTINGS, ...options.settings },
  );
  for (const candle of dailyCandles(options)) market.pushDay(candle);
  for (const candle of fourHourCandles(walkBars, options)) market.pushFourHour(candle);
  return market;
}

const NOW_MS = START_MS + 10 * DAY_MS + 12 * 3_600_000;

export function at(market: MarketStrategy, lastPrice: string, nowMs = NOW_MS): Decision {
  return market.decide({
    lastPrice: price(lastPrice),
    priceMs: nowMs as Candle['openMs'],
    nowMs: nowMs as Candle['openMs'],
    riskFactor: decimal(1),
  });
}

function turned(row: readonly number[], options: WalkOptions): number[] {
  const [open = 0, high = 0, low = 0, close = 0] = row;
  if (options.mirrored !== true) return [open, high, low, close];
  return [100 - open, 100 - low, 100 - high, 100 - close];
}
