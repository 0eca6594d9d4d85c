/** Builders for positions, orders and venue rows: a test names only what it is about. */
import { ms } from '../../src/domain/clock.ts';
import type { Ms } from '../../src/domain/clock.ts';
import { ZERO, decimal, price, quantity } from '../../src/domain/decimal.ts';
import type { VenueFill } from '../../src/domain/fill.ts';
import type {
  ClientOrderId,
  PositionId,
  SignalId,
  TradeId,
  VenueOrderId,
} from '../../src/domain/ids.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Order } from '../../src/domain/order.ts';
import type { Position, ProtectionPlan } from '../../src/domain/position.ts';
import type { Symbol } from '../../src/domain/symbol.ts';
import { symbol } from '../../src/domain/symbol.ts';
import type { Reading, VenueMark, VenueOrder } from '../../src/domain/venue.ts';

export const TON = symbol('TON/USD:USD');
export const POSITION = 'pos-1' as PositionId;
export const SIGNAL = 'sig-1' as SignalId;

export function instrument(
  over: Partial<Record<'lotStep' | 'minQuantity' | 'tickSize' | 'minNotional', string>> = {},
  of: Symbol = TON,
): Instrument {
  return {
    symbol: of,
    venueId: 'PF_TONUSD',
    contractSize: decimal('1'),
    lotStep: quantity(over.lotStep ?? '1'),
    tickSize: price(over.tickSize ?? '0.01'),
    minQuantity: quantity(over.minQuantity ?? over.lotStep ?? '1'),
    minNotional: over.minNotional === undefined ? null : decimal(over.minNotional),
    maxLeverage: 10,
  };
}

/** A long from 100, stop 95, targets 110, 120, 130 of 40/30/30, ATR 2, trailing one ATR behind. */
export const LONG_PLAN: ProtectionPlan = {
  stop: price('95'),
  targets: [
    { level: 1, price: price('110'), share: decimal('0.4') },
    { level: 2, price: price('120'), share: decimal('0.3') },
    { level: 3, price: price('130'), share: decimal('0.3') },
  ],
  atr: decimal('2'),
  stopAtr: decimal('1'),
};

/** The mirror of it around 100. */
export const SHORT_PLAN: ProtectionPlan = {
  ...LONG_PLAN,
  stop: price('105'),
  targets: [
    { level: 1, price: price('90'), share: decimal('0.4') },
    { level: 2, price: price('80'), share: decimal('0.3') },
    { level: 3, price: price('70'), share: decimal('0.3') },
  ],
};

export function position(open: string, over: Partial<Position> = {}): Position {
  return {
    positionId: POSITION,
    symbol: TON,
    side: 'long',
    status: 'open',
    quantity: quantity(open),
    enteredQuantity: quantity(open),
    entryPrice: price('100'),
    plan: over.side === 'short' ? SHORT_PLAN : LONG_PLAN,
    targetsHit: [],
    signalId: SIGNAL,
    origin: 'signal',
    openedSeq: 1,
    openedMs: ms(0),
    protectedMs: null,
    closedMs: null,
    exitReason: null,
    noStopReason: null,
    realizedPnl: ZERO,
    fees: ZERO,
    ...over,
  };
}

export function order(id: string, over: Partial<Order> = {}): Order {
  return {
    clientOrderId: id as ClientOrderId,
    symbol: TON,
    role: 'stop',
    purpose: 'stop_loss',
    side: 'sell',
    type: 'stop',
    timeInForce: 'gtc',
    postOnly: false,
    reduceOnly: true,
    quantity: quantity('10'),
    price: null,
    stopPrice: price('95'),
    positionId: POSITION,
    signalId: SIGNAL,
    expiresMs: null,
    state: 'live',
    venueOrderId: `v-${id}` as VenueOrderId,
    filled: quantity('0'),
    filledValue: ZERO,
    reason: null,
    intentSeq: 1,
    intendedMs: ms(0),
    updatedMs: ms(0),
    ...over,
  };
}

export function target(level: 1 | 2 | 3, amount: string, at: string): Order {
  return order(`t${level}`, {
    role: 'target',
    purpose: `target_${level}`,
    type: 'limit',
    quantity: quantity(amount),
    price: price(at),
    stopPrice: null,
  });
}

/** The venue's row of an order. */
export function row(of: Order, over: Partial<VenueOrder> = {}): VenueOrder {
  return {
    clientOrderId: of.clientOrderId,
    venueOrderId: of.venueOrderId ?? (`v-${of.clientOrderId}` as VenueOrderId),
    symbol: of.symbol,
    side: of.side,
    type: of.type,
    quantity: of.quantity,
    filled: of.filled,
    price: of.price,
    stopPrice: of.stopPrice,
    reduceOnly: of.reduceOnly,
    state: 'live',
    updatedMs: of.updatedMs,
    ...over,
  };
}

export function fill(id: string, over: Partial<VenueFill> = {}): VenueFill {
  return {
    tradeId: id as TradeId,
    clientOrderId: null,
    venueOrderId: null,
    symbol: TON,
    side: 'buy',
    quantity: quantity('1'),
    price: price('100'),
    fee: decimal('0.05'),
    liquidity: 'taker',
    kind: 'trade',
    tsMs: ms(0),
    ...over,
  };
}

export function complete<T>(rows: readonly T[], serverMs: Ms = ms(0)): Reading<T> {
  return { read: 'complete', rows, serverMs };
}

export function unknown<T>(reason = 'timed out'): Reading<T> {
  return { read: 'unknown', reason };
}

export function mark(at: string, of: Symbol = TON): VenueMark {
  const value = price(at);
  return {
    symbol: of,
    mark: value,
    last: value,
    tsMs: ms(0),
    quoteVolume24h: null,
    spread: null,
  };
}
