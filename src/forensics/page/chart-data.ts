/** What the chart of a trace shows: candles of the home where it has them, else the prices that were seen. */
import { existsSync } from 'node:fs';
import { CANDLES_APPLICATION_ID, CANDLES_MIGRATIONS } from '../../core/candle-schema.ts';
import { CandleStore } from '../../core/candle-store.ts';
import { isSqliteError, openReadonly } from '../../core/database.ts';
import { homePaths } from '../../core/home.ts';
import { TIMEFRAMES, type Candle, type Timeframe } from '../../domain/candle.ts';
import { MINUTE, ms, type Ms } from '../../domain/clock.ts';
import { messageOf, TradectlError } from '../../domain/errors.ts';
import { symbol as canonical } from '../../domain/symbol.ts';
import type { PositionRow } from '../timeline.ts';
import type { Evidence } from '../verdict/statement.ts';
import { spanOf } from '../verdict/look.ts';
import { drawnPrices } from './drawn-prices.ts';

/** Seconds, as the chart takes them. */
export interface ChartData {
  readonly timeframe: Timeframe | null;
  readonly candles: readonly {
    time: number;
    open: number;
    high: number;
    low: number;
    close: number;
  }[];
  /** Prices that a line of the timeline names, where there are no candles. */
  readonly prices: readonly { time: number; value: number }[];
  /** Why candles that are there could not be read; null where there are none, or they were read. */
  readonly without: string | null;
  readonly lines: readonly { price: number; title: string; kind: LineKind }[];
  /** What stood for a time: each stop and target, and of several positions their entries. */
  readonly segments: readonly Segment[];
  /** Whose lines they are, where that is not clear. */
  readonly lined: string | null;
  readonly marks: readonly { time: number; text: string; side: 'buy' | 'sell' | 'note' }[];
}

export type LineKind = 'entry' | 'stop' | 'target';

export interface Segment {
  readonly kind: LineKind;
  /** Empty where the prices of several positions are drawn. */
  readonly title: string;
  readonly price: number;
  readonly from: number;
  readonly until: number;
}

/** More are not seen on a page, and make it heavy. */
const MOST_CANDLES = 600;
const BARS_AROUND = 20;

/** `home` is null for another bot's incident, which has no candles of ours. */
export function chartData(evidence: Evidence, home: string | null): ChartData {
  const span = spanOf(evidence);
  const row = lined(evidence);
  const { found, without } =
    home === null || span === null ? NO_CANDLES : readCandles(evidence, home, span);
  const shift = evidence.zone * MINUTE;
  const seconds = (at: number): number => Math.floor((at + shift) / 1_000);
  const step = found === null ? 1_000 : TIMEFRAMES[found.timeframe];
  const barOf = (at: number): number => seconds(Math.floor(at / step) * step);
  return {
    timeframe: found?.timeframe ?? null,
    candles: (found?.candles ?? []).map(({ openMs, open, high, low, close }) => ({
      time: seconds(openMs),
      open,
      high,
      low,
      close,
    })),
    prices: found === null ? pricesOf(evidence, seconds) : [],
    without,
    ...drawnPrices(evidence, { row, barOf, step: step / 1_000, end: lastBar(found, barOf, span) }),
    marks: marksOf(evidence, barOf),
  };
}

interface Candles {
  readonly timeframe: Timeframe;
  readonly candles: readonly Candle[];
}

const NO_CANDLES = { found: null, without: null };

/** A page without candles is worth more than none: the journal is another file. */
function readCandles(
  evidence: Evidence,
  home: string,
  span: { from: number; to: number },
): { readonly found: Candles | null; readonly without: string | null } {
  try {
    return { found: candlesOf(evidence, home, span), without: null };
  } catch (error) {
    const isStore = error instanceof TradectlError && error.code.startsWith('STORE_');
    if (!isStore && !isSqliteError(error)) throw error;
    return { found: null, without: messageOf(error) };
  }
}

function candlesOf(
  evidence: Evidence,
  home: string,
  span: { from: number; to: number },
): Candles | null {
  const path = homePaths(home).candles;
  const market = evidence.symbols[0];
  if (market === undefined || !existsSync(path)) return null;
  const db = openReadonly(path, {
    applicationId: CANDLES_APPLICATION_ID,
    schemaVersion: CANDLES_MIGRATIONS.length,
  });
  try {
    const store = new CandleStore(db);
    const frames = (Object.keys(TIMEFRAMES) as Timeframe[]).sort(
      (a, b) => TIMEFRAMES[a] - TIMEFRAMES[b],
    );
    for (const timeframe of frames) {
      const around = BARS_AROUND * TIMEFRAMES[timeframe];
      if ((span.to - span.from + 2 * around) / TIMEFRAMES[timeframe] > MOST_CANDLES) continue;
      const key = { symbol: canonical(market), timeframe };
      const candles = store.read(key, ms(span.from - around), ms(span.to + around));
      if (candles.length > 1) return { timeframe, candles };
    }
    return null;
  } finally {
    db.close();
  }
}

/** One price per second, in order: two at once are one to a chart. */
function pricesOf(evidence: Evidence, seconds: (at: number) => number): ChartData['prices'] {
  const points = new Map<number, number>();
  const see = (at: Ms, price: unknown): void => {
    const value = Number(price);
    if (at > 0 && price !== null && Number.isFinite(value) && value > 0)
      points.set(seconds(at), value);
  };
  for (const { about, atMs, facts, quote } of evidence.entries) {
    if (about)
      see(
        atMs,
        facts['price'] ?? /"(?:entry_)?(?:price|entry)":"?([\d.]+)/.exec(quote)?.[1] ?? null,
      );
  }
  for (const row of evidence.positions) if (row.about) see(row.openedMs, row.entryPrice);
  return [...points].sort(([a], [b]) => a - b).map(([time, value]) => ({ time, value }));
}

/** Of one position: the open one, else the newest. Lines of several lie on each other and say nothing. */
function lined({ positions }: Evidence): PositionRow | null {
  const newest = positions.filter(({ about }) => about).toSorted((a, b) => b.openedMs - a.openedMs);
  return newest.find(({ status }) => status === 'open') ?? newest[0] ?? null;
}

function lastBar(
  found: Candles | null,
  barOf: (at: number) => number,
  span: { readonly to: number } | null,
): number {
  return barOf(found?.candles.at(-1)?.openMs ?? span?.to ?? 0);
}

/** Fills, and the moments at which it opened and closed where no fill is known. */
function marksOf(evidence: Evidence, barOf: (at: number) => number): ChartData['marks'] {
  const fills = evidence.entries.filter(
    ({ about, means, source }) => about && means === 'fill' && source.kind === 'journal',
  );
  const turns = evidence.entries.filter(
    ({ about, means, source }) =>
      about &&
      source.kind === 'journal' &&
      ['position_opened', 'position_imported', 'stop_placed'].includes(means),
  );
  const marks = fills.map(({ atMs, facts }) => ({
    time: barOf(atMs),
    text: `${String(facts['purpose'] ?? facts['side'] ?? 'fill')} ${String(facts['quantity'] ?? '')}`.trim(),
    side: facts['side'] === 'sell' ? ('sell' as const) : ('buy' as const),
  }));
  const told =
    fills.length > 0
      ? []
      : turns.map(({ atMs, type }) => ({ time: barOf(atMs), text: type, side: 'note' as const }));
  return [...marks, ...told].sort((a, b) => a.time - b.time);
}
