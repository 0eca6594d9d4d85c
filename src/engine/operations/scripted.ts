/** What the scripted operator of a recording does, through the same operations as a person. */
import type { Bot } from '../bot.ts';
import type { ScriptedCommand } from '../operator-script.ts';
import { clearByBot } from './execute.ts';

/** Clears every standing halt of the kind the script names. */
export async function clearScripted(bot: Bot, command: ScriptedCommand): Promise<void> {
  const by = { uid: null, terminal: 'operator.json', user: 'script' };
  for (const halt of bot.memory.halts.filter(({ kind }) => kind === command.kind)) {
    const { reason } = command;
    const request = { id: halt.id, reason, despiteFindings: false, resetPeak: false, by };
    await clearByBot(bot, request);
    bot.log('info', `halt ${halt.id} (${halt.kind}) cleared by the script: ${command.reason}`);
  }
}
