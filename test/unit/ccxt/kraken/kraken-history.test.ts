/** How orders ended, from the two event lists of the history service. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ms } from '../../../../src/domain/clock.ts';
import type { Reading } from '../../../../src/domain/venue.ts';
import type { LiveVenue } from '../../../../src/venue/ccxt/live-venue.ts';
import type { LocalKraken } from './local-kraken.ts';
import { SERVER_MS, startKraken } from './local-kraken.ts';

let kraken: LocalKraken;
let venue: LiveVenue;
beforeEach(async () => {
  kraken = await startKraken();
  venue = await kraken.open();
});
afterEach(() => kraken.close());

function rowsOf<T>(reading: Reading<T>): readonly T[] {
  if (reading.read === 'unknown') throw new Error(reading.reason);
  return reading.rows;
}

describe('the order history', () => {
  const order = {
    uid: 'o-1',
    tradeable: 'PF_XBTUSD',
    direction: 'Buy',
    quantity: '0',
    filled: '0.1',
    limitPrice: '69.22',
    orderType: 'IoC',
    clientId: 'tc-1',
    reduceOnly: false,
  };
  const left = { ...order, quantity: '0.06', filled: '0.04' };
  const read = async (orders: unknown[], triggers: unknown[] = []) => {
    const elements = (events: unknown[]) =>
      JSON.stringify({
        accountUid: 'u',
        elements: events.map((event, index) => ({ timestamp: SERVER_MS + index, event })),
      });
    kraken.routes.set('orders', elements(orders));
    kraken.routes.set('triggers', elements(triggers));
    return venue.reader.orderHistory(ms(SERVER_MS));
  };

  it.each([
    ['filled as it was placed', { OrderPlaced: { order } }, 'filled', '0.1'],
    ['filled later', { OrderUpdated: { reason: 'full_fill', newOrder: order } }, 'filled', '0.1'],
    ['cancelled with a part done', { OrderCancelled: { order: left } }, 'cancelled', '0.04'],
    ['rejected', { OrderRejected: { order: left } }, 'rejected', '0.04'],
    ['a stop, filled as it fired', { OrderTriggerActivated: { order } }, 'filled', '0.1'],
  ])('tells an order that was %s', async (_what, event, state, filled) => {
    const [row] = rowsOf(await read([event]));
    expect(row).toMatchObject({ clientOrderId: 'tc-1', venueOrderId: 'o-1', side: 'buy', state });
    expect([String(row?.quantity), String(row?.filled)]).toEqual(['0.1', filled]);
  });

  it.each([
    ['that a trigger has sent', { OrderTriggerActivated: { order: left } }],
    ['that rests', { OrderPlaced: { order: left } }],
    ['that was filled in part', { OrderUpdated: { reason: 'partial_fill', newOrder: left } }],
    ['of a kind we do not know', { Something: { order } }],
  ])('leaves out an order %s', async (_what, event) => {
    expect(rowsOf(await read([event]))).toEqual([]);
  });

  it('tells a cancelled trigger, and the last ending of an order', async () => {
    const orderTrigger = { ...left, uid: 't-1', orderType: 'Stop' };
    const triggerOptions = { triggerPrice: '58000' };
    const rows = rowsOf(
      await read(
        [{ OrderPlaced: { order } }, { OrderCancelled: { order: left } }],
        [{ OrderTriggerCancelled: { orderTrigger: { ...orderTrigger, triggerOptions } } }],
      ),
    );
    expect(rows.map(({ venueOrderId, type, state }) => [venueOrderId, type, state])).toEqual([
      ['o-1', 'limit', 'cancelled'],
      ['t-1', 'stop', 'cancelled'],
    ]);
  });

  it('follows the token to the next page, and a missing list is unknown', async () => {
    kraken.routes.set('triggers', '{"elements":[]}');
    kraken.routes.set('orders', ({ parameters }) =>
      parameters['continuation_token'] === 'two'
        ? `{"elements":[{"timestamp":${SERVER_MS},"event":{"OrderPlaced":{"order":${JSON.stringify(order)}}}}]}`
        : '{"elements":[{}],"continuationToken":"two"}',
    );
    expect(rowsOf(await venue.reader.orderHistory(ms(0)))).toHaveLength(1);
    for (const broken of ['{"len":0}', '{"result":"error","elements":[]}', '<html>no</html>']) {
      kraken.routes.set('triggers', broken);
      expect((await venue.reader.orderHistory(ms(0))).read).toBe('unknown');
    }
  });

  it('is unknown when a full page tells of no next one', async () => {
    const elements = Array.from({ length: 1000 }, () => ({}));
    kraken.routes.set('orders', JSON.stringify({ elements }));
    expect((await venue.reader.orderHistory(ms(0))).read).toBe('unknown');
  });
});
