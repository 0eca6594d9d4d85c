/** Whether a file named with `--db` is a copy of a journal of ours, told by its header alone. */
import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { applicationIdOf } from '../core/file-header.ts';
import { homePaths } from '../core/home.ts';
import { STATE_APPLICATION_ID } from '../core/schema.ts';
import { TradectlError } from '../domain/errors.ts';
import { shellWord } from '../domain/shell-word.ts';

/** Throws USAGE for the journal of a home itself: what stands beside it belongs to the answer. */
export function isCopy(file: string): boolean {
  if (applicationIdOf(file) !== STATE_APPLICATION_ID) return false;
  const home = dirname(file);
  const { state, lock } = homePaths(home);
  if (basename(file) === basename(state) && existsSync(lock)) {
    throw new TradectlError('USAGE', `${file} is the journal of a home, not a copy`, {
      hint: `leave --db away and name the home: --home ${shellWord(home)}`,
    });
  }
  return true;
}
