/**
 * A bot from its parts, the same whether it trades a recording or a live venue: journal, gateway,
 * protector, scanner. What differs is handed in: the clock, the venue, the instruments.
 */
import { openDecisionBoard, type DecisionBoard } from '../core/decision-board.ts';
import { fold } from '../core/fold.ts';
import { openInbox, type Inbox } from '../core/inbox.ts';
import { writeInstruments } from '../core/instrument-store.ts';
import type { Journal } from '../core/journal.ts';
import type { LoadedConfig } from '../config/load.ts';
import { ms, type Clock, type Ms } from '../domain/clock.ts';
import type { RunId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import { aliasTable, type AliasTable, type Symbol } from '../domain/symbol.ts';
import { createProtector, type Protector } from '../execution/apply-protection.ts';
import { createBacklogJournal, type BacklogJournal } from '../execution/backlog-journal.ts';
import { createGateway, type Gateway } from '../execution/gateway.ts';
import { createOrderBook } from '../execution/order-book.ts';
import { createMarketRegistry } from '../market/market-registry.ts';
import type { SetAside } from '../market/recording-markets.ts';
import type { Venue } from '../venue/port.ts';
import type { Bot } from './bot.ts';
import { marketRules, protectionSettings } from './bot-settings.ts';
import {
  alarmedEarlier,
  isTargetDropped,
  journaledKeys,
  knownTiers,
  rememberedMemory,
} from './earlier-life.ts';
import { meetFullDisk } from './disk-guard.ts';
import { openHomeJournal, type OpenHome } from './open-home.ts';
import type { LogLevel } from './run-options.ts';
import { createScanner } from './scan.ts';
import { storedRegistry } from './stored-registry.ts';

/** What every bot consists of, for start-up, the commands and the end. */
export interface Assembled {
  readonly bot: Bot;
  readonly home: OpenHome;
  readonly runId: RunId;
  readonly journal: Journal;
  readonly loaded: LoadedConfig;
  readonly inbox: Inbox;
  readonly board: DecisionBoard;
  /** What the markets come from, as the journal names it. */
  readonly feedDigest: string;
  /** Markets of the recording that could not be used. */
  readonly setAside: readonly SetAside[];
  /** Makes the prices those of `at` without handing out candles; a live venue's always are. */
  catchUp(at: Ms): void;
  /** Feeds the strategy all candles up to the last cycle. */
  warmUp(): void;
  close(): void;
}

export interface BotParts<V extends Venue> {
  readonly home: OpenHome;
  readonly loaded: LoadedConfig;
  readonly runId: RunId;
  /** Trading time. */
  readonly clock: Clock;
  readonly wall: Clock;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  /** Made after the journal, which refuses a home that cannot be read. */
  readonly openVenue: () => V;
  /** A signal that aborts when a request took too long. */
  readonly requestSignal: () => AbortSignal;
  /** Every spelling of each instrument; made of them when absent. */
  readonly aliases?: AliasTable;
  /** False for a market whose newest candle has not arrived; absent: all have. */
  readonly isCurrent?: (symbol: Symbol) => boolean;
  /** Each reading costs a request: what cannot have changed is not asked for. */
  readonly isSparing?: boolean;
  readonly log: (level: LogLevel, line: string) => void;
}

export type BuiltBot<V extends Venue> = Pick<
  Assembled,
  'bot' | 'runId' | 'journal' | 'inbox' | 'board'
> & { readonly venue: V };

export function buildBot<V extends Venue>(parts: BotParts<V>): BuiltBot<V> {
  const { home, loaded, clock, instruments } = parts;
  const log = logOf(parts);
  const { config } = loaded;
  const aliases = parts.aliases ?? aliasTable(instruments.values());
  const protection = protectionSettings(config, aliases);
  const alarm = (line: string): void => log('error', line);
  const core = openHomeJournal(home, {
    clock,
    runId: parts.runId,
    onMarkFailed: (error) => alarm(`the high-water mark cannot be written: ${error.message}`),
  });
  const port = { ...core, countIntents: home.view.countIntents };
  const onFull = (): void => meetFullDisk(bot);
  const journal = createBacklogJournal({ journal: port, fold, clock, onAlarm: alarm, onFull });
  const venue = parts.openVenue();
  const { gateway, protector } = openExecution(parts, journal, { venue, say: alarm });
  const tiers = createMarketRegistry({ instruments, rules: marketRules(config) });
  tiers.restore(knownTiers(home.view, instruments.keys()));
  const scanner = createScanner({
    instruments,
    settings: config.strategy,
    maxPriceAgeMs: config.entry.maxPriceAgeMs,
    tierOf: (symbol) => tiers.verdictOf(symbol),
    journaled: journaledKeys(home.view, instruments.keys()),
    ...(parts.isCurrent === undefined ? {} : { isCurrent: parts.isCurrent }),
  });
  const bot: Bot = {
    paths: home.paths,
    config,
    settings: { protection },
    clock,
    wall: parts.wall,
    journal,
    view: home.view,
    store: storedRegistry(home.db),
    venue,
    gateway,
    protector,
    book: createOrderBook(journal, home.view),
    instruments,
    aliases,
    tiers,
    scanner,
    log,
    isSparing: parts.isSparing === true,
    memory: rememberedMemory(home.view),
  };
  writeInstruments(home.db, instruments.values());
  return {
    bot,
    runId: parts.runId,
    venue,
    journal: core,
    inbox: openInbox(home.db),
    board: openDecisionBoard(home.db),
  };
}

function openExecution(
  { clock, instruments, home, requestSignal }: BotParts<Venue>,
  journal: BacklogJournal,
  { venue, say }: { readonly venue: Venue; readonly say: (line: string) => void },
): { gateway: Gateway; protector: Protector } {
  const gateway = createGateway({
    journal,
    trader: venue.trader,
    clock,
    instruments,
    requestSignal,
  });
  const protector = createProtector({
    gateway,
    journal,
    clock,
    isTargetDropped: (id, level) => isTargetDropped(home.view, id, level),
    alarmedEarlier: alarmedEarlier(home.view, journal.registry().positions.values()),
    say,
  });
  return { gateway, protector };
}

/** What the bot says reaches the log of the home and whoever started it. */
function logOf({ home, log }: BotParts<Venue>): BotParts<Venue>['log'] {
  return (level, line) => {
    home.log.note(level, line);
    log(level, line);
  };
}

/** When the journal was last written, by the trading clock; 0 for an empty one. */
export function lastRecordedMs({ view }: OpenHome): Ms {
  return view.lastEvents(1)[0]?.recordedMs ?? ms(0);
}
