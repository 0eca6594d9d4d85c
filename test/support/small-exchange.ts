/**
 * A netting exchange in memory behind the servers of the conformance tests: orders act at once at the mark,
 * conditional ones wait for it, reduce-only orders are cut to the position. It speaks no protocol.
 */
import type { Ms } from '../../src/domain/clock.ts';
import type { Decimal } from '../../src/domain/decimal.ts';
import { decimal, minDecimal, ZERO } from '../../src/domain/decimal.ts';

export type BookState = 'live' | 'partly' | 'filled' | 'cancelled' | 'expired';

export interface Wish {
  readonly market: string;
  readonly clientId: string;
  readonly side: 'buy' | 'sell';
  readonly kind: 'market' | 'limit' | 'stop' | 'take_profit';
  readonly quantity: Decimal;
  readonly price: Decimal | null;
  readonly trigger: Decimal | null;
  readonly immediate: boolean;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
}

export interface BookOrder extends Wish {
  readonly number: string;
  readonly madeMs: Ms;
  filled: Decimal;
  state: BookState;
  updatedMs: Ms;
  /** Of the order that a conditional one became. */
  firedNumber: string | null;
}

export interface BookFill {
  readonly number: string;
  /** Of the order in the matching engine. */
  readonly orderNumber: string;
  readonly order: BookOrder;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly fee: Decimal;
  readonly realized: Decimal;
  readonly atMs: Ms;
}

export interface Held {
  readonly net: Decimal;
  readonly entry: Decimal;
}

export type Refusal =
  'duplicate' | 'nothing-to-reduce' | 'no-funds' | 'would-execute' | 'would-fire';

const FEE = decimal('0.0005');

export class SmallExchange {
  readonly orders: BookOrder[] = [];
  readonly fills: BookFill[] = [];
  readonly held = new Map<string, Held>();
  readonly marks = new Map<string, Decimal>();
  readonly transfers: { readonly atMs: Ms; readonly amount: Decimal; readonly coin: string }[] = [];
  wallet: Decimal = decimal('10000');
  private readonly now: () => Ms;
  private numbers = 1_000;

  constructor(now: () => Ms, marks: Readonly<Record<string, string>>) {
    this.now = now;
    for (const [market, mark] of Object.entries(marks)) this.marks.set(market, decimal(mark));
  }

  place(wish: Wish): BookOrder | Refusal {
    const mark = this.markOf(wish.market);
    if (this.byClientId(wish.clientId) !== null) return 'duplicate';
    const { net } = this.positionIn(wish.market);
    const reduces = wish.side === 'sell' ? net.gt(0) : net.lt(0);
    if (wish.reduceOnly && !reduces) return 'nothing-to-reduce';
    if (!wish.reduceOnly && wish.quantity.mul(mark).div(20).gt(this.wallet)) return 'no-funds';
    if (isWaiting(wish) && fires(wish, mark)) return 'would-fire';
    if (wish.postOnly && crosses(wish, mark)) return 'would-execute';
    const at = this.now();
    const order: BookOrder = {
      ...wish,
      number: this.number(),
      madeMs: at,
      filled: ZERO,
      state: 'live',
      updatedMs: at,
      firedNumber: null,
    };
    this.orders.push(order);
    if (!isWaiting(wish)) this.match(order);
    return order;
  }

  /** Null when no such order rests. */
  cancel(clientId: string): BookOrder | null {
    const order = this.byClientId(clientId);
    if (order === null || !isOpen(order)) return null;
    order.state = 'cancelled';
    order.updatedMs = this.now();
    return order;
  }

  setMark(market: string, mark: string): void {
    this.marks.set(market, decimal(mark));
    for (const order of this.open().filter((one) => one.market === market)) {
      if (!isWaiting(order)) this.match(order);
      else if (fires(order, this.markOf(market))) this.fire(order);
    }
  }

  /** Executes part of a resting order. */
  fillPart(clientId: string, amount: string): void {
    const order = this.byClientId(clientId);
    if (order !== null) this.execute(order, decimal(amount));
  }

