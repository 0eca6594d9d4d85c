/** A home whose journal lost its end, or all of it, and files that are mistaken for another kind. */
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { homePaths } from '../../../src/core/home.ts';
import { openForeignReadonly, openForeignStore } from '../../../src/core/foreign-store.ts';
import { TradectlError } from '../../../src/domain/errors.ts';
import { backUp } from '../../../src/engine/operations/back-up.ts';
import { databaseCheck } from '../../../src/engine/operations/doctor/database-check.ts';
import { readStatus } from '../../../src/engine/operations/read-status.ts';
import { wallClock } from '../../../src/domain/clock.ts';
import { localHost } from '../../../src/host/local-host.ts';
import { journalHome, NOTE, type JournalHome } from '../../support/journal-home.ts';

let home: JournalHome;
beforeEach(() => {
  home = journalHome();
  home.journal.append([NOTE, NOTE, NOTE]);
});
afterEach(() => home.remove());

const markAt = (seq: number): void =>
  writeFileSync(home.mark, `${String(seq).padStart(16, '0')} ${'a'.repeat(64)}\n`);

function refusal(work: () => unknown): TradectlError {
  try {
    work();
  } catch (error) {
    if (error instanceof TradectlError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('a backup says which committed events are not in it', () => {
  const whole = backUp(home.dir, join(home.dir, 'whole.db'), 0, { fold: true });
  expect(whole.missing).toBeNull();
  markAt(9);
  const copy = backUp(home.dir, join(home.dir, 'copy.db'), 0, { fold: true });
  expect(copy).toMatchObject({
    verified_events: 3,
    missing: 'events 4 to 9 were committed and are gone',
  });
});

test('an empty journal beside a mark is lost, not old', async () => {
  home.journal.close();
  home.db.close();
  markAt(9);
  truncateSync(home.file, 0);
  const error = refusal(() => readStatus(home.dir, 0));
  expect(error).toMatchObject({ code: 'STORE_CORRUPT' });
  expect(error.message).toContain('is empty, but events up to 9 were committed');
  expect(error.hint).toContain('tradectl restore FILE');
  const check = databaseCheck(localHost(wallClock()), homePaths(home.dir));
  expect(await check.run()).toMatchObject({ verdict: 'fail' });
});

test.each([
  ['read', openForeignReadonly],
  ['written', openForeignStore],
])('our own journal, %s as a forensic database, is not to be moved away', (_, open) => {
  const error = refusal(() => open(home.file));
  expect(error.message).toContain('is the journal of a tradectl bot');
  expect(error.hint).toContain(`--home ${home.dir}`);
  expect(error.hint).not.toContain('move');
});
