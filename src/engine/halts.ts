/**
 * Halt files as the running bot sees them: journaled when they appear, and the cause of HALTED as long
 * as they stand. The files lead, the journal follows: a file must work when the database does not.
 */
import { readHalts, writeHalt } from '../core/halt-files.ts';
import type { Halt } from '../domain/trading-state.ts';
import { isStoreFailure } from '../execution/backlog-journal.ts';
import type { Bot } from './bot.ts';
import { haltSetEvent } from './operations/halt.ts';

/** Reads the files again; true when what stands has changed. */
export function refreshHalts(bot: Bot): boolean {
  const written = readHalts(bot.paths).map(({ halt }) => halt);
  const standing = [...written, ...without(bot.memory.unwrittenHalts, written)];
  const known = new Set(bot.memory.halts.map((halt) => halt.id));
  const added = standing.filter((halt) => !known.has(halt.id));
  const changed = added.length > 0 || standing.length !== known.size;
  // In memory first: journaling one on a full disk raises the next.
  if (changed) bot.memory.halts = standing;
  for (const halt of added) journalHalt(bot, halt);
  return changed;
}

/** Puts a halt in force: the file first, because it must hold whatever happens next. */
export function raiseHalt(bot: Bot, halt: Halt): void {
  bot.memory.unwrittenHalts = [...bot.memory.unwrittenHalts, halt];
  if (!writeHalts(bot)) {
    bot.log('error', `halt ${halt.id} has no file yet: it holds in memory and is tried again`);
  }
  refreshHalts(bot);
}

/** Writes what the disk had no room for; true when nothing is left. In force they are either way. */
export function writeHalts(bot: Bot): boolean {
  try {
    for (const halt of bot.memory.unwrittenHalts) {
      writeHalt(bot.paths, halt);
      bot.memory.unwrittenHalts = without(bot.memory.unwrittenHalts, [halt]);
    }
    return true;
  } catch (error) {
    if (!isStoreFailure(error)) throw error;
    return false;
  }
}

function without(halts: readonly Halt[], others: readonly Halt[]): readonly Halt[] {
  return halts.filter((halt) => others.every((other) => other.id !== halt.id));
}

/** A halt is journaled once; after a restart its file is still there and its event too. */
function journalHalt(bot: Bot, halt: Halt): void {
  const journaled = bot.view
    .eventsAfter(0, { type: 'HALT_SET' })
    .some((event) => event.type === 'HALT_SET' && event.payload.halt_id === halt.id);
  if (journaled) return;
  bot.journal.appendOrKeep([haltSetEvent(halt)]);
  bot.log('error', `HALT ${halt.kind}: ${halt.reason} (id ${halt.id})`);
}
