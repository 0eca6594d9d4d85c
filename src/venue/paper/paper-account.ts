/**
 * The account of the simulated venue in memory, written through to its file: orders, positions and
 * balance. Every step is one transaction, committed before anyone is answered.
 */
import type { VenueFill } from '../../domain/fill.ts';
import type { BarSource } from '../../domain/bar-source.ts';
import { priceOfCandle, timeframeMs, type Candle } from '../../domain/candle.ts';
import { ms, type Ms } from '../../domain/clock.ts';
import { minDecimal, ZERO_QUANTITY, type Decimal, type Price } from '../../domain/decimal.ts';
import type { Quantity } from '../../domain/decimal.ts';
import { assert } from '../../domain/errors.ts';
import type { ClientOrderId, TradeId, VenueOrderId } from '../../domain/ids.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { exitSide, type OrderIntent } from '../../domain/order.ts';
import { sha256 } from '../../domain/random.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { VenueAccount } from '../../domain/venue.ts';
import { applyFill } from './apply-fill.ts';
import { isLive, type Execution, type PaperOrder, type PaperPosition } from './book.ts';
import { pieces, takenQuantity } from './latency.ts';
import { marginOf, type Margin } from './margin.ts';
import type { PaperStore } from './paper-store.ts';
import type { PaperSettings } from './settings.ts';
import { Unwritten } from './unwritten.ts';

export interface AccountOptions {
  readonly store: PaperStore;
  readonly bars: BarSource;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  readonly settings: PaperSettings;
}

export interface Placement {
  readonly now: Ms;
  /** Open time of the first bar the order meets. */
  readonly actsFromMs: Ms;
  /** Where it trades at once; null for an order that waits. */
  readonly takenAt: Price | null;
}

/** Bars before a resumed position's place among which its last mark is looked for. */
const LOOK_BACK_BARS = 8;

export class PaperAccount {
  private readonly options: AccountOptions;
  private readonly orders = new Map<ClientOrderId, PaperOrder>();
  private readonly held = new Map<Symbol, PaperPosition>();
  private readonly matchedTo: Map<Symbol, Ms>;
  /** The last bar that was judged to its end, per market. */
  private readonly lastBars = new Map<Symbol, Candle>();
  private readonly unwritten = new Unwritten();
  private balance: Decimal;
  private netDeposits: Decimal;
  /** Time of the newest thing that happened here: nothing that follows is dated before it. */
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

  /** Any order this venue ever took, live or ended; null when it took none of that id. */
  everTaken(id: ClientOrderId): PaperOrder | null {
    return this.orders.get(id) ?? this.options.store.knows(id);
  }

  /** A live order; null once it ended. */
  orderById(id: ClientOrderId): PaperOrder | null {
    return this.orders.get(id) ?? null;
  }

  positionOf(symbol: Symbol): PaperPosition | null {
    return this.held.get(symbol) ?? null;
  }

