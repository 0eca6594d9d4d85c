/**
 * A bot's journal opened for reading only, in one place: whose file it must be, of which schema, and what is said
 * where no bot has run.
 */
import { TradectlError } from '../domain/errors.ts';
import { shellWord } from '../domain/shell-word.ts';
import { inOurWords, openReadonly, type Db } from './database.ts';
import { STATE_APPLICATION_ID, STATE_SCHEMA_VERSION } from './schema.ts';

export interface StateOptions {
  /** A copy that an earlier version made may be read too. */
  readonly olderIsFine?: boolean;
}

/** Opens `state.db`, or a copy of one. Throws as {@link openReadonly} does. */
export function openStateReadonly(path: string, options: StateOptions = {}): Db {
  return openReadonly(path, {
    applicationId: STATE_APPLICATION_ID,
    schemaVersion: STATE_SCHEMA_VERSION,
    ...options,
  });
}

/** Opens it for the time of `work`; what SQLite throws there is told in our words. */
export function withState<T>(path: string, options: StateOptions, work: (db: Db) => T): T {
  const db = openStateReadonly(path, options);
  try {
    return inOurWords(path, () => work(db));
  } finally {
    db.close();
  }
}

/** The refusal of everything that needs a bot's journal where there is none. */
export function noBotHasRun(home: string): TradectlError {
  return new TradectlError('STORE_MISSING', `no bot has run in ${home}`, {
    hint: `tradectl run --home ${shellWord(home)}`,
  });
}
