/** What SQLite throws while a bot works, in our words: a page that cannot be read is no bug, wherever it is met. */
import { isSqliteError, storeError } from '../core/database.ts';

/** As `inOurWords` does for what ends at once; `path` is the database that `work` rests on. */
export async function aboutStore<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isSqliteError(error) ? storeError(error, path) : error;
  }
}
