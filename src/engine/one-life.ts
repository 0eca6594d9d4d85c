/**
 * One life of the bot, from start-up to the noted end, whatever drives its cycles. Shutdown never closes
 * positions: it stops entries, settles what is in flight, leaves protection, and journals the end.
 */
import { isSqliteError } from '../core/database.ts';
import { writeMeta } from '../core/meta.ts';
import { beat, endRun, type EndReason } from '../core/runs.ts';
import { ms, type Ms } from '../domain/clock.ts';
import { ownMemory, type MemoryGuard, type MemoryWatch } from '../host/memory-guard.ts';
import { boardRows } from './board-rows.ts';
import type { Assembled } from './build-bot.ts';
import { cancelEntries } from './cancel-entries.ts';
import { meetFullDisk, tendDisk } from './disk-guard.ts';
import { refreshHalts } from './halts.ts';
import { executeCommand } from './operations/execute.ts';
import type { LoopEnd } from './loop-end.ts';
import type { RunHooks } from './run-options.ts';
import { createSafePoint, type SafePoint } from './safe-point.ts';
import { inFlight } from './in-flight.ts';
import { settle } from './settle.ts';
import { startUp } from './startup.ts';
import { summarise, summaryFacts } from './summary.ts';
import { guardOfMemory, statusLine, supervised } from './supervised.ts';
import { isReviewDue, review } from './watch.ts';

export interface LifeOptions {
  /** Runs the cycles until there is a reason to stop. */
  readonly loop: (safePoint: SafePoint) => Promise<LoopEnd>;
  /** Done whenever the bot says that it is alive; may throw what SQLite throws. */
  readonly onTidy?: () => void;
  /** Who started the process and wants to know that it lives. */
  readonly supervisor?: RunHooks['supervisor'];
  readonly memory?: RunHooks['memory'];
  /** Asks the loop to end, for the service manager to start the bot again. */
  readonly restart: () => void;
}

export async function oneLife(assembled: Assembled, options: LifeOptions): Promise<LoopEnd> {
  const { bot } = assembled;
  const { supervisor } = options;
  const startedMs = bot.wall.monotonic();
  supervisor?.starting(() => 'starting: reading candles');
  assembled.warmUp();
  supervisor?.starting(() => 'starting: taking over');
  const life = await startUp(assembled);
  const safePoint = safePointOf(assembled, { ...options, life, startedMs });
  await safePoint.visit(true);
  supervisor?.ready(() => statusLine(bot));
  try {
    const end = await options.loop(safePoint);
    supervisor?.stopping(() => statusLine(bot));
    await shutDown(assembled, end);
    noteEnd(assembled, { life, end, startedMs });
    return end;
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

interface Life extends LifeOptions {
  readonly life: number;
  readonly startedMs: Ms;
}

function safePointOf(assembled: Assembled, options: Life): SafePoint {
  const { bot, home } = assembled;
  const watch = options.memory ?? ownMemory();
  const guard = guardOfMemory(bot, home.db, watch.limit);
  return supervised(plainSafePoint(assembled, options, { watch, guard }), {
    bot,
    supervisor: options.supervisor,
    isCritical: () => guard.isCritical(),
    restart: options.restart,
    notBeforeMs: ms(options.startedMs + watch.restartAfterMs),
  });
}

function plainSafePoint(
  { bot, home, journal, inbox, board }: Assembled,
  { life, onTidy }: Life,
  { watch, guard }: { readonly watch: MemoryWatch; readonly guard: MemoryGuard },
): SafePoint {
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
      onTidy?.();
    },
    onStoreFailure: (error) => {
      if (error.code === 'STORE_FULL') meetFullDisk(bot);
      bot.log('warn', `no sign of life could be written: ${error.message}`);
    },
    beat: () => {
      const rssBytes = watch.rssBytes();
      guard.look(rssBytes);
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
