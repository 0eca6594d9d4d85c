/** What a query may be: a table of statements that read, and a longer one of those that do anything else. */
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { refusedStatement, refusedText } from '../../../src/core/query-guard.ts';

/** As the child judges: the words first, then SQLite's own answer. */
function refused(sql: string): string | null {
  const text = refusedText(sql);
  if (text !== null) return text;
  const db = new Database(':memory:');
  db.exec('CREATE TABLE t (a); CREATE TABLE events (seq, payload)');
  try {
    return refusedStatement(db.prepare(sql));
  } catch (error) {
    return `sqlite: ${(error as Error).message}`;
  } finally {
    db.close();
  }
}

test.each([
  'SELECT 1',
  'select 1;',
  ' \n\tSELECT 1 ; -- and why',
  '/* ; */ SELECT 1',
  "-- ATTACH 'x'\nSELECT 1",
  'VALUES (1), (2)',
  'WITH RECURSIVE r(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM r LIMIT 3) SELECT n FROM r',
  'EXPLAIN SELECT 1',
  'EXPLAIN QUERY PLAN SELECT * FROM t',
  'explain query plan with a as (select 1) select * from a',
  'PRAGMA table_info(events)',
  "PRAGMA main.table_info('events')",
  'PRAGMA index_list(t)',
  'PRAGMA table_list',
  "SELECT * FROM pragma_table_info('events')",
  "SELECT 'ATTACH; DROP TABLE t; load_extension'",
  `SELECT a AS "delete; attach" FROM t`,
  "SELECT replace(payload, 'a', 'b') FROM events",
  "SELECT x'00ff', 1e3, 0x10, [a], `a` FROM t",
  "SELECT payload ->> '$.reason' FROM events WHERE payload GLOB '*;*'",
])('reads: %s', (sql) => {
  expect(refused(sql)).toBeNull();
});

const HOSTILE: readonly string[] = [
  // Writing.
  'INSERT INTO t VALUES (1)',
  'INSERT INTO t VALUES (1) RETURNING a',
  'REPLACE INTO t VALUES (1)',
  'UPDATE t SET a = 1',
  'UPDATE t SET a = 1 RETURNING *',
  'DELETE FROM t',
  'DELETE FROM t RETURNING *',
  'WITH x AS (SELECT 1) DELETE FROM t',
  'WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x RETURNING a',
  'WITH x AS (SELECT 1) UPDATE t SET a = 2 RETURNING a',
  'WITH x AS (SELECT 1) REPLACE INTO t SELECT * FROM x RETURNING a',
  'CREATE TABLE x (a)',
  'CREATE TEMP TABLE x AS SELECT 1',
  'CREATE TEMPORARY VIEW x AS SELECT 1',
  'CREATE VIRTUAL TABLE x USING fts5(a)',
  'CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END',
  'CREATE INDEX x ON t (a)',
  'DROP TABLE t',
  'DROP VIEW v_events',
  'ALTER TABLE t RENAME TO x',
  'REINDEX',
  'ANALYZE',
  // Other files.
  "ATTACH '/etc/passwd' AS x",
  "attach database 'x' as x",
  "EXPLAIN ATTACH 'x' AS x",
  'DETACH x',
  'VACUUM',
  "VACUUM INTO '/tmp/x.db'",
  "EXPLAIN VACUUM INTO '/tmp/x.db'",
  "/* SELECT */ VACUUM INTO 'x'",
  // Transactions, which hold the write-ahead log.
  'BEGIN',
  'BEGIN IMMEDIATE',
  'BEGIN EXCLUSIVE',
  'COMMIT',
  'END',
  'ROLLBACK',
  'SAVEPOINT x',
  'RELEASE x',
  // Pragmas: several act while they are prepared, EXPLAIN or not.
  'PRAGMA query_only=0',
  'PRAGMA query_only(0)',
  'EXPLAIN PRAGMA query_only=0',
  'EXPLAIN QUERY PLAN PRAGMA query_only=0',
  '/**/ explain /**/ pragma query_only = off',
  'PRAGMA writable_schema=1',
  'PRAGMA main.writable_schema = ON',
  'PRAGMA journal_mode=DELETE',
  'PRAGMA locking_mode=EXCLUSIVE',
  'PRAGMA wal_checkpoint(TRUNCATE)',
  'PRAGMA synchronous=OFF',
  'PRAGMA mmap_size=1073741824',
  'PRAGMA cache_size=-1000000',
  'PRAGMA temp_store=MEMORY',
  "PRAGMA temp_store_directory='/tmp'",
  'PRAGMA trusted_schema=1',
  'PRAGMA ignore_check_constraints=1',
  'PRAGMA user_version=9',
  'PRAGMA application_id=0',
  'PRAGMA integrity_check',
  'PRAGMA foreign_keys=0',
  'PRAGMA optimize',
  'PRAGMA table_info=events',
  'PRAGMA table_infos(events)',
  'PRAGMA query_only.table_info',
  'PRAGMA',
  'PRAGMA "query_only"=0',
  'PRAGMA [query_only]=0',
  'SELECT * FROM pragma_journal_mode',
  'SELECT * FROM pragma_locking_mode',
  'SELECT * FROM pragma_query_only',
  'SELECT * FROM "pragma_writable_schema"',
  'SELECT * FROM PRAGMA_DATABASE_LIST',
  // Code from elsewhere.
  "SELECT load_extension('/tmp/evil.so')",
  "SELECT LOAD_EXTENSION('x', 'y')",
  'SELECT "load_extension"(\'x\')',
  'SELECT [load_extension](1)',
  "SELECT fts3_tokenizer('simple', x'00')",
  "SELECT readfile('/etc/passwd')",
  "SELECT writefile('/tmp/x', 'y')",
  "SELECT edit('x')",
  // More than one, or none.
  'SELECT 1; SELECT 2',
  'SELECT 1; DELETE FROM t',
  "SELECT 1;ATTACH 'x' AS x",
  'SELECT 1;;',
  '; SELECT 1',
  "SELECT ';' ; DROP TABLE t",
  'SELECT 1 /* ; */ ; DELETE FROM t -- ;',
  'SELECT 1\0; DELETE FROM t',
  'SELECT 1\0',
  '',
  '   ',
  ';',
  '-- SELECT 1',
  '/* SELECT 1',
  // Not SQLite's white space, and no keyword.
  '\u00a0SELECT 1',
  '\ufeffDELETE FROM t',
  '\u2028SELECT 1',
  '\vDELETE FROM t',
  '(SELECT 1)',
  "'SELECT' 1",
  '"SELECT" 1',
  'SELECTED 1',
  '.read /etc/passwd',
  '1',
  'EXPLAIN',
  'EXPLAIN EXPLAIN SELECT 1',
  'EXPLAIN DELETE FROM t',
  'EXPLAIN QUERY PLAN DELETE FROM t',
];

test('there are at least sixty hostile statements', () => {
  expect(HOSTILE.length).toBeGreaterThanOrEqual(60);
});

test.each(HOSTILE)('is refused: %j', (sql) => {
  expect(refused(sql)).not.toBeNull();
});
