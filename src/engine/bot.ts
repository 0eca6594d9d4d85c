/** A running bot: the rooms it was put together from, and the little it remembers between cycles. */
import type { Config } from '../config/config.ts';
import type { HomePaths } from '../core/home.ts';
import type { RegistryView } from '../core/registry-view.ts';
import type { Clock, Ms } from '../domain/clock.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Finding } from '../domain/plan.ts';
import type { AliasTable, Symbol } from '../domain/symbol.ts';
import type { Reading, VenueAccount } from '../domain/venue.ts';
import type { Halt } from '../domain/trading-state.ts';
import type { BacklogJournal } from '../execution/backlog-journal.ts';
import type { Protector } from '../execution/apply-protection.ts';
import type { Gateway } from '../execution/gateway.ts';
import type { OrderBook } from '../execution/order-book.ts';
import type { MarketRegistry } from '../market/market-registry.ts';
import type { ProtectionSettings } from '../protection/settings.ts';
import type { DenialMemory } from '../risk/denial-memory.ts';
import type { Metrics, MonitorState } from '../risk/monitor.ts';
import type { Venue } from '../venue/port.ts';
import type { LogLevel } from './run-options.ts';
import type { StoredRegistry } from './stored-registry.ts';
import type { LookMemory } from './make-plan.ts';
import type { AccountFigures } from './metrics.ts';
import type { Scanner } from './scan.ts';

export interface Bot {
  readonly paths: HomePaths;
  readonly config: Config;
  readonly settings: { readonly protection: ProtectionSettings };
  /** Trading time: virtual on a recording. */
  readonly clock: Clock;
  /** The machine's time: durations, the inbox, `runs`. */
  readonly wall: Clock;
  readonly journal: BacklogJournal;
  readonly view: RegistryView;
  readonly store: StoredRegistry;
  readonly venue: Venue;
  readonly gateway: Gateway;
  readonly protector: Protector;
  readonly book: OrderBook;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  readonly aliases: AliasTable;
  readonly tiers: MarketRegistry;
  readonly scanner: Scanner;
  readonly log: (level: LogLevel, line: string) => void;
  /** Each reading costs a request: what cannot have changed is not asked for. */
  readonly isSparing: boolean;
  readonly memory: BotMemory;
}

export interface BotMemory {
  monitor: MonitorState;
  /** The last measurement, for the operator who clears a halt. */
  metrics: Metrics | null;
  figures: AccountFigures | null;
  /** The last account that was read whole. */
  account: Reading<VenueAccount> | null;
  readonly denials: DenialMemory;
  /** What the last look at the venue left for the next. */
  look: LookMemory;
  /** The next look goes further back. */
  fullLookDue: boolean;
  /** When the next full look is due, on the monotonic wall clock. */
  nextFullLookMs: Ms;
  /** Until when (trading clock) the bot only observes and protects: it kept dying. */
  restrainedUntilMs: Ms | null;
  /** Symbols on which registry and venue disagree: no entries. */
  blocked: ReadonlyMap<Symbol, Finding>;
  /** Positions or fills could not be read at all. */
  everythingBlocked: boolean;
  /** Findings that stand and were reported, by market and kind. */
  reported: ReadonlyMap<string, Finding>;
  /** Halts as their files say, in the order they were set. */
  halts: readonly Halt[];
  /** Those of them that a full disk has no file for yet. */
  unwrittenHalts: readonly Halt[];
  /** What was last said of the ballast; null before the first look. */
  ballast: 'stands' | 'missing' | null;
  /** Entries that became positions, ever: tells a limit crossed by entries from one crossed by price. */
  entriesFilled: number;
  /** Day of the last review of the tiers, and how many markets had a price then. */
  tiersReviewed: { readonly day: number; readonly markets: number } | null;
  /** No more entries: the bot is stopping. */
  stopping: boolean;
}
