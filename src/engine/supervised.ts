/**
 * What a running bot tells its host: the service manager hears from each safe point, and the memory guard sees
 * each beat. A bot near its limit ends in order where somebody starts it again. A sign of life follows a safe point and not a beat: with a full disk nothing is written, and a bot
 * that protects positions without a journal must not be restarted for it.
 */
import { memoryGuard, type MemoryGuard, type MemoryLimit } from '../host/memory-guard.ts';
import type { Supervisor } from '../host/notify-supervisor.ts';
import type { Db } from '../core/database.ts';
import type { Ms } from '../domain/clock.ts';
import type { Bot } from './bot.ts';
import { inFlight } from './in-flight.ts';
import type { SafePoint } from './safe-point.ts';
import { hasUnlistedStop } from './watch.ts';

export interface Supervised {
  readonly bot: Bot;
  readonly supervisor: Supervisor | undefined;
  /** Whether memory is nearly at its limit, and what to do for it: ask the loop to end. */
  readonly isCritical: () => boolean;
  readonly restart: () => void;
  /** When this life may first end for its memory, on the monotonic wall clock. */
  readonly notBeforeMs: Ms;
}

/** The safe point, with a word to the service manager after each visit. */
export function supervised(safePoint: SafePoint, options: Supervised): SafePoint {
  const { bot, supervisor, isCritical, restart, notBeforeMs } = options;
  if (supervisor === undefined) return safePoint;
  return {
    async visit(force) {
      await safePoint.visit(force);
      supervisor.alive(() => statusLine(bot));
      if (!supervisor.isThere || !isCritical() || bot.wall.monotonic() < notBeforeMs) return;
      if (mayEnd(bot)) restart();
    },
  };
}

/**
 * The kernel would end the bot in the middle of whatever it does; here nothing is in the middle of anything. Open
 * positions do not forbid it: each has its stop at the venue, and waiting for flat may take longer than memory lasts.
 */
function mayEnd(bot: Bot): boolean {
  const isSettled = inFlight(bot).length === 0 && bot.journal.keptEvents().length === 0;
  return isSettled && bot.protector.exposed() === 0 && !hasUnlistedStop(bot);
}

/** `NORMAL, 3 positions, cycle 120`; a state that an operator should look into says where. */
export function statusLine({ journal, memory }: Bot): string {
  const { state, positions, cycles } = journal.registry();
  const count = `${positions.size} position${positions.size === 1 ? '' : 's'}, cycle ${cycles}`;
  if (state === 'NORMAL') return `NORMAL, ${count}`;
  const causes = memory.monitor.causes.map(({ cause }) => cause).join(', ');
  const look = state === 'HALTED' ? 'tradectl halt show' : 'tradectl status';
  return `${state}${causes === '' ? '' : ` (${causes})`}, ${count}: ${look}`;
}

/** Watches the memory of this process; what SQLite keeps of the file is the cache that can go. */
export function guardOfMemory(bot: Bot, db: Db, limit: MemoryLimit): MemoryGuard {
  return memoryGuard({
    limit,
    dropCaches: () => void db.pragma('shrink_memory'),
    say: (level, line) => bot.log(level, line),
  });
}
