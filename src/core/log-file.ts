/**
 * The file under the log: appended to, rotated when it is full, never longer than its share of the disk. What
 * cannot be written is undone as far as it went, so that the file holds whole lines only, and thrown.
 */
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface LogLimits {
  /** Of one file. */
  readonly maxBytes: number;
  /** How many files there are at most, the one that is written to included. */
  readonly files: number;
}

export interface LogFile {
  /** Appends whole lines. Throws what the file system says; then nothing was appended. */
  readonly append: (text: string) => void;
  readonly close: () => void;
}

const LINE_END = 0x0a;

/** Nothing is opened before the first line is written. */
export function logFile(file: string, limits: LogLimits): LogFile {
  let fd: number | null = null;
  // Not known of a file that another process wrote, or that could not be cut back.
  let endsWhole = false;
  const close = (): void => {
    if (fd !== null) closeSync(fd);
    fd = null;
    endsWhole = false;
  };
  const open = (): number => (fd ??= openSync(file, 'a+', 0o600));

  return {
    append: (text) => {
      let stat = fstatSync(open());
      if (stat.nlink === 0) {
        // Whoever removed the file to free space wants the space: it is not written to any longer.
        close();
        stat = fstatSync(open());
      }
      let { size } = stat;
      if (size > 0 && size + text.length > limits.maxBytes) {
        close();
        rotate(file, limits.files);
        size = 0;
      }
      // What a crash cut off stays as evidence, on a line of its own.
      const whole = endsWhole || endsWithLine(open(), size) ? text : `\n${text}`;
      try {
        writeWhole(open(), Buffer.from(whole), size);
        endsWhole = true;
      } catch (error) {
        // The next attempt starts from what is there then.
        close();
        throw error;
      }
    },
    close,
  };
}

function writeWhole(fd: number, bytes: Buffer, size: number): void {
  try {
    let written = 0;
    while (written < bytes.length) written += writeSync(fd, bytes, written);
  } catch (error) {
    cutBack(fd, size);
    throw error;
  }
}

/** Best effort: the error that is thrown on is the one that says what is wrong. */
function cutBack(fd: number, size: number): void {
  try {
    ftruncateSync(fd, size);
  } catch {
    // Half a line stays; the next append ends it.
  }
}

function endsWithLine(fd: number, size: number): boolean {
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(fd, last, 0, 1, size - 1);
  return last[0] === LINE_END;
}

/** `log` becomes `log.1`, `log.1` becomes `log.2`; what is too many goes, also of an earlier, higher count. */
function rotate(file: string, files: number): void {
  const prefix = `${basename(file)}.`;
  const numbers = readdirSync(dirname(file))
    .filter((name) => name.startsWith(prefix) && /^[1-9]\d*$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((a, b) => b - a);
  const path = (number: number): string => join(dirname(file), `${prefix}${number}`);
  for (const number of numbers) {
    if (number >= files - 1) rmSync(path(number));
    else renameSync(path(number), path(number + 1));
  }
  if (files > 1) renameSync(file, path(1));
  else rmSync(file);
}
