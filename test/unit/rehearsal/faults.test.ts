/** Every fault rule, as a plain HTTP client meets it: what it gets, and what was done all the same. */
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseFaultRules } from '../../../src/venue/rehearsal/fault-rules.ts';
import {
  rehearsalWorld,
  START,
  type Body,
  type RehearsalWorld,
} from '../../support/rehearsal-world.ts';

let world: RehearsalWorld;
beforeEach(async () => {
  world = await rehearsalWorld();
});
afterEach(() => world.close());

const SEND = '/derivatives/api/v3/sendorder';
const ORDER = 'orderType=mkt&symbol=PF_XBTUSD&side=buy&size=0.01&cliOrdId=tc-1';
const onSend = (action: unknown) => ({ match: { path: 'sendorder' }, times: 1, action });

const isHeld = async (): Promise<boolean> => {
  const { openPositions } = await world.get('openpositions');
  return (openPositions as unknown[]).length === 1;
};

describe('nothing is done and', () => {
  it('a status with a body is answered', async () => {
    await world.faults(onSend({ status: 502, body: '<html>Bad Gateway</html>' }));
    const answer = await world.send('POST', SEND, ORDER).answer;
    expect(answer).toMatchObject({ status: 502, text: '<html>Bad Gateway</html>' });
    expect(answer.headers['content-type']).toBe('text/html');
    expect(await isHeld()).toBe(false);
  });

  it('a status with JSON is answered', async () => {
    await world.faults(onSend({ status: 200, body: { result: 'error', error: 'Server Error' } }));
    const { json } = await world.send('POST', SEND, ORDER).answer;
    expect(json).toEqual({ result: 'error', error: 'Server Error' });
    expect(await isHeld()).toBe(false);
  });

  it('maintenance is answered, as a page', async () => {
    await world.faults(onSend('maintenance'));
    const answer = await world.send('POST', SEND, ORDER).answer;
    expect(answer).toMatchObject({ status: 503, json: null });
    expect(await isHeld()).toBe(false);
  });

  it('the connection is reset', async () => {
    await world.faults(onSend('reset'));
    await expect(world.send('POST', SEND, ORDER).answer).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    expect(await isHeld()).toBe(false);
  });

  it('no answer comes, for as long as anyone waits', async () => {
    await world.faults(onSend('hang'));
    const sent = world.send('POST', SEND, ORDER);
    await seen('hang');
    expect(await isHeld()).toBe(false);
    sent.request.destroy();
    await expect(sent.answer).rejects.toThrow();
  });
});

describe('the order is executed and', () => {
  it('the answer is lost', async () => {
    await world.faults(onSend('execute-then-drop-the-answer'));
    await expect(world.send('POST', SEND, ORDER).answer).rejects.toThrow();
    expect(await isHeld()).toBe(true);
    const again = await world.send('POST', SEND, ORDER).answer;
    expect(again.json).toMatchObject({ sendStatus: { status: 'clientOrderIdAlreadyExist' } });
  });

  it('the body never follows its headers', async () => {
    await world.faults(onSend('stall-after-headers'));
    const sent = world.send('POST', SEND, ORDER);
    const response = await sent.response;
    expect(response.statusCode).toBe(200);
    expect(Number(response.headers['content-length'])).toBeGreaterThan(0);
    expect(response.complete).toBe(false);
    expect(await isHeld()).toBe(true);
    sent.request.destroy();
    expect((await sent.answer).text).toBe('');
  });

  it('the body ends half-way', async () => {
    await world.faults(onSend('truncate'));
    const answer = await world.send('POST', SEND, ORDER).answer;
    expect(answer).toMatchObject({ status: 200, isWhole: false, json: null });
    expect(answer.text).not.toBe('');
    expect(await isHeld()).toBe(true);
  });

  it('the answer is late', async () => {
    await world.faults(onSend({ delay_ms: 7_000 }));
    const { json } = await world.send('POST', SEND, ORDER).answer;
    expect(json).toMatchObject({ serverTime: new Date(START).toISOString() });
    expect(world.clock.now()).toBe(START + 7_000);
  });

  it('the answer is zipped, which not every client expects', async () => {
    await world.faults({ match: { path: 'openorders' }, action: 'gzip' });
    const answer = await world.send('GET', '/derivatives/api/v3/openorders').answer;
    expect(answer.headers['content-encoding']).toBe('gzip');
    const text = gunzipSync(answer.bytes).toString('utf8');
    expect(JSON.parse(text)).toMatchObject({ openOrders: [] });
  });

  it('its fills are listed with the last one first', async () => {
    await world.faults(onSend('multi-fill-last-first'));
    const { json } = await world.send('POST', SEND, ORDER).answer;
    expect(json?.['sendStatus']).toMatchObject({
      status: 'placed',
      orderEvents: [
        { amount: 0.005, orderPriorExecution: { filled: 0.005 } },
        { amount: 0.005, orderPriorExecution: { filled: 0 } },
      ],
    });
    expect((await world.get('fills'))['fills']).toHaveLength(2);
    await world.send('POST', SEND, ORDER.replace('tc-1', 'tc-2')).answer;
    expect((await world.get('fills'))['fills']).toHaveLength(3);
  });
});

