/**
 * Puts a bot together for one home and a recording, in the order of dependence: configuration, recording,
 * lock, journal, venue, gateway, strategy. Nothing is written before the lock is held, and nothing of
 * another recording or configuration is ever continued.
 */
import { existsSync, rmSync } from 'node:fs';
import { openCandleStore, type CandleStore } from '../core/candle-store.ts';
import type { HomePaths } from '../core/home.ts';
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
import type { RunId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import { sha256 } from '../domain/random.ts';
import type { Symbol } from '../domain/symbol.ts';
import { packageFacts } from '../host/package-facts.ts';
import { readFeedFolder, type FeedFolder } from '../market/feed-folder.ts';
import { createRecordingFeed, type RecordingFeed } from '../market/recording-feed.ts';
import { openRecording, type Recording } from '../market/recording.ts';
import { createPaperVenue, type PaperVenue } from '../venue/paper/paper-venue.ts';
import { buildBot, lastRecordedMs, type Assembled, type BuiltBot } from './build-bot.ts';
import { bundledRecording } from './bundled-recording.ts';
import { claimHome, refuseOther, storedWindow } from './claim-home.ts';
import { openHome, type OpenHome } from './open-home.ts';
import { parseOperatorScript, type ScriptedCommand } from './operator-script.ts';
import type { LogLevel } from './run-options.ts';
import type { Scanner } from './scan.ts';

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

/** A bot on a recording, with what moves it through its time. */
export interface RecordedBot extends Assembled {
  readonly recording: Recording;
  readonly feed: RecordingFeed;
  readonly candles: CandleStore;
  readonly venue: PaperVenue;
  readonly clock: VirtualClock;
  readonly script: readonly ScriptedCommand[];
}

export function assemble(options: AssembleOptions): RecordedBot {
  const { loaded } = options;
  const wall = wallClock();
  const named = namedFolder(options);
  const isNew = !existsSync(options.paths.dir);
  const home = openHome(options.paths, wall, {
    version: packageFacts().version,
    purpose: options.purpose ?? RUN_PURPOSE,
    logLimits: loaded.config.log,
    onTrouble: (line) => options.log('warn', line),
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
    refuseOther(home.db, { source: folder, loaded, window });
    const store = openCandleStore(options.paths.candles);
    opened.push(store);
    const recording = openRecording(folder, { store, now: wall.now(), ...window });
    claimHome(home.db, { source: folder, loaded, window });
    const feed = createRecordingFeed(recording, store);
    const built = build({ options, loaded, wall, home, recording, feed });
    opened.push(built.venue, built.journal);
    return {
      ...built,
      home,
      loaded,
      recording,
      feed,
      candles: store,
      script,
      feedDigest: recording.digest,
      setAside: recording.setAside,
      catchUp: (at) => feed.catchUp(at),
      warmUp: () =>
        warmUp(
          feed,
          built.bot.scanner,
          built.journal.registry().lastCycleMs ?? recording.windowFrom,
        ),
      close,
    };
  } catch (error) {
    close();
    // What was refused at its very start leaves nothing behind that could be taken for a bot's home.
    if (isNew) rmSync(options.paths.dir, { recursive: true, force: true });
    throw error;
  }
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
  readonly recording: Recording;
  readonly feed: RecordingFeed;
}

function build({
  options,
  loaded,
  wall,
  home,
  recording,
  feed,
}: Parts): BuiltBot<PaperVenue> & Pick<RecordedBot, 'clock'> {
  const instruments = instrumentsOf(recording);
  const clock = virtualClock(ms(Math.max(recording.windowFrom, lastRecordedMs(home))));
  // A recording answers within its own time: a request cannot hang there, so nothing aborts it.
  const never = new AbortController().signal;
  const built = buildBot({
    home,
    loaded,
    runId: runIdOf(loaded, recording),
    clock,
    wall,
    instruments,
    openVenue: () =>
      createPaperVenue({
        file: options.paths.paper,
        clock,
        bars: feed,
        instruments,
        settings: loaded.config.paper,
      }),
    requestSignal: () => never,
    log: options.log,
  });
  return { ...built, clock };
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
