/**
 * The account of the simulated venue in memory, written through to its file: orders, positions,
 * balance, and the walk over closed bars. Every change is one transaction of the store, so a kill
 * falls between two facts and never inside one.
 */
import type { BarSource } from '../../domain/bar-source.ts';
import { priceOfCandle, timeframeMs, type Candle } from '../../domain/candle.ts';
import { ms, type Clock, type Ms } from '../../domain/clock.ts';
import {
  minDecimal,
  ZERO_QUANTITY,
  type Decimal,
  type Price,
  type Quantity,
} from '../../domain/decimal.ts';
import type { ClientOrderId, TradeId, VenueOrderId } from '../../domain/ids.ts';
import { notional, type Instrument } from '../../domain/instrument.ts';
import { exitSide, type OrderIntent } from '../../domain/order.ts';
import { sha256 } from '../../domain/random.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { VenueAccount } from '../../domain/venue.ts';
import {
  isLive,
  type Execution,
  type PaperFill,
  type PaperOrder,
  type PaperPosition,
} from './book.ts';
import { pieces, takenQuantity } from './latency.ts';
import { marginOf, type Margin } from './margin.ts';
import { nextExecution } from './matching.ts';
import type { PaperStore } from './paper-store.ts';
import { withFill } from './position-change.ts';
import type { PaperSettings } from './settings.ts';

export interface AccountOptions {
  readonly store: PaperStore;
  readonly clock: Clock;
  readonly bars: BarSource;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  readonly settings: PaperSettings;
}

/** The account and the book, behind the port. */
export class PaperAccount {
  private readonly options: AccountOptions;
  private readonly orders = new Map<ClientOrderId, PaperOrder>();
  private readonly held = new Map<Symbol, PaperPosition>();
  private readonly matchedTo: Map<Symbol, Ms>;
  private balance: Decimal;
  private readonly netDeposits: Decimal;
  /** Time of the newest fact. No later fill is dated before it: a reader looks from there on. */
  private newestMs: Ms;

  constructor(options: AccountOptions) {
    this.options = options;
    const stored = options.store.load(options.settings.startingEquity);
    this.balance = stored.balance;
    this.netDeposits = stored.netDeposits;
    this.newestMs = stored.newestMs;
    this.matchedTo = new Map(stored.matchedTo);
    for (const order of stored.orders) this.orders.set(order.clientOrderId, order);
    for (const position of stored.positions) this.held.set(position.symbol, position);
  }

  knows(id: ClientOrderId): boolean {
    return this.orders.has(id) || this.options.store.knows(id) !== null;
  }

  /** A live order; null once it ended. */
  orderById(id: ClientOrderId): PaperOrder | null {
    return this.orders.get(id) ?? null;
  }

  /** An order that ended; null when it is live or was never here. */
  endedById(id: ClientOrderId): PaperOrder | null {
    return this.orders.has(id) ? null : this.options.store.knows(id);
  }

  positionOf(symbol: Symbol): PaperPosition | null {
    return this.held.get(symbol) ?? null;
  }

  positions(): readonly PaperPosition[] {
    return [...this.held.values()];
  }

  liveOrders(): readonly PaperOrder[] {
    return [...this.orders.values()];
  }

  endedSince(since: Ms): readonly PaperOrder[] {
    return this.options.store.endedSince(since);
  }

  fillsSince(since: Ms): readonly PaperFill[] {
    return this.options.store.fillsSince(since);
  }

  margin(): Margin {
    const { instruments, settings } = this.options;
    return marginOf({
      balance: this.balance,
      positions: this.held.values(),
      orders: this.orders.values(),
      instruments,
      markOf: (symbol) => this.markOf(symbol),
      leverage: settings.leverage,
    });
  }

  summary(): VenueAccount {
    const { balance, netDeposits } = this;
    return { ...this.margin(), balance, netDeposits };
  }

  /** Puts an order on the book, durably. */
  accept(intent: OrderIntent, at: { now: Ms; actsFromMs: Ms }): PaperOrder {
    const order = this.enter(intent, at);
    const matchedTo = new Map([[order.symbol, this.matchedTo.get(order.symbol) ?? at.actsFromMs]]);
    this.options.store.write({ orders: [order], matchedTo });
    return order;
  }

  /** Accepts and executes a market or IOC order in one fact; what an IOC does not get is gone. */
  take(intent: OrderIntent, how: { price: Price; now: Ms; barMs: Ms }): PaperOrder {
    const order = this.enter(intent, { now: how.now, actsFromMs: how.barMs });
    const held = this.held.get(order.symbol)?.quantity ?? ZERO_QUANTITY;
    const quantity = order.reduceOnly ? minDecimal(order.quantity, held) : order.quantity;
    const { price, now: tsMs } = how;
    this.execute({ order, quantity, price, liquidity: 'taker', tsMs }, how.barMs);
    return order;
  }

