/**
 * Copies `state.db` into one file, also while the bot writes. The copy gets its name when it is whole and on the
 * disk, never before. The command proves it by folding every event of it; the copy before a plan is applied is
 * made by a bot that has no seconds to spare, and is checked by its head.
 */
import { existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { copyState } from '../../core/copy-state.ts';
import { withState } from '../../core/open-state.ts';
import { storeError } from '../../core/database.ts';
import { syncFolder } from '../../core/durable-file.ts';
import {
  compareWithHead,
  readHighWaterMark,
  type MarkVerdict,
} from '../../core/high-water-mark.ts';
import { homePaths } from '../../core/home.ts';
import { hashAt, readHead } from '../../core/head.ts';
import { foldAll } from '../../core/verify.ts';
import { TradectlError } from '../../domain/errors.ts';
import { goneText } from '../../domain/lost-events.ts';

export interface BackupDocument {
  readonly schema: 'tradectl.backup/1';
  readonly as_of_ms: number;
  readonly file: string;
  readonly bytes: number;
  readonly head_seq: number;
  readonly head_hash: string;
  /** Events folded to prove it; null when only its head was compared. */
  readonly verified_events: number | null;
  /** Where the copy, and with it the home, is not what its events say. */
  readonly differences: readonly string[];
  /** What the high-water mark of the home says is not in it; null when it agrees. */
  readonly missing: string | null;
}

/** Throws USAGE for a file that exists, STORE_* when the copy cannot be made or does not match. */
export function backUp(
  home: string,
  to: string,
  asOfMs: number,
  { fold = false } = {},
): BackupDocument {
  const file = resolve(to);
  if (existsSync(file)) throw exists(file);
  if (!existsSync(dirname(file))) {
    throw new TradectlError('USAGE', `${dirname(file)} does not exist`, {
      hint: 'make the directory, or name a file in one that is there',
    });
  }
  const { state: from, highWaterMark } = homePaths(home);
  const part = `${file}.part`;
  // Of a backup that was killed.
  rmSync(part, { force: true });
  // Before the copy: beside a writing bot a mark read after it is ahead of what was copied.
  const mark = readHighWaterMark(highWaterMark);
  copyState(from, part);
  try {
    const head = withState(part, {}, readHead);
    // The bot may have gone on since: the copy's head must be an event of the journal.
    const same = head.seq === 0 || withState(from, {}, (db) => hashAt(db, head.seq)) === head.hash;
    if (!same) {
      throw new TradectlError('STORE_CORRUPT', `the copy does not hold the journal of ${from}`, {
        hint: 'nothing was saved; check the disk and try again',
      });
    }
    const marked = withState(part, {}, (db) =>
      compareWithHead(mark, head, (seq) => hashAt(db, seq)),
    );
    const proof = fold ? withState(part, {}, foldAll) : null;
    settle(part, file);
    return {
      schema: 'tradectl.backup/1',
      as_of_ms: asOfMs,
      file,
      bytes: statSync(file).size,
      head_seq: head.seq,
      head_hash: head.hash,
      verified_events: proof?.events ?? null,
      differences: proof?.differences ?? [],
      missing: missingText(marked),
    };
  } finally {
    rmSync(part, { force: true });
  }
}

function missingText(marked: MarkVerdict): string | null {
  if (marked.verdict === 'ok') return null;
  if (marked.verdict === 'broken') return marked.why;
  return goneText(marked.lostFrom, marked.lostTo);
}

/** A link never replaces: what came to stand there meanwhile stays. */
function settle(part: string, file: string): void {
  try {
    linkSync(part, file);
    syncFolder(dirname(file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw exists(file);
    // A stick that knows no second names: it was free when we looked.
    if (code !== 'EPERM' && code !== 'ENOTSUP') throw storeError(error, file);
    renameSync(part, file);
    syncFolder(dirname(file));
  }
}

function exists(file: string): TradectlError {
  return new TradectlError('USAGE', `${file} exists`, {
    hint: 'name a new file: a backup never overwrites',
  });
}
