/**
 * Operator commands as the holder of the lock executes them: the running bot for its inbox, or a
 * command that took the lock itself. Every one of them is journaled with who asked for it.
 */
import type { CommandArguments, OperatorCommand } from '../../core/inbox.ts';
import type { Json } from '../../domain/canonical-json.ts';
import { text, ZERO, type DecimalText } from '../../domain/decimal.ts';
import { TradectlError } from '../../domain/errors.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { Bot } from '../bot.ts';
import { refreshHalts } from '../halts.ts';
import { metricsOf } from '../metrics.ts';
import { settle } from '../settle.ts';
import { causeHolds, review } from '../watch.ts';
import { clearHalt, type ClearRequest } from './halt.ts';
import { acknowledgeByBot, acknowledgeRequestOf } from './acknowledge.ts';
import { applyByBot } from './apply-plan.ts';
import { flattenByBot, flattenRequestOf } from './flatten.ts';
import { partialCloseByBot } from './partial-close.ts';
import { partialCloseRequestOf } from './partial-close-request.ts';
import type { Operator } from './operator.ts';
import type { PlanDocument, PlanRequest } from './plan-document.ts';
import { planByBot } from './plan-reconcile.ts';
import { venueForCommand } from './read-venue.ts';

/** Executes one command of the inbox; throws what the operator should read. */
export async function executeCommand(bot: Bot, command: OperatorCommand): Promise<Json> {
  const { uid, tty } = command.postedBy;
  const by: Operator = { uid, terminal: tty, user: null };
  const given = command.arguments;
  switch (command.command) {
    case 'halt clear': {
      const request = {
        id: wordOf(given, 'id'),
        reason: wordOf(given, 'reason'),
        despiteFindings: given['despite_findings'] === true,
        resetPeak: given['reset_peak'] === true,
        by,
      };
      return { ...(await clearByBot(bot, request)) };
    }
    case 'close': {
      const reason = typeof given['reason'] === 'string' ? given['reason'] : null;
      return {
        ...(await closeByBot(bot, { symbol: wordOf(given, 'symbol') as Symbol, reason, by })),
      };
    }
    case 'plan': {
      const request = JSON.parse(wordOf(given, 'request')) as PlanRequest;
      return asJson((await planByBot(bot, request)).document);
    }
    case 'venue':
      return venueForCommand(bot, given['since']);
    case 'partial-close':
      return asJson(await partialCloseByBot(bot, partialCloseRequestOf(given, by)));
    case 'flatten':
      return asJson(await flattenByBot(bot, flattenRequestOf(given, by)));
    case 'acknowledge':
      return asJson(await acknowledgeByBot(bot, acknowledgeRequestOf(given, by)));
    case 'apply': {
      const document = JSON.parse(wordOf(given, 'document')) as PlanDocument;
      return asJson(await applyByBot(bot, { document, by }));
    }
    default:
      throw new TradectlError('USAGE', `the bot does not know the command ${command.command}`, {
        hint: 'the bot and this program may be of different versions',
      });
  }
}

/** Documents hold nothing but JSON; their types say more than that. */
function asJson(document: object): Json {
  return { ...document };
}

export async function clearByBot(
  bot: Bot,
  request: ClearRequest,
): Promise<{ peakReset: DecimalText | null; archived: string }> {
  const figures = bot.memory.figures;
  const { peakReset, archived } = clearHalt(
    {
      paths: bot.paths,
      now: bot.clock.now(),
      registry: bot.journal.registry(),
      equity: figures === null ? null : figures.equity.minus(figures.netDeposits),
      causeHolds: (halt) => causeHolds(bot, halt),
      append: (events) => void bot.journal.append(events),
    },
    request,
  );
  refreshHalts(bot);
  if (bot.memory.figures !== null && peakReset !== null) {
    bot.memory.figures = { ...bot.memory.figures, peak: bot.memory.figures.equity, drawdown: ZERO };
  }
  await review(bot);
  return { peakReset, archived };
}

/** Sends one reduce-only market order for the whole position; its stop stays until flat is proven. */
export async function closeByBot(
  bot: Bot,
  request: { readonly symbol: Symbol; readonly reason: string | null; readonly by: Operator },
): Promise<{
  outcome: string;
  flat: boolean;
  closedQuantity: DecimalText;
  realizedPnl: DecimalText;
}> {
  const { symbol, reason, by } = request;
  const only = new Set([symbol]);
  await settle(bot, undefined, only);
  const position = bot.journal.registry().positions.get(symbol);
  if (position === undefined) {
    throw new TradectlError('NOT_FOUND', `there is no open position on ${symbol}`, {
      hint: 'tradectl positions lists them',
    });
  }
  bot.journal.appendOrKeep([
    {
      type: 'OPERATOR_COMMAND',
      symbol,
      positionId: position.positionId,
      payload: {
        command: 'close',
        arguments: { symbol },
        uid: by.uid,
        terminal: by.terminal,
        reason,
      },
    },
  ]);
  const outcome = await bot.gateway.placeExit({ symbol, quantity: position.quantity });
  const { snapshot } = await settle(bot, undefined, only);
  bot.memory.figures = metricsOf(bot, snapshot) ?? bot.memory.figures;
  const after = bot.view.positionById(position.positionId) ?? position;
  const flat = after.status === 'closed';
  return {
    outcome: outcome.kind === 'accepted' ? (flat ? 'closed' : 'pending') : describe(outcome),
    flat,
    closedQuantity: text(position.quantity.minus(flat ? ZERO : after.quantity)),
    realizedPnl: text(after.realizedPnl),
  };
}

function describe(
  outcome: Exclude<Awaited<ReturnType<Bot['gateway']['placeExit']>>, { kind: 'accepted' }>,
): string {
  switch (outcome.kind) {
    case 'denied':
      return `denied: ${outcome.code}`;
    case 'rejected':
      return `rejected: ${outcome.reason}`;
    case 'in_doubt':
      return `in doubt: ${outcome.evidence}`;
  }
}

function wordOf(given: CommandArguments, key: string): string {
  const value = given[key];
  if (typeof value === 'string') return value;
  throw new TradectlError('USAGE', `the command lacks ${key}`);
}
