import { describe, expect, it } from 'vitest';
import { ourId } from '../../../scripts/scenarios/scenario-ids.ts';
import {
  createScenarioVenue,
  type ScenarioVenue,
} from '../../../scripts/scenarios/scenario-venue.ts';
import { virtualClock } from '../../../src/domain/clock.ts';
import { price, quantity } from '../../../src/domain/decimal.ts';
import { isOurs, type ClientOrderId } from '../../../src/domain/ids.ts';
import type { OrderIntent } from '../../../src/domain/order.ts';
import { symbol } from '../../../src/domain/symbol.ts';
import type { Reading } from '../../../src/domain/venue.ts';
import { scenario, type Part } from './scenario-text.ts';

const venueStart = scenario().nowMs;
const NOW: number = venueStart;
const LONG = { symbol: 'PF_TONUSD', side: 'long', quantity: '100', entry_price: '2.4' };
const STOP = {
  client_order_id: 's',
  venue_order_id: 'v1',
  symbol: 'TON/USD:USD',
  side: 'sell',
  type: 'stop',
  quantity: '100',
  stop_price: '2.3',
  reduce_only: true,
};

function venueOf(observations: readonly Part[], part: Part = {}): ScenarioVenue {
  const read = scenario({ venue: observations, ...part });
  return createScenarioVenue({
    observations: read.venue,
    instruments: read.instruments,
    registryOrders: read.registry.orders,
    clock: virtualClock(read.nowMs),
  });
}

const rows = (...all: readonly Part[]): Part => ({ read: 'complete', rows: all });

function complete<T>(reading: Reading<T>): Extract<Reading<T>, { read: 'complete' }> {
  if (reading.read === 'unknown') throw new Error(reading.reason);
  return reading;
}

async function stopsOf(venue: ScenarioVenue): Promise<(string | null)[]> {
  return complete(await venue.reader.openOrders()).rows.map((one) => one.clientOrderId);
}

const signal = new AbortController().signal;
const INTENT: OrderIntent = {
  clientOrderId: ourId('new', 'stop'),
  symbol: symbol('TON/USD:USD'),
  role: 'stop',
  purpose: 'stop_loss',
  side: 'sell',
  type: 'stop',
  timeInForce: 'gtc',
  postOnly: false,
  reduceOnly: true,
  quantity: quantity('100'),
  price: null,
  stopPrice: price('2.3'),
  positionId: null,
  signalId: null,
  expiresMs: null,
};

describe('the observations of a scenario', () => {
  it('are 5 s apart at the server, and the last one repeats', async () => {
    const venue = venueOf([{ positions: rows(LONG) }, {}]);
    const seen: [number, number | null][] = [];
    for (let step = 0; step < 3; step += 1) {
      const { rows: found, serverMs } = complete(await venue.reader.positions());
      seen.push([found.length, serverMs]);
      venue.next();
    }
    expect(seen).toEqual([
      [1, NOW],
      [0, NOW + 5_000],
      [0, NOW + 10_000],
    ]);
  });

  it('resolve a spelling, and set apart what they cannot understand', async () => {
    const venue = venueOf([
      {
        positions: rows(
          LONG,
          { ...LONG, side: 'short', quantity: '5' },
          { ...LONG, symbol: 'PF_GONE' },
          { ...LONG, symbol: 'TON', quantity: null },
        ),
      },
    ]);
    const { rows: found, malformed } = complete(await venue.reader.positions());
    expect(found.map((one) => [one.symbol, one.side])).toEqual([
      ['TON/USD:USD', 'long'],
      ['TON/USD:USD', 'short'],
    ]);
    expect(malformed).toEqual([
      { written: 'PF_GONE', symbol: null, why: 'unknown instrument' },
      { written: 'TON', symbol: 'TON/USD:USD', why: 'no quantity' },
    ]);
  });

  it('keep an unknown reading unknown, alone', async () => {
    const venue = venueOf([{ orders: { read: 'unknown', reason: 'timeout' } }]);
    expect(await venue.reader.openOrders()).toEqual({ read: 'unknown', reason: 'timeout' });
    expect(await venue.reader.orderHistory(venueStart)).toEqual({
      read: 'unknown',
      reason: 'timeout',
    });
    expect((await venue.reader.positions()).read).toBe('complete');
  });

  it('tell living orders from ended ones', async () => {
    const venue = venueOf([
      {
        orders: rows(STOP, {
          ...STOP,
          client_order_id: 'b',
          venue_order_id: 'v2',
          state: 'cancelled',
        }),
      },
    ]);
    expect(complete(await venue.reader.openOrders()).rows.map((one) => one.venueOrderId)).toEqual([
      'v1',
    ]);
    expect(
      complete(await venue.reader.orderHistory(venueStart)).rows.map((one) => one.state),
    ).toEqual(['cancelled']);
  });

  it('have an account that agrees with the positions where the file has none', async () => {
    const venue = venueOf([{ positions: rows(LONG) }]);
    const [row] = complete(await venue.reader.account()).rows;
    expect([row?.initialMargin.toFixed(), row?.unrealizedPnl.toFixed()]).toEqual(['5', '10']);
  });

  it('have no mark where the instrument has none', async () => {
    const bare = { instruments: [{ symbol: 'TON/USD:USD', venue_id: 'PF_TONUSD' }] };
    expect(complete(await venueOf([{}], bare).reader.marks()).rows).toEqual([]);
    const [mark] = complete(await venueOf([{}]).reader.marks()).rows;
    expect([mark?.mark.toFixed(), mark?.tsMs]).toEqual(['2.5', NOW]);
  });
});

