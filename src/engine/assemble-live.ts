/**
 * Puts a bot together for one home and a live venue, or for its prices with paper fills. The library is
 * loaded here and nowhere earlier. Nothing is sent but readings: what may act is decided by the rooms.
 */
import { existsSync, rmSync } from 'node:fs';
import type { LoadedConfig } from '../config/load.ts';
import { openCandleStore } from '../core/candle-store.ts';
import type { HomePaths } from '../core/home.ts';
import { RUN_PURPOSE } from '../core/lock.ts';
import { writeMeta } from '../core/meta.ts';
import { openRequestJournal } from '../core/request-journal.ts';
import { wallClock, type Clock } from '../domain/clock.ts';
import type { RunId } from '../domain/ids.ts';
import { sha256 } from '../domain/random.ts';
import { packageFacts } from '../host/package-facts.ts';
import { createLiveFeed, type LiveFeed } from '../market/live-feed.ts';
import type { LiveVenue } from '../venue/ccxt/live-venue.ts';
import type { Venue } from '../venue/port.ts';
import { buildBot, type Assembled, type BuiltBot } from './build-bot.ts';
import { candleNews } from './candle-news.ts';
import { claimHome, refuseOther, type Claim } from './claim-home.ts';
import { createInstrumentBook, type InstrumentBook } from './instrument-book.ts';
import { openHome, type OpenHome } from './open-home.ts';
import { connect, type Connection, type Remembered } from './open-live-venue.ts';
import { paperOnLive } from './paper-on-live.ts';
import type { LogLevel } from './run-options.ts';
import { refuseOtherAccount } from './same-account.ts';
import { createHealthNotes } from './venue-health.ts';

export interface LiveOptions {
  readonly paths: HomePaths;
  readonly loaded: LoadedConfig;
  /** A rehearsal venue in place of the real one; null for the real one. */
  readonly rehearse: string | null;
  readonly log: (level: LogLevel, line: string) => void;
  /** What the lock is taken for; default a run, which also asks what the key may do. */
  readonly purpose?: string;
  /** After each request of the venue, answered or not. */
  readonly onAnswer?: () => void;
}

export interface LiveBot extends Assembled {
  readonly live: LiveVenue;
  readonly feed: LiveFeed;
  readonly instruments: InstrumentBook;
  readonly connection: Connection;
  /** Moves a rehearsal's clock along; nothing on the real venue. */
  readonly followClock: () => Promise<void>;
  /** Writes how the venue answers, for `status`. */
  noteHealth(): void;
}

/** A request that got no answer by then is in doubt; the transport's own deadline is shorter. */
const GIVE_UP_FACTOR = 2;
const REQUEST_LOG_BYTES = 4_000_000;

/**
 * Throws FEED_CHANGED for a home of something else, VENUE_AUTH for a key that cannot be one, DENIED for
 * one that may do too much, VENUE_UNREACHABLE when no instruments are known and none can be read.
 */
