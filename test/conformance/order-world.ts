/** Orders and readings of the conformance tests, the same for every venue. */
import { expect } from 'vitest';
import { quantity } from '../../src/domain/decimal.ts';
import type { SignalId } from '../../src/domain/ids.ts';
import { clientOrderId } from '../../src/domain/ids.ts';
import type { OrderIntent, OrderRole } from '../../src/domain/order.ts';
import { symbol } from '../../src/domain/symbol.ts';
import type { Reading } from '../../src/domain/venue.ts';

export const BTC = symbol('BTC/USDT:USDT');
export const ETH = symbol('ETH/USDT:USDT');
export const never = new AbortController().signal;

let sent = 0;

/** An entry buys, everything else sells and only reduces; ids are never the same. */
export function order(role: OrderRole, change: Partial<OrderIntent> = {}): OrderIntent {
  sent += 1;
  return {
    clientOrderId: clientOrderId('conformance' as SignalId, role, sent),
    symbol: BTC,
    role,
    purpose: role === 'entry' ? 'entry' : 'operator_close',
    side: role === 'entry' ? 'buy' : 'sell',
    type: 'market',
    timeInForce: 'gtc',
    postOnly: false,
    reduceOnly: role !== 'entry',
    quantity: quantity('0.01'),
    price: null,
    stopPrice: null,
    positionId: null,
    signalId: null,
    expiresMs: null,
    ...change,
  };
}

/** The rows of a complete reading in which every row was understood. */
export function rowsOf<T>(reading: Reading<T>): readonly T[] {
  if (reading.read === 'unknown') throw new Error(reading.reason);
  expect(reading.malformed ?? []).toEqual([]);
  return reading.rows;
}
