/**
 * A full disk, from the first refused write to the moment the bot trades again. The order matters: the
 * halt stands in memory before anything else, the ballast goes, then file and event follow; protection and
 * exits never wait for it. It is the one halt that the bot clears by itself, and it says so.
 */
import { ensureBallast, freeBytes, megabytes, releaseBallast } from '../core/ballast.ts';
import { haltOf } from '../core/halt-files.ts';
import { isStoreFailure } from '../execution/backlog-journal.ts';
import type { Bot } from './bot.ts';
import { raiseHalt, writeHalts } from './halts.ts';
import { clearByBot } from './operations/execute.ts';

/** The store said that nothing more fits. Again and again while it lasts: only the first time acts. */
export function meetFullDisk(bot: Bot): void {
  if (isFull(bot)) return;
  const released = releaseBallast(bot.paths);
  const waiting = bot.journal.keptEvents().length;
  const findings = [
    released ? 'the ballast was released' : 'there was no ballast to release',
    `${waiting} events wait in memory`,
  ];
  const reason = 'the disk is full: the bot goes on by itself when there is room again';
  const setMs = bot.clock.now();
  bot.log('error', `disk full: entries stop, protection goes on; ${findings[0] ?? ''}`);
  raiseHalt(bot, haltOf({ kind: 'disk_full', reason, findings, setMs, setBy: 'core' }));
}

/**
 * Called at each safe point. Ends a full disk once every kept event is durable and the ballast is back;
 * makes the ballast where it is missing otherwise. Never throws for a store that cannot be written.
 */
export async function tendDisk(bot: Bot): Promise<void> {
  // Not only after a full disk: a home that nobody may write has room and takes no file.
  const areWritten = writeHalts(bot);
  if (isFull(bot)) return areWritten ? recover(bot) : undefined;
  const ballast = ensureBallast(bot.paths);
  const before = bot.memory.ballast;
  bot.memory.ballast = ballast.state === 'missing' ? 'missing' : 'stands';
  if (ballast.state === before) return;
  // A new home gets one without a word; one that comes back is news.
  if (ballast.state === 'made') {
    const level = before === null ? 'debug' : 'info';
    bot.log(level, 'ballast made: 8 MB kept back for a full disk');
  }
  if (ballast.state === 'missing') {
    bot.log('warn', `no ballast for a full disk: ${ballast.why}; free 16 MB and it is made`);
  }
}

async function recover(bot: Bot): Promise<void> {
  if (!bot.journal.flush()) return;
  if (ensureBallast(bot.paths).state === 'missing') return;
  bot.memory.ballast = 'stands';
  const free = megabytes(freeBytes(bot.paths.dir));
  const reason = `there is room again: ${free} free, the ballast is back; cleared by the bot`;
  const by = { uid: null, terminal: null, user: 'bot' };
  try {
    for (const halt of bot.memory.halts.filter(({ kind }) => kind === 'disk_full')) {
      const request = { id: halt.id, reason, despiteFindings: false, resetPeak: false, by };
      await clearByBot(bot, request);
      bot.log('warn', `halt ${halt.id} (disk_full) cleared: ${reason}`);
    }
  } catch (error) {
    if (!isStoreFailure(error)) throw error;
  }
}

function isFull({ memory }: Bot): boolean {
  return memory.halts.some(({ kind }) => kind === 'disk_full');
}
