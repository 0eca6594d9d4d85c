/** A life without an end beside a lock that a command holds: every reader calls it dead. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { homePaths } from '../../../src/core/home.ts';
import { acquireLock } from '../../../src/core/lock.ts';
import { processFacts } from '../../../src/core/process-facts.ts';
import { startRun } from '../../../src/core/runs.ts';
import type { RunId } from '../../../src/domain/ids.ts';
import { requestKill } from '../../../src/engine/operations/request.ts';
import { readStatus } from '../../../src/engine/operations/read-status.ts';
import { openOwnJournal } from '../../../src/forensics/own-journal.ts';
import { journalHome, NOTE, type JournalHome } from '../../support/journal-home.ts';

let home: JournalHome;
beforeEach(() => {
  home = journalHome();
  home.journal.append([NOTE]);
  startRun(home.db, 'run-test' as RunId, processFacts('0.0.0'), home.clock.now());
});
afterEach(() => home.remove());

test.each([
  ['run', 'alive', true],
  ['close', 'died', false],
])('the lock is held by `%s`: the life is %s', (purpose, liveness, isAlive) => {
  const lock = acquireLock(homePaths(home.dir), processFacts('0.0.0'), home.clock.now(), purpose);
  try {
    expect(readStatus(home.dir, home.clock.now()).run).toMatchObject({ liveness });
    const journal = openOwnJournal(home.dir);
    expect(journal.runs()).toMatchObject([{ isAlive }]);
    journal.close();
  } finally {
    lock.release();
  }
});

test('kill beside a command that holds the lock does not say that a bot cancels', async () => {
  const lock = acquireLock(homePaths(home.dir), processFacts('0.0.0'), home.clock.now(), 'close');
  try {
    const by = { uid: 0, terminal: null, user: null };
    const killed = await requestKill(home.dir, { reason: 'test', by });
    expect(killed).toMatchObject({ cancelled: null, executedBy: 'command' });
  } finally {
    lock.release();
  }
});
