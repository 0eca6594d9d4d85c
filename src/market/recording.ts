/**
 * Opens a recorded feed: checks each market, imports what a run needs into the candle store and says
 * which markets were set aside and why. One bad file never stops the others. A store that holds
 * this recording already is used as it is, so a resumed run starts at once.
 */
import { importFile } from '../core/candle-import.ts';
import type { CandleStore } from '../core/candle-store.ts';
import { timeframeMs, type Timeframe } from '../domain/candle.ts';
import { DAY, isoTime, ms, type Ms } from '../domain/clock.ts';
import { assert, TradectlError } from '../domain/errors.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { FeedFile, FeedFolder } from './feed-folder.ts';
import { readInstruments } from './instruments-csv.ts';
import { groupByMarket, type MarketFiles, type SetAside } from './recording-markets.ts';

export interface RecordingMarket {
  readonly symbol: Symbol;
  readonly instrument: Instrument;
  /** Longest first. */
  readonly timeframes: readonly Timeframe[];
  /** The smallest timeframe: what the paper venue matches on. */
  readonly matchingTimeframe: Timeframe;
}

export interface Recording {
  readonly digest: string;
  /** The smallest timeframe any market has: a cycle runs at each of its closes. */
  readonly baseTimeframe: Timeframe;
  /** Cycles run at T with `windowFrom < T <= windowTo`; everything before warms up. */
  readonly windowFrom: Ms;
  readonly windowTo: Ms;
  /** Sorted by symbol. */
  readonly markets: readonly RecordingMarket[];
  readonly setAside: readonly SetAside[];
  readonly operatorScript: FeedFolder['operatorScript'];
}

export interface RecordingOptions {
  readonly store: CandleStore;
  /** Wall clock: no candle may close after it. */
  readonly now: Ms;
  /** Narrow the window; null or absent: the whole recording. */
  readonly from?: Ms | null;
  readonly to?: Ms | null;
}

/** What the store remembers of an import, so that the files need not be read again. */
interface Imported {
  readonly digest: string;
  readonly from: Ms | null;
  readonly firstOpenMs: Ms;
  readonly lastCloseMs: Ms;
  readonly markets: readonly { readonly symbol: Symbol; readonly timeframes: Timeframe[] }[];
  readonly setAside: readonly SetAside[];
}

/** The timeframe decisions are made on; a default window starts with its first candle. */
const DECISION_TIMEFRAME = '4h' as const satisfies Timeframe;
/** Smaller timeframes only drive matching: this much of them before the window is enough. */
const MATCHING_LEAD = DAY;
const FACT = 'recording';

/**
 * Throws FILE_INVALID for a folder without any usable market and USAGE for an empty window. Replaces
 * what the store held of another recording: the caller has checked the digest before.
 */
export function openRecording(folder: FeedFolder, options: RecordingOptions): Recording {
  const { instruments, bad } = readInstruments(folder.instrumentsFile);
  const from = options.from ?? null;
  const held = heldImport(options.store, folder.digest, from);
  const imported =
    held ??
    options.store.transaction(() => {
      const grouped = groupByMarket(folder, { instruments, bad });
      return importRecording(folder, grouped, { ...options, from });
    });
  const markets = imported.markets.map(({ symbol, timeframes }) => {
    const instrument = instruments.get(symbol);
    const matchingTimeframe = timeframes.at(-1);
    assert(instrument !== undefined && matchingTimeframe !== undefined, `${symbol} was imported`);
    return { symbol, instrument, timeframes, matchingTimeframe };
  });
  return {
    digest: folder.digest,
    baseTimeframe: smallest(markets.map((market) => market.matchingTimeframe)),
    ...windowOf(imported, from, options.to ?? null),
    markets,
    setAside: imported.setAside,
    operatorScript: folder.operatorScript,
  };
}

