/**
 * Candles on disk: `candles.db`, a cache that may be lost and read again, never a source of truth.
 * Only closed candles enter, a candle that is there is never changed (the venue revised it: that
 * is a finding, not an update), and every row handed out is counted, so that a test can prove
 * that a cycle reads only what is new.
 */
import type { Statement } from 'better-sqlite3';
import { TIMEFRAMES, timeframeMs, type Candle, type Timeframe } from '../domain/candle.ts';
import { isoTime, ms, type Ms } from '../domain/clock.ts';
import { assert, TradectlError } from '../domain/errors.ts';
import { symbol as canonical, type Symbol } from '../domain/symbol.ts';
import { inOurWords, openDatabase, type Db } from './database.ts';
import { CANDLES_APPLICATION_ID, CANDLES_MIGRATIONS } from './candle-schema.ts';

/** One market's candles of one timeframe. */
export interface SeriesKey {
  readonly symbol: Symbol;
  readonly timeframe: Timeframe;
}

export interface SeriesFacts extends SeriesKey {
  readonly rows: number;
  readonly firstOpenMs: Ms;
  readonly lastOpenMs: Ms;
}

export interface Inserted {
  readonly inserted: number;
  /** Were there already, equal in every figure. */
  readonly unchanged: number;
}

/** Where {@link CandleStore.readAfterInto} puts what it reads. */
export interface FiguresRange {
  readonly target: Float64Array;
  readonly offset: number;
  readonly limit: number;
}

/** Figures of one candle: open time, open, high, low, close, volume. */
export const CANDLE_WIDTH = 6;

type Row = [openMs: number, open: number, high: number, low: number, close: number, volume: number];

const COLUMNS = 'open_ms, open, high, low, close, volume';
/** Rows per statement: two thirds of the time of an insert is the call, not the row. */
const ROWS_PER_INSERT = 20;
const BUSY_TIMEOUT_MS = 5_000;

/** Opens or creates the store; throws as {@link openDatabase} does. */
export function openCandleStore(path: string): CandleStore {
  const db = openDatabase(path, {
    applicationId: CANDLES_APPLICATION_ID,
    migrations: CANDLES_MIGRATIONS,
    durability: 'normal',
    busyTimeoutMs: BUSY_TIMEOUT_MS,
  });
  return new CandleStore(db);
}

export class CandleStore {
  /** Rows handed out since the store was opened. */
  rowsRead = 0;
  private readonly db: Db;
  private readonly ids = new Map<Symbol, number>();
  private readonly statements = new Map<string, Statement>();

  constructor(db: Db) {
    this.db = db;
  }

  /** Runs `work` as one transaction; nested calls are savepoints. A throw undoes all of it. */
  transaction<T>(work: () => T): T {
    return this.db.transaction(work).immediate();
  }

  /**
   * Adds closed candles, oldest first, in one transaction. Throws FILE_INVALID when another candle
   * is stored for the same open time (`details.openMs`), STORE_* when the disk refuses; nothing is written then.
   */
  insertCandles(key: SeriesKey, candles: readonly Candle[]): Inserted {
    const first = candles[0];
    const last = candles.at(-1);
    if (first === undefined || last === undefined) return { inserted: 0, unchanged: 0 };
    const insert = (): Inserted => {
      const inserted = this.insertRows(this.idOf(key.symbol), key.timeframe, candles);
      const unchanged = candles.length - inserted;
      if (unchanged > 0) {
        const held = this.select(key, { from: first.openMs, to: ms(last.openMs + 1) });
        refuseRevision(key, held, candles);
      }
      return { inserted, unchanged };
    };
    return inOurWords(this.db.name, () => this.transaction(insert));
  }

  /** Candles with `fromOpenMs <= open < toOpenMs`, oldest first. */
  read(key: SeriesKey, fromOpenMs: Ms, toOpenMs: Ms): Candle[] {
    return this.counted(this.select(key, { from: fromOpenMs, to: toOpenMs }));
  }

  /** At most `limit` candles that open after `afterOpenMs`, oldest first. */
  readAfter(key: SeriesKey, afterOpenMs: Ms, limit: number): Candle[] {
    return this.counted(this.rowsAfter(key, afterOpenMs, limit).map(candleOf));
  }

