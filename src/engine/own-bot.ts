/**
 * A bot for the length of one command: when none runs, the command takes the lock, puts the same rooms
 * together, and executes what was asked exactly as the running bot would.
 */
import { existsSync } from 'node:fs';
import { homePaths, type HomePaths } from '../core/home.ts';
import { TradectlError } from '../domain/errors.ts';
import { assemble } from './assemble.ts';
import type { Bot } from './bot.ts';
import { startedWith } from './claim-home.ts';
import { readHomeOrNull } from './operations/read-home.ts';
import { takeOver } from './startup.ts';

export function hasState(paths: HomePaths): boolean {
  return existsSync(paths.state);
}

/** Throws STORE_MISSING for a home in which no bot ever ran, LOCK_HELD when one runs meanwhile. */
export async function withOwnBot<T>(
  home: string,
  work: (bot: Bot, entriesCancelled: number) => Promise<T>,
): Promise<T> {
  const paths = homePaths(home);
  const started = readHomeOrNull(home, startedWith);
  if (started === null) {
    throw new TradectlError('STORE_MISSING', `no bot has run in ${home}`, {
      hint: `tradectl run --home ${home}`,
    });
  }
  const assembled = assemble({
    paths,
    ...started,
    from: null,
    to: null,
    log: () => undefined,
  });
  try {
    assembled.warmUp();
    const entriesCancelled = await takeOver(assembled);
    return await work(assembled.bot, entriesCancelled);
  } finally {
    assembled.close();
  }
}