  private enter(intent: OrderIntent, at: { now: Ms; actsFromMs: Ms }): PaperOrder {
    const order: PaperOrder = {
      clientOrderId: intent.clientOrderId,
      venueOrderId: `pv-${sha256(intent.clientOrderId).slice(0, 16)}` as VenueOrderId,
      symbol: intent.symbol,
      side: intent.side,
      type: intent.type,
      timeInForce: intent.timeInForce,
      reduceOnly: intent.reduceOnly,
      quantity: intent.quantity,
      filled: ZERO_QUANTITY,
      price: intent.price,
      stopPrice: intent.stopPrice,
      state: 'live',
      acceptedMs: at.now,
      actsFromMs: at.actsFromMs,
      updatedMs: at.now,
    };
    // A market that was idle is judged from the bar this order meets, not from the beginning.
    if (this.isIdle(order.symbol)) this.matchedTo.set(order.symbol, at.actsFromMs);
    this.orders.set(order.clientOrderId, order);
    this.newestMs = later(this.newestMs, at.now);
    return order;
  }

  /** Changes or ends a live order, durably. */
  replace(order: PaperOrder): void {
    if (isLive(order)) this.orders.set(order.clientOrderId, order);
    else this.orders.delete(order.clientOrderId);
    this.newestMs = later(this.newestMs, order.updatedMs);
    this.options.store.write({ orders: [order] });
  }

  advanceTo(at: Ms): Ms {
    this.liquidateIfNeeded();
    for (;;) {
      const next = this.nextBar(at);
      if (next === null) return at;
      const entryFilledMs = this.judge(next.symbol, next.bar, next.stepMs);
      // The bar stays unjudged from here: the next call goes on in it, with the stop in place.
      if (entryFilledMs !== null) return entryFilledMs;
      this.matchedTo.set(next.symbol, ms(next.bar.openMs + next.stepMs));
    }
  }

  /** The earliest bar by open time, then by symbol, among markets with something to judge. */
  private nextBar(at: Ms): { symbol: Symbol; bar: Candle; stepMs: Ms } | null {
    let found: { symbol: Symbol; bar: Candle; stepMs: Ms } | null = null;
    for (const symbol of this.activeSymbols()) {
      const stepMs = timeframeMs(this.options.bars.matchingTimeframe(symbol));
      const from = this.matchedTo.get(symbol) ?? ms(Math.floor(at / stepMs) * stepMs);
      const bar = this.options.bars.bars(symbol, from, ms(at - stepMs + 1))[0];
      if (bar === undefined) continue;
      if (found === null || bar.openMs < found.bar.openMs) found = { symbol, bar, stepMs };
    }
    return found;
  }

  /** All executions of one bar; the time of an entry that filled inside it ends the walk there. */
  private judge(symbol: Symbol, bar: Candle, stepMs: Ms): Ms | null {
    const instrument = this.options.instruments.get(symbol);
    if (instrument === undefined) return null;
    for (;;) {
      const execution = nextExecution({
        bar,
        timeframeMs: stepMs,
        orders: [...this.orders.values()].filter((order) => order.symbol === symbol),
        position: this.positionOf(symbol),
        instrument,
        slippage: this.options.settings.slippage,
      });
      if (execution === null) break;
      const tsMs = this.execute(execution, bar.openMs);
      if (!execution.order.reduceOnly) return tsMs;
    }
    this.expireTakers(symbol, bar.openMs);
    return null;
  }

  /** An IOC that waited for this bar and could not trade at its open does not wait for another. */
  private expireTakers(symbol: Symbol, barMs: Ms): void {
    for (const order of [...this.orders.values()]) {
      const hadItsBar = order.symbol === symbol && order.actsFromMs <= barMs;
      if (order.timeInForce !== 'ioc' || !hadItsBar) continue;
      const updatedMs = later(this.newestMs, barMs);
      this.replace({ ...order, state: 'expired', updatedMs });
    }
  }

  /**
   * Applies one execution, as one fill or two, drops what has nothing left to reduce, and returns the
   * time of its first fill.
   */
  private execute(execution: Execution, barMs: Ms): Ms {
    const { store } = this.options;
    const { order } = execution;
    const startMs = later(execution.tsMs, this.newestMs);
    const fills = this.fillsOf(execution, startMs);
    for (const fill of fills) this.apply(fill, barMs);
    const after = afterFills(order, fills, startMs);
    this.orders.delete(order.clientOrderId);
    if (isLive(after)) this.orders.set(after.clientOrderId, after);
    this.newestMs = after.updatedMs;
    store.write({
      balance: this.balance,
      orders: [after, ...this.dropReduceOnly(order.symbol, after.updatedMs)],
      fills,
      ...this.positionChange(order.symbol),
      matchedTo: new Map([[order.symbol, this.matchedTo.get(order.symbol) ?? barMs]]),
    });
    return startMs;
  }

