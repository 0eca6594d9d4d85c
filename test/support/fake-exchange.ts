/**
 * A small exchange in memory for the scenarios of execution: it acts at once at its mark, and each
 * request can be lost, its answer lost, be refused, or never end (the process died waiting).
 */
import type { Ms } from '../../src/domain/clock.ts';
import { ms } from '../../src/domain/clock.ts';
import type { Decimal } from '../../src/domain/decimal.ts';
import { ZERO, decimal, minDecimal, price, quantity } from '../../src/domain/decimal.ts';
import type { VenueFill } from '../../src/domain/fill.ts';
import type { ClientOrderId, TradeId, VenueOrderId } from '../../src/domain/ids.ts';
import type { OrderIntent, Outcome } from '../../src/domain/order.ts';
import type { VenueOrder, VenuePosition } from '../../src/domain/venue.ts';
import type { VenueReader, VenueTrader } from '../../src/venue/port.ts';
import { TON, complete, mark, unknown } from './protection-world.ts';

export type Fault =
  | 'none'
  | 'request-lost'
  | 'answer-lost'
  | 'throws'
  | 'died-before-acting'
  | 'died-after-acting'
  | { readonly reject: string };

export interface FakeExchange {
  readonly reader: VenueReader;
  readonly trader: VenueTrader;
  readonly sent: readonly OrderIntent[];
  readonly cancelled: readonly ClientOrderId[];
  readonly open: ReadonlyMap<ClientOrderId, VenueOrder>;
  /** Net open quantity, negative for a short. */
  net(): Decimal;
  setMark(at: string): void;
  /** What happens to the next requests, in order; then none. */
  next(...faults: Fault[]): void;
  readFails(what: 'openOrders' | 'fills' | 'positions' | 'orderHistory' | null): void;
  /** Fills of an order that rests, as if the price had come. */
  fillResting(id: ClientOrderId, amount?: string): void;
  cancelByHand(id: ClientOrderId): void;
}

const NEVER = new Promise<never>(() => undefined);

export function fakeExchange(now: () => Ms): FakeExchange {
  const open = new Map<ClientOrderId, VenueOrder>();
  const ended: VenueOrder[] = [];
  const fills: VenueFill[] = [];
  const sent: OrderIntent[] = [];
  const cancelled: ClientOrderId[] = [];
  const known = new Set<ClientOrderId>();
  let faults: Fault[] = [];
  let failing: string | null = null;
  let at = price('100');
  let net: Decimal = ZERO;

  const execute = (row: VenueOrder, amount: Decimal): VenueOrder => {
    const filled = quantity(row.filled.plus(amount));
    net = row.side === 'buy' ? net.plus(amount) : net.minus(amount);
    const { clientOrderId, venueOrderId, symbol, side } = row;
    fills.push({
      tradeId: `f${fills.length + 1}` as TradeId,
      clientOrderId,
      venueOrderId,
      symbol,
      side,
      quantity: quantity(amount),
      price: row.price ?? at,
      fee: decimal('0.01'),
      liquidity: 'taker',
      kind: 'trade',
      tsMs: now(),
    });
    const state = filled.eq(row.quantity) ? 'filled' : 'live';
    return { ...row, filled, state, updatedMs: now() };
  };

  const act = (intent: OrderIntent): Outcome => {
    const { clientOrderId } = intent;
    if (known.has(clientOrderId)) return { kind: 'rejected', reason: 'clientOrderIdAlreadyExist' };
    const reduces = intent.side === 'sell' ? net.gt(0) : net.lt(0);
    if (intent.reduceOnly && !reduces)
      return { kind: 'rejected', reason: 'wouldNotReducePosition' };
    known.add(clientOrderId);
    const venueOrderId = `v${known.size}` as VenueOrderId;
    const row: VenueOrder = {
      ...intent,
      venueOrderId,
      filled: quantity('0'),
      state: 'live',
      updatedMs: now(),
    };
    const immediate = intent.type === 'market' || intent.timeInForce === 'ioc';
    if (immediate) {
      const amount = intent.reduceOnly
        ? minDecimal<Decimal>(intent.quantity, net.abs())
        : intent.quantity;
      ended.push(execute(row, amount));
    } else open.set(clientOrderId, row);
    return { kind: 'accepted', venueOrderId, serverMs: now() };
  };

  const withFault = async (run: () => Outcome): Promise<Outcome> => {
    const fault = faults.shift() ?? 'none';
    if (typeof fault === 'object') return { kind: 'rejected', reason: fault.reject };
    if (fault === 'died-before-acting') return NEVER;
    if (fault === 'request-lost') return { kind: 'in_doubt', evidence: 'timed out' };
    const outcome = run();
    if (fault === 'died-after-acting') return NEVER;
    if (fault === 'throws') throw new Error('socket hang up');
    return fault === 'answer-lost' ? { kind: 'in_doubt', evidence: 'timed out' } : outcome;
  };

  const end = (id: ClientOrderId): boolean => {
    const row = open.get(id);
    if (row === undefined) return false;
    open.delete(id);
    ended.push({ ...row, state: 'cancelled', updatedMs: now() });
    return true;
  };

  const positions = (): VenuePosition[] =>
    net.isZero()
      ? []
      : [
          {
            symbol: TON,
            side: net.gt(0) ? 'long' : 'short',
            quantity: quantity(net.abs()),
            entryPrice: null,
          },
        ];

  return {
    sent,
    cancelled,
    open,
    net: () => net,
    setMark: (to) => void (at = price(to)),
    next: (...queue) => void (faults = queue),
    readFails: (what) => void (failing = what),
    fillResting: (id, amount) => {
      const row = open.get(id);
      if (row === undefined) throw new Error(`${id} does not rest`);
      const left = row.quantity.minus(row.filled);
      const next = execute(row, amount === undefined ? left : decimal(amount));
      open.set(id, next);
      if (next.state !== 'filled') return;
      open.delete(id);
      ended.push(next);
    },
    cancelByHand: (id) => void end(id),
    trader: {
      place: (intent) => {
        sent.push(intent);
        return withFault(() => act(intent));
      },
      amend: () => Promise.resolve({ kind: 'rejected', reason: 'notSupported' }),
      cancel: (id) => {
        cancelled.push(id);
        return withFault(() =>
          end(id)
            ? { kind: 'accepted', venueOrderId: null, serverMs: now() }
            : { kind: 'rejected', reason: 'notFound' },
        );
      },
    },
    reader: {
      positions: async () => (failing === 'positions' ? unknown() : complete(positions(), now())),
      openOrders: async () =>
        failing === 'openOrders' ? unknown() : complete([...open.values()], now()),
      fills: async (since) =>
        failing === 'fills'
          ? unknown()
          : complete(
              fills.filter((f) => f.tsMs >= since),
              now(),
            ),
      orderHistory: async (since) =>
        failing === 'orderHistory'
          ? unknown()
          : complete(
              ended.filter((o) => o.updatedMs >= ms(since)),
              now(),
            ),
      account: async () => unknown('not part of these scenarios'),
      marks: async () => complete([mark(at.toFixed())], now()),
      instruments: async () => complete([], now()),
    },
  };
}
