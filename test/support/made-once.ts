/** Homes that many files start from: made once for the whole suite, and copied by each test. */
import { existsSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshHome } from './tradectl.ts';

/** The template of this name; `make` fills an empty home. The folder of the suite goes with its end. */
export async function madeOnce(
  name: string,
  make: (home: string) => Promise<void>,
): Promise<string> {
  const template = join(tmpdir(), `template-${name}`);
  if (existsSync(template)) return template;
  const home = freshHome(name);
  await make(home);
  try {
    renameSync(home, template);
  } catch (error) {
    // Two files made it at the same time: the first one counts.
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
  }
  return template;
}
