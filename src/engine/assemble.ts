/**
 * Puts a bot together for one home, in the order of dependence: configuration, recording, lock, journal,
 * venue, gateway, strategy. Nothing is written before the lock is held, and nothing of another recording
 * or configuration is ever continued.
 */
import { existsSync, rmSync } from 'node:fs';
import { openCandleStore, type CandleStore } from '../core/candle-store.ts';
import { openDecisionBoard, type DecisionBoard } from '../core/decision-board.ts';
import { fold } from '../core/fold.ts';
import type { HomePaths } from '../core/home.ts';
import { openInbox, type Inbox } from '../core/inbox.ts';
import { writeInstruments } from '../core/instrument-store.ts';
import type { Journal } from '../core/journal.ts';
import { RUN_PURPOSE } from '../core/lock.ts';
import type { LoadedConfig } from '../config/load.ts';
import {
  ms,
  virtualClock,
  wallClock,
  type Clock,
  type Ms,
  type VirtualClock,
} from '../domain/clock.ts';
import { TradectlError } from '../domain/errors.ts';
import type { RunId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import { sha256 } from '../domain/random.ts';
import { aliasTable, type Symbol } from '../domain/symbol.ts';
import { createProtector, type Protector } from '../execution/apply-protection.ts';
import { createBacklogJournal, type BacklogJournal } from '../execution/backlog-journal.ts';
import { createGateway, type Gateway } from '../execution/gateway.ts';
import { createOrderBook } from '../execution/order-book.ts';
import { packageFacts } from '../host/package-facts.ts';
import { readFeedFolder, type FeedFolder } from '../market/feed-folder.ts';
import { createMarketRegistry } from '../market/market-registry.ts';
import { createRecordingFeed, type RecordingFeed } from '../market/recording-feed.ts';
import { openRecording, type Recording } from '../market/recording.ts';
import { createPaperVenue, type PaperVenue } from '../venue/paper/paper-venue.ts';
import type { Bot } from './bot.ts';
import { bundledRecording } from './bundled-recording.ts';
import { claimHome, refuseOther, storedWindow } from './claim-home.ts';
import { marketRules, protectionSettings } from './bot-settings.ts';
import {
  alarmedEarlier,
  isTargetDropped,
  journaledKeys,
  knownTiers,
  rememberedMemory,
} from './earlier-life.ts';
import { meetFullDisk } from './disk-guard.ts';
import { openHome, openHomeJournal, type OpenHome } from './open-home.ts';
import { storedRegistry } from './stored-registry.ts';
import { parseOperatorScript, type ScriptedCommand } from './operator-script.ts';
import type { LogLevel } from './run-options.ts';
import { createScanner, type Scanner } from './scan.ts';

export interface AssembleOptions {
  readonly paths: HomePaths;
  readonly loaded: LoadedConfig;
  /** Null: what the configuration says, what the home was started with, or the bundled one. */
  readonly feed: string | null;
  readonly from: Ms | null;
  readonly to: Ms | null;
  readonly log: (level: LogLevel, line: string) => void;
  /** What the lock is taken for, as others read it; default a run. */
  readonly purpose?: string;
}

export interface Assembled {
  readonly bot: Bot;
  readonly home: OpenHome;
  readonly runId: RunId;
  readonly journal: Journal;
  readonly loaded: LoadedConfig;
  readonly recording: Recording;
  readonly feed: RecordingFeed;
  readonly candles: CandleStore;
  readonly venue: PaperVenue;
  readonly clock: VirtualClock;
  readonly inbox: Inbox;
  readonly board: DecisionBoard;
  readonly script: readonly ScriptedCommand[];
  /** Feeds the strategy all candles up to the last cycle. */
  warmUp(): void;
  close(): void;
}

export function assemble(options: AssembleOptions): Assembled {
  const { loaded } = options;
  refuseOtherVenues(loaded.config.venue);
  const wall = wallClock();
  const named = namedFolder(options);
  const isNew = !existsSync(options.paths.dir);
  const home = openHome(options.paths, wall, {
    version: packageFacts().version,
    purpose: options.purpose ?? RUN_PURPOSE,
    logLimits: loaded.config.log,
    onLogTrouble: (line) => options.log('warn', line),
  });
  const opened: { close(): void }[] = [home];
  const close = (): void =>
    opened
      .splice(0)
      .reverse()
      .forEach((each) => each.close());
  try {
    const window = storedWindow(home.db, options);
    const folder = named ?? readFeedFolder(window.dir ?? bundledRecording());
    const script = scriptOf(folder);
    refuseOther(home.db, { folder, loaded, window });
    const store = openCandleStore(options.paths.candles);
    opened.push(store);
    const recording = openRecording(folder, { store, now: wall.now(), ...window });
    claimHome(home.db, { folder, loaded, window });
    const feed = createRecordingFeed(recording, store);
    const built = build({ options, loaded, wall, home, folder, recording, feed });
    opened.push(built.venue, built.journal);
    return { ...built, home, loaded, recording, feed, candles: store, script, close };
  } catch (error) {
    close();
    // What was refused at its very start leaves nothing behind that could be taken for a bot's home.
    if (isNew) rmSync(options.paths.dir, { recursive: true, force: true });
    throw error;
  }
}

/** Live venues are a later version's; asking for one must never trade on paper instead. */
function refuseOtherVenues(venue: string): void {
  if (venue === 'paper') return;
  throw new TradectlError('CONFIG_INVALID', `venue ${venue} is not part of this version`, {
    hint: 'set venue = "paper", or leave it out',
  });
}

/** Read before the home is claimed: the operator who mends a bad script starts the same home again. */
function scriptOf({ operatorScript: script }: FeedFolder): ScriptedCommand[] {
  return script === null ? [] : parseOperatorScript(script.text, script.file);
}

interface Parts {
  readonly options: AssembleOptions;
  readonly loaded: LoadedConfig;
  readonly wall: Clock;
  readonly home: OpenHome;
  readonly folder: FeedFolder;
  readonly recording: Recording;
  readonly feed: RecordingFeed;
}

function build(
  parts: Parts,
): Omit<Assembled, 'home' | 'loaded' | 'recording' | 'feed' | 'candles' | 'script' | 'close'> {
  const { options, loaded, wall, home, recording, feed } = parts;
  const { config } = loaded;
  const log = logOf(parts);
  const instruments = instrumentsOf(recording);
  const aliases = aliasTable(instruments.values());
  const protection = protectionSettings(config, aliases);
  const clock = virtualClock(ms(Math.max(recording.windowFrom, lastRecordedMs(home))));
  const alarm = (line: string): void => log('error', line);
  const runId = runIdOf(loaded, recording);
  const onFull = (): void => meetFullDisk(bot);
  const { core, journal } = openJournals(home, { clock, runId, alarm, onFull });
  const book = createOrderBook(journal, home.view);
  const venue = createPaperVenue({
    file: options.paths.paper,
    clock,
    bars: feed,
    instruments,
    settings: config.paper,
  });
  const { gateway, protector } = openExecution({ journal, venue, clock, instruments, home });
  const tiers = createMarketRegistry({ instruments, rules: marketRules(config) });
  tiers.restore(knownTiers(home.view, instruments.keys()));
  const scanner = createScanner({
    instruments,
    settings: config.strategy,
    maxPriceAgeMs: config.entry.maxPriceAgeMs,
    tierOf: (symbol) => tiers.verdictOf(symbol),
    journaled: journaledKeys(home.view, instruments.keys()),
  });
  const bot: Bot = {
    paths: options.paths,
    config,
    settings: { protection },
    clock,
    wall,
    journal,
    view: home.view,
    store: storedRegistry(home.db),
    venue,
    gateway,
    protector,
    book,
    instruments,
    aliases,
    tiers,
    scanner,
    log,
    memory: rememberedMemory(home.view),
  };
  writeInstruments(home.db, instruments.values());
  return {
    bot,
    runId,
    journal: core,
    venue,
    clock,
    inbox: openInbox(home.db),
    board: openDecisionBoard(home.db),
    warmUp: () => warmUp(feed, scanner, core.registry().lastCycleMs ?? recording.windowFrom),
  };
}

interface JournalParts {
  readonly clock: VirtualClock;
  readonly runId: RunId;
  readonly alarm: (line: string) => void;
  readonly onFull: () => void;
}

function openJournals(
  home: OpenHome,
  { clock, runId, alarm, onFull }: JournalParts,
): { core: Journal; journal: BacklogJournal } {
  const onMarkFailed = (error: TradectlError): void =>
    alarm(`the high-water mark cannot be written: ${error.message}`);
  const core = openHomeJournal(home, { clock, runId, onMarkFailed });
  const port = { ...core, countIntents: home.view.countIntents };
  return {
    core,
    journal: createBacklogJournal({ journal: port, fold, clock, onAlarm: alarm, onFull }),
  };
}

interface ExecutionParts {
  readonly journal: BacklogJournal;
  readonly venue: PaperVenue;
  readonly clock: Clock;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  readonly home: OpenHome;
}

function openExecution(parts: ExecutionParts): { gateway: Gateway; protector: Protector } {
  const { journal, venue, clock, instruments, home } = parts;
  // A recording answers within its own time: a request cannot hang there, so nothing aborts it.
  const never = new AbortController().signal;
  const gateway = createGateway({
    journal,
    trader: venue.trader,
    clock,
    instruments,
    requestSignal: () => never,
  });
  const protector = createProtector({
    gateway,
    journal,
    clock,
    isTargetDropped: (id, level) => isTargetDropped(home.view, id, level),
    alarmedEarlier: alarmedEarlier(home.view, journal.registry().positions.values()),
  });
  return { gateway, protector };
}

/** What the bot says reaches the log of the home and whoever started it. */
function logOf({ home, options }: Parts): AssembleOptions['log'] {
  return (level, line) => {
    home.log.note(level, line);
    options.log(level, line);
  };
}

function instrumentsOf({ markets }: Recording): ReadonlyMap<Symbol, Instrument> {
  return new Map(markets.map((market) => [market.symbol, market.instrument]));
}

function warmUp(feed: RecordingFeed, scanner: Scanner, until: Ms): void {
  feed.warmUp(until, (symbol, { timeframe, candle }) => scanner.push(symbol, timeframe, candle));
}

/**
 * The recording that is asked for, looked at before the home is touched: a wrong --feed leaves no trace.
 * Null when the home itself says which one it was started with.
 */
function namedFolder({ feed, loaded, paths }: AssembleOptions): FeedFolder | null {
  const fresh = existsSync(paths.state) ? null : bundledRecording();
  const dir = feed ?? loaded.config.feed ?? fresh;
  return dir === null ? null : readFeedFolder(dir);
}

/** Equal recordings and configurations give equal runs, so the id is made of both. */
function runIdOf(loaded: LoadedConfig, recording: Recording): RunId {
  const window = `${recording.windowFrom}-${recording.windowTo}`;
  return `run-${sha256(`${recording.digest}|${loaded.digest}|${window}`).slice(0, 16)}` as RunId;
}

function lastRecordedMs({ view }: OpenHome): number {
  return view.lastEvents(1)[0]?.recordedMs ?? 0;
}
