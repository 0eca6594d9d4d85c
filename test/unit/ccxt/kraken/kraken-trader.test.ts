/** What leaves for the venue, signed, and what each answer makes of it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isoTime, ms, virtualClock } from '../../../../src/domain/clock.ts';
import { price, quantity } from '../../../../src/domain/decimal.ts';
import type { ClientOrderId } from '../../../../src/domain/ids.ts';
import type { OrderIntent } from '../../../../src/domain/order.ts';
import { symbol } from '../../../../src/domain/symbol.ts';
import type { LiveVenue } from '../../../../src/venue/ccxt/live-venue.ts';
import type { LocalKraken, Route, SeenRequest } from './local-kraken.ts';
import { authent, failure, SERVER_MS, startKraken, status, success } from './local-kraken.ts';

const NOW = ms(Date.parse('2026-02-13T12:09:00.000Z'));
const ID = 'tc-e1-0123456789abcdef0123' as ClientOrderId;
const never = new AbortController().signal;

let kraken: LocalKraken;
let venue: LiveVenue;
beforeEach(async () => {
  kraken = await startKraken();
  kraken.routes.set('sendorder', placed());
  venue = await kraken.open({ clock: virtualClock(NOW) });
});
afterEach(() => kraken.close());

function placed(change: object = {}): string {
  return success({ sendStatus: { order_id: 'o-1', status: 'placed', ...change } });
}

function intent(change: Partial<OrderIntent> = {}): OrderIntent {
  return {
    clientOrderId: ID,
    symbol: symbol('BTC/USD:USD'),
    role: 'entry',
    purpose: 'entry',
    side: 'buy',
    type: 'market',
    timeInForce: 'gtc',
    postOnly: false,
    reduceOnly: false,
    quantity: quantity('0.01'),
    price: null,
    stopPrice: null,
    positionId: null,
    signalId: null,
    expiresMs: null,
    ...change,
  };
}

function posted(): readonly SeenRequest[] {
  return kraken.requests.filter(({ method }) => method === 'POST');
}

describe('the signature', () => {
  it.each([
    [
      '',
      '/api/v3/accounts',
      'oc0gB1cpCvc7EpPB3fpN6isFDyCwtMSyCTTgoyha+c+XF3oRFXJxGRPpghttqSIAjZm2Yd0yRPU851Gs3LXiDQ==',
    ],
    [
      'symbol=PF_XBTUSD&side=buy&size=0.01&cliOrdId=c-1&orderType=mkt',
      '/api/v3/sendorder',
      'Gl1wN/Wo+TV0YWOctUL75ctfu8XuNEkUS9nQFHDKsl0T3fuqMuLasm0L+kuSD0AdY0C39SPB4ql/Y/N+nNPXVA==',
    ],
    [
      'count=10',
      '/api/history/v2/orders',
      '/yZZoxUBkx2WnVHVETuHbrgJtC3BaHUxjR/SVZnKmVNQFf/kIGsHyNb2nrPva0zJh5TexbcEUPSnABVXMmsB5Q==',
    ],
  ])('of %j and %s is the one of the vectors', (postData, path, signature) => {
    expect(authent(postData, path)).toBe(signature);
  });

  it('of a real request is right, and the program says who it is', async () => {
    expect(await venue.trader.place(intent(), never)).toMatchObject({ kind: 'accepted' });
    const [request] = posted();
    expect(request?.headers['authent']).toBe(authent(request?.query ?? '', '/api/v3/sendorder'));
    expect(request?.headers['user-agent']).toBe('tradectl/9.9.9');
  });

  it('with another secret is refused, and the order was not placed', async () => {
    const wrong = { reveal: () => Buffer.from('another secret').toString('base64') };
    const credentials = { apiKey: { reveal: () => 'lab-key' }, apiSecret: wrong };
    const other = await kraken.open({ credentials });
    expect(await other.trader.place(intent(), never)).toEqual({
      kind: 'rejected',
      reason: 'authenticationError',
    });
    expect(await other.reader.positions()).toEqual({
      read: 'unknown',
      reason: 'auth: authenticationError',
    });
  });
});

describe('an order', () => {
  const before = isoTime(ms(NOW + 10_000));
  const common = { symbol: 'PF_XBTUSD', size: '0.01', cliOrdId: ID };
  const exit = { role: 'exit', side: 'sell', reduceOnly: true } as const;
  const limit = { type: 'limit', price: price('55000') } as const;
  it.each<[string, Partial<OrderIntent>, Readonly<Record<string, string>>]>([
    [
      'an entry at market has to act in time',
      {},
      { orderType: 'mkt', side: 'buy', reduceOnly: 'false', processBefore: before },
    ],
    [
      'a resting entry',
      limit,
      {
        orderType: 'lmt',
        limitPrice: '55000',
        side: 'buy',
        reduceOnly: 'false',
        processBefore: before,
      },
    ],
    [
      'a resting entry that must not take',
      { ...limit, postOnly: true },
      {
        orderType: 'post',
        limitPrice: '55000',
        side: 'buy',
        reduceOnly: 'false',
        processBefore: before,
      },
    ],
    [
      'an immediate exit has a type of its own',
      { ...exit, ...limit, timeInForce: 'ioc' },
      { orderType: 'ioc', limitPrice: '55000', side: 'sell', reduceOnly: 'true' },
    ],
    [
      'a stop fires on the mark',
      { ...exit, role: 'stop', type: 'stop', stopPrice: price('58000') },
      {
        orderType: 'stp',
        stopPrice: '58000',
        triggerSignal: 'mark',
        side: 'sell',
        reduceOnly: 'true',
      },
    ],
    [
      'a target',
      { ...exit, role: 'target', type: 'take_profit', stopPrice: price('66000') },
      {
        orderType: 'take_profit',
        stopPrice: '66000',
        triggerSignal: 'mark',
        side: 'sell',
        reduceOnly: 'true',
      },
    ],
  ])('%s', async (_what, change, parameters) => {
    const outcome = await venue.trader.place(intent(change), never);
    expect(outcome).toEqual({ kind: 'accepted', venueOrderId: 'o-1', serverMs: SERVER_MS });
    expect(posted().map((request) => request.parameters)).toEqual([{ ...common, ...parameters }]);
  });

  it.each<[string, Partial<OrderIntent>]>([
    ['UNKNOWN_INSTRUMENT', { symbol: symbol('NEW/USD:USD') }],
    ['QUANTITY_NOT_POSITIVE', { quantity: quantity('0') }],
    ['QUANTITY_OFF_STEP', { quantity: quantity('0.00001') }],
    ['QUANTITY_OFF_STEP', { quantity: quantity('999'), symbol: symbol('PEPE/USD:USD') }],
    ['PRICE_INVALID', { type: 'limit' }],
    ['PRICE_INVALID', { type: 'limit', price: price('1.5') }],
    ['STOP_PRICE_INVALID', { type: 'stop' }],
    ['STOP_PRICE_INVALID', { stopPrice: price('1') }],
  ])('%s is denied before anything leaves: %o', async (code, change) => {
    expect(await venue.trader.place(intent(change), never)).toEqual({ kind: 'denied', code });
    expect(posted()).toEqual([]);
  });
});

describe('an answer to an order', () => {
  it.each<[string, Route, object]>([
    ['a refusal', placed({ status: 'invalidSize' }), { kind: 'rejected', reason: 'invalidSize' }],
    ['an error', failure('contractNotFound'), { kind: 'rejected', reason: 'contractNotFound' }],
    ['a full budget', status(429, failure('apiLimitExceeded')), { kind: 'rejected' }],
    ['a known id', placed({ status: 'clientOrderIdAlreadyExist' }), { kind: 'in_doubt' }],
    ['a word we do not know', placed({ status: 'wouldDoSomething' }), { kind: 'in_doubt' }],
    ['placed without an id', placed({ order_id: null }), { kind: 'in_doubt' }],
    ['no status', success({}), { kind: 'in_doubt' }],
    ['a page', '<html>ok</html>', { kind: 'in_doubt' }],
    ['no success', '{"sendStatus":{"status":"placed","order_id":"o"}}', { kind: 'in_doubt' }],
    ['an error without a reason', '{"result":"error"}', { kind: 'in_doubt' }],
    ['Server Error', failure('Server Error'), { kind: 'in_doubt' }],
    ['maintenance', status(503, '<html>soon</html>'), { kind: 'in_doubt' }],
    ['a cut wire', (_request, response) => void response.destroy(), { kind: 'in_doubt' }],
  ])('%s', async (_what, route, outcome) => {
    kraken.routes.set('sendorder', route);
    expect(await venue.trader.place(intent(), never)).toMatchObject(outcome);
    expect(posted()).toHaveLength(1);
  });

  it('that does not come in time is in doubt, and the order is not sent again', async () => {
    kraken.routes.set('sendorder', () => undefined);
    const slow = await kraken.open({ timeoutMs: ms(300) });
    expect(await slow.trader.place(intent(), never)).toEqual({
      kind: 'in_doubt',
      evidence: 'no answer in time',
    });
    expect(posted()).toHaveLength(1);
  });

  it('that is no longer waited for ends the request: in doubt once sent, denied before', async () => {
    const stop = new AbortController();
    kraken.routes.set('sendorder', () => stop.abort());
    expect(await venue.trader.place(intent(), stop.signal)).toMatchObject({ kind: 'in_doubt' });
    expect(await venue.trader.place(intent(), stop.signal)).toEqual({
      kind: 'denied',
      code: 'VENUE_UNREACHABLE',
    });
    expect(posted()).toHaveLength(1);
  });

  it('cannot come when nobody listens: nothing left, so the order is denied', async () => {
    await venue.reader.instruments();
    await kraken.close();
    const outcome = await venue.trader.place(intent(), never);
    expect(outcome).toEqual({ kind: 'denied', code: 'VENUE_UNREACHABLE' });
  });
});

describe('a change and a cancel', () => {
  it('name the order by our id, and the size of the whole order', async () => {
    kraken.routes.set('editorder', success({ editStatus: { status: 'edited', orderId: 'o-1' } }));
    const change = { quantity: quantity('0.02'), stopPrice: price('57000') };
    expect(await venue.trader.amend(ID, change, never)).toEqual({
      kind: 'accepted',
      venueOrderId: 'o-1',
      serverMs: SERVER_MS,
    });
    expect(posted()[0]?.parameters).toEqual({
      cliOrdId: ID,
      size: '0.02',
      qtyMode: 'ABSOLUTE',
      stopPrice: '57000',
    });
  });

  it.each<[Route, object]>([
    [success({ cancelStatus: { status: 'cancelled', order_id: 'o-1' } }), { kind: 'accepted' }],
    [success({ cancelStatus: { status: 'notFound' } }), { kind: 'rejected', reason: 'notFound' }],
    [success({ cancelStatus: { status: 'filled' } }), { kind: 'rejected', reason: 'filled' }],
    [success({}), { kind: 'in_doubt' }],
    ['<html>ok</html>', { kind: 'in_doubt' }],
  ])('a cancel that is answered with %s', async (route, outcome) => {
    kraken.routes.set('cancelorder', route);
    expect(await venue.trader.cancel(ID, never)).toMatchObject(outcome);
    expect(posted().map(({ parameters }) => parameters)).toEqual([{ cliOrdId: ID }]);
  });
});