  private fillsOf(execution: Execution, startMs: Ms): PaperFill[] {
    const { settings, instruments } = this.options;
    const { order, price, liquidity } = execution;
    const instrument = instruments.get(order.symbol);
    if (instrument === undefined || execution.quantity.isZero()) return [];
    const taken = takenQuantity(settings, { ...order, quantity: execution.quantity }, instrument);
    const parts = order.reduceOnly
      ? [taken]
      : pieces(settings, order.clientOrderId, taken, instrument);
    const rate = liquidity === 'taker' ? settings.takerFee : settings.makerFee;
    const { clientOrderId, venueOrderId, symbol, side } = order;
    return parts.map((quantity, index) => ({
      tradeId: `${venueOrderId}-${index + 1}` as TradeId,
      clientOrderId,
      venueOrderId,
      symbol,
      side,
      quantity,
      price,
      fee: notional(quantity, price, instrument).mul(rate),
      liquidity,
      kind: 'trade',
      tsMs: ms(startMs + index),
    }));
  }

  private apply(fill: PaperFill, barMs: Ms): void {
    const instrument = this.options.instruments.get(fill.symbol);
    if (instrument === undefined) return;
    const change = withFill(this.held.get(fill.symbol) ?? null, fill, { instrument, barMs });
    this.balance = this.balance.plus(change.realized).minus(fill.fee);
    if (change.position === null) this.held.delete(fill.symbol);
    else this.held.set(fill.symbol, change.position);
  }

  /** A flat position has nothing left to reduce: the venue cancels what waited for it. */
  private dropReduceOnly(symbol: Symbol, at: Ms): PaperOrder[] {
    if (this.held.has(symbol)) return [];
    const waiting = [...this.orders.values()].filter((o) => o.symbol === symbol && o.reduceOnly);
    for (const order of waiting) this.orders.delete(order.clientOrderId);
    return waiting.map((order) => ({ ...order, state: 'cancelled', updatedMs: at }));
  }

  private positionChange(symbol: Symbol): { positions?: PaperPosition[]; flat?: Symbol[] } {
    const held = this.held.get(symbol);
    return held === undefined ? { flat: [symbol] } : { positions: [held] };
  }

  /**
   * Below the maintenance margin the venue closes everything at the marks, and keeps the fee. Judged on
   * closes: inside a bar only stops are, and they are nearer than the maintenance margin.
   */
  private liquidateIfNeeded(): void {
    const margin = this.margin();
    if (this.held.size === 0 || margin.marginEquity.gte(margin.maintenanceMargin)) return;
    const now = later(this.options.clock.now(), this.newestMs);
    for (const position of [...this.held.values()]) this.liquidate(position, now);
  }

  private liquidate(position: PaperPosition, now: Ms): void {
    const { instruments, settings, store } = this.options;
    const instrument = instruments.get(position.symbol);
    if (instrument === undefined) return;
    const { symbol, quantity } = position;
    const price = this.markOf(symbol) ?? position.entryPrice;
    const fill: PaperFill = {
      tradeId: `liq-${sha256(`${symbol}|${now}`).slice(0, 16)}` as TradeId,
      clientOrderId: null,
      venueOrderId: null,
      symbol,
      side: exitSide(position.side),
      quantity,
      price,
      fee: notional(quantity, price, instrument).mul(settings.takerFee),
      liquidity: 'taker',
      kind: 'liquidation',
      tsMs: now,
    };
    this.apply(fill, position.openedBarMs);
    this.newestMs = later(this.newestMs, now);
    const orders = this.dropReduceOnly(symbol, now);
    store.write({ balance: this.balance, orders, fills: [fill], flat: [symbol] });
  }

  private isIdle(symbol: Symbol): boolean {
    if (this.held.has(symbol)) return false;
    return ![...this.orders.values()].some((order) => order.symbol === symbol);
  }

  private activeSymbols(): readonly Symbol[] {
    const symbols = new Set<Symbol>(this.held.keys());
    for (const order of this.orders.values()) symbols.add(order.symbol);
    return [...symbols].sort();
  }

  private markOf(symbol: Symbol): Price | null {
    const bar = this.options.bars.latest(symbol);
    return bar === null ? null : priceOfCandle(bar.close);
  }
}

/** An order after its fills: an execution fills a resting order whole, and an IOC has no rest. */
function afterFills(order: PaperOrder, fills: readonly PaperFill[], at: Ms): PaperOrder {
  let filled = order.filled;
  for (const fill of fills) filled = filled.plus(fill.quantity) as Quantity;
  const isTaker = order.type === 'market' || order.timeInForce === 'ioc';
  const rest = order.reduceOnly ? 'cancelled' : 'partially_filled';
  const state = filled.gte(order.quantity) ? 'filled' : isTaker ? 'expired' : rest;
  return { ...order, filled, state, updatedMs: fills.at(-1)?.tsMs ?? at };
}

function later(a: Ms, b: Ms): Ms {
  return a >= b ? a : b;
}
