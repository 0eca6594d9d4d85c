/**
 * How an operator asks for a partial close, for flatten, and acknowledges: whoever holds the lock executes.
 * A running bot takes the command from its inbox, else this process takes the lock for as long as it needs.
 */
import type { CommandArguments } from '../../core/inbox.ts';
import { ms, type Ms } from '../../domain/clock.ts';
import type { Bot } from '../bot.ts';
import type { Acknowledged, AcknowledgeRequest } from './acknowledge.ts';
import type { FlattenReport, FlattenRequest } from './flatten.ts';
import type { Operator } from './operator.ts';
import type { PartialCloseRow } from './partial-close-row.ts';
import { partialCloseArguments, type PartialCloseRequest } from './partial-close-request.ts';
import { askRunningBot, type ExecutedBy } from './request.ts';

export interface PartialCloseResult {
  readonly rows: readonly PartialCloseRow[];
  readonly executedBy: ExecutedBy;
}
export type FlattenResult = FlattenReport & { readonly executedBy: ExecutedBy };
export type AcknowledgeResult = Acknowledged & { readonly executedBy: ExecutedBy };

/** Rounds of closing, each with its own looks for lost answers, and the seconds that proof takes. */
const ROUNDS_TIMEOUT = ms(240_000);
const SETTLE_TIMEOUT = ms(60_000);

export async function requestPartialClose(
  home: string,
  request: PartialCloseRequest,
): Promise<PartialCloseResult> {
  const command = {
    name: 'partial-close',
    arguments: partialCloseArguments(request),
    by: request.by,
    timeoutMs: SETTLE_TIMEOUT,
  };
  return ask(home, command, async () => {
    const { withActor, withObserver } = await import('../own-bot.ts');
    const { partialCloseByBot } = await import('./partial-close.ts');
    const work = (bot: Bot): ReturnType<typeof partialCloseByBot> =>
      partialCloseByBot(bot, request);
    // A dry run must not take over: that would cancel entries and repair what it only looks at.
    return request.dryRun
      ? withObserver(home, work, command.name)
      : withActor(home, work, command.name);
  });
}

export async function requestFlatten(
  home: string,
  request: FlattenRequest,
): Promise<FlattenResult> {
  const command = {
    name: 'flatten',
    arguments: { reason: request.reason },
    by: request.by,
    timeoutMs: ROUNDS_TIMEOUT,
  };
  return ask(home, command, async () => {
    const { withOwnBot } = await import('../own-bot.ts');
    const { flattenByBot } = await import('./flatten.ts');
    return withOwnBot(home, (bot) => flattenByBot(bot, request), command.name);
  });
}

export async function requestAcknowledge(
  home: string,
  request: AcknowledgeRequest,
): Promise<AcknowledgeResult> {
  const { symbol, reason, by } = request;
  const command = {
    name: 'acknowledge',
    arguments: { symbol, reason },
    by,
    timeoutMs: SETTLE_TIMEOUT,
  };
  return ask(home, command, async () => {
    const { withOwnBot } = await import('../own-bot.ts');
    const { acknowledgeByBot } = await import('./acknowledge.ts');
    return withOwnBot(home, (bot) => acknowledgeByBot(bot, request), command.name);
  });
}

interface Command {
  readonly name: string;
  readonly arguments: CommandArguments;
  readonly by: Operator;
  readonly timeoutMs: Ms;
}

/** The bot's answer has the shape of our own work: both ran the same function. */
async function ask<T>(
  home: string,
  command: Command,
  work: () => Promise<T>,
): Promise<T & { readonly executedBy: ExecutedBy }> {
  const { name, arguments: given, by, timeoutMs } = command;
  const answered = await askRunningBot(home, name, { arguments: given, by, timeoutMs });
  if (answered !== null) return { ...(answered as T), executedBy: 'bot' };
  return { ...(await work()), executedBy: 'command' };
}
