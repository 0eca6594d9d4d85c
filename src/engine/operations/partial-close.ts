/**
 * Partial close as the holder of the lock executes it: sized by the venue's rules, sent reduce-only at the
 * market, and the stop made to fit what stays open. A dry run sizes the same positions with the same
 * function and sends nothing. The incident: half of one contract, refused 46 times by the venue; here it is
 * refused before it exists, with the quantities that would be taken.
 */
import type { Price } from '../../domain/decimal.ts';
import { TradectlError } from '../../domain/errors.ts';
import type { Order, Outcome } from '../../domain/order.ts';
import type { Position } from '../../domain/position.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { Snapshot } from '../../domain/venue.ts';
import type { Bot } from '../bot.ts';
import { makePlan } from '../make-plan.ts';
import { metricsOf } from '../metrics.ts';
import { planContext } from '../plan-context.ts';
import { look, settle } from '../settle.ts';
import { actsAtBar, exitsOnTheirWay, isPending } from './exit-on-its-way.ts';
import { journaledArguments, type PartialCloseRequest } from './partial-close-request.ts';
import {
  rowOf,
  sizePosition,
  withOutcome,
  type PartialCloseRow,
  type SizedClose,
  type Withheld,
} from './partial-close-row.ts';

/** One row per position, by symbol. Throws NOT_FOUND when the symbol named has no open position. */
export async function partialCloseByBot(
  bot: Bot,
  request: PartialCloseRequest,
): Promise<{ rows: PartialCloseRow[] }> {
  return { rows: request.dryRun ? await dryRun(bot, request) : await apply(bot, request) };
}

/** Sizes what the bot would hold once it acted on what the venue says now. Nothing is changed. */
async function dryRun(bot: Bot, request: PartialCloseRequest): Promise<PartialCloseRow[]> {
  const snapshot = await look(bot);
  const { repair } = makePlan(planContext(bot), snapshot, bot.memory.look);
  const positions = named(repair.after.positions, request);
  return sizeAll(bot, { positions, snapshot, request }).map((sized) => rowOf(sized, request));
}

async function apply(bot: Bot, request: PartialCloseRequest): Promise<PartialCloseRow[]> {
  const only = marketsOf(bot, request);
  const { snapshot } = await settle(bot, undefined, only);
  const positions = named([...bot.journal.registry().positions.values()], request);
  if (positions.length === 0) return [];
  journalRequest(bot, request, positions);
  const outcomes = new Map<SizedClose, Outcome | Withheld | null>();
  for (const sized of sizeAll(bot, { positions, snapshot, request })) {
    outcomes.set(sized, await place(bot, sized));
  }
  // Folds the fills; then stop and targets are made to fit what is left.
  const after = await settle(bot, undefined, only);
  bot.memory.figures = metricsOf(bot, after.snapshot) ?? bot.memory.figures;
  return [...outcomes].map(([sized, sent]) => {
    const position = bot.view.positionById(sized.position.positionId) ?? sized.position;
    const orders = [...bot.journal.registry().orders.values()];
    const facts = { sent, position, orders, actsAtBar: actsAtBar(bot) };
    return withOutcome(rowOf(sized, request), facts);
  });
}

/** What is not asked for is not touched. */
function marketsOf(bot: Bot, { symbol }: PartialCloseRequest): ReadonlySet<Symbol> {
  return symbol === null ? new Set(bot.journal.registry().positions.keys()) : new Set([symbol]);
}

/** A refused size is no order at all: nothing is sent, nothing is to be remembered. */
async function place(
  bot: Bot,
  { position, sizing }: SizedClose,
): Promise<Outcome | Withheld | null> {
  if (sizing === null || sizing.outcome === 'refused') return null;
  const earlier = exitsOnTheirWay(bot.journal.registry().orders.values(), position);
  if (earlier.length > 0) return withheld(earlier);
  return bot.gateway.placeExit({ symbol: position.symbol, quantity: sizing.quantity });
}

function withheld(earlier: readonly Order[]): Outcome | Withheld {
  if (earlier.every(isPending)) {
    return { kind: 'pending', evidence: 'an earlier exit is still live; nothing was sent' };
  }
  return { kind: 'in_doubt', evidence: 'an earlier exit has no answer yet; nothing was sent' };
}

function sizeAll(
  bot: Bot,
  facts: { positions: readonly Position[]; snapshot: Snapshot; request: PartialCloseRequest },
): SizedClose[] {
  return facts.positions.map((position) =>
    sizePosition(position, facts.request, {
      instrument: bot.instruments.get(position.symbol) ?? null,
      mark: markOf(facts.snapshot, position.symbol),
    }),
  );
}

/** Null while marks cannot be read: a close is not withheld for that, the venue judges its notional. */
function markOf({ marks }: Snapshot, symbol: Symbol): Price | null {
  if (marks.read === 'unknown') return null;
  return marks.rows.find((row) => row.symbol === symbol)?.mark ?? null;
}

function named(positions: readonly Position[], { symbol }: PartialCloseRequest): Position[] {
  const found = positions
    .filter((position) => symbol === null || position.symbol === symbol)
    .toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1));
  if (found.length > 0 || symbol === null) return found;
  throw new TradectlError('NOT_FOUND', `there is no open position on ${symbol}`, {
    hint: 'tradectl positions lists them',
  });
}

function journalRequest(
  bot: Bot,
  request: PartialCloseRequest,
  positions: readonly Position[],
): void {
  const { symbol, by, reason } = request;
  bot.journal.appendOrKeep([
    {
      type: 'OPERATOR_COMMAND',
      symbol,
      positionId: symbol === null ? null : (positions[0]?.positionId ?? null),
      payload: {
        command: 'partial-close',
        arguments: journaledArguments(request),
        uid: by.uid,
        terminal: by.terminal,
        reason,
      },
    },
  ]);
}