  /** By symbol, whatever was opened first: a reopened file must read the same. */
  positions(): readonly PaperPosition[] {
    return [...this.held.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
  }

  /** By acceptance, then by id: ties in matching fall the same way after a restart. */
  liveOrders(): readonly PaperOrder[] {
    return [...this.orders.values()].sort(
      (a, b) => a.acceptedMs - b.acceptedMs || (a.clientOrderId < b.clientOrderId ? -1 : 1),
    );
  }

  ordersOf(symbol: Symbol): PaperOrder[] {
    return this.liveOrders().filter((order) => order.symbol === symbol);
  }

  /** Markets with an order or a position, sorted. */
  activeSymbols(): readonly Symbol[] {
    const symbols = new Set<Symbol>(this.held.keys());
    for (const order of this.orders.values()) symbols.add(order.symbol);
    return [...symbols].sort();
  }

  /** Open time of the first bar of a market that is not judged yet. */
  judgedTo(symbol: Symbol): Ms {
    return this.matchedTo.get(symbol) ?? ms(0);
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

  /** Takes an order; one that trades at once does so in the same transaction. */
  place(intent: OrderIntent, how: Placement): PaperOrder {
    const order = orderOf(intent, how);
    // A market that was idle is judged from the bar this order meets, not from the beginning.
    if (this.isIdle(order.symbol)) this.setJudgedTo(order.symbol, how.actsFromMs);
    this.put(order);
    if (how.takenAt !== null) this.take(order, intent, { price: how.takenAt, tsMs: how.now });
    this.commit();
    return order;
  }

  /** A stop whose limit kept it from trading is a limit from the next bar on. */
  rest(order: PaperOrder, actsFromMs: Ms): void {
    this.put({ ...order, type: 'limit', actsFromMs, updatedMs: later(actsFromMs, this.newestMs) });
  }

  /** Changes or ends a live order, durably. */
  replace(order: PaperOrder): void {
    this.put(order);
    this.commit();
  }

  /**
   * Applies one execution, as one fill or two, and drops what has nothing left to reduce. Returns the
   * time of the first fill: never before what the bot may have read already, where the middle of a
   * bar of four hours would fall behind bars of one hour that were judged before it closed.
   */
  execute(execution: Execution, barMs: Ms): Ms {
    const { settings } = this.options;
    const { order, liquidity, price } = execution;
    const startMs = later(execution.tsMs, this.newestMs);
    if (execution.quantity.isZero()) return startMs;
    const instrument = this.instrumentOf(order.symbol);
    const parts = order.reduceOnly
      ? [execution.quantity]
      : pieces(settings, order.clientOrderId, execution.quantity, instrument);
    const rate = liquidity === 'taker' ? settings.takerFee : settings.makerFee;
    let current = order;
    for (const [index, quantity] of parts.entries()) {
      const fill: VenueFill = {
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
        tsMs: ms(startMs + index),
      };
      this.book(fill, barMs);
      const filled = current.filled.plus(quantity) as Quantity;
      const state = filled.gte(order.quantity) ? 'filled' : 'partially_filled';
      current = { ...current, filled, state, updatedMs: fill.tsMs };
    }
    this.put(current);
    this.dropUseless(order.symbol, current.updatedMs);
    return startMs;
  }

  /** A bar has nothing left to do: an IOC that met it is over, whatever it got. */
  endBar(symbol: Symbol, bar: Candle, stepMs: Ms): void {
    for (const order of this.ordersOf(symbol)) {
      if (order.timeInForce !== 'ioc' || order.actsFromMs > bar.openMs) continue;
      this.put({ ...order, state: 'expired', updatedMs: later(bar.openMs, this.newestMs) });
    }
    this.lastBars.set(symbol, bar);
    this.setJudgedTo(symbol, ms(bar.openMs + stepMs));
  }

  /**
   * Below the maintenance margin at the close of a bar the venue takes everything: orders are
   * cancelled, and each position is closed at the adverse extreme of its last bar, because nobody
   * knows where inside it the margin was gone. Conservative: the loss may exceed the equity.
   */
  liquidateIfNeeded(at: Ms): void {
    if (this.held.size === 0) return;
    const margin = this.margin();
    if (margin.marginEquity.gte(margin.maintenanceMargin)) return;
    for (const order of this.liveOrders()) {
      this.put({ ...order, state: 'cancelled', updatedMs: at });
    }
    for (const position of this.positions()) this.liquidate(position, at);
  }

  /** Money that no trade moved: a deposit is no profit, funding is. */
  credit(amount: Decimal, kind: 'deposit' | 'funding'): void {
    this.balance = this.balance.plus(amount);
    if (kind === 'deposit') this.netDeposits = this.netDeposits.plus(amount);
    this.unwritten.money({ balance: this.balance, netDeposits: this.netDeposits });
    this.commit();
  }

  /** Takes one position and the orders of its market, as for lack of margin; false when it is flat. */
  liquidateNow(symbol: Symbol, at: Ms): boolean {
    const position = this.held.get(symbol);
    if (position === undefined) return false;
    for (const order of this.ordersOf(symbol)) {
      this.put({ ...order, state: 'cancelled', updatedMs: at });
    }
    this.liquidate(position, at);
    this.commit();
    return true;
  }

  commit(): void {
    this.unwritten.commit(this.options.store);
  }

  /** An order that trades on arrival; what it does not get then is gone. */
  private take(order: PaperOrder, intent: OrderIntent, at: { price: Price; tsMs: Ms }): void {
    const { symbol, reduceOnly } = order;
    const wanted = takenQuantity(this.options.settings, intent, this.instrumentOf(symbol));
    const held = this.held.get(symbol)?.quantity ?? ZERO_QUANTITY;
    const quantity = reduceOnly ? minDecimal(wanted, held) : wanted;
    this.execute({ order, quantity, liquidity: 'taker', ...at }, order.actsFromMs);
    const left = this.orders.get(order.clientOrderId);
    if (left !== undefined) this.put({ ...left, state: 'expired' });
  }

  private liquidate(position: PaperPosition, at: Ms): void {
    const { symbol, side, quantity } = position;
    const instrument = this.instrumentOf(symbol);
    const bar = this.lastBarOf(symbol);
    const price =
      bar === null ? position.entryPrice : priceOfCandle(side === 'long' ? bar.low : bar.high);
    const fill: VenueFill = {
      tradeId: `liq-${sha256(`${symbol}|${at}`).slice(0, 16)}` as TradeId,
      clientOrderId: null,
      venueOrderId: null,
      symbol,
      side: exitSide(side),
      quantity,
      price,
      fee: quantity.mul(price).mul(instrument.contractSize).mul(this.options.settings.takerFee),
      liquidity: 'taker',
      kind: 'liquidation',
      tsMs: at,
    };
    this.book(fill, position.openedBarMs);
  }

  private book(fill: VenueFill, barMs: Ms): void {
    const { symbol } = fill;
    const how = { instrument: this.instrumentOf(symbol), barMs };
    const { position, realized } = applyFill(this.positionOf(symbol), fill, how);
    this.balance = this.balance.plus(realized).minus(fill.fee);
    if (position === null) this.held.delete(symbol);
    else this.held.set(symbol, position);
    this.newestMs = later(this.newestMs, fill.tsMs);
    this.unwritten.fill(fill, { position, balance: this.balance });
  }

  /** Nothing left to reduce: the venue cancels what waited for it. */
  private dropUseless(symbol: Symbol, at: Ms): void {
    const held = this.held.get(symbol);
    for (const order of this.ordersOf(symbol)) {
      if (!order.reduceOnly || (held !== undefined && order.side === exitSide(held.side))) continue;
      this.put({ ...order, state: 'cancelled', updatedMs: at });
    }
  }

  private put(order: PaperOrder): void {
    if (isLive(order)) this.orders.set(order.clientOrderId, order);
    else this.orders.delete(order.clientOrderId);
    this.newestMs = later(this.newestMs, order.updatedMs);
    this.unwritten.order(order);
  }

  private setJudgedTo(symbol: Symbol, at: Ms): void {
    this.matchedTo.set(symbol, at);
    this.unwritten.judgedTo(symbol, at);
  }

  private isIdle(symbol: Symbol): boolean {
    return !this.held.has(symbol) && this.ordersOf(symbol).length === 0;
  }

  private instrumentOf(symbol: Symbol): Instrument {
    const instrument = this.options.instruments.get(symbol);
    assert(instrument !== undefined, `${symbol} is in the paper book, so it has an instrument`);
    return instrument;
  }

  private markOf(symbol: Symbol): Price | null {
    const bar = this.lastBarOf(symbol);
    return bar === null ? null : priceOfCandle(bar.close);
  }

  /**
   * For a market we hold, the last bar that was judged: while the venue walks ahead of the feed its
   * marks are its own. For all others what the feed showed last.
   */
  private lastBarOf(symbol: Symbol): Candle | null {
    const { bars } = this.options;
    if (!this.held.has(symbol)) return bars.latest(symbol);
    const known = this.lastBars.get(symbol);
    const to = this.judgedTo(symbol);
    const stepMs = timeframeMs(bars.matchingTimeframe(symbol));
    if (known !== undefined && known.openMs === to - stepMs) return known;
    const latest = bars.latest(symbol);
    if (latest !== null && latest.openMs === to - stepMs) return latest;
    const found = bars.bars(symbol, ms(to - LOOK_BACK_BARS * stepMs), to).at(-1) ?? latest;
    if (found !== null && found.openMs < to) this.lastBars.set(symbol, found);
    return found;
  }
}

function later(a: Ms, b: Ms): Ms {
  return a >= b ? a : b;
}

function orderOf(intent: OrderIntent, { now, actsFromMs }: Placement): PaperOrder {
  return {
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
    acceptedMs: now,
    actsFromMs,
    updatedMs: now,
  };
}
