/**
 * A bot for the length of one command: when none runs, the command takes the lock, puts the same rooms
 * together, and executes what was asked exactly as the running bot would.
 */
import { existsSync } from 'node:fs';
import { homePaths, type HomePaths } from '../core/home.ts';
import { noBotHasRun } from '../core/open-state.ts';
import { TradectlError } from '../domain/errors.ts';
import { readSecrets } from '../config/secret.ts';
import { aboutStore } from './about-store.ts';
import { assemble } from './assemble.ts';
import type { Assembled } from './build-bot.ts';
import type { Bot } from './bot.ts';
import { startedWith, type StartedWith } from './claim-home.ts';
import { mendStore } from './full-look.ts';
import { refreshHalts } from './halts.ts';
import { readHomeOrNull } from './operations/read-home.ts';
import { takeOver } from './startup.ts';

export function hasState(paths: HomePaths): boolean {
  return existsSync(paths.state);
}

/**
 * Takes over like a start and then works. Throws STORE_MISSING for a home in which no bot ever ran,
 * LOCK_HELD when one runs meanwhile; others read in the lock what it was taken for.
 */
export function withOwnBot<T>(
  home: string,
  work: (bot: Bot, entriesCancelled: number) => Promise<T>,
  purpose = 'close',
): Promise<T> {
  return withAssembled(home, purpose, async (assembled) => {
    const entriesCancelled = await takeOver(assembled);
    return work(assembled.bot, entriesCancelled);
  });
}

/** Looks without touching: nothing is appended, nothing is sent unless `work` does. */
export function withObserver<T>(
  home: string,
  work: (bot: Bot) => Promise<T>,
  purpose = 'reconcile',
): Promise<T> {
  return withAssembled(home, purpose, (assembled) => {
    assembled.catchUp(assembled.bot.clock.now());
    return work(assembled.bot);
  });
}

/** Acts, but takes nothing over: for commands that name what they touch. */
export function withActor<T>(
  home: string,
  work: (bot: Bot) => Promise<T>,
  purpose: string,
): Promise<T> {
  return withAssembled(home, purpose, (assembled) => {
    assembled.catchUp(assembled.bot.clock.now());
    mendStore(assembled.bot, assembled.journal.problems);
    refreshHalts(assembled.bot);
    return work(assembled.bot);
  });
}

/** As {@link withActor}; what is damaged is left to the plan that shows it. */
export function withApplier<T>(
  home: string,
  work: (bot: Bot) => Promise<T>,
  purpose = 'reconcile --apply',
): Promise<T> {
  return withAssembled(home, purpose, (assembled) => {
    assembled.catchUp(assembled.bot.clock.now());
    refreshHalts(assembled.bot);
    return work(assembled.bot);
  });
}

async function withAssembled<T>(
  home: string,
  purpose: string,
  work: (assembled: Assembled) => Promise<T>,
): Promise<T> {
  const paths = homePaths(home);
  const started = readHomeOrNull(home, startedWith);
  if (started === null) throw noBotHasRun(home);
  if (started.loaded.config.mode === 'paper') refuseWithoutVenue(paths);
  return aboutStore(paths.state, async () => {
    const assembled = await putTogether(paths, started, purpose);
    try {
      assembled.warmUp();
      return await work(assembled);
    } finally {
      assembled.close();
    }
  });
}

/** A key is never stored: a command takes it from where the bot does. */
async function putTogether(
  paths: HomePaths,
  started: StartedWith,
  purpose: string,
): Promise<Assembled> {
  const { loaded, feed, rehearse } = started;
  const log = (): void => undefined;
  if (loaded.config.venue === 'paper') {
    return assemble({ paths, loaded, feed, from: null, to: null, log, purpose });
  }
  const { secrets } = readSecrets({
    configFile: null,
    home: paths.dir,
    cwd: process.cwd(),
    env: process.env,
    overrides: {},
  });
  const { assembleLive } = await import('./assemble-live.ts');
  return assembleLive({ paths, loaded: { ...loaded, secrets }, rehearse, log, purpose });
}

/** Without its file the paper venue would be a new, empty one, and every position would seem to be gone. */
function refuseWithoutVenue({ paper }: HomePaths): void {
  if (existsSync(paper)) return;
  throw new TradectlError('VENUE_UNREACHABLE', `the paper venue has no file ${paper}`, {
    hint: 'put it back from where it was moved; nothing was concluded from its absence',
  });
}
