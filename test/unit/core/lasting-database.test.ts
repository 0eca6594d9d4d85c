/**
 * After an I/O error a connection is never written with again: the handle opens another one, compares it with
 * what was committed, and the journal goes on with the statements it already had.
 */
import { writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import type { Db } from '../../../src/core/database.ts';
import { fold } from '../../../src/core/fold.ts';
import { markLine } from '../../../src/core/high-water-mark.ts';
import { openJournal } from '../../../src/core/journal.ts';
import { lastingDatabase } from '../../../src/core/lasting-database.ts';
import { foldAll } from '../../../src/core/verify.ts';
import { refuseLoss } from '../../../src/engine/open-home.ts';
import { createBacklogJournal } from '../../../src/execution/backlog-journal.ts';
import { ms, SECOND, type Ms } from '../../../src/domain/clock.ts';
import type { RunId } from '../../../src/domain/ids.ts';
import { journalHome, NOTE, openState } from '../../support/journal-home.ts';

const FSYNC = (): Error => new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_FSYNC');

/** A home whose disk fails on demand, and every connection that was opened to it. */
function failingHome() {
  const home = journalHome();
  home.journal.append([NOTE, NOTE]);
  home.journal.close();
  let [failsCommit, failsOpen, now] = [false, false, ms(0)];
  const said: string[] = [];
  const connections: { db: Db; failed: boolean; writesAfter: number }[] = [];
  const open = (): Db => {
    if (failsOpen) throw FSYNC();
    const connection = { db: openState(home.file), failed: false, writesAfter: 0 };
    connections.push(connection);
    // SQLite rolls back what it could not sync: so does a transaction whose work throws.
    const transaction = (work: (...values: unknown[]) => unknown) => {
      if (connection.failed) connection.writesAfter += 1;
      return connection.db.transaction((...values: unknown[]) => {
        const done = work(...values);
        if (!failsCommit) return done;
        connection.failed = true;
        throw FSYNC();
      });
    };
    return new Proxy(connection.db, {
      get: (db, key) => (key === 'transaction' ? transaction : (Reflect.get(db, key) as unknown)),
    });
  };
  const paths = { state: home.file, highWaterMark: home.mark };
  const db = lastingDatabase({
    open,
    verify: (fresh) => refuseLoss(paths, fresh),
    clock: { monotonic: (): Ms => now },
    say: (line) => said.push(line),
  });
  const runId = 'run-test' as RunId;
  const journal = openJournal({ db, clock: home.clock, runId, highWaterFile: home.mark });
  onTestFinished(() => {
    journal.close();
    db.close();
    home.remove();
  });
  return {
    home,
    db,
    journal,
    connections,
    said,
    failCommits: (fails: boolean) => void (failsCommit = fails),
    failOpening: (fails: boolean) => void (failsOpen = fails),
    wait: (time: number) => void (now = ms(now + time)),
  };
}

const unwritable = expect.objectContaining({ code: 'STORE_UNWRITABLE' }) as Error;

it('a failed fsync: nothing happened, and the next append goes through another connection', () => {
  const { db, journal, connections, said, failCommits } = failingHome();
  const head = journal.head();
  failCommits(true);
  expect(() => journal.append([NOTE])).toThrow(unwritable);
  expect(journal.head()).toEqual(head);
  failCommits(false);
  expect(journal.append([NOTE, NOTE])).toMatchObject({ seqFirst: 3, seqLast: 4 });
  expect(connections.map(({ db: each, writesAfter }) => [each.open, writesAfter])).toEqual([
    [false, 0],
    [true, 0],
  ]);
  expect(foldAll(db).differences).toEqual([]);
  expect(said).toHaveLength(2);
  expect(said[0]).toContain('nothing is written with this connection again');
  expect(said[1]).toContain('holds what was committed: writing goes on');
});

it('while no connection can be had it is asked for less and less often, and reading goes on', () => {
  const { db, journal, connections, said, failCommits, failOpening, wait } = failingHome();
  const count = db.prepare('SELECT count(*) FROM events').pluck();
  failCommits(true);
  expect(() => journal.append([NOTE])).toThrow(unwritable);
  failCommits(false);
  failOpening(true);
  expect(() => journal.append([NOTE])).toThrow(unwritable);
  failOpening(false);
  // The disk is well again, but the second try is not due yet.
  expect(() => journal.append([NOTE])).toThrow(unwritable);
  expect(connections).toHaveLength(1);
  expect(count.get()).toBe(2);
  wait(SECOND);
  journal.append([NOTE]);
  expect(count.get()).toBe(3);
  expect(said.filter((line) => line.startsWith('no new connection'))).toHaveLength(1);
});

it('a file that lost what was committed is not gone on with', () => {
  const { home, journal, connections, said, failCommits } = failingHome();
  failCommits(true);
  expect(() => journal.append([NOTE])).toThrow(unwritable);
  failCommits(false);
  writeFileSync(home.mark, markLine({ seq: 5, hash: 'a'.repeat(64) }));
  expect(() => journal.append([NOTE])).toThrow(unwritable);
  expect(said.at(-1)).toContain('events 3 to 5 were committed and are gone; start the bot again');
  expect(connections.map(({ db }) => db.open)).toEqual([true, false]);
});

it('protection goes on meanwhile: its events are kept, and durable once in order', () => {
  const { home, db, journal: core, failCommits, failOpening, wait } = failingHome();
  const journal = createBacklogJournal({
    journal: { ...core, countIntents: () => 0 },
    fold,
    clock: home.clock,
    onAlarm: () => undefined,
  });
  failCommits(true);
  journal.appendOrKeep([NOTE]);
  failOpening(true);
  expect(() => journal.append([NOTE])).toThrow(unwritable);
  journal.appendOrKeep([NOTE, NOTE]);
  expect(journal.keptEvents()).toHaveLength(3);
  failCommits(false);
  failOpening(false);
  wait(SECOND);
  expect(journal.flush()).toBe(true);
  expect(journal.keptEvents()).toEqual([]);
  expect(core.head().seq).toBe(5);
  expect(foldAll(db).differences).toEqual([]);
});
