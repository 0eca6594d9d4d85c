/**
 * Opens a home for looking only. Works beside a live bot, after a dead one and on an empty
 * directory; it never creates a file.
 */
import type { Db } from '../../core/database.ts';
import { homePaths } from '../../core/home.ts';
import { isThere } from '../../core/is-there.ts';
import { noBotHasRun, withState } from '../../core/open-state.ts';

/** Runs `read` in one read transaction; null when the home holds no state yet, STORE_* when that cannot be known. */
export function readHomeOrNull<T>(home: string, read: (db: Db) => T): T | null {
  const path = homePaths(home).state;
  if (!isThere(path)) return null;
  // One snapshot: positions and the orders that protect them are of the same moment.
  return withState(path, {}, (db) => db.transaction(read)(db));
}

/** As {@link readHomeOrNull}; throws STORE_MISSING when the home holds no state. */
export function readHome<T>(home: string, read: (db: Db) => T): T {
  const result = readHomeOrNull(home, (db) => ({ value: read(db) }));
  if (result !== null) return result.value;
  throw noBotHasRun(home);
}