describe('whose an order is', () => {
  const held = { registry: { orders: [{ ...STOP, role: 'stop', state: 'live' }] } };

  it.each<[string, Part, Part, (id: string | null) => boolean]>([
    ['marked as ours', {}, { ours: true }, isOurs],
    ['not marked, not in the registry', {}, {}, (id) => id === 's'],
    ['in the registry by its client id', held, { venue_order_id: 'other' }, isOurs],
    ['in the registry by its venue id', held, { client_order_id: 'other' }, isOurs],
    ['marked as foreign', held, { ours: false }, (id) => id === 's'],
    ['foreign, without an id', {}, { client_order_id: null }, (id) => id === null],
    [
      'known by its venue id, reported without ours',
      held,
      { client_order_id: null },
      (id) => id === null,
    ],
    ['ours by its mark, without a name', {}, { client_order_id: null, ours: true }, isOurs],
    ['already in our form', {}, { client_order_id: 'tc-s3-0123456789abcdef0123' }, isOurs],
  ])('%s', async (_what, part, order, expected) => {
    const [id] = await stopsOf(venueOf([{ orders: rows({ ...STOP, ...order }) }], part));
    expect(id !== undefined && expected(id)).toBe(true);
  });

  it('is the same id in the registry, at the venue and in a fill', async () => {
    const fill = {
      trade_id: 't',
      client_order_id: 's',
      symbol: 'TON',
      side: 'sell',
      quantity: '1',
      price: '2',
      ts_ms: 9,
    };
    const venue = venueOf([{ orders: rows(STOP), fills: rows(fill) }], held);
    const expected = ourId('s', 'stop');
    const [order] = scenario(held).registry.orders;
    expect(order === undefined ? null : venue.ids.ofRegistryOrder(order)).toBe(expected);
    expect(await stopsOf(venue)).toEqual([expected]);
    expect(complete(await venue.reader.fills(venueStart)).rows[0]?.clientOrderId).toBe(expected);
  });

  it('has a role that follows from its shape where none is given', async () => {
    const target = {
      ...STOP,
      client_order_id: 'y',
      type: 'limit',
      price: '3',
      stop_price: null,
      ours: true,
    };
    const entry = { ...target, client_order_id: 'z', side: 'buy', reduce_only: false };
    expect(
      await stopsOf(venueOf([{ orders: rows({ ...STOP, ours: true }, target, entry) }])),
    ).toEqual([ourId('s', 'stop'), ourId('y', 'target'), ourId('z', 'entry')]);
  });
});

