/** The control API: what a test or an operator can see and set. */
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rehearsalWorld, type Body, type RehearsalWorld } from '../../support/rehearsal-world.ts';

let world: RehearsalWorld;
beforeEach(async () => {
  world = await rehearsalWorld();
});
afterEach(() => world.close());

const ORDER = { orderType: 'mkt', symbol: 'PF_XBTUSD', side: 'buy', size: '0.01' };

it('requests: what came in with its status, and nothing of key or signature', async () => {
  await world.get('openorders');
  await world.post('cancelorder', 'cliOrdId=none');
  const answer = await world.control('GET', 'requests');
  expect(answer['requests']).toEqual([
    {
      ...{ at: '2026-03-05T12:00:10.000Z', method: 'GET', path: '/derivatives/api/v3/openorders' },
      ...{ query: '', body: '', status: 200, fault: null },
    },
    expect.objectContaining({ method: 'POST', query: 'cliOrdId=none' }),
  ]);
  const { apiKey, apiSecret } = world.credentials;
  expect(JSON.stringify(answer)).not.toContain(apiKey);
  expect(JSON.stringify(answer)).not.toContain(apiSecret);
});

describe('price', () => {
  it('is what the next order trades at, until the recording goes on', async () => {
    await world.control('POST', 'price', { symbol: 'PF_XBTUSD', price: '50000' });
    expect((await world.order(ORDER)).orderEvents).toMatchObject([{ price: 50_000 }]);
    await world.control('POST', 'price', { symbol: 'BTC/USD:USD', price: null });
    expect((await world.order(ORDER)).orderEvents).toMatchObject([{ price: 60_000 }]);
  });

  it.each([
    [{ symbol: 'PF_NOPEUSD', price: 1 }, 'does not hold'],
    [{ symbol: 'PF_XBTUSD', price: 0 }, 'above zero'],
    [{ symbol: 'PF_XBTUSD', price: 'x' }, 'decimal number'],
    [{ symbol: 'PF_XBTUSD' }, 'price is missing'],
    [{ price: 1 }, 'symbol must be text'],
  ])('%j is refused', async (body, why) => {
    expect((await world.control('POST', 'price', body))['error']).toContain(why);
  });
});

it('next-status: the next order gets it and is not looked at', async () => {
  await world.control('POST', 'next-status', { status: 'tooManySmallOrders' });
  expect(await world.order(ORDER)).toMatchObject({ status: 'tooManySmallOrders', orderEvents: [] });
  expect((await world.order(ORDER)).status).toBe('placed');
});

it('clear: prices, statuses, faults and the list of requests', async () => {
  await world.control('POST', 'price', { symbol: 'PF_XBTUSD', price: '50000' });
  await world.control('POST', 'next-status', { status: 'invalidSize' });
  await world.faults({ action: 'maintenance' });
  await world.control('POST', 'clear');
  expect(await world.control('GET', 'requests')).toEqual({ requests: [] });
  expect(await world.control('GET', 'faults')).toEqual({ faults: [] });
  expect((await world.order(ORDER)).orderEvents).toMatchObject([{ price: 60_000 }]);
});

it('what is asked wrongly is told so', async () => {
  const answer = await world.send('POST', '/__ctl/faults', '', { body: 'x' }).answer;
  expect(answer).toMatchObject({ status: 400, json: { error: expect.any(String) as string } });
  expect((await world.send('GET', '/__ctl/nothing').answer).status).toBe(404);
});

it('another host name gets no answer: a web page may have made it point here', async () => {
  const asked = new Promise((resolve, reject) => {
    const headers = { Host: 'example.org' };
    request(`${world.url}/__ctl/requests`, { headers, agent: false }, resolve)
      .on('error', reject)
      .end();
  });
  await expect(asked).rejects.toThrow();
});

it('the same seed and requests give the same answers', async () => {
  const lives: Body[] = [];
  for (let life = 0; life < 2; life += 1) {
    const one = await rehearsalWorld({ seed: 'same' });
    lives.push(await one.order({ ...ORDER, cliOrdId: 'tc-1' }), await one.get('fills'));
    await one.close();
  }
  expect(lives.slice(0, 2)).toEqual(lives.slice(2));
});
