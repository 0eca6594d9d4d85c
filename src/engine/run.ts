/**
 * `runBot`: one life of the bot on a recording, from the lock to the summary. Shutdown never closes
 * positions: it stops entries, settles what is in flight, leaves protection, journals the end and gives the
 * lock back.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { isSqliteError, storeError } from '../core/database.ts';
import { homePaths } from '../core/home.ts';
import { readMeta, writeMeta } from '../core/meta.ts';
import { endRun, beat, type EndReason } from '../core/runs.ts';
import { textOrNull } from '../domain/decimal.ts';
import { ms, type Ms } from '../domain/clock.ts';
import { assemble, type Assembled } from './assemble.ts';
import { boardRows } from './board-rows.ts';
import { cancelEntries } from './cancel-entries.ts';
import type { CycleReport } from './cycle.ts';
import { meetFullDisk, tendDisk } from './disk-guard.ts';
import { refreshHalts } from './halts.ts';
import { executeCommand } from './operations/execute.ts';
import { clearScripted } from './operations/scripted.ts';
import { dueCommands } from './operator-script.ts';
import { runLoop, type LoopEnd } from './run-loop.ts';
import type { RunHooks, RunOptions, RunResult } from './run-options.ts';
import { createSafePoint, type SafePoint } from './safe-point.ts';
import { inFlight, settle } from './settle.ts';
import { startUp } from './startup.ts';
import { summarise, summaryFacts } from './summary.ts';
import { guardOfMemory, statusLine, supervised } from './supervised.ts';
import { isReviewDue, review } from './watch.ts';

const PROGRESS_INTERVAL = ms(100);

export async function runBot(options: RunOptions, hooks: RunHooks): Promise<RunResult> {
  const scratch = options.home === null;
  const loaded = loadConfig({
    configFile: options.configFile,
    home: options.home ?? process.cwd(),
    cwd: process.cwd(),
    env: options.env,
    overrides: options.overrides,
  });
  // After the configuration: what is refused must not leave a folder behind.
  const home = options.home ?? join(mkdtempSync(join(tmpdir(), 'tradectl-run-')), 'home');
  const assembled = assemble({
    paths: homePaths(home),
    loaded,
    feed: options.feed,
    from: options.from,
    to: options.to,
    log: hooks.log,
  });
  try {
    const repeated = readMeta(assembled.home.db, 'finished_seq') !== null;
    if (!repeated) await live(assembled, options, hooks);
    const { document, curve } = summarise(assembled.home.db, summaryFacts(assembled.home.db, home));
    return { summary: document, equityCurve: curve, home, scratch, exitCode: 0, repeated };
  } catch (error) {
    throw isSqliteError(error) ? storeError(error, homePaths(home).state) : error;
  } finally {
    assembled.close();
  }
}

/** From start-up to the noted end. */
async function live(assembled: Assembled, options: RunOptions, hooks: RunHooks): Promise<void> {
  const { bot } = assembled;
  const startedMs = bot.wall.monotonic();
  assembled.warmUp();
  const life = await startUp(assembled);
  const safePoint = supervised(safePointOf(assembled, life), bot, hooks.supervisor);
  await safePoint.visit(true);
  hooks.supervisor?.ready(() => statusLine(bot));
  try {
    const end = await runLoop(bot, {
      feed: assembled.feed,
      venue: assembled.venue,
      clock: assembled.clock,
      windowFrom: assembled.recording.windowFrom,
      safePoint,
      speed: options.speed,
      cycles: options.once ? 1 : options.cycles,
      signal: hooks.signal,
      onCycle: progressOf(assembled, options, hooks),
      script: (after, until) => runScript(assembled, after, until),
    });
    hooks.supervisor?.stopping(() => statusLine(bot));
    await shutDown(assembled, end);
    noteEnd(assembled, { life, end, startedMs });
  } catch (error) {
    noteFailure(assembled, { life, end: 'error', startedMs });
    throw error;
  }
}

/** Entries go, protection stays; what is in doubt is looked at once more and parked if it must be. */
async function shutDown(assembled: Assembled, end: LoopEnd): Promise<void> {
  const { bot, home } = assembled;
  bot.memory.stopping = true;
  await cancelEntries(bot, 'shutdown');
  if (inFlight(bot).length > 0) await settle(bot);
  if (!bot.journal.flush()) {
    const lost = bot.journal.keptEvents().length;
    bot.log('error', `${lost} kept events die with this process: the next start asks the venue`);
  }
  if (end === 'finished') {
    const facts = summaryFacts(home.db, bot.paths.dir);
    const { document } = summarise(home.db, { ...facts, finished: true });
    bot.journal.append([
      { type: 'RECORDING_FINISHED', payload: { summary: storedPart(document) } },
    ]);
    writeMeta(home.db, { finished_seq: String(assembled.journal.head().seq) });
  }
  bot.journal.append([{ type: 'RUN_ENDED', payload: { reason: end } }]);
  assembled.board.write(boardRows(bot));
}

/** What two equal runs agree on: nothing of this machine, this home or this clock. */
function storedPart(document: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const machine = new Set([
    'home',
    'wall_ms',
    'cpu_ms',
    'rss_max_mb',
    'events',
    'head_seq',
    'head_hash',
  ]);
  return Object.fromEntries(Object.entries(document).filter(([key]) => !machine.has(key)));
}

function safePointOf(assembled: Assembled, life: number): SafePoint {
  const { bot, home, journal, inbox, board } = assembled;
  const memory = guardOfMemory(bot, home.db);
  return createSafePoint({
    wall: bot.wall,
    inbox,
    execute: (command) => executeCommand(bot, command),
    refreshHalts: async () => {
      await tendDisk(bot);
      if (refreshHalts(bot) || isReviewDue(bot)) await review(bot);
    },
    tidy: () => {
      bot.journal.flush();
      board.write(boardRows(bot));
    },
    onStoreFailure: (error) => {
      if (error.code === 'STORE_FULL') meetFullDisk(bot);
      bot.log('warn', `no sign of life could be written: ${error.message}`);
    },
    beat: () => {
      const rssBytes = process.memoryUsage.rss();
      memory.look(rssBytes);
      beat(home.db, life, { nowMs: bot.wall.now(), rssBytes, seq: journal.head().seq });
    },
  });
}

function noteEnd(
  { bot, home, journal }: Assembled,
  facts: { life: number; end: EndReason; startedMs: Ms },
): void {
  const { user, system } = process.cpuUsage();
  endRun(home.db, facts.life, {
    nowMs: bot.wall.now(),
    reason: facts.end,
    seq: journal.head().seq,
    wallMs: ms(bot.wall.monotonic() - facts.startedMs),
    cpuMs: ms((user + system) / 1_000),
    rssMaxBytes: process.resourceUsage().maxRSS * 1_024,
  });
}

/** Best effort: what ended the bot may be the very database; a life without an end counts as a death. */
function noteFailure(assembled: Assembled, facts: Parameters<typeof noteEnd>[1]): void {
  try {
    noteEnd(assembled, facts);
  } catch (error) {
    if (!isSqliteError(error)) throw error;
  }
}

async function runScript(assembled: Assembled, after: Ms, until: Ms): Promise<void> {
  for (const command of dueCommands(assembled.script, after, until)) {
    await clearScripted(assembled.bot, command);
  }
}

function progressOf(
  { bot, feed }: Assembled,
  options: RunOptions,
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
      cycles: options.cycles ?? (options.speed === 'max' ? feed.cycles : null),
      at,
      equity: textOrNull(figures?.equity ?? null),
      positions: registry.positions.size,
      state: registry.state,
    });
  };
}
