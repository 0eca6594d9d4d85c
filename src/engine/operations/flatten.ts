/**
 * Flatten: every position that the venue lists is closed reduce-only, round by round, until two complete
 * readings some seconds apart list nothing. What the registry believes is never the measure.
 *
 * Invariants: stops are cancelled by the ordinary settling, once flat is proven; an order in doubt is looked
 * for and never sent a second time; what cannot be closed is told with why, and ends the rounds.
 */
import type { CommandArguments } from '../../core/inbox.ts';
import { floorToStep, minDecimal, text } from '../../domain/decimal.ts';
import { isTerminal, type Outcome } from '../../domain/order.ts';
import type { Position } from '../../domain/position.ts';
import type { Reading, Snapshot, VenuePosition } from '../../domain/venue.ts';
import { minimumOrder } from '../../protection/size-close.ts';
import { doubtAbout } from '../../reconcile/absence.ts';
import type { Bot } from '../bot.ts';
import { TIMING } from '../make-plan.ts';
import { metricsOf } from '../metrics.ts';
import { look, settle } from '../settle.ts';
import { wordInOrNull } from './command-arguments.ts';
import type { Operator } from './operator.ts';
import { outcomeText } from './outcome-text.ts';

export interface FlattenRequest {
  readonly reason: string | null;
  readonly by: Operator;
}

export interface FlattenRow {
  readonly symbol: string;
  readonly side: string;
  /** As it was first seen. */
  readonly quantity: string;
  /** `flat`, `refused: why`, `in doubt`, `unknown` (sent, not seen gone) or `unknown: why it is not proven`. */
  readonly outcome: string;
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

type Rows = Map<string, FlattenRow>;

const MAX_ROUNDS = 5;

export function flattenRequestOf(given: CommandArguments, by: Operator): FlattenRequest {
  return { reason: wordInOrNull(given, 'reason'), by };
}

export async function flattenByBot(bot: Bot, request: FlattenRequest): Promise<FlattenReport> {
  // Imports what nobody here owned, so that each exit has a position to belong to.
  await settle(bot);
  journalRequest(bot, request);
  const rows: Rows = new Map();
  for (const position of bot.journal.registry().positions.values()) note(rows, position, 'unknown');
  const rounds = await closeInRounds(bot, rows);
  const proof = await lookTwice(bot, rows);
  // What is gone has been seen twice now: the registry lets it go, and what protected it is cancelled.
  const { snapshot } = await settle(bot);
  bot.memory.figures = metricsOf(bot, snapshot) ?? bot.memory.figures;
  judge(bot, rows, proof);
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

/** A second order beside one that may live could meet a position that was opened since. */
function isExitOnItsWay(bot: Bot, { positionId }: Position): boolean {
  return [...bot.journal.registry().orders.values()].some(
    (order) => order.positionId === positionId && order.role === 'exit' && !isTerminal(order.state),
  );
}

function outcomeWord(outcome: Outcome): string {
  if (outcome.kind === 'accepted') return 'unknown';
  if (outcome.kind === 'in_doubt') return 'in doubt';
  return `refused: ${outcomeText(outcome)}`;
}

interface Proof {
  /** Positions that either reading lists, by key. */
  readonly listed: ReadonlySet<string>;
  /** Why nothing that is not listed may be called flat; null when it may. */
  readonly doubt: string | null;
  readonly unreadable: string | null;
}

/** Two looks some seconds apart, judged by the rules for absence: an account in use contradicts an empty list. */
async function lookTwice(bot: Bot, rows: Rows): Promise<Proof> {
  const first = await look(bot);
  await bot.clock.sleep(TIMING.apartMs);
  const second = await look(bot);
  const listed = new Set<string>();
  for (const { positions } of [first, second]) {
    if (positions.read === 'unknown') continue;
    for (const row of positions.rows) {
      listed.add(keyOf(row));
      if (!rows.has(keyOf(row))) note(rows, row, 'unknown');
    }
    for (const { written, why } of positions.malformed ?? []) {
      listed.add(written);
      rows.set(written, { symbol: written, side: '-', quantity: '-', outcome: `unknown: ${why}` });
    }
  }
  const unreadable = unreadableIn(first) ?? unreadableIn(second);
  return { listed, doubt: doubtAbout(first) ?? doubtAbout(second), unreadable };
}

function unreadableIn({ positions }: Snapshot): string | null {
  return positions.read === 'unknown' ? positions.reason : null;
}

/**
 * Flat is what neither look lists and the registry let go: by its fills, or by the proof of absence. A venue
 * in maintenance answers with an empty list too, and then the registry still holds what it held.
 */
function judge(bot: Bot, rows: Rows, { listed, doubt }: Proof): void {
  for (const [key, row] of rows) {
    if (listed.has(key)) continue;
    const why = doubt ?? heldStill(bot, key);
    rows.set(key, { ...row, outcome: why === null ? 'flat' : `unknown: ${why}` });
  }
}

function heldStill({ journal, memory }: Bot, key: string): string | null {
  const held = [...journal.registry().positions.values()].find((each) => keyOf(each) === key);
  if (held === undefined) return null;
  return memory.blocked.get(held.symbol)?.evidence ?? 'not listed, and not proven gone';
}

async function readPositions({ venue }: Bot): Promise<Reading<VenuePosition>> {
  try {
    return await venue.reader.positions();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { read: 'unknown', reason };
  }
}

type Held = Pick<VenuePosition, 'symbol' | 'side' | 'quantity'>;

/** Keeps the quantity that was seen first: what there was to close. */
function note(rows: Rows, held: Held, outcome: string): void {
  const { symbol, side, quantity } = held;
  const known = rows.get(keyOf(held));
  rows.set(keyOf(held), { symbol, side, quantity: known?.quantity ?? text(quantity), outcome });
}

function keyOf({ symbol, side }: Pick<Held, 'symbol' | 'side'>): string {
  return `${symbol} ${side}`;
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
