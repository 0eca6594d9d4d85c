/** The version of the compiled-in SQLite; asked of a database in memory, so no file is opened. */
import Database from 'better-sqlite3';

export function sqliteVersion(): string {
  const db = new Database(':memory:');
  try {
    return db.prepare('SELECT sqlite_version()').pluck().get() as string;
  } finally {
    db.close();
  }
}
