/**
 * A process that stands still at a chosen write, so that it can be killed exactly there: a trigger that counts
 * for ever. What it wrote before is committed, the write itself is not, and what it did at the venue in
 * between has happened. Polling from outside would hit a moment, this names one.
 */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { Running } from './tradectl.ts';

/** A condition over NEW, and the table of the file it is about. */
export interface Moment {
  readonly file: 'state.db' | 'paper.db';
  readonly table: 'events' | 'orders';
  readonly on: 'INSERT' | 'UPDATE';
  readonly when: string;
}

/** Four milliseconds apart. */
const LOOKS = 30;

export function holdAt(home: string, { file, table, on, when }: Moment): void {
  withFile(home, file, (db) => {
    // WITH is not allowed in a trigger, but a view that has one is.
    db.exec(`CREATE VIEW for_ever AS
      WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT i FROM n;
      CREATE TRIGGER hold_there BEFORE ${on} ON ${table} WHEN ${when}
      BEGIN SELECT count(*) FROM for_ever; END`);
  });
}

export function letGo(home: string, { file }: Moment): void {
  withFile(home, file, (db) => db.exec('DROP TRIGGER hold_there; DROP VIEW for_ever'));
}

/** Waits until the process stands there, and kills it; true when it stood there, false when it never came by. */
export async function killThere(life: Running, home: string, { file }: Moment): Promise<boolean> {
  const state = { ended: false };
  void life.ended.then(() => (state.ended = true));
  const db = new Database(join(home, file), { fileMustExist: true, timeout: 0 });
  try {
    // A commit lets go within milliseconds, on a busy disk within tens of them; who writes on stands there.
    for (let looks = 0; looks < LOOKS && !state.ended;) {
      looks = isWriting(db) ? looks + 1 : 0;
      await setTimeout(4);
    }
  } finally {
    db.close();
  }
  life.child.kill('SIGKILL');
  return (await life.ended).signal === 'SIGKILL';
}

function isWriting(db: Database.Database): boolean {
  try {
    db.exec('BEGIN IMMEDIATE; ROLLBACK');
    return false;
  } catch {
    return true;
  }
}

function withFile(home: string, file: string, act: (db: Database.Database) => void): void {
  const db = new Database(join(home, file), { fileMustExist: true });
  try {
    act(db);
  } finally {
    db.close();
  }
}
