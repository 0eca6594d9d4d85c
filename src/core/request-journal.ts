/**
 * What was asked of a venue: one line per request, method, path, status, milliseconds and bytes. Never a
 * header, never a query. Two files of bounded size; a disk that is full ends it, not the bot.
 */
import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import type { Ms } from '../domain/clock.ts';
import { messageOf } from '../domain/errors.ts';

export interface RequestLine {
  readonly method: string;
  readonly path: string;
  /** Null: no answer came. */
  readonly status: number | null;
  readonly ms: number;
  readonly bytes: number;
}

export interface RequestJournal {
  note(at: Ms, line: RequestLine): void;
  close(): void;
}

export interface RequestJournalOptions {
  /** Then the file becomes `FILE.1`, and the one of that name goes. */
  readonly maxBytes: number;
  /** Once, when a line could not be written. */
  readonly onFailure: (why: string) => void;
}

export function openRequestJournal(file: string, options: RequestJournalOptions): RequestJournal {
  let fd: number | null = openSync(file, 'a', 0o600);
  let size = fstatSync(fd).size;
  const close = (): void => {
    if (fd !== null) closeSync(fd);
    fd = null;
  };
  const rotate = (): void => {
    close();
    renameSync(file, `${file}.1`);
    fd = openSync(file, 'a', 0o600);
    size = 0;
  };
  return {
    note(at, { method, path, status, ms, bytes }) {
      if (fd === null) return;
      try {
        if (size >= options.maxBytes) rotate();
        const text = `${JSON.stringify({ at_ms: at, method, path, status, ms, bytes })}\n`;
        writeSync(fd, text);
        size += Buffer.byteLength(text);
      } catch (error) {
        close();
        options.onFailure(messageOf(error));
      }
    },
    close,
  };
}
