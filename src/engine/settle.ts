/**
 * Observe, reconcile, protect: repeated until there is nothing left to do. The cycle runs it first, and
 * again after every entry, so that a fill meets its stop within seconds.
 *
 * Invariants: fills are folded before anything is compared; a stop goes live before anything else is
 * sent; what is not understood blocks its symbol and is reported once until it changes.
 */
import { DAY, HOUR, ms, SECOND, type Ms } from '../domain/clock.ts';
import { decimal } from '../domain/decimal.ts';
import type { PositionId } from '../domain/ids.ts';
import { isInFlight, type Order } from '../domain/order.ts';
import type { Finding } from '../domain/plan.ts';
import type { Position } from '../domain/position.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { Reading, Snapshot, VenueOrder } from '../domain/venue.ts';
import { applyRepair } from '../execution/apply-repair.ts';
import { resolveInDoubt, type Judge } from '../execution/resolve-in-doubt.ts';
import type { StopLevel } from '../protection/trailing.ts';
import {
  planProtection,
  type ProtectionDecision,
  type SwingPair,
} from '../protection/plan-protection.ts';
import { comparePositions } from '../reconcile/compare-positions.ts';
import { planFills } from '../reconcile/plan-fills.ts';
import { planOrders } from '../reconcile/plan-orders.ts';
import type { Bot } from './bot.ts';
import { observe } from './observe.ts';

export interface Settled {
  readonly snapshot: Snapshot;
  readonly fills: number;
  readonly ordersSent: number;
}

/** A request may act this long after it was sent. */
const SETTLE_MS = ms(2_000);
/** Two observations that prove absence lie this far apart (rule 2). */
const APART_MS = ms(5_000);
/** Looks per settling at orders in doubt: two that prove absence, and two for slow readings. */
const MAX_PASSES = 4;
/** One-second rounds beyond those that reach the protection deadline: for the exit behind it. */
const ROUNDS_AFTER_DEADLINE = 14;
const BEFORE_MS = ms(60_000);
/**
 * Fills are asked for from this long before the last known one; each is recorded once by its trade id.
 * Venues tell late, and a fill inside a recorded four-hour bar is told when the bar closes.
 */
const FILLS_BACK_MS = ms(5 * HOUR);
/** While registry and venue disagree a missing fill is the likeliest cause: it is looked for further back. */
const FILLS_BACK_BLOCKED_MS = ms(3 * DAY);

export async function settle(bot: Bot, observed?: Snapshot): Promise<Settled> {
  let fills = 0;
  let ordersSent = 0;
  for (let round = 1; ; round += 1) {
    const snapshot =
      round === 1 && observed !== undefined
        ? observed
        : await observe(bot.venue.reader, bot.clock, fillsSince(bot));
    const repaired = await repair(bot, snapshot);
    fills += repaired.fills;
    const decision = planProtection(protectionInput(bot, snapshot));
    const applied = await bot.protector.apply(decision);
    ordersSent += applied.filter(({ action }) => action.action !== 'cancel-order').length;
    const waiting = isWaiting(decision);
    // Looking for lost answers takes time; a position without its stop has none.
    const resolved = await resolve(bot, waiting ? 1 : MAX_PASSES);
    const quiet = decision.actions.length === 0 && !repaired.changed && !resolved;
    if ((quiet && !waiting) || round >= maxRounds(bot)) return { snapshot, fills, ordersSent };
    // A stop that was refused is tried again each second until the deadline; then the position goes.
    if (waiting && applied.every(({ outcome }) => outcome.kind !== 'accepted')) {
      await bot.clock.sleep(SECOND);
    }
  }
}

/**
 * Time alone changes what is to be done: a refused stop is due again, or open orders that cannot be read
 * become a second stop at the deadline. What no order can protect is not waited for.
 */
function isWaiting(decision: ProtectionDecision): boolean {
  const uncovered = decision.covers.some(({ cover }) => cover.state === 'under');
  return decision.retryAtMs !== null || (uncovered && decision.actions.length > 0);
}

