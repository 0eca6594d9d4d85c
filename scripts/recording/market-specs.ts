/**
 * The twelve markets of the bundled recording: names people know, everything else invented. The knobs
 * of the price process stand here, one line a market, so that a change of the recording is a change of
 * this table (or of the seed) and nothing else.
 */
import { hourOf } from './calendar.ts';

/** What a market does between the start of the window and the crash. */
export type Bias = 'up' | 'down' | 'side';

export interface MarketSpec {
  readonly base: string;
  readonly venueId: string;
  readonly bias: Bias;
  /** What it does from a week after the crash on. */
  readonly aftermath: Bias;
  /** Price at the start of the window, quote units. */
  readonly startPrice: number;
  /** Digits after the point of a price, and the tick in units of the last digit. */
  readonly priceDigits: number;
  readonly tickUnits: number;
  /** Decimal text. A coarse lot makes positions of one or two lots, whose targets merge. */
  readonly lotStep: string;
  readonly minQuantity: string;
  readonly maxLeverage: number;
  /** The unit of all legs: about one 4h ATR, as a share of the price. */
  readonly volatility: number;
  /** Share of the price that is gone at the open of the crash. */
  readonly crashGap: number;
  /** Mean quote volume of a day: tier A from 50 M, B from 5 M, C from 0.5 M. */
  readonly dayVolume: number;
  /** Digits after the point of a volume. */
  readonly volumeDigits: number;
  readonly hourly: boolean;
  /** Hours [from, to) whose candles are missing. */
  readonly missing?: readonly [number, number];
  /** Hours [from, to) without a trade: flat candles of volume zero. */
  readonly silent?: readonly [number, number];
}

type Steps = Pick<
  MarketSpec,
  'startPrice' | 'priceDigits' | 'tickUnits' | 'lotStep' | 'minQuantity' | 'maxLeverage'
>;
type Path = Pick<MarketSpec, 'bias' | 'aftermath' | 'volatility' | 'crashGap'>;
type Trade = Pick<MarketSpec, 'dayVolume' | 'volumeDigits' | 'hourly' | 'missing' | 'silent'>;

const BTC_TRADE = { ...trade(900e6), volumeDigits: 2, hourly: true };
const ETH_TRADE = { ...trade(500e6), volumeDigits: 1, hourly: true };
/** More candles in a row than the strategy tolerates: the market has to warm up again. */
const OUTAGE = stretch('2025-02-10T08:00:00Z', '2025-02-12T00:00:00Z');
const QUIET_NIGHT = stretch('2025-01-18T20:00:00Z', '2025-01-19T08:00:00Z');

export const MARKETS: readonly MarketSpec[] = [
  market('BTC', steps(88_000, [0, 1], '0.0001', 50), path('up', 'up', 0.008, 0.11), BTC_TRADE),
  market('ETH', steps(3_050, [1, 1], '0.001', 50), path('up', 'side', 0.0095, 0.13), ETH_TRADE),
  market('SOL', steps(172, [2, 1], '0.01', 50), path('up', 'up', 0.011, 0.15), trade(180e6)),
  market('DOGE', steps(0.28, [6, 10], '1', 50), path('up', 'down', 0.012, 0.16), trade(90e6)),
  // Pinned: it would not be traded for its volume.
  market('BNB', steps(640, [1, 1], '0.01', 50), path('up', 'up', 0.009, 0.1), trade(0.3e6)),
  market('XRP', steps(2.2, [4, 1], '1', 50), path('side', 'down', 0.011, 0.13), trade(75e6)),
  market('ADA', steps(0.98, [4, 1], '1', 50), path('down', 'down', 0.0115, 0.12), trade(16e6)),
  market('LINK', steps(19, [3, 1], '0.1', 50), path('up', 'up', 0.012, 0.17), trade(12e6)),
  market('GALA', steps(0.047, [6, 1], '1', 25), path('down', 'side', 0.0125, 0.15), {
    ...trade(1.6e6),
    missing: OUTAGE,
  }),
  // One or two lots are a whole position: its targets merge into one.
  market('TON', steps(4.1, [3, 1], '250', 25), path('up', 'down', 0.0115, 0.16), {
    ...trade(2.8e6),
    silent: QUIET_NIGHT,
  }),
  market('PEPE', steps(14e-6, [9, 1], '1000', 20), path('up', 'side', 0.0125, 0.18), trade(24e6)),
  // Below tier C on every day: scanned, never traded.
  market('RSR', steps(0.0071, [6, 1], '1', 20), path('up', 'up', 0.012, 0.14), trade(0.06e6)),
];

function market(base: string, ...parts: readonly [Steps, Path, Trade]): MarketSpec {
  const venueId = `PF_${base === 'BTC' ? 'XBT' : base}USD`;
  return { base, venueId, ...parts[0], ...parts[1], ...parts[2] };
}

function steps(
  startPrice: number,
  [priceDigits, tickUnits]: readonly [number, number],
  lotStep: string,
  maxLeverage: number,
): Steps {
  return { startPrice, priceDigits, tickUnits, lotStep, minQuantity: lotStep, maxLeverage };
}

function path(bias: Bias, aftermath: Bias, volatility: number, crashGap: number): Path {
  return { bias, aftermath, volatility, crashGap };
}

function trade(dayVolume: number): Trade {
  return { dayVolume, volumeDigits: 0, hourly: false };
}

function stretch(from: string, to: string): readonly [number, number] {
  return [hourOf(from), hourOf(to)];
}
