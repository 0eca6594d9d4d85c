/**
 * From signals to entries: auction, gate, execute. After each entry the books are settled, so that its
 * stop is live before the next entry is thought of.
 */
import { text, ZERO, type Decimal, type Price } from '../domain/decimal.ts';
import { notional, type Instrument } from '../domain/instrument.ts';
import { isInFlight } from '../domain/order.ts';
import type { DecisionNumbers, Signal } from '../domain/signal.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { Snapshot, VenueMark } from '../domain/venue.ts';
import type { NoteEvent } from '../execution/backlog-journal.ts';
import { execute } from '../execution/gateway.ts';
import { auction, type AuctionResult, type Ranked } from '../portfolio/auction.ts';
import { gate, sizeEntry, type GateAccount, type GateContext } from '../risk/gate.ts';
import type { Bot } from './bot.ts';
import { takerFeeOf } from './bot-settings.ts';
import { settle } from './settle.ts';

export interface Entered {
  readonly approved: number;
  readonly denied: Readonly<Record<string, number>>;
  readonly lost: Readonly<Record<string, number>>;
  readonly ordersSent: number;
  readonly fills: number;
  /** The venue after the last entry; null when none was sent. */
  readonly snapshot: Snapshot | null;
}

export async function enter(
  bot: Bot,
  signals: readonly Signal[],
  snapshot: Snapshot,
): Promise<Entered> {
  const result = runAuction(bot, signals, snapshot);
  noteLosers(bot, result);
  const denied: Record<string, number> = {};
  let [approved, ordersSent, fills] = [0, 0, 0];
  let latest: Snapshot | null = null;
  const deny = (signal: Signal, code: string, numbers: DecisionNumbers): void => {
    denied[code] = (denied[code] ?? 0) + 1;
    noteDenial(bot, signal, { code, numbers });
  };
  for (const { signal } of result.winners) {
    const verdict = gate(signal, gateContext(bot, signal, latest ?? snapshot));
    if (verdict.kind === 'denied') {
      deny(signal, verdict.code, verdict.numbers);
      continue;
    }
    const outcome = await execute(verdict.approved, bot.gateway);
    // The gateway's own refusal, a journal that cannot be written above all, is a denial too.
    if (outcome.kind === 'denied') {
      deny(signal, outcome.code, {});
      continue;
    }
    approved += 1;
    bot.memory.denials.forget(signal.symbol);
    const settled = await settle(bot);
    ordersSent += 1 + settled.ordersSent;
    fills += settled.fills;
    latest = settled.snapshot;
  }
  return { approved, denied, lost: countLost(result), ordersSent, fills, snapshot: latest };
}

/** While entries are not allowed nobody bids: each signal is denied by the gate with its code. */
function runAuction(bot: Bot, signals: readonly Signal[], snapshot: Snapshot): AuctionResult {
  const { limits, entry } = bot.config;
  const registry = bot.journal.registry();
  const account = accountOf(snapshot);
  const held = new Set(registry.positions.keys());
  const entering = openEntries(bot);
  const flying = new Set(entering.map(({ symbol }) => symbol));
  const onTheWay = entering.reduce((sum, { margin }) => sum.plus(margin), ZERO);
  if (account === null || registry.state !== 'NORMAL')
    return { winners: asRanked(signals), losers: [] };
  return auction(signals, {
    heldSymbols: held,
    inFlightSymbols: flying,
    isSpent: (signal) => bot.view.positionOfSignal(signal.signalId) !== null,
    slots: limits.maxConcurrentPositions - held.size - flying.size,
    marginLeft: account.equity
      .mul(limits.auctionMaxMarginUtilization)
      .minus(account.initialMargin)
      .minus(onTheWay),
    marginOf: (signal) => {
      const instrument = instrumentOf(bot, signal.symbol);
      const lastPrice = markOf(snapshot, signal.symbol)?.last ?? null;
      const quantity = sizeEntry(signal, { account, instrument, limits, entry, lastPrice });
      const leverage = Math.min(entry.leverage, instrument.maxLeverage);
      return notional(quantity, signal.entry, instrument).div(leverage);
    },
  });
}

