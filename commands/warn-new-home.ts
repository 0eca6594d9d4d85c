/**
 * A halt in a home in which no bot ever ran stops nothing: most often the wrong `--home` was named. It is
 * set all the same, because the bot may be about to start, and the operator is told.
 */
import { homePaths } from '../src/core/home.ts';
import { isThere } from '../src/core/is-there.ts';
import type { Context } from './context.ts';
import { safeText } from './output/safe-text.ts';

export function warnNewHome(context: Context): void {
  if (isThere(homePaths(context.home).state)) return;
  const where = safeText(context.home);
  context.err(`warning: no bot has ever run in ${where}; is this the right --home?\n`);
}