it('an order that is executed late may be too late', async () => {
  await world.faults(onSend({ delay_ms: 7_000, before: true }));
  const before = new Date(START + 5_000).toISOString();
  const { json } = await world.send('POST', SEND, `${ORDER}&processBefore=${before}`).answer;
  expect(json).toMatchObject({ sendStatus: { status: 'wouldProcessAfterSpecifiedTime' } });
  expect(await isHeld()).toBe(false);
});

describe('answers that are well-formed and wrong', () => {
  beforeEach(() => world.order(Object.fromEntries(new URLSearchParams(ORDER))));
  const rule = (path: string, action: string) => ({
    match: { path, method: 'get' },
    times: 1,
    action,
  });

  it('no instruments', async () => {
    await world.faults(rule('instruments', 'empty-instruments'));
    expect(await world.get('instruments')).toMatchObject({ result: 'success', instruments: [] });
    expect((await world.get('instruments'))['instruments']).not.toEqual([]);
  });

  it('symbols in lower case', async () => {
    await world.faults(rule('openpositions', 'lower-case-symbols'));
    const { openPositions } = await world.get('openpositions');
    expect(openPositions).toMatchObject([{ symbol: 'pf_xbtusd' }]);
  });

  it.each([
    ['openpositions', 'openPositions'],
    ['openorders', 'openOrders'],
    ['fills', 'fills'],
    ['accounts', 'accounts'],
    ['tickers', 'tickers'],
  ])('%s without its list', async (path, key) => {
    await world.faults(rule(path, 'omit-list-key'));
    const answer = await world.get(path);
    expect(answer).toMatchObject({ result: 'success' });
    expect(answer).not.toHaveProperty(key);
  });

  it('a position of size zero', async () => {
    await world.faults(rule('openpositions', 'zero-size-rows'));
    const { openPositions } = await world.get('openpositions');
    expect(openPositions).toMatchObject([{ size: 0.01 }, { symbol: 'PF_PEPEUSD', size: 0 }]);
  });

  it('the same row twice', async () => {
    await world.faults(rule('openpositions', 'duplicate-rows'));
    const { openPositions } = await world.get('openpositions');
    const [first, second] = openPositions as Body[];
    expect(second).toEqual(first);
  });
});

