/**
 * Lines of a file of any size through one buffer, in UTF-8 or UTF-16. A line that is not UTF-8 is read as
 * Windows-1252, in which every byte is a letter; one that is too long to be a row is told as such and
 * skipped: one bad row never costs the file.
 */
import { isUtf8 } from 'node:buffer';
import { closeSync, openSync, readSync, statSync, type Stats } from 'node:fs';
import { messageOf, TradectlError } from '../../domain/errors.ts';
import { encodingOf, refuseContainer } from './file-beginning.ts';

export interface TextLine {
  /** 1 for the first line. */
  readonly line: number;
  /** Without its line end; null when it is longer than {@link LONGEST_LINE}. */
  readonly text: string | null;
  /** True for a line that is no UTF-8. */
  readonly isForeign: boolean;
}

/** Characters: an event with its whole payload fits many times over. */
export const LONGEST_LINE = 1_000_000;
const CHUNK_BYTES = 64 * 1024;
const LINE_END = 0x0a;

/** Throws FILE_INVALID when the file cannot be read or is no text; `each` sees the bytes as they pass. */
export function* textLines(
  path: string,
  each: (bytes: Uint8Array) => void = () => undefined,
): Generator<TextLine> {
  const file = openFile(path);
  try {
    const chunks = chunksOf(path, file, each);
    const first = chunks.next();
    if (first.done === true) return;
    refuseContainer(path, first.value);
    const encoding = encodingOf(first.value);
    const all = joined(first.value, chunks);
    let line = 0;
    for (const found of encoding === 'utf-8' ? byteLines(all) : wideLines(all, encoding)) {
      line += 1;
      const text = found.text === null ? null : trimmed(found.text, line);
      yield { line, ...found, text };
    }
  } finally {
    closeSync(file);
  }
}

type Found = Omit<TextLine, 'line'>;

const TOO_LONG: Found = { text: null, isForeign: false };

/** Bytes are cut at line ends before they are read: a bad one spoils no line but its own. */
function* byteLines(chunks: Iterable<Buffer>): Generator<Found> {
  let [rest, isTooLong] = [Buffer.alloc(0), false];
  for (const chunk of chunks) {
    const end = chunk.lastIndexOf(LINE_END);
    if (end !== -1) {
      const whole = Buffer.concat([rest, chunk.subarray(0, end)]);
      for (const found of decoded(whole)) {
        yield isTooLong ? TOO_LONG : found;
        isTooLong = false;
      }
      rest = Buffer.from(chunk.subarray(end + 1));
    } else rest = Buffer.concat([rest, chunk]);
    // A letter takes up to four bytes; what is shorter is measured in letters when it is whole.
    if (rest.length > 4 * LONGEST_LINE) [rest, isTooLong] = [Buffer.alloc(0), true];
  }
  if (isTooLong) yield TOO_LONG;
  else if (rest.length > 0) yield* decoded(rest);
}

const WINDOWS = new TextDecoder('windows-1252');

function decoded(bytes: Buffer): Found[] {
  if (isUtf8(bytes)) return bytes.toString('utf8').split('\n').map(measured);
  const lines: Found[] = [];
  for (let from = 0; from <= bytes.length;) {
    const end = bytes.indexOf(LINE_END, from);
    const line = bytes.subarray(from, end === -1 ? bytes.length : end);
    lines.push(
      isUtf8(line)
        ? measured(line.toString('utf8'))
        : { ...measured(WINDOWS.decode(line)), isForeign: true },
    );
    from = end === -1 ? bytes.length + 1 : end + 1;
  }
  return lines;
}

function* wideLines(chunks: Iterable<Buffer>, encoding: 'utf-16le' | 'utf-16be'): Generator<Found> {
  const decoder = new TextDecoder(encoding);
  let [rest, isTooLong] = ['', false];
  for (const chunk of chunks) {
    const pieces = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      yield isTooLong ? TOO_LONG : measured(piece);
      isTooLong = false;
    }
    if (rest.length > LONGEST_LINE) [rest, isTooLong] = ['', true];
  }
  rest += decoder.decode();
  if (isTooLong) yield TOO_LONG;
  else if (rest !== '') yield measured(rest);
}

function measured(text: string): Found {
  return text.length > LONGEST_LINE ? TOO_LONG : { text, isForeign: false };
}

function trimmed(line: string, number: number): string {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  return number === 1 && text.startsWith('\ufeff') ? text.slice(1) : text;
}

function* chunksOf(
  path: string,
  file: number,
  each: (bytes: Uint8Array) => void,
): Generator<Buffer> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (;;) {
    const read = readChunk(path, file, chunk);
    if (read === 0) return;
    each(chunk.subarray(0, read));
    yield chunk.subarray(0, read);
  }
}

function* joined(first: Buffer, rest: Iterable<Buffer>): Generator<Buffer> {
  yield first;
  yield* rest;
}

/** A pipe would be waited for, and could not be read twice. */
function openFile(path: string): number {
  if (statOf(path)?.isFile() === false) {
    throw new TradectlError('FILE_INVALID', `${path}: is a directory or a pipe, not a file`, {
      hint: 'name the files themselves',
    });
  }
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Undefined when nothing is there. Throws FILE_INVALID for a place that cannot be looked at, or is no name. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw unreadable(path, error);
  }
}

function readChunk(path: string, file: number, chunk: Buffer): number {
  try {
    return readSync(file, chunk, 0, chunk.length, null);
  } catch (error) {
    throw unreadable(path, error);
  }
}

export function unreadable(path: string, error: unknown): TradectlError {
  const why = messageOf(error);
  return new TradectlError('FILE_INVALID', `${path}: cannot be read: ${why}`, {
    hint: 'check the path and its permissions',
    cause: error,
  });
}
