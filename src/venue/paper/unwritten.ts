/**
 * What changed in memory since the last commit. One step of the venue (an order with its fills, the
 * end of a bar) is one transaction; what a full disk refused stays here and goes with the next one.
 */
import type { VenueFill } from '../../domain/fill.ts';
import type { Ms } from '../../domain/clock.ts';
import type { Decimal } from '../../domain/decimal.ts';
import type { ClientOrderId } from '../../domain/ids.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { PaperOrder, PaperPosition } from './book.ts';
import type { PaperStore } from './paper-store.ts';

export class Unwritten {
  private balance: Decimal | null = null;
  private netDeposits: Decimal | null = null;
  private readonly orders = new Map<ClientOrderId, PaperOrder>();
  private readonly fills: VenueFill[] = [];
  /** Null: flat. */
  private readonly positions = new Map<Symbol, PaperPosition | null>();
  private readonly matchedTo = new Map<Symbol, Ms>();

  order(order: PaperOrder): void {
    this.orders.set(order.clientOrderId, order);
  }

  fill(fill: VenueFill, after: { position: PaperPosition | null; balance: Decimal }): void {
    this.fills.push(fill);
    this.positions.set(fill.symbol, after.position);
    this.balance = after.balance;
  }

  money(after: { balance: Decimal; netDeposits: Decimal }): void {
    this.balance = after.balance;
    this.netDeposits = after.netDeposits;
  }

  judgedTo(symbol: Symbol, at: Ms): void {
    this.matchedTo.set(symbol, at);
  }

  commit(store: PaperStore): void {
    const changes = this.orders.size + this.fills.length + this.matchedTo.size;
    if (changes === 0 && this.netDeposits === null) return;
    const positions = [...this.positions];
    store.write({
      ...(this.balance === null ? {} : { balance: this.balance }),
      ...(this.netDeposits === null ? {} : { netDeposits: this.netDeposits }),
      orders: [...this.orders.values()],
      fills: this.fills,
      positions: positions.flatMap(([, position]) => (position === null ? [] : [position])),
      flat: positions.flatMap(([symbol, position]) => (position === null ? [symbol] : [])),
      matchedTo: this.matchedTo,
    });
    this.balance = null;
    this.netDeposits = null;
    this.orders.clear();
    this.fills.length = 0;
    this.positions.clear();
    this.matchedTo.clear();
  }
}
