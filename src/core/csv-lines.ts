/**
 * Reads a text file line by line through one small buffer, as bytes: a file of any size costs the
 * same memory, and a number is scanned without making a string of it.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { messageOf, TradectlError } from '../domain/errors.ts';

export interface Line {
  /** Valid only while the line is visited: the buffer is used again. */
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** 1 for the first line of the file. */
  readonly number: number;
  /** False for a last line without a line end: a sign that the file was cut. */
  readonly ended: boolean;
}

const BUFFER_BYTES = 256 * 1024;
const NEWLINE = 10;
const RETURN = 13;

/** Visits each line without its line end. Throws FILE_INVALID when the file cannot be read. */
export function forEachLine(path: string, visit: (line: Line) => void): void {
  const file = open(path);
  try {
    const bytes = Buffer.allocUnsafe(BUFFER_BYTES);
    const line = { bytes, from: 0, to: 0, number: 0, ended: true };
    let filled = 0;
    for (;;) {
      const read = readSync(file, bytes, filled, BUFFER_BYTES - filled, null);
      const end = filled + read;
      if (read === 0) {
        if (filled > 0) visitLast(line, filled, visit);
        return;
      }
      const rest = visitLines(line, end, visit);
      if (rest === 0 && end === BUFFER_BYTES) {
        throw unreadable(path, `line ${line.number + 1} is longer than ${BUFFER_BYTES} bytes`);
      }
      bytes.copyWithin(0, rest, end);
      filled = end - rest;
    }
  } catch (error) {
    throw error instanceof TradectlError ? error : unreadable(path, messageOf(error));
  } finally {
    closeSync(file);
  }
}

/** Visits the complete lines of the buffer; returns where the incomplete rest begins. */
function visitLines(
  line: { bytes: Buffer; from: number; to: number; number: number; ended: boolean },
  end: number,
  visit: (line: Line) => void,
): number {
  let from = 0;
  for (;;) {
    const newline = line.bytes.indexOf(NEWLINE, from);
    if (newline === -1 || newline >= end) return from;
    line.from = from;
    line.to = newline > from && line.bytes[newline - 1] === RETURN ? newline - 1 : newline;
    line.number += 1;
    visit(line);
    from = newline + 1;
  }
}

function visitLast(
  line: { from: number; to: number; number: number; ended: boolean; bytes: Buffer },
  end: number,
  visit: (line: Line) => void,
): void {
  line.from = 0;
  line.to = end;
  line.number += 1;
  line.ended = false;
  visit(line);
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw unreadable(path, messageOf(error));
  }
}

function unreadable(path: string, why: string): TradectlError {
  return new TradectlError(
    'FILE_INVALID',
    `${path}: cannot be read: ${why}; check the path and its permissions`,
    { details: { file: path, line: null } },
  );
}
