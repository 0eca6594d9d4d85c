/**
 * Reading logs of any size in little memory: line by line, from the oldest rotated file to the newest. A
 * line that is no line of ours, or was cut off by a crash, is passed on as text; nothing here throws for
 * what a file holds.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { messageOf, TradectlError } from '../domain/errors.ts';
import { parseLogLine, type LogRecord } from './log-record.ts';

export interface LogLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
  /** False for a last line without its line end: it may have been cut off. */
  readonly isWhole: boolean;
  /** Null for a line that tradectl did not write. */
  readonly record: LogRecord | null;
}

const CHUNK = 64 * 1_024;
/** Of a longer line only its beginning is kept; the next line is the next line. */
const LONGEST_LINE = 64 * 1_024;

/**
 * The lines of a home's log, oldest first, over all its rotated files; empty without a log. A rotation
 * meanwhile loses nothing: the files are opened newest first, and one that moved is read once.
 */
export function* readHomeLog(log: string): Generator<LogLine> {
  const opened = openRotated(log);
  try {
    for (const { file, fd } of opened.reverse()) yield* linesOf(fd, file);
  } finally {
    for (const { fd } of opened) closeSync(fd);
  }
}

/** What {@link readHomeLog} would read, in bytes; 0 without a log. */
export function logBytes(log: string): number {
  const opened = openRotated(log);
  try {
    return opened.reduce((sum, { fd }) => sum + fstatSync(fd).size, 0);
  } finally {
    for (const { fd } of opened) closeSync(fd);
  }
}

/** The lines of one file of any program. Throws FILE_INVALID when it cannot be opened. */
export function* readLogFile(file: string): Generator<LogLine> {
  const fd = openFile(file);
  try {
    yield* linesOf(fd, file);
  } finally {
    closeSync(fd);
  }
}

/** A line of any log, understood if it is ours. */
export function logLine(found: Omit<LogLine, 'record'>): LogLine {
  return new ReadLine(found);
}

/**
 * Understood when asked: who looks for one thing in a large log need not parse all of it. A class, because an
 * object with a getter of its own per line went straight to the old generation: as much garbage as the log is long.
 */
class ReadLine implements LogLine {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly isWhole: boolean;

  constructor({ file, line, text, isWhole }: Omit<LogLine, 'record'>) {
    this.file = file;
    this.line = line;
    this.text = text;
    this.isWhole = isWhole;
  }

  get record(): LogRecord | null {
    return parseLogLine(this.text);
  }
}

/** Splits pieces of text into lines, keeping the beginning of those that are too long. */
export class LineSplitter {
  private rest = '';
  private skipping = false;

  /** The lines that `piece` completes. */
  *push(piece: string): Generator<string> {
    let from = 0;
    for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', from)) {
      const line = this.rest + (this.skipping ? '' : piece.slice(from, end));
      this.rest = '';
      this.skipping = false;
      from = end + 1;
      yield line.endsWith('\r') ? line.slice(0, -1) : line;
    }
    if (this.skipping) return;
    this.rest += piece.slice(from);
    if (this.rest.length > LONGEST_LINE) {
      this.rest = this.rest.slice(0, LONGEST_LINE);
      this.skipping = true;
    }
  }

  /** What stands after the last line end. */
  end(): string {
    return this.rest;
  }
}

function* linesOf(fd: number, file: string): Generator<LogLine> {
  const splitter = new LineSplitter();
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.alloc(CHUNK);
  let line = 0;
  const lineOf = (text: string, isWhole: boolean): LogLine => {
    line += 1;
    return logLine({ file, line, text, isWhole });
  };
  for (;;) {
    const length = readPiece(fd, buffer, file);
    if (length === 0) break;
    for (const text of splitter.push(decoder.write(buffer.subarray(0, length)))) {
      yield lineOf(text, true);
    }
  }
  const rest = splitter.end() + decoder.end();
  if (rest !== '') yield lineOf(rest, false);
}

function openRotated(log: string): { file: string; fd: number }[] {
  const opened: { file: string; fd: number }[] = [];
  const seen = new Set<number>();
  // A rotation under way leaves one place empty for a moment, and one that failed may leave it so.
  for (let number = 0, missing = 0; missing < 2; number += 1) {
    const file = number === 0 ? log : `${log}.${number}`;
    const fd = openIfThere(file);
    if (fd === null) {
      missing += 1;
      continue;
    }
    missing = 0;
    const { ino } = fstatSync(fd);
    if (seen.has(ino)) closeSync(fd);
    else opened.push({ file, fd });
    seen.add(ino);
  }
  return opened;
}

function openIfThere(file: string): number | null {
  try {
    return openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unreadable(file, error);
  }
}

function openFile(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (error) {
    throw unreadable(file, error);
  }
}

function readPiece(fd: number, buffer: Buffer, file: string): number {
  try {
    return readSync(fd, buffer, 0, buffer.length, null);
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): TradectlError {
  const why = messageOf(error);
  return new TradectlError('FILE_INVALID', `${file} cannot be read: ${why}`, {
    hint: 'name a log file that this user may read',
    cause: error,
  });
}