export async function assembleLive(options: LiveOptions): Promise<LiveBot> {
  const { loaded, paths, rehearse, log } = options;
  const wall = wallClock();
  const isNew = !existsSync(paths.dir);
  const home = openHome(paths, wall, {
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
    const claim = claimOf(loaded, rehearse);
    refuseOther(home.db, claim);
    const connection = await open({ options, wall, opened, home });
    const { live, clock } = connection;
    refuseOtherAccount(home.db, connection.credentials, connection.rights);
    const instruments = await createInstrumentBook({ live, db: home.db, clock, log });
    claimHome(home.db, claim);
    writeMeta(home.db, { rehearse_url: rehearse ?? '' });
    const built = build({ options, wall, home, opened, connection, instruments, claim });
    const { feed } = built;
    const { facts } = connection;
    const failing = (): number => feed.failing();
    const health = createHealthNotes(home.db, { facts, live, failing, wall, clock });
    return {
      ...built,
      home,
      loaded,
      live,
      instruments,
      connection,
      feedDigest: claim.source.digest,
      setAside: [],
      catchUp: () => undefined,
      warmUp: () => warmUp(built.bot, feed),
      followClock: connection.followClock,
      noteHealth: () => health.note(),
      close,
    };
  } catch (error) {
    close();
    // What was refused at its very start leaves nothing behind that could be taken for a bot's home.
    if (isNew) rmSync(paths.dir, { recursive: true, force: true });
    throw error;
  }
}

interface Opening {
  readonly options: LiveOptions;
  readonly wall: Clock;
  readonly home: OpenHome;
  /** What is open and must be closed, oldest first. */
  readonly opened: { close(): void }[];
}

async function open({ options, wall, opened, home }: Opening): Promise<Connection> {
  const { loaded, rehearse, log, paths } = options;
  const requests = openRequestJournal(paths.requests, {
    maxBytes: REQUEST_LOG_BYTES,
    onFailure: (why) => log('warn', `requests are no longer written down: ${why}`),
  });
  opened.push(requests);
  const connection = await connect({
    loaded,
    rehearse,
    wall,
    isRun: options.purpose === undefined,
    log,
    onRequest: (at, line) => {
      requests.note(at, line);
      options.onAnswer?.();
    },
    remembered: remembered(home),
  });
  opened.push(connection.live);
  return connection;
}

/** Since when transfers are counted, the same at every start, and which markets are the bot's own. */
function remembered({ view }: OpenHome): Remembered {
  const [first] = view.eventsAfter(0, { limit: 1 });
  return {
    ...(first === undefined ? {} : { depositsSince: first.tsMs }),
    ownSymbols: () => [
      ...view.orders({ all: false }).map(({ symbol }) => symbol),
      ...view.openPositions().map(({ symbol }) => symbol),
    ],
  };
}

interface Parts extends Opening {
  readonly connection: Connection;
  readonly instruments: InstrumentBook;
  readonly claim: Claim;
}

function build(parts: Parts): BuiltBot<Venue> & Pick<LiveBot, 'feed'> {
  const { options, wall, home, opened, instruments } = parts;
  const { live, clock } = parts.connection;
  const { loaded, paths, log } = options;
  const { config } = loaded;
  const store = openCandleStore(paths.candles);
  opened.push(store);
  const news = candleNews(log);
  const feed = createLiveFeed({
    store,
    clock,
    ask: (question) => live.candles(question),
    concurrency: config.live.candleConcurrency,
    onNews: (each) => news.tell(each),
  });
  const built = buildBot({
    home,
    loaded,
    runId: runIdOf(parts.claim, wall),
    clock,
    wall,
    instruments: instruments.bySymbol,
    aliases: instruments.aliases,
    openVenue: () =>
      config.mode === 'live'
        ? instruments.watching(live)
        : paperOnLive({ live, clock, config, paths, instruments: instruments.bySymbol }),
    requestSignal: () => AbortSignal.timeout(config.live.requestTimeoutMs * GIVE_UP_FACTOR),
    isCurrent: (symbol) => feed.isCurrent(symbol),
    isSparing: true,
    log,
  });
  opened.push(...(config.mode === 'live' ? [] : [built.venue]), built.journal);
  news.into(built.bot);
  return { ...built, feed };
}

/** A home of a rehearsal never goes on with the real venue, nor one account with another. */
function claimOf(loaded: LoadedConfig, rehearse: string | null): Claim {
  const { venue, mode, account } = loaded.config;
  const place = rehearse === null ? 'real' : 'rehearsal';
  const digest = sha256(`live|${venue}|${mode}|${account}|${place}`);
  return { source: { digest, dir: null }, loaded, window: { from: null, to: null } };
}

/** Two starts are two runs: what a live venue told once is never told again. */
function runIdOf({ source }: Claim, wall: Clock): RunId {
  return `run-${sha256(`${source.digest}|${wall.now()}|${process.pid}`).slice(0, 16)}` as RunId;
}

/** Only markets that can be traded now, or are held: the others cost memory and say nothing. */
function warmUp(bot: LiveBot['bot'], feed: LiveFeed): void {
  const held = bot.journal.registry().positions;
  for (const symbol of bot.instruments.keys()) {
    if (!held.has(symbol) && !bot.tiers.verdictOf(symbol).tradeable) continue;
    feed.warmUp(symbol, ({ timeframe, candle }) => bot.scanner.push(symbol, timeframe, candle));
  }
}