  /**
   * As {@link readAfter}, but copied into `target` from `offset` on, {@link CANDLE_WIDTH} figures per
   * candle in the order of the interface. Returns how many candles there were. A feed that reads
   * ahead keeps no objects alive this way.
   */
  readAfterInto(key: SeriesKey, afterOpenMs: Ms, into: FiguresRange): number {
    const rows = this.rowsAfter(key, afterOpenMs, into.limit);
    for (const [index, row] of rows.entries()) {
      into.target.set(row, into.offset + index * CANDLE_WIDTH);
    }
    this.rowsRead += rows.length;
    return rows.length;
  }

  /** Every candle of a series, oldest first, a thousand at a time in memory. */
  *iterate(key: SeriesKey): Generator<Candle> {
    const page = 1_000;
    let after = ms(-1);
    for (;;) {
      const candles = this.readAfter(key, after, page);
      yield* candles;
      const last = candles.at(-1);
      if (last === undefined || candles.length < page) return;
      after = last.openMs;
    }
  }

  last(key: SeriesKey): Candle | null {
    const sql = `SELECT ${COLUMNS} FROM candles
      WHERE symbol_id = ? AND timeframe_ms = ? ORDER BY open_ms DESC LIMIT 1`;
    const row = this.rows(sql).get(...this.keyOf(key)) as Row | undefined;
    return row === undefined ? null : (this.counted([candleOf(row)])[0] ?? null);
  }

  /** Candles that open after `afterOpenMs` and closed by `closedBy`, oldest first. */
  newCandles(key: SeriesKey, afterOpenMs: Ms, closedBy: Ms): Candle[] {
    const to = ms(closedBy - timeframeMs(key.timeframe) + 1);
    return this.counted(this.select(key, { from: ms(afterOpenMs + 1), to }));
  }

  /** What is stored, by symbol and timeframe. Reads no candle. */
  series(): SeriesFacts[] {
    const sql = `SELECT s.symbol, c.timeframe_ms, count(*), min(c.open_ms), max(c.open_ms)
      FROM candles c JOIN symbols s ON s.id = c.symbol_id
      GROUP BY c.symbol_id, c.timeframe_ms ORDER BY s.symbol, c.timeframe_ms`;
    const rows = this.rows(sql).all() as [string, number, number, number, number][];
    return rows.map(([market, step, count, first, last]) => ({
      symbol: canonical(market),
      timeframe: timeframeOf(step),
      rows: count,
      firstOpenMs: ms(first),
      lastOpenMs: ms(last),
    }));
  }

  /** Removes every candle of a market. */
  remove(market: Symbol): void {
    this.db
      .prepare('DELETE FROM candles WHERE symbol_id = (SELECT id FROM symbols WHERE symbol = ?)')
      .run(market);
  }

  /** Removes every candle and fact; the cache is filled again from its source. */
  clear(): void {
    this.transaction(() => {
      this.db.exec('DELETE FROM candles; DELETE FROM symbols; DELETE FROM facts');
      this.ids.clear();
    });
  }

  /** A remembered text about the cache, such as which recording it holds; null when never set. */
  fact(name: string): string | null {
    const row = this.rows('SELECT value FROM facts WHERE name = ?').get(name) as
      [string] | undefined;
    return row?.[0] ?? null;
  }

  setFact(name: string, value: string): void {
    this.db
      .prepare('INSERT INTO facts(name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = ?')
      .run(name, value, value);
  }

  close(): void {
    this.db.close();
  }

  private insertRows(id: number, timeframe: Timeframe, candles: readonly Candle[]): number {
    const key = { id, step: timeframeMs(timeframe) };
    let inserted = 0;
    for (let from = 0; from < candles.length; from += ROWS_PER_INSERT) {
      const to = Math.min(from + ROWS_PER_INSERT, candles.length);
      const values: number[] = [];
      for (let at = from; at < to; at += 1) {
        const candle = candles[at];
        assert(candle !== undefined, 'a batch of candles has no holes');
        const { openMs, open, high, low, close, volume } = candle;
        values.push(openMs, open, high, low, close, volume);
      }
      inserted += this.insertion(to - from).run(values, key).changes;
    }
    return inserted;
  }

