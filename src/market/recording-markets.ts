/**
 * Which files belong to which market of a recording, before any candle is read. A market needs an
 * instrument, daily candles for the bias and 4h candles for the structure; one that lacks them is
 * set aside with the reason.
 */
import { parseCandleFileName } from '../core/candle-csv.ts';
import { timeframeMs, type Timeframe } from '../domain/candle.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { FeedFile, FeedFolder } from './feed-folder.ts';
import type { InstrumentTable } from './instruments-csv.ts';

/** A market the bot will not look at, and what to fix. */
export interface SetAside {
  /** As written in the feed; the file name when it says no symbol. */
  readonly symbol: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly reason: string;
}

export interface MarketFiles {
  readonly symbol: Symbol;
  /** Longest timeframe first. */
  readonly files: readonly FeedFile[];
}

const NEEDED: readonly Timeframe[] = ['1d', '4h'];

/** Markets sorted by symbol, so that nothing depends on the order of a folder. */
export function groupByMarket(
  folder: FeedFolder,
  table: InstrumentTable,
): { markets: MarketFiles[]; setAside: SetAside[] } {
  const setAside: SetAside[] = [];
  const found = new Map<string, FeedFile[]>();
  for (const file of folder.candleFiles) {
    const parsed = parseCandleFileName(file.name);
    if (parsed === null || parsed.timeframe !== file.timeframe) {
      const reason = `the file name must be BASE_QUOTE_SETTLE-${file.timeframe}.csv`;
      setAside.push({ symbol: file.name, file: file.path, line: null, reason });
      continue;
    }
    const files = found.get(parsed.market) ?? [];
    files.push(file);
    found.set(parsed.market, files);
  }
  const markets: MarketFiles[] = [];
  for (const [market, files] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const refused = whyNot(market, files, { folder, table });
    if (refused !== null) setAside.push(refused);
    else markets.push({ symbol: market as Symbol, files: files.sort(longestFirst) });
  }
  return { markets, setAside };
}

function whyNot(
  market: string,
  files: readonly FeedFile[],
  feed: { readonly folder: FeedFolder; readonly table: InstrumentTable },
): SetAside | null {
  const { folder, table } = feed;
  const file = folder.instrumentsFile;
  const row = table.bad.find((bad) => bad.symbol === market);
  if (row !== undefined) return { symbol: market, file, line: row.line, reason: row.reason };
  if (!table.instruments.has(market as Symbol)) {
    return { symbol: market, file, line: null, reason: 'no row in instruments.csv' };
  }
  const lacking = NEEDED.filter((needed) => files.every((each) => each.timeframe !== needed));
  if (lacking.length === 0) return null;
  const reason = `no ${lacking.join(' and no ')} candles`;
  return { symbol: market, file: null, line: null, reason };
}

function longestFirst(a: FeedFile, b: FeedFile): number {
  return timeframeMs(b.timeframe) - timeframeMs(a.timeframe);
}
