/**
 * What a running bot tells its host: the service manager hears from each safe point, and the memory guard sees
 * each beat. A sign of life follows a safe point and not a beat: with a full disk nothing is written, and a bot
 * that protects positions without a journal must not be restarted for it.
 */
import { memoryGuard, memoryLimit, type MemoryGuard } from '../host/memory-guard.ts';
import type { Supervisor } from '../host/notify-supervisor.ts';
import type { Db } from '../core/database.ts';
import type { Bot } from './bot.ts';
import type { SafePoint } from './safe-point.ts';

/** The safe point, with a word to the service manager after each visit. */
export function supervised(
  safePoint: SafePoint,
  bot: Bot,
  supervisor: Supervisor | undefined,
): SafePoint {
  if (supervisor === undefined) return safePoint;
  return {
    async visit(force) {
      await safePoint.visit(force);
      supervisor.alive(() => statusLine(bot));
    },
  };
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
export function guardOfMemory(bot: Bot, db: Db): MemoryGuard {
  return memoryGuard({
    limit: memoryLimit(),
    dropCaches: () => void db.pragma('shrink_memory'),
    say: (level, line) => bot.log(level, line),
  });
}
