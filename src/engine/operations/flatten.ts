/**
 * Flatten: every position that the venue lists is closed reduce-only, round by round, until two complete
 * readings some seconds apart list nothing. What the registry believes is never the measure.
 *
 * Invariants: stops are cancelled by the ordinary settling, once flat is proven; an order in doubt is looked
 * for and never sent a second time; what cannot be closed is told with why, and ends the rounds.
 */
import type { CommandArguments } from '../../core/inbox.ts';
import { floorToStep, minDecimal } from '../../domain/decimal.ts';
import type { Outcome } from '../../domain/order.ts';
import type { Reading, VenuePosition } from '../../domain/venue.ts';
import { messageOf } from '../../domain/errors.ts';
import { minimumOrder } from '../../protection/size-close.ts';
import type { Bot } from '../bot.ts';
import { cancelEntries } from '../cancel-entries.ts';
import { TIMING } from '../make-plan.ts';
import { metricsOf } from '../metrics.ts';
import { settle } from '../settle.ts';
import { wordInOrNull } from './command-arguments.ts';
import { isExitOnItsWay } from './exit-on-its-way.ts';
import { namePending } from './flatten-pending.ts';
import { judge, lookTwice } from './flatten-proof.ts';
import { note, type FlattenRow, type Rows } from './flatten-rows.ts';
import type { Operator } from './operator.ts';
import { outcomeText } from './outcome-text.ts';

export interface FlattenRequest {
  readonly reason: string | null;
  readonly by: Operator;
}

export interface FlattenReport {
  readonly rows: readonly FlattenRow[];
  /** Looks at the venue that were acted on. */
  readonly rounds: number;
  /** Two complete looks listed nothing, and nothing contradicts them. */
  readonly flat: boolean;
  /** Why positions could not be read at the end; null when they could. */
  readonly unreadable: string | null;
}

const MAX_ROUNDS = 5;

export function flattenRequestOf(given: CommandArguments, by: Operator): FlattenRequest {
  return { reason: wordInOrNull(given, 'reason'), by };
}

export async function flattenByBot(bot: Bot, request: FlattenRequest): Promise<FlattenReport> {
  // Imports what nobody here owned, so that each exit has a position to belong to.
  await settle(bot);
  journalRequest(bot, request);
  // A resting entry would open again what is closed here.
  await cancelEntries(bot, 'operator');
  const rows: Rows = new Map();
  for (const position of bot.journal.registry().positions.values()) note(rows, position, 'unknown');
  const rounds = await closeInRounds(bot, rows);
  const proof = await lookTwice(bot, rows);
  // What is gone has been seen twice now: the registry lets it go, and what protected it is cancelled.
  const { snapshot } = await settle(bot);
  bot.memory.figures = metricsOf(bot, snapshot) ?? bot.memory.figures;
  judge(bot, rows, proof);
  namePending(bot, rows);
  const all = [...rows.values()].toSorted(bySymbol);
  const flat = proof.doubt === null && all.every(({ outcome }) => outcome === 'flat');
  return { rows: all, rounds, flat, unreadable: proof.unreadable };
}

/** Returns how many rounds it took; ends early when nothing is listed or nothing more can be done. */
async function closeInRounds(bot: Bot, rows: Rows): Promise<number> {
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const seen = await readPositions(bot);
    if (seen.read === 'unknown') {
      await bot.clock.sleep(TIMING.apartMs);
      continue;
    }
    if (seen.rows.length === 0) return round;
    const isStuck = await closeListed(bot, seen.rows, rows);
    await settle(bot);
    if (isStuck) return round;
  }
  return MAX_ROUNDS;
}

/** One order per listed position; true when every one of them was refused for good. */
async function closeListed(
  bot: Bot,
  listed: readonly VenuePosition[],
  rows: Rows,
): Promise<boolean> {
  let isStuck = true;
  for (const row of listed) {
    const step = nextStep(bot, row);
    const outcome = step.why ?? outcomeWord(await bot.gateway.placeExit(step.exit));
    note(rows, row, outcome);
    const isRefused = outcome.startsWith('refused');
    if (!isRefused || (step.why !== null && step.mayChange)) isStuck = false;
  }
  return isStuck;
}

type Step =
  | { readonly why: null; readonly exit: Parameters<Bot['gateway']['placeExit']>[0] }
  | { readonly why: string; readonly mayChange: boolean };

/** What to send for one listed position, or why nothing is sent in this round. */
function nextStep(bot: Bot, row: VenuePosition): Step {
  const { symbol } = row;
  const instrument = bot.instruments.get(symbol);
  if (instrument === undefined) return { why: 'refused: unknown instrument', mayChange: false };
  const minimum = minimumOrder(instrument, undefined);
  // Closing the whole: a notional below the minimum is the venue's to judge, a size below it is not.
  const dust = { why: 'refused: below minimum', mayChange: false } as const;
  if (row.quantity.lt(minimum)) return dust;
  const held = bot.journal.registry().positions.get(symbol);
  if (held === undefined) return { why: 'refused: not in the registry yet', mayChange: true };
  if (held.side !== row.side) {
    return { why: `refused: the registry holds a ${held.side}`, mayChange: true };
  }
  if (isExitOnItsWay(bot, held)) return { why: 'in doubt', mayChange: true };
  const quantity = floorToStep(minDecimal(held.quantity, row.quantity), instrument.lotStep);
  return quantity.lt(minimum) ? dust : { why: null, exit: { symbol, quantity } };
}

function outcomeWord(outcome: Outcome): string {
  if (outcome.kind === 'accepted') return 'unknown';
  if (outcome.kind === 'in_doubt') return 'in doubt';
  return `refused: ${outcomeText(outcome)}`;
}

async function readPositions({ venue }: Bot): Promise<Reading<VenuePosition>> {
  try {
    return await venue.reader.positions();
  } catch (error) {
    const reason = messageOf(error);
    return { read: 'unknown', reason };
  }
}

function bySymbol(a: FlattenRow, b: FlattenRow): number {
  return a.symbol < b.symbol ? -1 : 1;
}

function journalRequest(bot: Bot, { reason, by }: FlattenRequest): void {
  const { uid, terminal } = by;
  bot.journal.appendOrKeep([
    {
      type: 'OPERATOR_COMMAND',
      payload: { command: 'flatten', arguments: {}, uid, terminal, reason },
    },
  ]);
}
