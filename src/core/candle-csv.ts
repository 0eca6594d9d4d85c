/**
 * Candles out of a CSV file, checked line by line and handed on in batches. Nothing is repaired: the
 * first line that cannot be a closed candle on the grid of the timeframe ends the reading with one
 * sentence that names file, line, value and what to do. Two headers are known, see {@link HEADERS}.
 */
import { parseTimeframe, timeframeMs, type Candle, type Timeframe } from '../domain/candle.ts';
import { isoTime, ms, parseTime, type Ms } from '../domain/clock.ts';
import { TradectlError } from '../domain/errors.ts';
import { forEachLine, type Line } from './csv-lines.ts';
import { scanNumber, significantDigits } from './csv-number.ts';

export interface CandleFile {
  readonly path: string;
  readonly timeframe: Timeframe;
  /** Candles that close after this time are unfinished or of the future. */
  readonly closedBy: Ms;
}

export interface CandleFileFacts {
  readonly rows: number;
  readonly firstOpenMs: Ms;
  readonly lastOpenMs: Ms;
}

/** Candles of consecutive lines, the first of them from line `firstLine`. */
export type CandleSink = (candles: readonly Candle[], firstLine: number) => void;

interface Layout {
  readonly time: number;
  /** Column of `open`; high, low and close follow. */
  readonly open: number;
  /** Null where the file has none; the volume is 0 then. */
  readonly volume: number | null;
}

const HEADERS: Readonly<Record<string, Layout>> = {
  'timestamp_ms,open,high,low,close,volume': { time: 0, open: 1, volume: 5 },
  'index,time,open,high,low,close': { time: 1, open: 2, volume: null },
};
const COLUMNS = 6;
const COMMA = 44;
const BATCH = 1_000;
/** What a double gives back exactly; text of no more characters cannot have more digits. */
const MAX_PRICE_DIGITS = 15;
const REDO = 'fix the line, or download the file again';

/** Symbol as written (`BASE/QUOTE:SETTLE`) and timeframe of `BASE_QUOTE_SETTLE-<timeframe>.csv`. */
export function parseCandleFileName(name: string): { market: string; timeframe: Timeframe } | null {
  const match = /^([A-Z0-9.]+)_([A-Z0-9]+)_([A-Z0-9]+)-(1m|5m|15m|1h|4h|1d)\.csv$/.exec(name);
  if (match === null) return null;
  const [, base, quote, settle, timeframe = ''] = match;
  return { market: `${base}/${quote}:${settle}`, timeframe: parseTimeframe(timeframe) };
}

/** Reads a whole file. Throws FILE_INVALID at the first violation; `details` holds file and line. */
export function readCandleFile(file: CandleFile, sink: CandleSink): CandleFileFacts {
  const reader = new CandleFileReader(file, sink);
  forEachLine(file.path, (line) => reader.line(line));
  return reader.end();
}

class CandleFileReader {
  private readonly file: CandleFile;
  private readonly sink: CandleSink;
  private readonly step: number;
  private readonly commas = new Int32Array(COLUMNS + 1);
  private layout: Layout | null = null;
  private columns: readonly string[] = [];
  private batch: Candle[] = [];
  private rows = 0;
  private firstOpenMs = ms(0);
  private lastOpenMs = ms(0);

  constructor(file: CandleFile, sink: CandleSink) {
    this.file = file;
    this.sink = sink;
    this.step = timeframeMs(file.timeframe);
  }

  line(line: Line): void {
    if (this.layout === null) return this.header(line);
    if (!line.ended) {
      this.refuse(line, `the file ends within a line (${quoted(textOf(line))})`, TRUNCATED);
    }
    this.split(line);
    const openMs = this.time(line, this.layout.time);
    const candle = this.candle(line, openMs, this.layout);
    this.checkShape(line, candle);
    this.checkTime(line, openMs);
    if (this.rows === 0) this.firstOpenMs = openMs;
    this.rows += 1;
    this.lastOpenMs = openMs;
    this.batch.push(candle);
    if (this.batch.length === BATCH) this.flush();
  }

  end(): CandleFileFacts {
    if (this.rows === 0) {
      throw violation(this.file.path, 1, 'the file holds no candles', TRUNCATED);
    }
    this.flush();
    return { rows: this.rows, firstOpenMs: this.firstOpenMs, lastOpenMs: this.lastOpenMs };
  }

  private header(line: Line): void {
    const written = textOf(line).replace(/^\u00ef\u00bb\u00bf/, '');
    const layout = HEADERS[written];
    if (layout === undefined) {
      const known = Object.keys(HEADERS).join(' or ');
      this.refuse(line, `unknown header ${quoted(written)}`, `expected ${known}`);
    }
    this.layout = layout;
    this.columns = written.split(',');
  }

  /** Finds the columns of a line: column c is the bytes after comma c up to comma c + 1. */
  private split(line: Line): void {
    const { bytes, from, to } = line;
    let found = 0;
    this.commas[0] = from - 1;
    for (let at = from; at < to; at += 1) {
      if (bytes[at] !== COMMA) continue;
      found += 1;
      if (found < COLUMNS) this.commas[found] = at;
    }
    this.commas[COLUMNS] = to;
    if (found !== COLUMNS - 1) {
      const columns = textOf(line) === '' ? 0 : found + 1;
      this.refuse(line, `${columns} columns where the header has ${COLUMNS}`, REDO);
    }
  }

