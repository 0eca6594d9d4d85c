/** What becomes of orders: the checks in their order, executions, edits, cancels, batches. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../src/domain/clock.ts';
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

const MARKET = { orderType: 'mkt', symbol: 'PF_XBTUSD', side: 'buy', size: '0.01' };
const LIMIT = { ...MARKET, orderType: 'lmt', limitPrice: '55000' };
const STOP = { ...MARKET, orderType: 'stp', side: 'sell', stopPrice: '58000', reduceOnly: 'true' };
const iso = (at: number): string => new Date(at).toISOString();
const PASSED = { processBefore: iso(START - SECOND) };

describe('sendorder refuses the request', () => {
  it.each([
    ['orderType', 'requiredArgumentMissing'],
    ['symbol', 'requiredArgumentMissing'],
    ['side', 'requiredArgumentMissing'],
    ['size', 'requiredArgumentMissing'],
    ['limitPrice', 'requiredArgumentMissing'],
  ])('without %s', async (name, error) => {
    const rest = Object.entries(LIMIT).filter(([key]) => key !== name);
    expect(await world.order(Object.fromEntries(rest))).toMatchObject({ result: 'error', error });
  });

  it.each([
    ['a stop without its trigger', { ...STOP, stopPrice: '' }, 'requiredArgumentMissing'],
    ['an unknown market', { ...MARKET, symbol: 'PF_NOPEUSD' }, 'contractNotFound'],
    ['a market in another spelling', { ...MARKET, symbol: 'pf_xbtusd' }, 'contractNotFound'],
    [
      'a missing size before an unknown market',
      { ...MARKET, symbol: 'X', size: '' },
      'requiredArgumentMissing',
    ],
    ['an unknown type', { ...MARKET, orderType: 'twap' }, 'invalidArgument: orderType'],
    ['a side that is none', { ...MARKET, side: 'long' }, 'invalidArgument: side'],
    ['a size that is no number', { ...MARKET, size: 'much' }, 'invalidArgument: size'],
    ['a time that is none', { ...MARKET, processBefore: 'soon' }, 'invalidArgument: processBefore'],
  ])('for %s', async (_what, order, error) => {
    expect(await world.order(order)).toMatchObject({ result: 'error', error });
  });
});

describe('sendorder answers with a status', () => {
  it.each([
    ['clientOrderIdTooLong', { ...MARKET, cliOrdId: 'x'.repeat(101) }],
    ['invalidSize', { ...MARKET, size: '0' }],
    ['invalidSize', { ...MARKET, size: '-1' }],
    ['invalidSize', { ...MARKET, size: '0.00005' }],
    ['invalidSize', { ...MARKET, symbol: 'PF_PEPEUSD', size: '1500' }],
    ['invalidPrice', { ...LIMIT, limitPrice: '55000.5' }],
    ['invalidPrice', { ...LIMIT, limitPrice: '0' }],
    ['invalidPrice', { ...STOP, stopPrice: '58000.1' }],
    ['marketSuspended', { ...MARKET, symbol: 'PF_LUNA2USD', size: '1' }],
    ['marketSuspended', { ...MARKET, symbol: 'PF_AAPLxUSD', size: '1' }],
    ['wouldNotReducePosition', { ...MARKET, reduceOnly: 'true' }],
    ['wouldNotReducePosition', STOP],
    ['insufficientAvailableFunds', { ...MARKET, size: '1' }],
    ['postWouldExecute', { ...LIMIT, orderType: 'post', limitPrice: '61000' }],
    ['iocWouldNotExecute', { ...LIMIT, orderType: 'ioc' }],
    ['iocWouldNotExecute', { ...LIMIT, orderType: 'fok' }],
    ['wouldProcessAfterSpecifiedTime', { ...MARKET, ...PASSED }],
    ['placed', { ...MARKET, processBefore: iso(START + SECOND) }],
    ['placed', { ...LIMIT, orderType: 'post' }],
    ['placed', { ...LIMIT, orderType: 'ioc', limitPrice: '60600' }],
    ['placed', { ...MARKET, orderType: 'take_profit', stopPrice: '70000' }],
  ])('%s', async (status, order) => {
    const sent = await world.order({ cliOrdId: 'tc-1', ...order });
    expect(sent.status).toBe(status);
    if (status !== 'placed') expect(sent.orderEvents).toEqual([]);
  });

  // Each order has everything wrong that is checked later, too: what is checked first is told.
  it.each([
    ['clientOrderIdAlreadyExist', { ...LIMIT, cliOrdId: 'known', size: '0', limitPrice: '0.5' }],
    ['clientOrderIdTooLong', { ...LIMIT, cliOrdId: 'x'.repeat(101), size: '0' }],
    ['invalidSize', { ...LIMIT, size: '0', limitPrice: '0.5' }],
    ['invalidPrice', { ...LIMIT, limitPrice: '61000.5', reduceOnly: 'true', ...PASSED }],
    ['invalidSize', { ...LIMIT, symbol: 'PF_LUNA2USD', size: '0' }],
    ['wouldNotReducePosition', { ...LIMIT, reduceOnly: 'true', size: '100', ...PASSED }],
    [
      'insufficientAvailableFunds',
      { ...LIMIT, orderType: 'post', limitPrice: '61000', size: '9', ...PASSED },
    ],
    ['postWouldExecute', { ...LIMIT, orderType: 'post', limitPrice: '61000', ...PASSED }],
    ['iocWouldNotExecute', { ...LIMIT, orderType: 'ioc', ...PASSED }],
  ])('%s before anything that is checked later', async (status, order) => {
    await world.order({ ...LIMIT, cliOrdId: 'known' });
    expect((await world.order(order)).status).toBe(status);
  });

  it('an id is known for ever, also of an order that is gone; of one that was refused it is not', async () => {
    await world.order({ ...LIMIT, cliOrdId: 'gone' });
    await world.post('cancelorder', 'cliOrdId=gone');
    expect((await world.order({ ...LIMIT, cliOrdId: 'gone' })).status).toBe(
      'clientOrderIdAlreadyExist',
    );
    await world.order({ ...LIMIT, cliOrdId: 'refused', size: '0' });
    expect((await world.order({ ...LIMIT, cliOrdId: 'refused' })).status).toBe('placed');
  });
});

describe('executions', () => {
  it('of a market order come with the answer', async () => {
    const { orderEvents, order_id } = await world.order({ ...MARKET, cliOrdId: 'tc-1' });
    expect(orderEvents).toMatchObject([
      {
        ...{ type: 'EXECUTION', price: 60_000, amount: 0.01, takerReducedQuantity: null },
        orderPriorExecution: {
          ...{ orderId: order_id, cliOrdId: 'tc-1', type: 'ioc', quantity: 0.01, filled: 0 },
        },
      },
    ]);
  });

  it('of a limit that crosses come with the answer, at the better price', async () => {
    const crossing = { ...LIMIT, limitPrice: '60500', cliOrdId: 'tc-1' };
    expect((await world.order(crossing)).orderEvents).toMatchObject([
      {
        type: 'EXECUTION',
        price: 60_000,
        orderPriorExecution: { type: 'lmt', limitPrice: 60_500 },
      },
    ]);
    expect(await world.get('openorders')).toMatchObject({ openOrders: [] });
  });

  it('of a reduce-only order are no larger than the position', async () => {
    await world.order(MARKET);
    const closing = { ...MARKET, side: 'sell', size: '0.05', reduceOnly: 'true' };
    expect((await world.order(closing)).orderEvents).toMatchObject([{ amount: 0.01 }]);
    expect(await world.get('openpositions')).toMatchObject({ openPositions: [] });
  });

  it('of a stop follow the price, and what else waited for the position is gone', async () => {
    await world.order(MARKET);
    await world.order({ ...STOP, cliOrdId: 'stop' });
    await world.order({
      ...MARKET,
      ...{ orderType: 'take_profit', side: 'sell' },
      stopPrice: '70000',
      reduceOnly: 'true',
    });
    world.pass(MINUTE);
    await world.control('POST', 'price', { symbol: 'PF_XBTUSD', price: '57000' });
    expect(await world.get('openpositions')).toMatchObject({ openPositions: [] });
    expect(await world.get('openorders')).toMatchObject({ openOrders: [] });
    const { fills } = await world.get('fills');
    expect((fills as Body[])[0]).toMatchObject({ cliOrdId: 'stop', side: 'sell', size: 0.01 });
  });

  it('of a price in a minute that was judged come with the next minute', async () => {
    await world.order(MARKET);
    await world.order({ ...STOP, cliOrdId: 'stop' });
    const price = (written: number) =>
      world.control('POST', 'price', { symbol: 'PF_XBTUSD', price: written });
    await price(59_000);
    await price(57_000);
    expect((await world.get('openpositions'))['openPositions']).toHaveLength(1);
    world.pass(2 * MINUTE);
    expect(await world.get('openpositions')).toMatchObject({ openPositions: [] });
  });

  it('of a resting limit follow the price, as a maker', async () => {
    await world.order({ ...LIMIT, cliOrdId: 'limit' });
    world.pass(MINUTE);
    await world.control('POST', 'price', { symbol: 'PF_XBTUSD', price: 54_000 });
    const { fills } = await world.get('fills');
    expect(fills).toMatchObject([{ cliOrdId: 'limit', fillType: 'maker' }]);
  });

  it('are told by orders/status for five seconds', async () => {
    await world.order({ ...MARKET, cliOrdId: 'tc-1' });
    const told = async () => (await world.get('orders/status', 'cliOrdIds=tc-1'))['orders'];
    world.pass(4_999);
    expect(await told()).toMatchObject([{ status: 'FULLY_EXECUTED', order: { filled: 0.01 } }]);
    world.pass(1);
    expect(await told()).toEqual([]);
  });
});

describe('editorder', () => {
  it('changes what an order says, by either id', async () => {
    const { order_id } = await world.order({ ...LIMIT, cliOrdId: 'tc-1' });
    const edited = await world.post('editorder', `orderId=${order_id}&size=0.02&limitPrice=54000`);
    expect(edited).toMatchObject({
      result: 'success',
      editStatus: {
        ...{ status: 'edited', orderId: order_id, cliOrdId: 'tc-1' },
        orderEvents: [
          {
            type: 'EDIT',
            old: { quantity: 0.01, limitPrice: 55_000 },
            new: { quantity: 0.02, limitPrice: 54_000 },
          },
        ],
      },
    });
    await world.post('editorder', 'cliOrdId=tc-1&limitPrice=53000');
    expect(await world.get('openorders')).toMatchObject({
      openOrders: [{ limitPrice: 53_000, unfilledSize: 0.02 }],
    });
  });

  it('moves the trigger of a stop', async () => {
    await world.order(MARKET);
    await world.order({ ...STOP, cliOrdId: 'stop' });
    await world.post('editorder', 'cliOrdId=stop&stopPrice=59000');
    expect(await world.get('openorders')).toMatchObject({ openOrders: [{ stopPrice: 59_000 }] });
  });

  it.each([
    ['cliOrdId=unknown&size=1', 'orderForEditNotFound'],
    ['cliOrdId=tc-1&size=0', 'invalidSize'],
    ['cliOrdId=tc-1&size=0.00001', 'invalidSize'],
    ['cliOrdId=tc-1&limitPrice=1.5', 'invalidPrice'],
    ['cliOrdId=tc-1&limitPrice=-1', 'invalidPrice'],
  ])('%s: %s', async (query, status) => {
    await world.order({ ...LIMIT, cliOrdId: 'tc-1' });
    expect(await world.post('editorder', query)).toMatchObject({ editStatus: { status } });
  });

  it('needs to know which', async () => {
    const answer = await world.post('editorder', 'size=1');
    expect(answer).toMatchObject({ error: 'requiredArgumentMissing' });
  });
});

describe('cancelling', () => {
  it('one order, by either id, and once', async () => {
    const { order_id } = await world.order({ ...LIMIT, cliOrdId: 'tc-1' });
    expect(await world.post('cancelorder', `order_id=${order_id}`)).toMatchObject({
      cancelStatus: {
        ...{ status: 'cancelled', order_id, cliOrdId: 'tc-1' },
        orderEvents: [{ type: 'CANCEL', uid: order_id }],
      },
    });
    const again = await world.post('cancelorder', 'cliOrdId=tc-1');
    expect(again).toMatchObject({ cancelStatus: { status: 'notFound', orderEvents: [] } });
  });

  it('one that filled says so', async () => {
    await world.order({ ...MARKET, cliOrdId: 'tc-1' });
    const answer = await world.post('cancelorder', 'cliOrdId=tc-1');
    expect(answer).toMatchObject({ cancelStatus: { status: 'filled' } });
  });

  it('all, of one market or of every one', async () => {
    await world.order(LIMIT);
    await world.order({ ...LIMIT, symbol: 'PF_TONUSD', size: '300', limitPrice: '4' });
    expect(await world.post('cancelallorders', 'symbol=PF_TONUSD')).toMatchObject({
      cancelStatus: { cancelOnly: 'PF_TONUSD', status: 'cancelled', cancelledOrders: [{}] },
    });
    expect(await world.post('cancelallorders')).toMatchObject({
      cancelStatus: { cancelOnly: 'all', cancelledOrders: [{}], orderEvents: [{ type: 'CANCEL' }] },
    });
    expect(await world.post('cancelallorders')).toMatchObject({
      cancelStatus: { status: 'noOrdersToCancel', cancelledOrders: [] },
    });
  });

  it('everything, stop-losses too, when nobody renews the switch', async () => {
    await world.order(MARKET);
    await world.order(STOP);
    expect(await world.post('cancelallordersafter', 'timeout=60')).toMatchObject({
      status: { currentTime: iso(START), triggerTime: iso(START + MINUTE) },
    });
    world.pass(MINUTE - 1);
    expect(await world.get('openorders')).toMatchObject({ openOrders: [{}] });
    world.pass(1);
    expect(await world.get('openorders')).toMatchObject({ openOrders: [] });
    await world.order(STOP);
    world.pass(HOUR);
    expect(await world.get('openorders')).toMatchObject({ openOrders: [{}] });
  });

  it('nothing, once the switch is disarmed', async () => {
    await world.order(LIMIT);
    await world.post('cancelallordersafter', 'timeout=60');
    const answer = await world.post('cancelallordersafter', 'timeout=0');
    expect(answer).toMatchObject({ status: { triggerTime: '0' } });
    world.pass(HOUR);
    expect(await world.get('openorders')).toMatchObject({ openOrders: [{}] });
  });
});

describe('batchorder', () => {
  it('does each instruction on its own, and tells of each by its tag', async () => {
    await world.order({ ...LIMIT, cliOrdId: 'old' });
    const batchOrder = [
      { order: 'send', order_tag: '1', ...LIMIT, cliOrdId: 'new' },
      { order: 'send', order_tag: '2', symbol: 'PF_XBTUSD' },
      { order: 'edit', order_tag: '3', cliOrdId: 'old', size: 0.03 },
      { order: 'cancel', order_tag: '4', cliOrdId: 'new' },
      { order: 'cancel', order_id: 'unknown' },
    ];
    const answer = await world.post('batchorder', '', `json=${JSON.stringify({ batchOrder })}`);
    expect(answer).toMatchObject({
      result: 'success',
      batchStatus: [
        { order_tag: '1', status: 'placed' },
        { order_tag: '2', status: 'requiredArgumentMissing', orderEvents: [] },
        { order_tag: '3', status: 'edited' },
        { order_tag: '4', status: 'cancelled' },
        { status: 'notFound' },
      ],
    });
  });

  it('also takes its body encoded, and refuses one that is none', async () => {
    const batchOrder = [{ order: 'send', order_tag: '1', ...LIMIT }];
    const json = encodeURIComponent(JSON.stringify({ batchOrder }));
    expect(await world.post('batchorder', '', `json=${json}`)).toMatchObject({
      batchStatus: [{ status: 'placed' }],
    });
    const none = await world.post('batchorder', '', 'json={}');
    expect(none).toMatchObject({ error: 'invalidArgument: json' });
  });
});

describe('parameters', () => {
  it('may come in the body where there is no query', async () => {
    const body = new URLSearchParams(LIMIT).toString();
    expect(await world.post('sendorder', '', body)).toMatchObject({
      sendStatus: { status: 'placed' },
    });
  });
});

describe('the budget', () => {
  it('refuses with 429 what is over it, and does nothing then', async () => {
    for (let sent = 0; sent < 50; sent += 1) await world.order(LIMIT);
    const path = '/derivatives/api/v3/sendorder';
    const over = await world.send('POST', path, new URLSearchParams(LIMIT).toString()).answer;
    expect(over).toMatchObject({ status: 429, json: { error: 'apiLimitExceeded' } });
    expect(await world.get('tickers')).toMatchObject({ result: 'success' });
    world.pass(10 * SECOND);
    expect((await world.get('openorders'))['openOrders']).toHaveLength(50);
  });
});
