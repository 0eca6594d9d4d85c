/** A restore killed before each of its steps leaves the old journal or the new one, and can be done again. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withState } from '../../../src/core/open-state.ts';
import { openDatabase } from '../../../src/core/database.ts';
import { compareWithHead, readHighWaterMark } from '../../../src/core/high-water-mark.ts';
import { homePaths } from '../../../src/core/home.ts';
import { hashAt, readHead } from '../../../src/core/head.ts';
import { acquireLock } from '../../../src/core/lock.ts';
import { processFacts } from '../../../src/core/process-facts.ts';
import { STATE_APPLICATION_ID, STATE_MIGRATIONS } from '../../../src/core/schema.ts';
import { foldAll } from '../../../src/core/verify.ts';
import { wallClock } from '../../../src/domain/clock.ts';
import { backUp } from '../../../src/engine/operations/back-up.ts';
import { prepareRestore } from '../../../src/engine/operations/restore.ts';
import { damage } from '../../support/damaged-home.ts';
import { journalHome, NOTE, openLong, SOL } from '../../support/journal-home.ts';
import { cleanUp, freshHome } from '../../support/tradectl.ts';

const CHILD = fileURLToPath(new URL('../../support/restoring-child.ts', import.meta.url));
const BY = { uid: null, terminal: null, user: null };

/** Folders with a home `going` and a backup `coming.db`, by how they stand to each other. */
const worlds = new Map<string, string>();

beforeAll(() => {
  const home = journalHome();
  openLong(home.journal, 'pos-1');
  const early = world('early');
  backUp(home.dir, join(early, 'coming.db'), 0);
  cpSync(home.dir, join(early, 'going'), { recursive: true });
  openLong(home.journal, 'pos-2', SOL);
  home.journal.append([NOTE, NOTE]);
  const late = world('late');
  backUp(home.dir, join(late, 'coming.db'), 0);
  // Copied while it is open: with a log that holds the last commits.
  cpSync(home.dir, join(late, 'going'), { recursive: true });
  expect(readdirSync(join(late, 'going'))).toContain('state.db-wal');
  home.remove();
  const stranger = journalHome();
  stranger.journal.append([NOTE, NOTE, NOTE]);
  const strange = world('strange');
  cpSync(stranger.dir, join(strange, 'going'), { recursive: true });
  stranger.remove();

  combine('older', 'late', 'early');
  combine('newer', 'early', 'late');
  combine('same', 'late', 'late');
  combine('other', 'strange', 'late');
  combine('unreadable', 'late', 'early');
  // With its log intact SQLite would read the database from there.
  for (const name of ['state.db', 'state.db-wal']) {
    writeFileSync(join(at('unreadable'), 'going', name), 'not a database at all, '.repeat(500));
  }
  combine('first', 'late', 'late');
  rmSync(join(at('first'), 'going'), { recursive: true });
});
afterAll(cleanUp);

function world(name: string): string {
  const folder = freshHome(name);
  worlds.set(name, folder);
  return folder;
}

function at(name: string): string {
  return worlds.get(name)!;
}

function combine(name: string, going: string, coming: string): void {
  const folder = world(name);
  cpSync(join(at(going), 'going'), join(folder, 'going'), { recursive: true });
  cpSync(join(at(coming), 'coming.db'), join(folder, 'coming.db'));
}

/** The same again, to be broken. */
function copyOf(name: string): { home: string; file: string } {
  const folder = freshHome(`${name}-copy`);
  cpSync(at(name), folder, { recursive: true });
  return { home: join(folder, 'going'), file: join(folder, 'coming.db') };
}

interface Found {
  readonly head: number | null;
  readonly verdict: string;
  readonly differences: readonly string[];
}

/** What a start would find. */
function found(home: string): Found {
  const { state, highWaterMark } = homePaths(home);
  if (!existsSync(state)) return { head: null, verdict: 'none', differences: [] };
  try {
    return withState(state, {}, (db) => {
      const head = readHead(db);
      const mark = readHighWaterMark(highWaterMark);
      const { verdict } = compareWithHead(mark, head, (seq) => hashAt(db, seq));
      return { head: head.seq, verdict, differences: foldAll(db).differences };
    });
  } catch {
    return { head: null, verdict: 'unreadable', differences: [] };
  }
}

function restoreKilledBefore(
  name: string,
  step: number,
): { home: string; file: string; steps: string[] } {
  const { home, file } = copyOf(name);
  const child = spawnSync(process.execPath, [CHILD, home, file, String(step)], {
    encoding: 'utf8',
  });
  expect(child.stderr).toBe('');
  return { home, file, steps: child.stdout.trim().split('\n') };
}

