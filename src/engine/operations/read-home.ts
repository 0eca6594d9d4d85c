/**
 * Opens a home for looking only. Works beside a live bot, after a dead one and on an empty
 * directory; it never creates a file.
 */
import { existsSync } from 'node:fs';
import { inOurWords, openReadonly, type Db } from '../../core/database.ts';
import { homePaths } from '../../core/home.ts';
import { STATE_APPLICATION_ID, STATE_SCHEMA_VERSION } from '../../core/schema.ts';
import { TradectlError } from '../../domain/errors.ts';

/** Runs `read` in one read transaction; null when the home holds no state yet. */
export function readHomeOrNull<T>(home: string, read: (db: Db) => T): T | null {
  const path = homePaths(home).state;
  if (!existsSync(path)) return null;
  const db = openReadonly(path, {
    applicationId: STATE_APPLICATION_ID,
    schemaVersion: STATE_SCHEMA_VERSION,
  });
  try {
    // One snapshot: positions and the orders that protect them are of the same moment.
    return inOurWords(path, () => db.transaction(read)(db));
  } finally {
    db.close();
  }
}

/** As {@link readHomeOrNull}; throws STORE_MISSING when the home holds no state. */
export function readHome<T>(home: string, read: (db: Db) => T): T {
  const result = readHomeOrNull(home, (db) => ({ value: read(db) }));
  if (result !== null) return result.value;
  throw new TradectlError('STORE_MISSING', `no bot has run in ${home}`, {
    hint: `tradectl run --home ${home}`,
  });
}
