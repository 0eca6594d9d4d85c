/**
 * The full look, each so many minutes of wall time: fills of the last days, and the stored registry against
 * its events. Ghosts, duplicates and damaged rows alarm while the bot runs; they do not wait for a start.
 */
import type { RestoreProblem } from '../core/restore-problem.ts';
import { ms } from '../domain/clock.ts';
import type { NewEvent } from '../domain/event.ts';
import type { Bot } from './bot.ts';

/** Called before each cycle's look; cheap when nothing is due. */
export function beginFullLook(bot: Bot): void {
  const now = bot.wall.monotonic();
  if (now < bot.memory.nextFullLookMs) return;
  bot.memory.nextFullLookMs = ms(now + bot.config.reconcile.fullIntervalMs);
  bot.memory.fullLookDue = true;
  mendStore(bot, bot.store.check());
}

/**
 * Stored rows that their events contradict are written anew, and what no event explains is quarantined: said
 * first, then done, so that a crash between loses no row. Nothing about a row stops the bot.
 */
export function mendStore(bot: Bot, problems: readonly RestoreProblem[]): void {
  if (problems.length === 0) return;
  append(bot, bot.store.quarantine(problems));
  mendTables(bot, problems);
  for (const { table, id, kind, why } of problems) {
    bot.log('warn', `${table} ${id}: ${kind}: ${why}`);
  }
}

/** Only the tables; the journal has been told already. */
export function mendTables(bot: Bot, problems: readonly RestoreProblem[]): void {
  const inTheWay = bot.store.mend(bot.journal.registry(), problems);
  append(
    bot,
    inTheWay.filter(({ type }) => type !== 'FINDING'),
  );
}

function append({ journal }: Bot, events: readonly NewEvent[]): void {
  if (events.length > 0) journal.append(events);
}