  transfer(amount: string, coin = 'USDT'): void {
    this.transfers.push({ atMs: this.now(), amount: decimal(amount), coin });
    this.wallet = this.wallet.plus(amount);
  }

  open(): BookOrder[] {
    return this.orders.filter(isOpen);
  }

  byClientId(id: string): BookOrder | null {
    return this.orders.find((order) => order.clientId === id) ?? null;
  }

  positionIn(market: string): Held {
    return this.held.get(market) ?? { net: ZERO, entry: ZERO };
  }

  markOf(market: string): Decimal {
    const mark = this.marks.get(market);
    if (mark === undefined) throw new Error(`no market ${market}`);
    return mark;
  }

  unrealized(): Decimal {
    return [...this.held].reduce(
      (sum, [market, { net, entry }]) => sum.plus(this.markOf(market).minus(entry).mul(net)),
      ZERO,
    );
  }

  number(): string {
    this.numbers += 1;
    return String(this.numbers);
  }

  private fire(order: BookOrder): void {
    order.firedNumber = this.number();
    this.execute(order, order.quantity);
    if (order.filled.isZero()) this.end(order, 'expired');
  }

  private match(order: BookOrder): void {
    const mark = this.markOf(order.market);
    const trades = order.kind === 'market' || crosses(order, mark);
    if (trades) this.execute(order, order.quantity.minus(order.filled));
    const rests = order.kind === 'limit' && !order.immediate;
    if (!rests && isOpen(order)) this.end(order, 'expired');
  }

  private end(order: BookOrder, state: BookState): void {
    order.state = state;
    order.updatedMs = this.now();
  }

  private execute(order: BookOrder, wanted: Decimal): void {
    const { market, side, reduceOnly } = order;
    const held = this.positionIn(market);
    const amount = reduceOnly ? minDecimal(wanted, held.net.abs()) : wanted;
    if (amount.isZero()) return;
    const price =
      order.kind === 'limit' && order.price !== null ? order.price : this.markOf(market);
    const change = side === 'buy' ? amount : amount.neg();
    const closing = held.net.isNegative() !== change.isNegative() && !held.net.isZero();
    const closed = closing ? minDecimal(amount, held.net.abs()) : ZERO;
    const direction = held.net.isNegative() ? -1 : 1;
    const realized = price.minus(held.entry).mul(closed).mul(direction);
    const fee = price.mul(amount).mul(FEE);
    this.wallet = this.wallet.plus(realized).minus(fee);
    const net = held.net.plus(change);
    const turned = held.net.isZero() || net.isNegative() !== held.net.isNegative();
    const grown = held.entry
      .mul(held.net.abs())
      .plus(price.mul(amount))
      .div(held.net.abs().plus(amount));
    const kept = closing ? held.entry : grown;
    if (net.isZero()) this.held.delete(market);
    else this.held.set(market, { net, entry: turned ? price : kept });
    order.filled = order.filled.plus(amount);
    this.end(order, order.filled.lt(order.quantity) ? 'partly' : 'filled');
    const orderNumber = order.firedNumber ?? order.number;
    const number = this.number();
    const atMs = this.now();
    this.fills.push({ number, orderNumber, order, quantity: amount, price, fee, realized, atMs });
  }
}

export function isOpen({ state }: BookOrder): boolean {
  return state === 'live' || state === 'partly';
}

export function isWaiting({ kind }: Wish): boolean {
  return kind === 'stop' || kind === 'take_profit';
}

function crosses({ side, price }: Wish, mark: Decimal): boolean {
  return price !== null && (side === 'buy' ? mark.lte(price) : mark.gte(price));
}

/** A sell stop below, a sell target above; bought the other way round. */
function fires({ kind, side, trigger }: Wish, mark: Decimal): boolean {
  if (trigger === null) return false;
  const below = (kind === 'stop') === (side === 'sell');
  return below ? mark.lte(trigger) : mark.gte(trigger);
}
