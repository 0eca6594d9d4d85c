/**
 * The loop of a recording: advance the venue, protect what filled on the way, run the cycle, listen to
 * the operator, go on. It yields to the event loop every cycle, or SIGTERM would never be seen.
 */
import { setImmediate } from 'node:timers/promises';
import { isSqliteError, storeError } from '../core/database.ts';
import { MINUTE, ms, type Ms, type VirtualClock } from '../domain/clock.ts';
import type { RecordingFeed } from '../market/recording-feed.ts';
import type { Bot } from './bot.ts';
import { meetFullDisk } from './disk-guard.ts';
import { cycle, type CycleReport } from './cycle.ts';
import { stopReason, type LoopEnd } from './loop-end.ts';
import type { SafePoint } from './safe-point.ts';
import { settle } from './settle.ts';

/** A venue that is moved by hand: returns the time it reached, earlier when an entry filled. */
export interface SteppedVenue {
  advanceTo(at: Ms): Ms;
}

export interface LoopOptions {
  readonly feed: RecordingFeed;
  readonly venue: SteppedVenue;
  readonly clock: VirtualClock;
  readonly safePoint: SafePoint;
  readonly speed: 'max' | 'real';
  readonly windowFrom: Ms;
  /** Stop after this many cycles of this life; null for the whole recording. */
  readonly cycles: number | null;
  readonly signal: AbortSignal;
  readonly onCycle: (report: CycleReport) => void;
  /** The scripted operator, called before each cycle. */
  readonly script: (after: Ms, until: Ms) => Promise<void>;
}

export async function runLoop(bot: Bot, options: LoopOptions): Promise<LoopEnd> {
  const { feed, signal } = options;
  let last = bot.journal.registry().lastCycleMs ?? ms(0);
  let done = 0;
  for (;;) {
    if (signal.aborted) return stopReason(signal);
    const next = nextCycle(options, last);
    if (next === null) return 'finished';
    if (options.cycles !== null && done >= options.cycles) return 'cycles';
    if (options.speed === 'real' && done > 0) await waitFor(bot, options, next);
    if (signal.aborted) return stopReason(signal);
    await reach(bot, options, next);
    await options.script(last, next);
    const report = await cycle(bot, next, feed.advanceTo(next));
    options.onCycle(report);
    last = next;
    done += 1;
    await options.safePoint.visit();
    await setImmediate();
  }
}

/** Moves the venue to `at`; a resting entry that fills on the way is protected before time goes on. */
async function reach(bot: Bot, options: LoopOptions, at: Ms): Promise<void> {
  for (;;) {
    const reached = advance(bot, options.venue, at);
    options.clock.advanceTo(reached);
    if (reached >= at) return;
    await settle(bot);
  }
}

/**
 * A venue whose own file the disk refuses keeps what happened in memory, like a venue out of reach:
 * time goes on, and the next step writes it.
 */
function advance(bot: Bot, venue: SteppedVenue, at: Ms): Ms {
  try {
    return venue.advanceTo(at);
  } catch (error) {
    const code = isSqliteError(error) ? storeError(error, bot.paths.paper).code : null;
    if (code !== 'STORE_FULL' && code !== 'STORE_UNWRITABLE') throw error;
    if (code === 'STORE_FULL') meetFullDisk(bot);
    return at;
  }
}

/** The next cycle: a close of the base timeframe, or in real time a minute later. */
function nextCycle({ feed, speed, windowFrom }: LoopOptions, last: Ms): Ms | null {
  const close = feed.nextCycle(last);
  if (speed === 'max' || close === null) return close;
  return ms(Math.min(Math.max(last, windowFrom) + MINUTE, feed.lastCycle));
}

/** Real time: the trading clock stands still until the wall has caught up, and the operator is heard. */
async function waitFor(bot: Bot, options: LoopOptions, next: Ms): Promise<void> {
  const due = bot.wall.monotonic() + Math.max(0, next - bot.clock.now());
  for (;;) {
    const left = due - bot.wall.monotonic();
    if (left <= 0 || options.signal.aborted) return;
    await options.safePoint.visit();
    await bot.wall.sleep(ms(Math.min(250, left)), options.signal);
  }
}