/** Bounded, whatever the venue answers: the next cycle goes on. */
function maxRounds({ config }: Bot): number {
  return Math.ceil(config.limits.protectionDeadlineMs / SECOND) + ROUNDS_AFTER_DEADLINE;
}

export function fillsSince(bot: Bot): Ms {
  const back = bot.memory.blocked.size === 0 ? FILLS_BACK_MS : FILLS_BACK_BLOCKED_MS;
  return ms(Math.max(0, bot.journal.registry().lastFillMs - back));
}

/** Folds what the venue did without us knowing, then compares what is left. */
async function repair(bot: Bot, snapshot: Snapshot): Promise<{ fills: number; changed: boolean }> {
  const held = openPositions(bot);
  const found = applyRepair(fillsPlan(bot, snapshot.fills), bot.fills);
  const ended = await resolveEnded(bot, snapshot);
  for (const id of openPositions(bot)) if (!held.has(id)) bot.memory.entriesFilled += 1;
  compare(bot, snapshot);
  return { fills: found.fills + ended.fills, changed: found.fills + ended.orders > 0 };
}

/** Looks for what became of orders in doubt; true when one was found. */
async function resolve(bot: Bot, maxPasses: number): Promise<boolean> {
  const before = inFlight(bot).length;
  if (before === 0) return false;
  const { unresolved } = await resolveInDoubt({
    reader: bot.venue.reader,
    clock: bot.clock,
    judge: judgeOf(bot),
    fills: bot.fills,
    apartMs: APART_MS,
    maxPasses,
  });
  return unresolved.length < before;
}

function openPositions(bot: Bot): Set<PositionId> {
  return new Set([...bot.journal.registry().positions.values()].map((each) => each.positionId));
}

function fillsPlan(bot: Bot, fills: Snapshot['fills']) {
  const registry = bot.journal.registry();
  return planFills({
    baseSeq: registry.seq,
    fills,
    isRecorded: bot.book.hasFill,
    orders: bot.book,
    positions: registry.positions,
  });
}

/** Orders of ours that the venue no longer lists: their history says how they ended. */
async function resolveEnded(
  bot: Bot,
  snapshot: Snapshot,
): Promise<{ fills: number; orders: number }> {
  const { openOrders } = snapshot;
  if (openOrders.read === 'unknown') return { fills: 0, orders: 0 };
  const listed = new Set(openOrders.rows.map((row) => row.clientOrderId));
  const gone = [...bot.journal.registry().orders.values()].filter(
    (order) => !listed.has(order.clientOrderId) && !isInFlight(order.state),
  );
  if (gone.length === 0) return { fills: 0, orders: 0 };
  const since = ms(Math.min(...gone.map((order) => order.intendedMs)) - BEFORE_MS);
  const plan = ordersPlan(bot, {
    orders: gone,
    openOrders,
    orderHistory: await bot.venue.reader.orderHistory(since),
    fills: snapshot.fills,
    takenMs: snapshot.takenMs,
  });
  return applyRepair(plan, bot.fills);
}

interface OrderReadings {
  readonly orders: readonly Order[];
  readonly openOrders: Reading<VenueOrder>;
  readonly orderHistory: Reading<VenueOrder>;
  readonly fills: Snapshot['fills'];
  readonly takenMs: Ms;
}

function ordersPlan(bot: Bot, readings: OrderReadings) {
  const { absentSince } = bot.memory;
  const plan = planOrders({
    ...readings,
    baseSeq: bot.journal.registry().seq,
    absentSince,
    settleMs: SETTLE_MS,
    apartMs: APART_MS,
  });
  const absent = new Set(plan.absent);
  for (const id of absentSince.keys()) if (!absent.has(id)) absentSince.delete(id);
  for (const id of absent) if (!absentSince.has(id)) absentSince.set(id, readings.takenMs);
  return plan;
}

function judgeOf(bot: Bot): Judge {
  return {
    planFills: (evidence) => fillsPlan(bot, evidence.fills),
    planOrders: (evidence, absentSince) =>
      planOrders({
        ...evidence,
        baseSeq: bot.journal.registry().seq,
        orders: inFlight(bot),
        absentSince,
        settleMs: SETTLE_MS,
        apartMs: APART_MS,
      }),
  };
}