describe('a rule', () => {
  it('is used up after its times, and holds without them until it is cleared', async () => {
    await world.faults({ match: { path: 'fills' }, times: 2, action: { status: 500 } });
    await world.faults({
      match: { path: '/derivatives/api/v3/accounts' },
      action: { status: 503 },
    });
    const status = async (endpoint: string) =>
      (await world.send('GET', `/derivatives/api/v3/${endpoint}`).answer).status;
    expect([await status('fills'), await status('fills'), await status('fills')]).toEqual([
      500, 500, 200,
    ]);
    expect([await status('accounts'), await status('accounts')]).toEqual([503, 503]);
    await world.control('POST', 'clear');
    expect(await status('accounts')).toBe(200);
  });

  it('lets the first ones pass that it skips', async () => {
    await world.faults({ match: { path: 'fills' }, skip: 2, times: 1, action: { status: 500 } });
    expect(await statuses('fills', 4)).toEqual([200, 200, 500, 200]);
  });

  it('begins and ends at its time', async () => {
    const limits = { after_ms: 1_000, for_ms: 2_000 };
    await world.faults({ match: { path: 'fills' }, ...limits, action: { status: 500 } });
    const seen: number[] = [];
    for (const passed of [0, 1_000, 1_999, 1]) {
      world.pass(passed);
      seen.push(...(await statuses('fills', 1)));
    }
    expect(seen).toEqual([200, 500, 500, 200]);
    expect(await world.control('GET', 'faults')).toEqual({ faults: [] });
  });

  it('with a probability hits a share of them, the same ones for the same seed', async () => {
    const rule = { match: { path: 'fills' }, probability: 0.5, action: { status: 500 } };
    const lives: number[][] = [];
    for (const seed of ['one', 'one', 'two']) {
      await world.close();
      world = await rehearsalWorld({ seed });
      await world.faults(rule);
      lives.push(await statuses('fills', 30));
    }
    const [first, again, other] = lives;
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    const hits = first?.filter((status) => status === 500).length ?? 0;
    expect(hits).toBeGreaterThan(5);
    expect(hits).toBeLessThan(25);
  });

  it('that does not act leaves the request to the next one', async () => {
    await world.faults(
      { match: { path: 'fills' }, skip: 1, action: { status: 500 } },
      { match: { path: 'fills' }, action: { status: 503 } },
    );
    expect(await statuses('fills', 2)).toEqual([503, 500]);
  });

  it('is told as it was written, with what is left of it', async () => {
    const written = [
      { match: { path: 'fills', method: 'GET' }, times: 3, action: { status: 500, body: '{}' } },
      { probability: 0.5, skip: 1, after_ms: 1, for_ms: 1_000, action: 'hang' },
      { match: { feed: 'fills' }, action: 'wrong-seq' },
      { match: { path: 'x' }, action: { delay_ms: 5, before: true } },
    ];
    await world.faults(...written);
    await statuses('fills', 1);
    const { faults } = await world.control('GET', 'faults');
    expect(faults).toEqual([{ ...written[0], times: 2 }, ...written.slice(1)]);
  });

  it('is for the method and path it names, whole words only', async () => {
    await world.faults({ match: { path: 'orders', method: 'POST' }, action: { status: 500 } });
    expect(await world.get('openorders')).toMatchObject({ result: 'success' });
  });

  it.each([
    ['no list', {}, 'expected a list of rules'],
    ['no object', ['hang'], 'rule 1: expected an object'],
    [
      'an unknown action',
      [{ action: 'explode' }],
      '"explode" is none of hang, stall-after-headers',
    ],
    ['no action', [{}], 'rule 1: action: expected an object'],
    ['a misspelt key', [{ action: 'hang', time: 1 }], '"time" is none of match, times, skip'],
    [
      'a misspelt match',
      [{ action: 'hang', match: { url: '/' } }],
      '"url" is none of path, method, feed',
    ],
    ['no times', [{ action: 'hang', times: 0 }], 'times must be a whole number above 0'],
    ['a share above all', [{ action: 'hang', probability: 2 }], 'above 0 and at most 1'],
    ['no time', [{ action: 'hang', for_ms: 0 }], 'for_ms must be a whole number above 0'],
    ['a negative start', [{ action: 'hang', after_ms: -1 }], 'after_ms must be a whole number'],
    [
      'a feed and a path',
      [{ action: 'stall-feed', match: { feed: 'fills', path: 'fills' } }],
      'a feed or a request, not both',
    ],
    [
      'a feed that hangs',
      [{ action: 'hang', match: { feed: 'fills' } }],
      '"hang" is none of drop-connection, stall-feed',
    ],
    ['no HTTP status', [{ action: { status: 42 } }], 'status must be an HTTP status'],
    ['a negative delay', [{ action: { delay_ms: -1 } }], 'expected a word'],
    [
      'a path that is no text',
      [{ action: 'hang', match: { path: 1 } }],
      'match.path: expected text',
    ],
  ])('that is none is refused: %s', (_what, written, message) => {
    expect(() => parseFaultRules(written, 'faults.json')).toThrow(message);
  });
});

async function statuses(endpoint: string, count: number): Promise<number[]> {
  const found: number[] = [];
  for (let left = count; left > 0; left -= 1) {
    found.push((await world.send('GET', `/derivatives/api/v3/${endpoint}`).answer).status);
  }
  return found;
}

/** Waits until a request met a fault. */
async function seen(fault: string): Promise<void> {
  for (;;) {
    const { requests } = await world.control('GET', 'requests');
    if ((requests as Body[]).some((request) => request['fault'] === fault)) return;
  }
}