function gateContext(bot: Bot, signal: Signal, snapshot: Snapshot): GateContext {
  const { limits, entry } = bot.config;
  const registry = bot.journal.registry();
  const mark = markOf(snapshot, signal.symbol);
  return {
    now: bot.clock.now(),
    // A halt holds from the moment it is raised; the journaled state follows.
    state: bot.memory.stopping || bot.memory.halts.length > 0 ? 'HALTED' : registry.state,
    account: accountOf(snapshot),
    mark: mark === null ? null : { price: mark.last, tsMs: mark.tsMs },
    instrument: instrumentOf(bot, signal.symbol),
    blocked: blockedBy(bot, signal.symbol),
    heldSymbols: new Set(registry.positions.keys()),
    inFlight: openEntries(bot),
    isSpent: bot.view.positionOfSignal(signal.signalId) !== null,
    limits,
    entry,
    takerFee: takerFeeOf(bot.config),
  };
}

function blockedBy(bot: Bot, symbol: Symbol): string | null {
  if (bot.memory.everythingBlocked) return 'positions or fills could not be read';
  const [attention] = bot.journal.registry().attention.get(symbol) ?? [];
  if (attention !== undefined) return `${attention.cause}: not acknowledged`;
  const finding = bot.memory.blocked.get(symbol);
  return finding === undefined ? null : `${finding.finding}: ${finding.evidence}`;
}

/**
 * Entries that have not ended, on symbols not held yet: each takes a place. One whose outcome is not
 * known counts at its full size; the margin of one that rests is in the account already.
 */
function openEntries(bot: Bot): { symbol: Symbol; margin: Decimal }[] {
  const { orders, positions } = bot.journal.registry();
  return [...orders.values()]
    .filter((order) => order.role === 'entry' && !positions.has(order.symbol))
    .map((order) => {
      const instrument = instrumentOf(bot, order.symbol);
      const leverage = Math.min(bot.config.entry.leverage, instrument.maxLeverage);
      const price: Price = order.price ?? instrument.tickSize;
      const margin = notional(order.quantity, price, instrument).div(leverage);
      return { symbol: order.symbol, margin: isInFlight(order.state) ? margin : ZERO };
    });
}

function markOf({ marks }: Snapshot, symbol: Symbol): VenueMark | null {
  if (marks.read === 'unknown') return null;
  return marks.rows.find((row) => row.symbol === symbol) ?? null;
}

function accountOf({ account }: Snapshot): GateAccount | null {
  const row = account.read === 'complete' ? account.rows[0] : undefined;
  return row === undefined ? null : { equity: row.marginEquity, initialMargin: row.initialMargin };
}

function instrumentOf(bot: Bot, symbol: Symbol): Instrument {
  const instrument = bot.instruments.get(symbol);
  if (instrument === undefined) throw new Error(`no instrument for ${symbol}`);
  return instrument;
}

function asRanked(signals: readonly Signal[]): Ranked[] {
  return signals.map((signal, index) => ({ signal, score: signal.rrTp2, rank: index + 1 }));
}

/** The same denial for the same inputs is counted, not said again. */
function noteDenial(
  bot: Bot,
  signal: Signal,
  { code, numbers }: { code: string; numbers: DecisionNumbers },
): void {
  const key = `${code} ${signal.signalId}`;
  if (!bot.memory.denials.note(signal.symbol, key)) return;
  bot.journal.note([
    {
      type: 'ENTRY_DENIED',
      symbol: signal.symbol,
      signalId: signal.signalId,
      correlationId: signal.signalId,
      payload: { code, numbers },
    },
  ]);
}

function noteLosers(bot: Bot, { losers }: AuctionResult): void {
  const news = losers.filter(({ signal, reason }) =>
    bot.memory.denials.note(signal.symbol, `${reason} ${signal.signalId}`),
  );
  const events = news.map(({ signal, reason, rank, score, numbers }): NoteEvent => {
    return {
      type: 'AUCTION_LOST',
      symbol: signal.symbol,
      signalId: signal.signalId,
      correlationId: signal.signalId,
      payload: { reason, rank, score: text(score), numbers },
    };
  });
  bot.journal.note(events);
}

function countLost({ losers }: AuctionResult): Record<string, number> {
  const lost: Record<string, number> = {};
  for (const { reason } of losers) lost[reason] = (lost[reason] ?? 0) + 1;
  return lost;
}
