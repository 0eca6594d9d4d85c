/** Copies `state.db` into one file, also while the bot writes, and proves the copy by opening it. */
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { openReadonly, storeError, type Db } from '../../core/database.ts';
import { readHead } from '../../core/journal.ts';
import { STATE_APPLICATION_ID, STATE_SCHEMA_VERSION } from '../../core/schema.ts';
import { homePaths } from '../../core/home.ts';
import { TradectlError } from '../../domain/errors.ts';

export interface BackupDocument {
  readonly schema: 'tradectl.backup/1';
  readonly as_of_ms: number;
  readonly file: string;
  readonly head_seq: number;
  readonly head_hash: string;
}

/** Throws USAGE for a file that exists, STORE_* when the copy cannot be made or does not match. */
export function backUp(home: string, to: string, asOfMs: number): BackupDocument {
  const file = resolve(to);
  if (existsSync(file)) {
    throw new TradectlError('USAGE', `${file} exists`, {
      hint: 'name a new file: a backup never overwrites',
    });
  }
  const from = homePaths(home).state;
  const mask = process.umask(0o077);
  try {
    withState(from, (db) => {
      // VACUUM INTO writes another file, which query_only forbids too; this file stays read-only.
      db.pragma('query_only=OFF');
      db.prepare('VACUUM INTO ?').run(file);
    });
  } catch (error) {
    rmSync(file, { force: true });
    throw storeError(error, file);
  } finally {
    process.umask(mask);
  }
  chmodSync(file, 0o600);
  const head = withState(file, readHead);
  // The bot may have gone on since: the copy's head must be an event of the journal.
  const same = withState(from, (db) => hashAt(db, head.seq)) === head.hash || head.seq === 0;
  if (!same) {
    throw new TradectlError('STORE_CORRUPT', `${file} does not hold the journal of ${from}`, {
      hint: 'keep both files and check the disk',
    });
  }
  return {
    schema: 'tradectl.backup/1',
    as_of_ms: asOfMs,
    file,
    head_seq: head.seq,
    head_hash: head.hash,
  };
}

function withState<T>(path: string, work: (db: Db) => T): T {
  const db = openReadonly(path, {
    applicationId: STATE_APPLICATION_ID,
    schemaVersion: STATE_SCHEMA_VERSION,
  });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

function hashAt(db: Db, seq: number): string | null {
  const sql = 'SELECT hash FROM events WHERE seq = ?';
  return db.prepare<[number], { hash: string }>(sql).get(seq)?.hash ?? null;
}
