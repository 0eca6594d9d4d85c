/**
 * Lines of a file of any size through one buffer. A line that is too long to be a row is told as such and
 * skipped: one bad row never costs the file.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { messageOf, TradectlError } from '../../domain/errors.ts';

export interface TextLine {
  /** 1 for the first line. */
  readonly number: number;
  /** Without its line end; null when it is longer than {@link LONGEST_LINE}. */
  readonly text: string | null;
}

/** Characters: an event with its whole payload fits many times over. */
export const LONGEST_LINE = 1_000_000;
const CHUNK_BYTES = 64 * 1024;

/** Throws FILE_INVALID when the file cannot be read; `each` sees the bytes as they pass. */
export function* textLines(
  path: string,
  each: (bytes: Uint8Array) => void = () => undefined,
): Generator<TextLine> {
  const file = openFile(path);
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const decoder = new StringDecoder('utf8');
    let [rest, number, tooLong] = ['', 0, false];
    for (;;) {
      const read = readChunk(path, file, chunk);
      if (read === 0) break;
      each(chunk.subarray(0, read));
      const pieces = (rest + decoder.write(chunk.subarray(0, read))).split('\n');
      rest = pieces.pop() ?? '';
      for (const piece of pieces) {
        number += 1;
        yield {
          number,
          text: tooLong || piece.length > LONGEST_LINE ? null : trimmed(piece, number),
        };
        tooLong = false;
      }
      if (rest.length > LONGEST_LINE) [rest, tooLong] = ['', true];
    }
    rest += decoder.end();
    if (rest !== '' || tooLong) {
      yield { number: number + 1, text: tooLong ? null : trimmed(rest, number + 1) };
    }
  } finally {
    closeSync(file);
  }
}

function trimmed(line: string, number: number): string {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  return number === 1 && text.startsWith('\ufeff') ? text.slice(1) : text;
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r');
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