  private time(line: Line, column: number): Ms {
    if (this.columns[column] === 'timestamp_ms') {
      const value = this.number(line, column);
      if (Number.isSafeInteger(value) && value >= 0) return ms(value);
    } else {
      const parsed = parseTime(this.text(line, column));
      if (parsed !== null) return parsed;
    }
    return this.refuse(line, `${this.named(line, column)} is not a time`, REDO);
  }

  private candle(line: Line, openMs: Ms, layout: Layout): Candle {
    const { open: first, volume } = layout;
    return {
      openMs,
      open: this.price(line, first),
      high: this.price(line, first + 1),
      low: this.price(line, first + 2),
      close: this.price(line, first + 3),
      volume: volume === null ? 0 : this.volume(line, volume),
    };
  }

  private price(line: Line, column: number): number {
    const value = this.number(line, column);
    if (!(value > 0)) this.refuse(line, `${this.named(line, column)} is not above zero`, REDO);
    const width = (this.commas[column + 1] ?? 0) - (this.commas[column] ?? 0) - 1;
    if (width > MAX_PRICE_DIGITS && significantDigits(this.text(line, column)) > MAX_PRICE_DIGITS) {
      const digits = `${this.named(line, column)} has more than ${MAX_PRICE_DIGITS} significant digits`;
      this.refuse(line, digits, 'write the price as the venue does, unrounded and without noise');
    }
    return value;
  }

  private volume(line: Line, column: number): number {
    const value = this.number(line, column);
    if (value < 0) this.refuse(line, `${this.named(line, column)} is below zero`, REDO);
    return value;
  }

  private number(line: Line, column: number): number {
    const from = (this.commas[column] ?? 0) + 1;
    const value = scanNumber(line.bytes, from, this.commas[column + 1] ?? 0);
    if (Number.isNaN(value)) {
      this.refuse(line, `${this.named(line, column)} is not a number`, REDO);
    }
    return value;
  }

  private checkShape(line: Line, candle: Candle): void {
    const { open, high, low, close } = candle;
    if (high < low) this.refuse(line, `high ${high} is below low ${low}`, REDO);
    for (const [name, value] of [
      ['open', open],
      ['close', close],
    ] as const) {
      if (value > high || value < low) {
        this.refuse(line, `${name} ${value} is outside low ${low} to high ${high}`, REDO);
      }
    }
  }

  private checkTime(line: Line, openMs: Ms): void {
    const { timeframe, closedBy } = this.file;
    if (this.isInPlace(openMs)) return;
    const at = `${openMs} (${describeTime(openMs)})`;
    if (openMs % this.step !== 0) {
      this.refuse(line, `time ${at} is not on the grid of ${timeframe}`, WRONG_TIMEFRAME);
    }
    if (openMs + this.step > closedBy) {
      const state = openMs >= closedBy ? 'is in the future' : 'is of an unfinished candle';
      this.refuse(line, `time ${at} ${state}`, 'remove the line: only closed candles are taken');
    }
    if (openMs === this.lastOpenMs) {
      this.refuse(line, `time ${at} is there twice`, 'remove one of the two lines');
    }
    this.refuse(line, `time ${at} is before the line above`, 'sort the file by time');
  }

  /** On the grid, closed, and after the line above. */
  private isInPlace(openMs: Ms): boolean {
    if (openMs % this.step !== 0 || openMs + this.step > this.file.closedBy) return false;
    return this.rows === 0 || openMs > this.lastOpenMs;
  }

  private flush(): void {
    if (this.batch.length === 0) return;
    // Lines of data start at 2, and every line is one row.
    this.sink(this.batch, this.rows - this.batch.length + 2);
    this.batch = [];
  }

  private text(line: Line, column: number): string {
    const from = (this.commas[column] ?? 0) + 1;
    return latin1(line.bytes, from, this.commas[column + 1] ?? 0);
  }

  private named(line: Line, column: number): string {
    return `${this.columns[column]} ${quoted(this.text(line, column))}`;
  }

  private refuse(line: Line, what: string, remedy: string): never {
    throw violation(this.file.path, line.number, what, remedy);
  }
}

const TRUNCATED = 'the file is incomplete: download it again';
const WRONG_TIMEFRAME = 'check the timeframe in the file name';

/** One line: file, line, what is wrong with which value, and what to do. */
export function violation(file: string, line: number, what: string, remedy: string): TradectlError {
  return new TradectlError('FILE_INVALID', `${file}:${line}: ${what}; ${remedy}`, {
    details: { file, line, reason: what },
  });
}

function textOf(line: Line): string {
  return latin1(line.bytes, line.from, line.to);
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
}

/** A value as it stands in the file, on one line whatever it holds. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

function describeTime(at: Ms): string {
  return at <= 8.64e15 ? isoTime(at) : 'beyond any date';
}