describe('the venue once orders are sent to it', () => {
  const frozen = (observation: Part, part: Part = {}): ScenarioVenue => {
    const venue = venueOf([observation], part);
    venue.freeze();
    return venue;
  };

  it('holds a stop that was sent, and lets it be cancelled once', async () => {
    const venue = frozen({ positions: rows(LONG) });
    expect(await venue.trader.place(INTENT, signal)).toMatchObject({ kind: 'accepted' });
    expect(await stopsOf(venue)).toEqual([INTENT.clientOrderId]);
    expect(venue.sent).toMatchObject([{ symbol: 'TON/USD:USD', role: 'stop', reduceOnly: true }]);
    expect(await venue.trader.cancel(INTENT.clientOrderId, signal)).toMatchObject({
      kind: 'accepted',
    });
    expect(await venue.trader.cancel(INTENT.clientOrderId, signal)).toEqual({
      kind: 'rejected',
      reason: 'notFound',
    });
    expect(await stopsOf(venue)).toEqual([]);
    expect(venue.cancelled).toEqual([INTENT.clientOrderId, INTENT.clientOrderId]);
  });

  it('changes an order in place', async () => {
    const venue = frozen({ positions: rows(LONG) });
    await venue.trader.place(INTENT, signal);
    await venue.trader.amend(INTENT.clientOrderId, { quantity: quantity('50') }, signal);
    expect(complete(await venue.reader.openOrders()).rows[0]?.quantity.toFixed()).toBe('50');
    expect(await venue.trader.amend('no' as ClientOrderId, {}, signal)).toMatchObject({
      kind: 'rejected',
    });
  });

  it.each<[string, Part, Partial<OrderIntent>, string]>([
    ['has nothing to reduce', {}, {}, 'wouldNotReducePosition'],
    [
      'is on the side of the position',
      { positions: rows(LONG) },
      { side: 'buy' },
      'wouldNotReducePosition',
    ],
    [
      'should only rest and would not',
      { positions: rows(LONG) },
      { type: 'limit', price: price('2.4'), postOnly: true },
      'postWouldExecute',
    ],
  ])('rejects an order that %s', async (_what, observation, change, reason) => {
    const venue = frozen(observation);
    const outcome = await venue.trader.place({ ...INTENT, ...change }, signal);
    expect(outcome).toEqual({ kind: 'rejected', reason });
    expect(await stopsOf(venue)).toEqual([]);
  });

  it('rejects a market order where there is no price', async () => {
    const bare = { instruments: [{ symbol: 'TON/USD:USD', venue_id: 'PF_TONUSD' }] };
    const venue = frozen({ positions: rows(LONG) }, bare);
    const outcome = await venue.trader.place({ ...INTENT, type: 'market' }, signal);
    expect(outcome).toEqual({ kind: 'rejected', reason: 'marketUnavailable' });
  });

  it('rejects a second order of the same id', async () => {
    const venue = frozen({ positions: rows(LONG) });
    await venue.trader.place(INTENT, signal);
    expect(await venue.trader.place(INTENT, signal)).toMatchObject({ kind: 'rejected' });
    expect(venue.sent).toHaveLength(2);
  });

  it.each<[string, Partial<OrderIntent>]>([
    [
      'an exit at the market',
      { role: 'exit', type: 'market', stopPrice: null, timeInForce: 'ioc' },
    ],
    ['a stop that the mark has passed', { stopPrice: price('2.6') }],
    ['a take-profit that the mark has passed', { type: 'take_profit', stopPrice: price('2.4') }],
    ['a limit that the mark has passed', { type: 'limit', price: price('2.4'), stopPrice: null }],
    ['a reduce-only order for more than there is', { type: 'market', quantity: quantity('300') }],
  ])('executes %s at the mark', async (_what, change) => {
    const venue = frozen({ positions: rows(LONG) });
    await venue.trader.place({ ...INTENT, ...change }, signal);
    expect(complete(await venue.reader.positions()).rows).toEqual([]);
    const [fill] = complete(await venue.reader.fills(venueStart)).rows;
    expect([fill?.quantity.toFixed(), fill?.price.toFixed(), fill?.tsMs]).toEqual([
      '100',
      '2.5',
      NOW,
    ]);
    expect(complete(await venue.reader.orderHistory(venueStart)).rows[0]?.state).toBe('filled');
  });

  it('reduces in part, grows, and turns', async () => {
    const venue = frozen({ positions: rows(LONG) });
    const send = async (name: string, change: Partial<OrderIntent>): Promise<string> => {
      const market = { ...INTENT, type: 'market', reduceOnly: false, ...change } as const;
      await venue.trader.place({ ...market, clientOrderId: ourId(name, 'exit') }, signal);
      const [one] = complete(await venue.reader.positions()).rows;
      return `${one?.side} ${one?.quantity.toFixed()} at ${one?.entryPrice?.toFixed()}`;
    };
    expect(await send('a', { quantity: quantity('50') })).toBe('long 50 at 2.4');
    expect(await send('b', { side: 'buy', quantity: quantity('50') })).toBe('long 100 at 2.45');
    expect(await send('c', { quantity: quantity('130') })).toBe('short 30 at 2.5');
  });

  it('is the observation of then, and only time moves on', async () => {
    const venue = venueOf([{ positions: rows(LONG) }, {}]);
    venue.freeze();
    venue.next();
    const { rows: found, serverMs } = complete(await venue.reader.positions());
    expect([found.length, serverMs]).toEqual([1, NOW + 5_000]);
  });

  it('drops an order that may not rest and was not reached', async () => {
    const venue = frozen({ positions: rows(LONG) });
    const limit = {
      type: 'limit',
      price: price('3'),
      stopPrice: null,
      timeInForce: 'ioc',
    } as const;
    await venue.trader.place({ ...INTENT, ...limit }, signal);
    expect(await stopsOf(venue)).toEqual([]);
    expect(complete(await venue.reader.orderHistory(venueStart)).rows[0]?.state).toBe('cancelled');
  });
});
