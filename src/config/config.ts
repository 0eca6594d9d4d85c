/**
 * The configuration as the bot uses it: typed, complete, validated. Rates and money are decimals. It
 * is built only by `load.ts`; a test builds one by hand from the defaults of the tables.
 */
import type { Ms } from '../domain/clock.ts';
import type { Decimal } from '../domain/decimal.ts';
import type { EntryRules, Limits } from '../risk/limits.ts';
import type { StrategySettings } from '../strategy/settings.ts';
import type { PaperSettings } from '../venue/paper/settings.ts';

export const VENUE_NAMES = ['paper', 'krakenfutures', 'binanceusdm', 'bybit'] as const;
/** Whose push messages are understood (`live.wake_ups`). */
export const VENUES_WITH_WAKE_UPS: readonly string[] = ['krakenfutures'] satisfies VenueName[];
export type VenueName = (typeof VENUE_NAMES)[number];

export const MODES = ['paper', 'live'] as const;
export type Mode = (typeof MODES)[number];

/** Which markets are traded, and at what risk. Volumes are quote units in 24 hours. */
export interface MarketSettings {
  readonly maxMarkets: number;
  /** Bases that skip the volume and spread filters, in upper case. */
  readonly pinned: readonly string[];
  readonly tierAVolume: Decimal;
  readonly tierBVolume: Decimal;
  readonly tierCVolume: Decimal;
  /** Multiplies `riskPerTrade`. */
  readonly tierARiskFactor: Decimal;
  readonly tierBRiskFactor: Decimal;
  readonly tierCRiskFactor: Decimal;
  /** Share of price; asked only where the feed knows a spread. */
  readonly tierAMaxSpread: Decimal;
  readonly tierBMaxSpread: Decimal;
  readonly tierCMaxSpread: Decimal;
}

/** What is configurable of protection; its deadline is a limit. */
export interface ProtectionChoices {
  readonly trailStepAtr: Decimal;
}

/** How the bot takes over what it did not open. */
export interface ReconcileChoices {
  /** Share of the mark between it and the stop of an import. */
  readonly stopDistance: Decimal;
  /** Markets traded by hand beside the bot, in any spelling. */
  readonly unmanagedSymbols: readonly string[];
  /** Between two full looks: older fills, and the stored registry against its events. */
  readonly fullIntervalMs: Ms;
}

/** How much of the disk the log may take. It decides nothing, and is no part of the digest. */
export interface LogChoices {
  /** Of one file. */
  readonly maxBytes: number;
  /** The one that is written to included. */
  readonly files: number;
}

/** How the bot lives on a live venue; nothing here decides a trade. */
export interface LiveChoices {
  readonly cycleIntervalMs: Ms;
  /** Between two looks while a position or an order is open. */
  readonly pollIntervalMs: Ms;
  /** For one whole request, headers and body. */
  readonly requestTimeoutMs: Ms;
  /** An entry that the venue did not process by then is refused by it. */
  readonly processWithinMs: Ms;
  readonly candleConcurrency: number;
  /** What a market or stop execution costs; break-even pays it twice. */
  readonly takerFee: Decimal;
  /** Trade although the venue does not tell what the key may do. */
  readonly uncheckedKey: boolean;
  /** The venue's push messages wake the bot; they are never believed. */
  readonly wakeUps: boolean;
}

export interface Config {
  readonly account: string;
  readonly venue: VenueName;
  readonly mode: Mode;
  /** Folder of a recorded market; null for the bundled one. */
  readonly feed: string | null;
  readonly limits: Limits;
  readonly entry: EntryRules;
  readonly strategy: StrategySettings;
  readonly paper: PaperSettings;
  readonly markets: MarketSettings;
  readonly protection: ProtectionChoices;
  readonly reconcile: ReconcileChoices;
  readonly log: LogChoices;
  readonly live: LiveChoices;
}
