/**
 * The high-water mark: seq and hash of the last committed event, outside the database. SQLite calls a
 * journal healthy whose -wal lost its tail; this file is what tells the difference. One line of fixed
 * width, replaced by one pwrite after each commit: it survives the death of the process, and after
 * a power cut it is behind the journal, never ahead of what was told.
 */
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { messageOf, TradectlError } from '../domain/errors.ts';
import type { Head } from './event-row.ts';

const SEQ_WIDTH = 16;
const LINE = /^(\d{16}) ([0-9a-f]{64})\n$/;

export type MarkReading =
  | { readonly state: 'absent' }
  | { readonly state: 'read'; readonly mark: Head }
  | { readonly state: 'unreadable'; readonly why: string };

export type MarkVerdict =
  | { readonly verdict: 'ok' }
  | { readonly verdict: 'behind'; readonly lostFrom: number; readonly lostTo: number }
  | { readonly verdict: 'broken'; readonly why: string };

export interface MarkWriter {
  /** Throws STORE_FULL or STORE_UNWRITABLE; the commit it follows stands all the same. */
  write(head: Head): void;
  close(): void;
}

/** Never throws: a mark that cannot be read is itself a finding. */
export function readHighWaterMark(file: string): MarkReading {
  let line: string;
  try {
    line = readFileSync(file, 'latin1');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { state: 'absent' };
    return { state: 'unreadable', why: messageOf(error) };
  }
  const [, seq, hash] = LINE.exec(line) ?? [];
  if (seq === undefined || hash === undefined) {
    return { state: 'unreadable', why: `${file} is not one line of a number and a hash` };
  }
  return { state: 'read', mark: { seq: Number(seq), hash } };
}

/**
 * What the mark says of a journal. `behind` names the events that were committed and are gone. The
 * mark may trail the head (a kill between the commit and the mark), and then `hashAt` its seq must agree.
 */
export function compareWithHead(
  reading: MarkReading,
  head: Head,
  hashAt: (seq: number) => string | null,
): MarkVerdict {
  if (reading.state === 'unreadable') return { verdict: 'broken', why: reading.why };
  if (reading.state === 'absent') {
    if (head.seq === 0) return { verdict: 'ok' };
    return { verdict: 'broken', why: `no high-water mark beside a journal of ${head.seq} events` };
  }
  const { mark } = reading;
  if (mark.seq > head.seq) {
    return { verdict: 'behind', lostFrom: head.seq + 1, lostTo: mark.seq };
  }
  const hash = mark.seq === head.seq ? head.hash : hashAt(mark.seq);
  // Null: a seq that a lost tail left out, or the empty journal's; both are explained elsewhere.
  if (hash === null || hash === mark.hash) return { verdict: 'ok' };
  return { verdict: 'broken', why: `event ${mark.seq} is not the one that was committed` };
}

/**
 * Opens the mark for writing and writes `head` durably; from then on a write costs no fsync. Without
 * a head the old line stays until the first write.
 */
export function openMarkWriter(file: string, head: Head | null): MarkWriter {
  const fd = guarded(file, () => openSync(file, openFlags(file, head), 0o600));
  let open = true;
  const write = (at: Head): void => {
    // The number of a closed file may already belong to another one.
    if (!open) throw new TradectlError('STORE_UNWRITABLE', `${file} is closed`);
    guarded(file, () => writeSync(fd, markLine(at), 0, 'latin1'));
  };
  try {
    if (head !== null) write(head);
    guarded(file, () => fsyncSync(fd));
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  const close = (): void => {
    if (open) closeSync(fd);
    open = false;
  };
  return { write, close };
}

/** The one line of the file. */
export function markLine({ seq, hash }: Head): string {
  return `${String(seq).padStart(SEQ_WIDTH, '0')} ${hash}\n`;
}

/** `r+` keeps the old line until the new one replaces it; `w` also cuts what is no line of ours. */
function openFlags(file: string, head: Head | null): string {
  const { state } = readHighWaterMark(file);
  return state === 'read' || (state === 'unreadable' && head === null) ? 'r+' : 'w';
}

function guarded<T>(file: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const full = codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT';
    const why = messageOf(error);
    throw new TradectlError(full ? 'STORE_FULL' : 'STORE_UNWRITABLE', `${file}: ${why}`, {
      hint: full ? 'free disk space' : 'check the disk and who owns the directory',
      cause: error,
    });
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
