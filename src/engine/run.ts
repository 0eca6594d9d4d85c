/**
 * `runBot`: one life of the bot, on a recording or on a live venue, from the configuration to the
 * summary.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, type LoadedConfig } from '../config/load.ts';
import { forgetSecrets } from '../config/secret.ts';
import { homePaths } from '../core/home.ts';
import { readMeta } from '../core/meta.ts';
import { textOrNull } from '../domain/decimal.ts';
import { ms, type Ms } from '../domain/clock.ts';
import { PLANNED_RESTART_EXIT, TradectlError } from '../domain/errors.ts';
import { aboutStore } from './about-store.ts';
import { assemble, type RecordedBot } from './assemble.ts';
import type { LiveBot } from './assemble-live.ts';
import type { Bot } from './bot.ts';
import type { Assembled } from './build-bot.ts';
import type { CycleReport } from './cycle.ts';
import { allowLive } from './live-permission.ts';
import { FOR_MEMORY, type LoopEnd } from './loop-end.ts';
import { oneLife } from './one-life.ts';
import { clearScripted } from './operations/scripted.ts';
import { dueCommands } from './operator-script.ts';
import { runLoop } from './run-loop.ts';
import type { RunHooks, RunOptions, RunResult } from './run-options.ts';
import type { SafePoint } from './safe-point.ts';
import { summarise, summaryFacts } from './summary.ts';

const PROGRESS_INTERVAL = ms(100);

export async function runBot(options: RunOptions, hooks: RunHooks): Promise<RunResult> {
  const scratch = options.home === null;
  const sources = {
    configFile: options.configFile,
    home: options.home ?? process.cwd(),
    cwd: process.cwd(),
    env: options.env,
  };
  const loaded = loadConfig({ ...sources, overrides: options.overrides });
  forgetSecrets();
  const isLive = loaded.config.venue !== 'paper';
  if (isLive) {
    refuseRecordingFlags(options);
    refuseOtherRehearsal(loaded.config.venue, options);
    allowLive(loaded, sources, options);
  } else refuseRehearsal(options);
  // After the configuration: what is refused must not leave a folder behind.
  const home = options.home ?? join(mkdtempSync(join(tmpdir(), 'tradectl-run-')), 'home');
  const live = isLive ? runLive : runRecording;
  const finish = await aboutStore(homePaths(home).state, () => live(home, loaded, options, hooks));
  return finish({ home, scratch });
}

/** A flag that would be ignored is a misunderstanding. */
function refuseRecordingFlags({ feed, from, to, speed }: RunOptions): void {
  if (feed === null && from === null && to === null && speed === 'max') return;
  throw new TradectlError('USAGE', '--feed, --from, --to and --speed are for recordings', {
    hint: 'leave them out with a live venue, or leave out --venue',
  });
}

function refuseRehearsal({ rehearse = null, confirm = null }: RunOptions): void {
  if (rehearse === null && confirm === null) return;
  const flag = rehearse === null ? '--confirm' : '--rehearse';
  throw new TradectlError('USAGE', `${flag} needs a live venue`, {
    hint: 'add --venue krakenfutures',
  });
}

/** Checked before the home is touched: only one venue has a rehearsal, and it has an address. */
function refuseOtherRehearsal(venue: string, { rehearse = null }: RunOptions): void {
  if (rehearse === null) return;
  if (venue !== 'krakenfutures') {
    throw new TradectlError('USAGE', `${venue} cannot be rehearsed`, {
      hint: 'add --venue krakenfutures, or leave out --rehearse',
    });
  }
  const { protocol, pathname } = URL.parse(rehearse) ?? {};
  if (protocol === 'http:' && pathname === '/') return;
  throw new TradectlError('USAGE', `${JSON.stringify(rehearse)} is no rehearsal venue`, {
    hint: 'use the address that `tradectl rehearse` printed: http://127.0.0.1:PORT',
  });
}

type Finish = (facts: Pick<RunResult, 'home' | 'scratch'>) => RunResult;

async function runRecording(
  home: string,
  loaded: LoadedConfig,
  options: RunOptions,
  hooks: RunHooks,
): Promise<Finish> {
  const assembled = assemble({
    paths: homePaths(home),
    loaded,
    feed: options.feed,
    from: options.from,
    to: options.to,
    log: hooks.log,
  });
  noteSignal(assembled, hooks.signal);
  const repeated = readMeta(assembled.home.db, 'finished_seq') !== null;
  return untilClosed(assembled, repeated, async () => {
    if (repeated) return 'finished';
    const { signal, restart } = stoppable(assembled, hooks);
    return oneLife(assembled, {
      ...hooks,
      loop: (safePoint) => recordingLoop(assembled, safePoint, options, { ...hooks, signal }),
      restart,
    });
  });
}

