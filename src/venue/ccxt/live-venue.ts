/**
 * A venue with real money or real prices behind it: the port, and what a live bot asks besides. It can be
 * opened without a key; then public data is read as usual, private readings are unknown, orders denied.
 */
import type { Candle, Timeframe } from '../../domain/candle.ts';
import type { Clock, Ms } from '../../domain/clock.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { Reading } from '../../domain/venue.ts';
import type { Venue } from '../port.ts';
import type { BreakerState } from './circuit-breaker.ts';
import type { RequestNote } from './fetch.ts';
import type { RequestCounts } from './request-counts.ts';

export const LIVE_VENUES = ['krakenfutures', 'binanceusdm', 'bybit'] as const;
export type LiveVenueName = (typeof LIVE_VENUES)[number];

/** A value that prints as a mask and is revealed for signing only. */
export interface SecretValue {
  reveal(): string;
}

export interface Credentials {
  readonly apiKey: SecretValue;
  readonly apiSecret: SecretValue;
}

/** Which price fires a stop. The mark is harder to push with one trade than the last price. */
export type TriggerSignal = 'mark' | 'last' | 'index';

export interface VenueOptions {
  /** Null: public data only. */
  readonly credentials: Credentials | null;
  readonly clock: Clock;
  /** Of the program, for the User-Agent. */
  readonly version: string;
  /** A local server in place of every host of the venue: `http://127.0.0.1:4711`. */
  readonly rehearse?: string;
  /** Real host to local origin; only the mapped hosts are contacted then. */
  readonly hostMap?: Readonly<Record<string, string>>;
  readonly onRequest?: (note: RequestNote) => void;
  /** For one whole request; default 10 s. */
  readonly timeoutMs?: Ms;
  /** How long an entry may take to act at the venue; default 10 s. */
  readonly processWithin?: Ms;
  readonly triggerSignal?: TriggerSignal;
  /**
   * When the bot first saw this account: what is paid in or taken out after it is no profit and no loss.
   * The same at every start, or a withdrawal of yesterday is a drawdown today. Default: now.
   */
  readonly depositsSince?: Ms;
  /**
   * Markets of the bot's own positions and orders. A venue that tells trades of one market at a time always
   * asks for these, besides those it knows to have been traded.
   */
  readonly ownSymbols?: () => Iterable<Symbol>;
}

export interface CandleRequest {
  readonly symbol: Symbol;
  readonly timeframe: Timeframe;
  /** Candles that open at or after this... */
  readonly since: Ms;
  /** ...and have closed by this: candles still forming are left out. */
  readonly to: Ms;
}

/** What the venue lets the key do. Null: the venue does not tell. */
export interface KeyRights {
  readonly canTrade: boolean | null;
  readonly canWithdraw: boolean | null;
  readonly canTransfer: boolean | null;
  /** True when the key only works from listed addresses. */
  readonly ipAllowList: boolean | null;
  /** As the operator named it at the venue. */
  readonly name: string | null;
  /** First and last characters of the key: enough to recognise it, not to use it. */
  readonly fingerprint: string;
  readonly account: string | null;
  /** Why the account itself cannot be traded by this program (hedge mode); null when it can. */
  readonly refusal: string | null;
}

export interface ServerTime {
  readonly serverMs: Ms;
  /** Server less machine, in milliseconds; taken at the middle of the request. */
  readonly offsetMs: number;
  readonly roundTripMs: number;
}

/** A market is null where it is not known: look at all of them. */
export type WakeNews =
  /** Also after a loss: what happened meanwhile was told to nobody. */
  | { readonly kind: 'connected' }
  | { readonly kind: 'disconnected'; readonly reason: string; readonly retryMs: Ms }
  | { readonly kind: 'fill' | 'order' | 'position' | 'price'; readonly symbol: Symbol | null };

export interface WakeRequest {
  /** The machine's: it waits between two attempts. */
  readonly clock: Clock;
  /** Markets whose prices are of interest; asked again after each price. */
  readonly symbols: () => readonly Symbol[];
  /** Called once per news; it must not throw. */
  readonly onNews: (news: WakeNews) => void;
}

export interface Wake {
  readonly isConnected: () => boolean;
  /** Ends the connection; nothing is told after it. */
  close(): Promise<void>;
}

export interface LiveVenue extends Venue {
  /** Where orders go; printed before anything is sent. */
  readonly host: string;
  /** Closed candles, oldest first. */
  candles(request: CandleRequest): Promise<Reading<Candle>>;
  /** One row; unknown without a key, or when the answer cannot be understood. */
  checkKey(): Promise<Reading<KeyRights>>;
  /** One row. */
  serverTime(): Promise<Reading<ServerTime>>;
  /** What was asked since the venue was opened. */
  requests(): RequestCounts;
  /** Whether it answers. */
  health(): BreakerState;
  /** Push messages as a reason to look; absent where the venue has none that are understood. */
  readonly wake?: (request: WakeRequest) => Promise<Wake>;
}

/** `AbCd…wxyz`; of a short key its length only. */
export function fingerprintOf(key: SecretValue): string {
  const value = key.reveal();
  return value.length < 16
    ? `${value.length} characters`
    : `${value.slice(0, 4)}…${value.slice(-4)}`;
}