describe.each([
  ['older', ['checkpoint', 'keep', 'forget the log', 'mark', 'swap', 'name']],
  ['same', ['checkpoint', 'keep', 'forget the log', 'mark', 'swap', 'name']],
  ['newer', ['checkpoint', 'keep', 'forget the log', 'swap', 'mark', 'name']],
  ['other', ['checkpoint', 'keep', 'forget the log', 'no mark', 'swap', 'mark', 'name']],
  ['unreadable', ['keep', 'forget the log', 'no mark', 'swap', 'mark', 'name']],
  ['first', ['swap', 'mark', 'name']],
])('in the place of a journal: %s', (relation, steps) => {
  /** Without a mark a start is halted and says so: never that something is lost, never a wrong number. */
  const allowed = ['older', 'same', 'newer'].includes(relation) ? ['ok'] : ['ok', 'broken'];

  test('says how they stand to each other', () => {
    const { home, file } = copyOf(relation);
    const prepared = prepareRestore(home, file, wallClock());
    expect(prepared.facts.relation).toBe(relation);
    prepared.close();
  });

  test.each(steps.map((step, number) => [number, step] as const))(
    'killed before step %i (%s): the old one or the new one, and again makes the new one',
    (number, step) => {
      const before = found(copyOf(relation).home);
      const { home, file, steps: seen } = restoreKilledBefore(relation, number);
      expect(seen.at(-1)).toBe(step);
      const after = found(home);
      const isOld = steps.indexOf('swap') >= number;
      const head = withState(file, {}, readHead).seq;
      expect(after.head).toBe(isOld ? before.head : head);
      if (isOld && relation === 'unreadable') expect(after.verdict).toBe('unreadable');
      else if (isOld && relation === 'first') expect(after.verdict).toBe('none');
      else expect(allowed).toContain(after.verdict);
      expect(after.differences).toEqual([]);

      const again = restored(home, file);
      expect(again).toEqual({ head, verdict: 'ok', differences: [] });
      const left = existsSync(join(home, 'archive')) ? readdirSync(join(home, 'archive')) : [];
      expect([...left, ...readdirSync(home)].filter((name) => /restor(ing|ed)/.test(name))).toEqual(
        [],
      );
    },
  );

  test('not killed: the new one, with what was replaced kept as it was', () => {
    const { home, file } = copyOf(relation);
    const old = relation === 'first' ? null : found(home);
    const mark = relation === 'first' ? '' : readFileSync(join(home, 'hwm'), 'utf8');
    expect(restored(home, file).verdict).toBe('ok');
    if (old === null) return expect(existsSync(join(home, 'archive'))).toBe(false);
    const kept = readdirSync(join(home, 'archive'));
    const keptFile = (ending: string): string =>
      join(
        home,
        'archive',
        kept.find((name) => name.endsWith(ending))!,
      );
    expect(readFileSync(keptFile('-hwm'), 'utf8')).toBe(mark);
    expect(JSON.parse(readFileSync(keptFile('-restore.json'), 'utf8'))).toMatchObject({ relation });
    if (relation === 'unreadable') {
      expect(readFileSync(keptFile('-state.db'), 'utf8')).toMatch(/^not a database/);
      expect(kept.some((name) => name.endsWith('-state.db-wal'))).toBe(true);
    } else expect(withState(keptFile('-state.db'), {}, readHead).seq).toBe(old.head);
  });
});

function restored(home: string, file: string): Found {
  const prepared = prepareRestore(home, file, wallClock());
  prepared.commit(BY);
  prepared.close();
  return found(home);
}

describe('refuses, and changes nothing', () => {
  const contents = (home: string): string[] =>
    ['state.db', 'hwm'].map((name) => readFileSync(join(home, name), 'latin1'));

  test('a home that a bot holds, naming its pid', () => {
    const { home, file } = copyOf('older');
    const before = contents(home);
    const lock = acquireLock(homePaths(home), processFacts('1'), wallClock().now());
    expect(() => prepareRestore(home, file, wallClock())).toThrow(
      expect.objectContaining({
        code: 'LOCK_HELD',
        message: expect.stringContaining(`pid ${process.pid}`) as string,
      }),
    );
    lock.release();
    expect(contents(home)).toEqual(before);
  });

  test.each<[string, string, RegExp]>([
    [
      'a changed event',
      `UPDATE events SET payload = '{"finding":"x","evidence":"y"}' WHERE type = 'FINDING'`,
      /hash chain is broken/,
    ],
    [
      'a changed position',
      "UPDATE positions SET fees = '99' WHERE position_id = 'pos-1'",
      /positions pos-1: fees/,
    ],
    ['a missing event', 'DELETE FROM events WHERE seq = 2', /hash chain is broken/],
  ])('a backup with %s', (_what, sql, said) => {
    const { home, file } = copyOf('newer');
    const before = contents(home);
    const db = openDatabase(file, {
      applicationId: STATE_APPLICATION_ID,
      migrations: STATE_MIGRATIONS,
      durability: 'full',
      busyTimeoutMs: 250,
    });
    damage({ db }, sql);
    db.close();
    expect(() => prepareRestore(home, file, wallClock())).toThrow(said);
    expect(contents(home)).toEqual(before);
    expect(readdirSync(home).filter((name) => name.includes('restored'))).toEqual([]);
    // And the next one is not locked out.
    acquireLock(homePaths(home), processFacts('1'), wallClock().now()).release();
  });

  test('its own journal, and a file that is not there', () => {
    const { home } = copyOf('older');
    expect(() => prepareRestore(home, join(home, 'state.db'), wallClock())).toThrow(
      /journal of this home/,
    );
    expect(() => prepareRestore(home, join(home, 'none.db'), wallClock())).toThrow(
      /does not exist/,
    );
  });
});
