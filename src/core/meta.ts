/** Facts about one home that are not events: which recording and configuration it belongs to. */
import type { Db } from './database.ts';

export type MetaKey =
  | 'account'
  | 'config'
  | 'config_digest'
  | 'feed_digest'
  | 'feed_dir'
  | 'finished_seq'
  | 'markets'
  | 'rehearse_url'
  | 'run_id'
  | 'venue_account'
  | 'venue_health'
  | 'window';

export function readMeta(db: Db, key: MetaKey): string | null {
  const value = db.prepare('SELECT value FROM meta WHERE key = ?').pluck().get(key);
  return typeof value === 'string' ? value : null;
}

export function writeMeta(db: Db, facts: Readonly<Partial<Record<MetaKey, string>>>): void {
  const write = db.prepare(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  );
  db.transaction(() => {
    for (const [key, value] of Object.entries(facts)) write.run(key, value);
  }).immediate();
}