async function runLive(
  home: string,
  loaded: LoadedConfig,
  options: RunOptions,
  hooks: RunHooks,
): Promise<Finish> {
  // A recording must not pay for what only a live venue needs.
  const { assembleLive } = await import('./assemble-live.ts');
  const assembled = await assembleLive({
    paths: homePaths(home),
    loaded,
    rehearse: options.rehearse ?? null,
    log: hooks.log,
    onAnswer: () => hooks.supervisor?.starting(() => 'starting: asking the venue'),
  });
  noteSignal(assembled, hooks.signal);
  const { signal, restart } = stoppable(assembled, hooks);
  return untilClosed(assembled, false, () =>
    oneLife(assembled, {
      ...hooks,
      loop: (safePoint) => venueLoop(assembled, safePoint, options, { ...hooks, signal }),
      onTidy: () => assembled.noteHealth(),
      restart,
    }),
  );
}

/** Two may end a life: whoever sends a signal, and the bot itself when its memory is nearly at the limit. */
function stoppable(
  { bot }: Assembled,
  { signal }: RunHooks,
): { signal: AbortSignal; restart: () => void } {
  const own = new AbortController();
  const restart = (): void => {
    if (own.signal.aborted) return;
    bot.log('warn', 'memory is nearly at its limit and nothing is in flight: planned restart');
    own.abort(FOR_MEMORY);
  };
  return { signal: AbortSignal.any([signal, own.signal]), restart };
}

/** In the log before anything else: a process that is killed while it stops did hear the signal. */
function noteSignal({ home }: Assembled, signal: AbortSignal): void {
  const note = (): void => home.log.note('info', `${String(signal.reason)}: stopping in order`);
  signal.addEventListener('abort', note, { once: true });
}

/** Lives, tells the story, and closes whatever happened. */
async function untilClosed(
  assembled: Assembled,
  repeated: boolean,
  live: () => Promise<LoopEnd>,
): Promise<Finish> {
  const { db, paths } = assembled.home;
  try {
    const exitCode = (await live()) === 'memory' ? PLANNED_RESTART_EXIT : 0;
    const { document, curve } = summarise(db, summaryFacts(db, paths.dir));
    return (facts) => ({ ...facts, summary: document, equityCurve: curve, exitCode, repeated });
  } finally {
    assembled.close();
  }
}

function recordingLoop(
  assembled: RecordedBot,
  safePoint: SafePoint,
  options: RunOptions,
  hooks: RunHooks,
): Promise<LoopEnd> {
  const { bot, feed } = assembled;
  const cycles = options.cycles ?? (options.speed === 'max' ? feed.cycles : null);
  return runLoop(bot, {
    feed,
    venue: assembled.venue,
    clock: assembled.clock,
    windowFrom: assembled.recording.windowFrom,
    safePoint,
    speed: options.speed,
    cycles: options.once ? 1 : options.cycles,
    signal: hooks.signal,
    onCycle: progressOf(bot, cycles, hooks),
    script: (after, until) => runScript(assembled, after, until),
  });
}

async function venueLoop(
  assembled: LiveBot,
  safePoint: SafePoint,
  options: RunOptions,
  hooks: RunHooks,
): Promise<LoopEnd> {
  const { liveLoop } = await import('./live-loop.ts');
  const { listen } = await import('./listen.ts');
  const listening = await listen(assembled);
  try {
    return await liveLoop(assembled, {
      safePoint,
      cycles: options.once ? 1 : options.cycles,
      signal: hooks.signal,
      onCycle: progressOf(assembled.bot, options.cycles, hooks),
      ...(listening === null ? {} : { isWoken: () => listening.isWoken() }),
    });
  } finally {
    await listening?.close();
  }
}

async function runScript({ bot, script }: RecordedBot, after: Ms, until: Ms): Promise<void> {
  for (const command of dueCommands(script, after, until)) await clearScripted(bot, command);
}

function progressOf(
  bot: Bot,
  cycles: number | null,
  hooks: RunHooks,
): (report: CycleReport) => void {
  let drawn = bot.wall.monotonic();
  return ({ cycle, at, figures }) => {
    const now = bot.wall.monotonic();
    if (now - drawn < PROGRESS_INTERVAL) return;
    drawn = now;
    const registry = bot.journal.registry();
    hooks.progress({
      cycle,
      cycles,
      at,
      equity: textOrNull(figures?.equity ?? null),
      positions: registry.positions.size,
      state: registry.state,
    });
  };
}