export function inFlight(bot: Bot): Order[] {
  return [...bot.journal.registry().orders.values()].filter((order) => isInFlight(order.state));
}

/** What registry and venue disagree on blocks its symbol for entries; repairs are the operator's. */
function compare(bot: Bot, snapshot: Snapshot): void {
  const registry = bot.journal.registry();
  const unsettled = new Set<Symbol>(inFlight(bot).map((order) => order.symbol));
  if (snapshot.fills.read === 'complete') {
    for (const fill of snapshot.fills.rows) {
      if (fill.tsMs >= snapshot.takenMs) unsettled.add(fill.symbol);
    }
  }
  const { findings, everything } = comparePositions({
    positions: registry.positions,
    venue: snapshot.positions,
    instruments: bot.instruments,
    unsettled,
  });
  bot.memory.everythingBlocked = everything || snapshot.fills.read === 'unknown';
  bot.memory.blocked = new Map(findings.map((finding) => [finding.symbol, finding]));
  report(bot, findings);
}

/** A finding is an event when it appears or changes, not every cycle. */
function report(bot: Bot, findings: readonly Finding[]): void {
  const { reported } = bot.memory;
  const standing = new Set<string>();
  for (const finding of findings) {
    const key = `${finding.symbol} ${finding.finding} ${finding.evidence}`;
    standing.add(key);
    if (reported.has(key)) continue;
    bot.journal.appendOrKeep([
      {
        type: 'POSITION_BLOCKED',
        symbol: finding.symbol,
        positionId: finding.positionId,
        payload: { finding: finding.finding, evidence: finding.evidence },
      },
    ]);
  }
  bot.memory.reported = standing;
}

function protectionInput(bot: Bot, snapshot: Snapshot) {
  const registry = bot.journal.registry();
  const { memory } = bot;
  if (snapshot.openOrders.read === 'complete') memory.ordersUnknownSinceMs = null;
  else memory.ordersUnknownSinceMs ??= snapshot.takenMs;
  const positions = [...registry.positions.values()].filter((each) => isAtVenue(bot, each));
  const lastStops = new Map<PositionId, StopLevel>();
  const swings = new Map<Symbol, SwingPair>();
  for (const position of positions) {
    const last = stopLevelOf(bot.view.lastStopOf(position.positionId));
    if (last !== null) lastStops.set(position.positionId, last);
    swings.set(position.symbol, swingsOf(bot, position.symbol));
  }
  return {
    baseSeq: registry.seq,
    nowMs: bot.clock.now(),
    positions,
    orders: [...registry.orders.values()],
    openOrders: snapshot.openOrders,
    takenMs: snapshot.takenMs,
    ordersUnknownSinceMs: memory.ordersUnknownSinceMs,
    instruments: bot.instruments,
    marks: snapshot.marks,
    swings,
    lastStops,
    uncoveredSince: bot.protector.uncoveredSince(),
    settings: bot.settings.protection,
  };
}

/** What the venue does not list, or holds on the other side, has nothing that a stop of ours could reduce. */
function isAtVenue({ memory }: Bot, { symbol }: Position): boolean {
  const finding = memory.blocked.get(symbol)?.finding;
  return finding !== 'orphan?' && finding !== 'drift.side';
}

function stopLevelOf(stop: Order | null): StopLevel | null {
  if (stop?.stopPrice == null) return null;
  const { purpose, stopPrice: price } = stop;
  if (purpose === 'break_even' || purpose === 'trailing_stop') return { price, purpose };
  return { price, purpose: 'stop_loss' };
}

function swingsOf(bot: Bot, symbol: Symbol): SwingPair {
  const strategy = bot.scanner.strategyOf(symbol);
  const low = strategy?.lastConfirmedSwing('long') ?? null;
  const high = strategy?.lastConfirmedSwing('short') ?? null;
  return {
    low: low === null ? null : decimal(String(low.price)),
    high: high === null ? null : decimal(String(high.price)),
  };
}
