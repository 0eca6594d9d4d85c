import Database from 'better-sqlite3';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  inOurWords,
  openDatabase,
  openReadonly,
  storeError,
  type Db,
} from '../../../src/core/database.ts';

const ID = 0x54455354;
const V1 = 'CREATE TABLE notes (body TEXT NOT NULL) STRICT;';
const V2 = 'ALTER TABLE notes ADD COLUMN author TEXT;';

let dir = '';
const opened: Db[] = [];
const path = (name: string): string => join(dir, name);
const keep = (db: Db): Db => {
  opened.push(db);
  return db;
};
const open = (name: string, migrations: readonly string[] = [V1], applicationId = ID): Db =>
  keep(
    openDatabase(path(name), { applicationId, migrations, durability: 'full', busyTimeoutMs: 50 }),
  );
const read = (name: string, schemaVersion = 1): Db =>
  keep(openReadonly(path(name), { applicationId: ID, schemaVersion }));
const pragma = (db: Db, name: string): unknown => db.pragma(name, { simple: true });

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tradectl-db-'));
});
afterEach(() => {
  for (const db of opened.splice(0)) db.close();
  rmSync(dir, { recursive: true });
});

describe('what SQLite does silently, and the opener does not', () => {
  it('bare better-sqlite3 in WAL mode stops syncing commits', () => {
    const db = keep(new Database(path('bare.db')));
    db.pragma('journal_mode=WAL');
    db.exec('CREATE TABLE t (x INTEGER)');
    expect(pragma(db, 'synchronous')).toBe(1);
  });

  it('every connection of ours syncs each commit, also the second and also after a write', () => {
    const first = open('state.db');
    const second = open('state.db');
    second.exec("INSERT INTO notes VALUES ('x')");
    expect([pragma(first, 'synchronous'), pragma(second, 'synchronous')]).toEqual([2, 2]);
  });

  it('bare REPLACE walks past a delete trigger, ours does not', () => {
    const guard = `${V1} CREATE UNIQUE INDEX one ON notes (body);
      CREATE TRIGGER kept BEFORE DELETE ON notes BEGIN SELECT RAISE(ABORT, 'kept'); END;`;
    const bare = keep(new Database(path('bare.db')));
    const ours = open('state.db', [guard]);
    bare.exec(`${guard} INSERT INTO notes VALUES ('x'); REPLACE INTO notes VALUES ('x')`);
    ours.exec("INSERT INTO notes VALUES ('x')");
    expect(() => ours.exec("REPLACE INTO notes VALUES ('x')")).toThrow('kept');
  });

  it('the file and its log are for their owner only', () => {
    open('state.db').exec("INSERT INTO notes VALUES ('x')");
    for (const name of ['state.db', 'state.db-wal', 'state.db-shm']) {
      expect([name, statSync(path(name)).mode & 0o777]).toEqual([name, 0o600]);
    }
  });
});

describe('migrations', () => {
  it('apply what is missing and keep the rows', () => {
    const old = open('state.db', [V1]);
    old.exec("INSERT INTO notes VALUES ('kept')");
    const db = open('state.db', [V1, V2]);
    expect(pragma(db, 'user_version')).toBe(2);
    expect(db.prepare('SELECT * FROM notes').get()).toEqual({ body: 'kept', author: null });
  });

  it('one that fails leaves the version before it', () => {
    open('state.db', [V1]);
    expect(() => open('state.db', [V1, `${V2} SELECT nonsense;`])).toThrow();
    const db = open('state.db', [V1]);
    expect(pragma(db, 'user_version')).toBe(1);
    expect(db.pragma('table_info(notes)')).toHaveLength(1);
  });
});

describe('refused', () => {
  const full = (): void => {
    const db = open('state.db');
    db.pragma(`max_page_count=${String(pragma(db, 'page_count'))}`);
    const insert = db.prepare('INSERT INTO notes VALUES (?)');
    try {
      for (let i = 0; i < 100; i += 1) insert.run('x'.repeat(4000));
    } catch (error) {
      throw storeError(error, path('state.db'));
    }
  };
  const cases: [string, string, () => unknown][] = [
    ['a newer schema', 'STORE_NEWER', () => (open('state.db', [V1, V2]), open('state.db', [V1]))],
    ['another application', 'STORE_CORRUPT', () => (open('x.db', [V1], 7), open('x.db'))],
    [
      'tables that nobody signed',
      'STORE_CORRUPT',
      () => (keep(new Database(path('x.db'))).exec(V1), open('x.db')),
    ],
    [
      'not a database',
      'STORE_CORRUPT',
      () => (writeFileSync(path('x.db'), 'text'.repeat(2000)), open('x.db')),
    ],
    ['no directory', 'STORE_UNWRITABLE', () => open('none/state.db')],
    [
      'a file in the place of the directory',
      'STORE_UNWRITABLE',
      () => (writeFileSync(path('home'), ''), open('home/state.db')),
    ],
    [
      'a directory in the place of the file',
      'STORE_UNWRITABLE',
      () => (mkdirSync(path('state.db')), open('state.db')),
    ],
    [
      'held by another writer',
      'STORE_BUSY',
      () => (open('state.db').exec('BEGIN IMMEDIATE'), open('state.db')),
    ],
    ['a full disk', 'STORE_FULL', full],
    ['reading: no file', 'STORE_MISSING', () => read('none.db')],
    ['reading: an older schema', 'STORE_OLDER', () => (open('state.db'), read('state.db', 2))],
    [
      'reading: a newer schema',
      'STORE_NEWER',
      () => (open('state.db', [V1, V2]), read('state.db')),
    ],
  ];
  it.each(cases)('%s: %s', (_what, code, act) => {
    expect(act).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('a file it refuses is left as it was', () => {
    keep(new Database(path('foreign.db'))).exec(V1);
    expect(() => open('foreign.db')).toThrow('another program');
    expect(pragma(keep(new Database(path('foreign.db'))), 'journal_mode')).toBe('delete');
  });
});

describe('reading', () => {
  it('works while the bot writes, sees commits only, and cannot write', () => {
    const bot = open('state.db');
    const reader = read('state.db');
    const count = (): unknown => reader.prepare('SELECT count(*) FROM notes').pluck().get();
    bot.exec("BEGIN IMMEDIATE; INSERT INTO notes VALUES ('x')");
    expect(count()).toBe(0);
    bot.exec('COMMIT');
    expect(count()).toBe(1);
    expect(() => reader.exec("INSERT INTO notes VALUES ('y')")).toThrow('readonly');
  });

  it('works when the bot is gone', () => {
    const bot = open('state.db');
    bot.exec("INSERT INTO notes VALUES ('x')");
    bot.close();
    expect(read('state.db').prepare('SELECT body FROM notes').pluck().get()).toBe('x');
  });
});

describe('what is thrown while a database is open', () => {
  const bug = new TypeError('x is not a function');
  it('a bug stays a bug: it is no broken disk', () => {
    expect(() =>
      inOurWords('state.db', () => {
        throw bug;
      }),
    ).toThrow(bug);
  });

  it('what SQLite throws is told of the file', () => {
    const db = open('words.db');
    expect(() =>
      inOurWords(path('words.db'), () => db.exec('INSERT INTO nowhere VALUES (1)')),
    ).toThrow(/words\.db: no such table/);
  });
});
