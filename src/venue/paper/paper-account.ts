/**
 * The account of the simulated venue in memory, written through to its file: orders, positions,
 * balance, and the walk over closed bars. Every change is one transaction of the store.
 */
import type { BarSource } from '../../domain/bar-source.ts';
import { priceOfCandle, timeframeMs, type Candle } from '../../domain/candle.ts';
import { ms, type Clock, type Ms } from '../../domain/clock.ts';
import { Decimal, ZERO_QUANTITY, type Price, type Quantity } from '../../domain/decimal.ts';
import type { ClientOrderId, TradeId, VenueOrderId } from '../../domain/ids.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { entrySide, exitSide, type OrderIntent, type PositionSide } from '../../domain/order.ts';
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
import { marginOf, profit, type Margin } from './margin.ts';
import { nextExecution } from './matching.ts';
import type { PaperStore } from './paper-store.ts';
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

  constructor(options: AccountOptions) {
    this.options = options;
    const stored = options.store.load(options.settings.startingEquity);
    this.balance = stored.balance;
    this.netDeposits = stored.netDeposits;
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
    const matchedTo = this.isIdle(order.symbol) ? new Map([[order.symbol, at.actsFromMs]]) : null;
    this.orders.set(order.clientOrderId, order);
    if (matchedTo !== null) this.matchedTo.set(order.symbol, at.actsFromMs);
    this.options.store.write({ orders: [order], ...(matchedTo === null ? {} : { matchedTo }) });
    return order;
  }

  /** Executes a market or IOC order at once; what an IOC does not get is gone. */
  take(order: PaperOrder, how: { intent: OrderIntent; price: Price; tsMs: Ms }): void {
    const { settings, instruments } = this.options;
    const instrument = instruments.get(order.symbol);
    if (instrument === undefined) return;
    const wanted = takenQuantity(settings, how.intent, instrument);
    const held = this.held.get(order.symbol)?.quantity ?? ZERO_QUANTITY;
    const quantity = order.reduceOnly ? (Decimal.min(wanted, held) as Quantity) : wanted;
    const barMs = order.actsFromMs;
    const execution = {
      order,
      quantity,
      price: how.price,
      liquidity: 'taker',
      tsMs: how.tsMs,
    } as const;
    this.execute(execution, barMs);
    const after = this.orders.get(order.clientOrderId);
    if (after !== undefined) this.replace({ ...after, state: 'expired', updatedMs: how.tsMs });
  }

  /** Changes or ends a live order, durably. */
  replace(order: PaperOrder): void {
    if (isLive(order)) this.orders.set(order.clientOrderId, order);
    else this.orders.delete(order.clientOrderId);
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
      if (execution === null) return null;
      this.execute(execution, bar.openMs);
      if (!execution.order.reduceOnly) return execution.tsMs;
    }
  }

  /** Applies one execution, as one fill or two, and drops what has nothing left to reduce. */
  private execute(execution: Execution, barMs: Ms): void {
    const { settings, instruments, store } = this.options;
    const { order, liquidity } = execution;
    const instrument = instruments.get(order.symbol);
    if (instrument === undefined || execution.quantity.isZero()) return;
    const parts = order.reduceOnly
      ? [execution.quantity]
      : pieces(settings, order.clientOrderId, execution.quantity, instrument);
    const rate = liquidity === 'taker' ? settings.takerFee : settings.makerFee;
    const fills: PaperFill[] = [];
    let current = order;
    for (const [index, quantity] of parts.entries()) {
      const { price } = execution;
      const fill: PaperFill = {
        tradeId: `${order.venueOrderId}-${current.filled.toFixed()}` as TradeId,
        clientOrderId: order.clientOrderId,
        venueOrderId: order.venueOrderId,
        symbol: order.symbol,
        side: order.side,
        quantity,
        price,
        fee: quantity.mul(price).mul(instrument.contractSize).mul(rate),
        liquidity,
        kind: 'trade',
        tsMs: ms(execution.tsMs + index),
      };
      fills.push(fill);
      this.applyToPosition(fill, instrument, barMs);
      const filled = current.filled.plus(quantity) as Quantity;
      const state = filled.gte(order.quantity) ? 'filled' : 'partially_filled';
      current = { ...current, filled, state, updatedMs: fill.tsMs };
    }
    if (isLive(current)) this.orders.set(current.clientOrderId, current);
    else this.orders.delete(current.clientOrderId);
    const dropped = this.dropReduceOnly(order.symbol, execution.tsMs);
    store.write({
      balance: this.balance,
      orders: [current, ...dropped],
      fills,
      ...this.positionChange(order.symbol),
      matchedTo: new Map([[order.symbol, barMs]]),
    });
  }

  private applyToPosition(fill: PaperFill, instrument: Instrument, barMs: Ms): void {
    const held = this.held.get(fill.symbol);
    this.balance = this.balance.minus(fill.fee);
    if (held === undefined) {
      const side: PositionSide = fill.side === 'buy' ? 'long' : 'short';
      const { symbol, quantity, price: entryPrice } = fill;
      this.held.set(symbol, { symbol, side, quantity, entryPrice, openedBarMs: barMs });
      return;
    }
    if (fill.side === entrySide(held.side)) {
      const quantity = held.quantity.plus(fill.quantity) as Quantity;
      const value = held.entryPrice.mul(held.quantity).plus(fill.price.mul(fill.quantity));
      this.held.set(fill.symbol, { ...held, quantity, entryPrice: value.div(quantity) as Price });
      return;
    }
    const closed = { ...held, quantity: Decimal.min(held.quantity, fill.quantity) as Quantity };
    this.balance = this.balance.plus(profit(closed, fill.price, instrument));
    const quantity = held.quantity.minus(closed.quantity) as Quantity;
    if (quantity.isZero()) this.held.delete(fill.symbol);
    else this.held.set(fill.symbol, { ...held, quantity });
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

  /** Below the maintenance margin the venue closes everything at the marks, and keeps the fee. */
  private liquidateIfNeeded(): void {
    const margin = this.margin();
    if (this.held.size === 0 || margin.marginEquity.gte(margin.maintenanceMargin)) return;
    const now = this.options.clock.now();
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
      fee: quantity.mul(price).mul(instrument.contractSize).mul(settings.takerFee),
      liquidity: 'taker',
      kind: 'liquidation',
      tsMs: now,
    };
    this.applyToPosition(fill, instrument, position.openedBarMs);
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