function importRecording(
  folder: FeedFolder,
  grouped: { markets: readonly MarketFiles[]; setAside: readonly SetAside[] },
  options: RecordingOptions & { readonly from: Ms | null },
): Imported {
  const { store, now, from } = options;
  store.clear();
  const setAside = [...grouped.setAside];
  const span = { first: Number.POSITIVE_INFINITY, last: 0 };
  const isLong = (file: FeedFile): boolean =>
    timeframeMs(file.timeframe) >= timeframeMs(DECISION_TIMEFRAME);
  // Two rounds: how much of the small timeframes is needed is known only after the first.
  const decided = grouped.markets.filter((market) =>
    takeOrSetAside(store, market, setAside, () => {
      for (const file of market.files.filter(isLong)) {
        const key = { symbol: market.symbol, timeframe: file.timeframe };
        const facts = importFile(store, { file: file.path, key, closedBy: now });
        if (file.timeframe === DECISION_TIMEFRAME) {
          span.first = Math.min(span.first, facts.firstOpenMs);
        }
        span.last = Math.max(span.last, facts.lastOpenMs + timeframeMs(file.timeframe));
      }
    }),
  );
  const fromOpenMs = ms(Math.max(span.first, from ?? 0) - MATCHING_LEAD);
  const taken = decided.filter((market) =>
    takeOrSetAside(store, market, setAside, () => {
      for (const file of market.files.filter((each) => !isLong(each))) {
        const key = { symbol: market.symbol, timeframe: file.timeframe };
        const facts = importFile(store, { file: file.path, key, closedBy: now, fromOpenMs });
        span.last = Math.max(span.last, facts.lastOpenMs + timeframeMs(file.timeframe));
      }
    }),
  );
  if (taken.length === 0) throw noMarkets(folder, setAside);
  const imported = {
    digest: folder.digest,
    from,
    firstOpenMs: ms(span.first),
    lastCloseMs: ms(span.last),
    markets: taken.map(({ symbol, files }) => ({
      symbol,
      timeframes: files.map((file) => file.timeframe),
    })),
    setAside,
  };
  store.setFact(FACT, JSON.stringify(imported));
  return imported;
}

/** Imports in a savepoint; a market with a bad file leaves no candle behind, whatever the round. */
function takeOrSetAside(
  store: CandleStore,
  market: MarketFiles,
  setAside: SetAside[],
  take: () => void,
): boolean {
  try {
    store.transaction(take);
    return true;
  } catch (error) {
    if (!(error instanceof TradectlError) || error.code !== 'FILE_INVALID') throw error;
    const { file, line, reason } = error.details;
    store.remove(market.symbol);
    setAside.push({
      symbol: market.symbol,
      file: typeof file === 'string' ? file : null,
      line: typeof line === 'number' ? line : null,
      reason: typeof reason === 'string' ? reason : error.message,
    });
    return false;
  }
}

function heldImport(store: CandleStore, digest: string, from: Ms | null): Imported | null {
  const written = store.fact(FACT);
  if (written === null) return null;
  const held = JSON.parse(written) as Imported;
  return held.digest === digest && held.from === from ? held : null;
}

function windowOf(
  imported: Imported,
  from: Ms | null,
  to: Ms | null,
): { windowFrom: Ms; windowTo: Ms } {
  const windowFrom = ms(Math.max(imported.firstOpenMs, from ?? 0));
  const windowTo = ms(Math.min(imported.lastCloseMs, to ?? Number.POSITIVE_INFINITY));
  if (windowFrom < windowTo) return { windowFrom, windowTo };
  throw new TradectlError(
    'USAGE',
    `the window ${isoTime(windowFrom)} to ${isoTime(windowTo)} is empty`,
    {
      hint: `the recording holds ${isoTime(imported.firstOpenMs)} to ${isoTime(imported.lastCloseMs)}: change --from and --to`,
    },
  );
}

function smallest(timeframes: readonly Timeframe[]): Timeframe {
  return timeframes.reduce((a, b) => (timeframeMs(b) < timeframeMs(a) ? b : a));
}

function noMarkets(folder: FeedFolder, setAside: readonly SetAside[]): TradectlError {
  const first = setAside[0];
  const why = first === undefined ? '' : `, the first because: ${first.reason}`;
  return new TradectlError(
    'FILE_INVALID',
    `${folder.dir}: every market was set aside${why}; fix the files of the feed`,
    { details: { set_aside: setAside } },
  );
}