  private insertion(rows: number): Statement {
    const name = `insert ${rows}`;
    const known = this.statements.get(name);
    if (known !== undefined) return known;
    const values = new Array<string>(rows).fill('(@id, @step, ?, ?, ?, ?, ?, ?)').join(', ');
    const made = this.db.prepare(
      `INSERT INTO candles(symbol_id, timeframe_ms, ${COLUMNS}) VALUES ${values}
       ON CONFLICT DO NOTHING`,
    );
    this.statements.set(name, made);
    return made;
  }

  private rowsAfter(key: SeriesKey, afterOpenMs: Ms, limit: number): Row[] {
    const sql = `SELECT ${COLUMNS} FROM candles
      WHERE symbol_id = ? AND timeframe_ms = ? AND open_ms > ? ORDER BY open_ms LIMIT ?`;
    return this.rows(sql).all(...this.keyOf(key), afterOpenMs, limit) as Row[];
  }

  private select(key: SeriesKey, span: { from: Ms; to: Ms }): Candle[] {
    const sql = `SELECT ${COLUMNS} FROM candles
      WHERE symbol_id = ? AND timeframe_ms = ? AND open_ms >= ? AND open_ms < ? ORDER BY open_ms`;
    return (this.rows(sql).all(...this.keyOf(key), span.from, span.to) as Row[]).map(candleOf);
  }

  /** A prepared statement that answers arrays: half the cost of objects with named columns. */
  private rows(sql: string): Statement {
    const known = this.statements.get(sql);
    if (known !== undefined) return known;
    const made = this.db.prepare(sql).raw(true);
    this.statements.set(sql, made);
    return made;
  }

  private keyOf(key: SeriesKey): [number, number] {
    return [this.ids.get(key.symbol) ?? this.lookUp(key.symbol) ?? -1, timeframeMs(key.timeframe)];
  }

  private idOf(market: Symbol): number {
    const known = this.ids.get(market) ?? this.lookUp(market);
    if (known !== undefined) return known;
    const made = this.db.prepare('INSERT INTO symbols(symbol) VALUES (?)').run(market);
    return Number(made.lastInsertRowid);
  }

  private lookUp(market: Symbol): number | undefined {
    const row = this.rows('SELECT id FROM symbols WHERE symbol = ?').get(market) as
      [number] | undefined;
    // Not while a transaction may still take the row back.
    if (row !== undefined && !this.db.inTransaction) this.ids.set(market, row[0]);
    return row?.[0];
  }

  private counted(candles: Candle[]): Candle[] {
    this.rowsRead += candles.length;
    return candles;
  }
}

/** Throws when a stored candle differs from the one offered for its open time. */
function refuseRevision(key: SeriesKey, held: readonly Candle[], offered: readonly Candle[]): void {
  const byTime = new Map(held.map((candle) => [candle.openMs, candle]));
  for (const candle of offered) {
    const stored = byTime.get(candle.openMs);
    if (stored === undefined || sameFigures(stored, candle)) continue;
    throw new TradectlError(
      'FILE_INVALID',
      `${key.symbol} ${key.timeframe} ${isoTime(candle.openMs)}: the candle ${figures(candle)} differs from the stored ${figures(stored)}`,
      { details: { openMs: candle.openMs, held: figures(stored), offered: figures(candle) } },
    );
  }
}

function sameFigures(a: Candle, b: Candle): boolean {
  return (
    a.open === b.open &&
    a.high === b.high &&
    a.low === b.low &&
    a.close === b.close &&
    a.volume === b.volume
  );
}

function figures(candle: Candle): string {
  return [candle.open, candle.high, candle.low, candle.close, candle.volume].join(',');
}

function candleOf(row: Row): Candle {
  const [openMs, open, high, low, close, volume] = row;
  return { openMs: ms(openMs), open, high, low, close, volume };
}

function timeframeOf(step: number): Timeframe {
  const found = (Object.keys(TIMEFRAMES) as Timeframe[]).find((name) => TIMEFRAMES[name] === step);
  assert(found !== undefined, `a stored timeframe is known, was ${step} ms`);
  return found;
}
