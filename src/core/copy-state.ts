/** A whole copy of a bot's database in one file, made while the bot writes: in one snapshot, its log included. */
import { chmodSync, closeSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { storeError } from './database.ts';
import type { Head } from './event-row.ts';
import { readHead } from './head.ts';
import { withState } from './open-state.ts';

/**
 * Writes `to`, mode 0600 and on the disk when this returns; it must not exist. Returns the head of the copy's
 * source. Throws STORE_*; then nothing of `to` is left.
 */
export function copyState(from: string, to: string, { olderIsFine = false } = {}): Head {
  const mask = process.umask(0o077);
  try {
    const head = withState(from, { olderIsFine }, (db) => {
      // VACUUM INTO writes another file, which query_only forbids too; this file stays read-only.
      db.pragma('query_only=OFF');
      // Before the copy: it can only have gone on since.
      const known = readHead(db);
      db.prepare('VACUUM INTO ?').run(to);
      return known;
    });
    chmodSync(to, 0o600);
    // Nobody has it open: its own descriptor may be closed.
    syncFile(to);
    return head;
  } catch (error) {
    rmSync(to, { force: true });
    throw storeError(error, to);
  } finally {
    process.umask(mask);
  }
}

function syncFile(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
