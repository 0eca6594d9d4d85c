/**
 * Acknowledge: an operator looked at what the bot cannot know, and said so. A side that flipped, a possible
 * second instance, and a position that vanished together with others (rule 12: mass absence is likelier a
 * broken answer than flat). Until then entries of the symbol wait.
 */
import type { CommandArguments } from '../../core/inbox.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { Bot } from '../bot.ts';
import { settle } from '../settle.ts';
import { symbolIn, wordIn } from './command-arguments.ts';
import type { Operator } from './operator.ts';
import { nothingWaits, VANISHED, type Cause } from './read-causes.ts';

export interface AcknowledgeRequest {
  readonly symbol: Symbol;
  readonly reason: string;
  readonly by: Operator;
}

export interface Acknowledged {
  readonly symbol: string;
  readonly causes: readonly string[];
  readonly evidence: readonly string[];
}

export function acknowledgeRequestOf(given: CommandArguments, by: Operator): AcknowledgeRequest {
  return { symbol: symbolIn(given, 'symbol'), reason: wordIn(given, 'reason'), by };
}

/** Throws NOT_FOUND when nothing of the symbol waits for an operator. */
export async function acknowledgeByBot(
  bot: Bot,
  request: AcknowledgeRequest,
): Promise<Acknowledged> {
  const { symbol, reason, by } = request;
  const found = causesOf(bot, symbol);
  if (found.length === 0) throw nothingWaits(symbol);
  const causes = found.map(({ cause }) => cause);
  const { uid, terminal } = by;
  bot.journal.append([
    { type: 'ACKNOWLEDGED', symbol, payload: { causes, reason, uid, terminal } },
  ]);
  // What was only waiting for this word is put right now, not a cycle later.
  await settle(bot);
  return { symbol, causes, evidence: found.map(({ evidence }) => evidence) };
}

function causesOf({ journal, memory }: Bot, symbol: Symbol): Cause[] {
  const waiting = journal.registry().attention.get(symbol) ?? [];
  const blocked = memory.blocked.get(symbol);
  const vanished =
    blocked?.finding === VANISHED ? [{ cause: VANISHED, evidence: blocked.evidence }] : [];
  return [...waiting.map(({ cause, evidence }) => ({ cause, evidence })), ...vanished];
}
