/**
 * The loop of a live venue: a cycle each interval, candles beside it, and between two cycles a look at the
 * account while anything is open. Polling is the truth; a push message only makes the look come sooner.
 */
import { ms, SECOND } from '../domain/clock.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { LiveBot } from './assemble-live.ts';
import type { Bot } from './bot.ts';
import { cycle, type CycleReport } from './cycle.ts';
import { stopReason, type LoopEnd } from './loop-end.ts';
import type { SafePoint } from './safe-point.ts';
import { settle } from './settle.ts';
import { reviewTiers } from './tiers.ts';

export interface LiveLoopOptions {
  readonly safePoint: SafePoint;
  /** Stop after this many cycles of this life; null for no end. */
  readonly cycles: number | null;
  readonly signal: AbortSignal;
  readonly onCycle: (report: CycleReport) => void;
  /** True once when the venue pushed something since the last call. */
  readonly isWoken?: () => boolean;
}

/** How long a stop in order may have to wait for us. */
const NAP = ms(250);
const CLOCK_INTERVAL = SECOND;
const CANDLE_PAUSE = SECOND;

export async function liveLoop(assembled: LiveBot, options: LiveLoopOptions): Promise<LoopEnd> {
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  // Who asks for so many cycles wants them with candles.
  if (options.cycles !== null) await candlesFirst(assembled, options, signal);
  const broken: unknown[] = [];
  const candles = fetchCandles(assembled, signal).catch((error: unknown) => broken.push(error));
  try {
    for (let done = 0; ; done += 1) {
      // A bug of theirs ends the bot in order, as one of the cycle does.
      if (broken.length > 0) throw broken[0];
      if (options.signal.aborted) return stopReason(options.signal);
      if (options.cycles !== null && done >= options.cycles) return 'cycles';
      if (done > 0) await untilDue(assembled, options);
      if (options.signal.aborted) return stopReason(options.signal);
      options.onCycle(await oneCycle(assembled));
      await options.safePoint.visit();
    }
  } finally {
    ended.abort();
    await candles;
  }
}

/** Tiers from one reading of the prices, then the candles of every market that they let trade. */
async function candlesFirst(
  { bot, feed }: LiveBot,
  { safePoint }: LiveLoopOptions,
  signal: AbortSignal,
): Promise<void> {
  const marks = await bot.venue.reader.marks();
  if (marks.read === 'unknown') return;
  bot.journal.note(reviewTiers(bot, marks.rows));
  feed.watch(wantedMarkets(bot));
  let isDone = false;
  const fetching = feed.fetchDue(signal).finally(() => (isDone = true));
  // Of hundreds of markets that takes a minute; the operator is heard meanwhile.
  while (!isDone) {
    await safePoint.visit();
    await bot.wall.sleep(NAP, signal);
    if (signal.aborted) break;
  }
  await fetching;
}

/** One cycle with what arrived since the last one; the markets that are asked for follow the tiers. */
export async function oneCycle(assembled: LiveBot): Promise<CycleReport> {
  const { bot, feed, instruments } = assembled;
  await assembled.followClock();
  for (const instrument of await instruments.refreshIfDue()) {
    bot.scanner.renew(instrument);
    feed.warmUp(instrument.symbol, ({ timeframe, candle }) =>
      bot.scanner.push(instrument.symbol, timeframe, candle),
    );
  }
  const at = bot.clock.now();
  const report = await cycle(bot, at, feed.take(at));
  feed.watch(wantedMarkets(bot));
  return report;
}

/** What may be traded, and what is held: its swings lead the stop. */
function wantedMarkets(bot: Bot): Set<Symbol> {
  const wanted = [...bot.instruments.keys()].filter(
    (symbol) => bot.tiers.verdictOf(symbol).tradeable,
  );
  return new Set([...wanted, ...bot.journal.registry().positions.keys()]);
}

async function fetchCandles({ bot, feed }: LiveBot, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await feed.fetchDue(signal);
    await bot.wall.sleep(CANDLE_PAUSE, signal);
  }
}

/** Listens to the operator, follows the clock, and looks at what is open. */
async function untilDue(assembled: LiveBot, options: LiveLoopOptions): Promise<void> {
  const { bot } = assembled;
  const due = ms((bot.journal.registry().lastCycleMs ?? 0) + bot.config.live.cycleIntervalMs);
  let looked = bot.clock.now();
  let followed = bot.wall.monotonic();
  while (bot.clock.now() < due && !options.signal.aborted) {
    await options.safePoint.visit();
    if (bot.wall.monotonic() - followed >= CLOCK_INTERVAL) {
      followed = bot.wall.monotonic();
      await assembled.followClock();
    }
    const isWoken = options.isWoken?.() === true;
    if (isWoken || (hasOpen(bot) && bot.clock.now() - looked >= bot.config.live.pollIntervalMs)) {
      await settle(bot);
      looked = bot.clock.now();
      continue;
    }
    const left = due - bot.clock.now();
    await bot.wall.sleep(ms(Math.max(1, Math.min(NAP, left))), options.signal);
  }
}

function hasOpen({ journal }: Bot): boolean {
  const { positions, orders } = journal.registry();
  return positions.size > 0 || orders.size > 0;
}
