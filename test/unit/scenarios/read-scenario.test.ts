import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseScenario, readScenario } from '../../../scripts/scenarios/read-scenario.ts';
import { TradectlError } from '../../../src/domain/errors.ts';
import { scenario, scenarioText, TON, type Part } from './scenario-text.ts';

const ORDER = {
  client_order_id: 'a',
  symbol: 'TON/USD:USD',
  side: 'sell',
  type: 'stop',
  quantity: '100',
};
const FILL = {
  trade_id: 't1',
  symbol: 'TON/USD:USD',
  side: 'buy',
  quantity: '1',
  price: '2',
  ts_ms: 0,
};
const POSITION = { symbol: 'PF_TONUSD', side: 'long', quantity: '100' };

function complaint(part: Part): string {
  try {
    parseScenario(scenarioText(part), 'bad.json');
  } catch (error) {
    if (error instanceof TradectlError && error.code === 'FILE_INVALID') return error.message;
    throw error;
  }
  throw new Error('the file was taken');
}

const venueRow = (part: string, row: Part): Part => ({
  venue: [{ [part]: { read: 'complete', rows: [row] } }],
});

describe('reading a scenario file', () => {
  it('has a default for everything but the name, the time, the instruments and one observation', () => {
    const read = scenario();
    expect(read).toMatchObject({
      account: 'main',
      policy: {},
      registry: { positions: [], orders: [], fills: [] },
      observe: 1,
      expect: {},
    });
    expect(read.venue).toEqual([
      {
        positions: { read: 'complete', rows: [] },
        orders: { read: 'complete', rows: [] },
        fills: { read: 'complete', rows: [] },
        account: null,
      },
    ]);
  });

  it('takes the least quantity of an instrument from its lot step', () => {
    const [read] = scenario({ instruments: [{ ...TON, lot_step: '0.1' }] }).instruments;
    expect(read?.instrument.minQuantity.toFixed()).toBe('0.1');
    expect(read?.instrument.maxLeverage).toBe(50);
    expect(scenario({ instruments: [{ ...TON, mark: null }] }).instruments[0]?.mark).toBeNull();
  });

  it('keeps a raw registry row as it is written, whatever is in it', () => {
    const row = { symbol: '???', quantity: '0', notional: 0, plan: { stop: '95' }, odd: [null] };
    expect(scenario({ registry: { positions: [row] } }).registry.positions).toEqual([row]);
  });

  it('lets remarks stand anywhere', () => {
    const read = scenario({ $why: 1, _x: 2, note: 'n', comment: 'c', description: 'd' });
    expect(read.name).toBe('01: a small scenario');
    expect(scenario(venueRow('orders', { ...ORDER, note: 'by hand' })).venue).toHaveLength(1);
  });

  it('takes the figures of an account from the reading or from its row', () => {
    const figures = { initial_margin: '7', margin_equity: '90', balance: '91' };
    const direct = scenario({ venue: [{ account: { read: 'complete', ...figures } }] });
    const asRow = scenario({ venue: [{ account: { read: 'complete', rows: [figures] } }] });
    expect(direct.venue).toEqual(asRow.venue);
    const account = direct.venue[0]?.account;
    expect(account?.read === 'complete' && account.rows[0]?.initialMargin?.toFixed()).toBe('7');
  });

  it('keeps the reason of an unknown reading', () => {
    const part = { venue: [{ positions: { read: 'unknown', reason: 'timeout' } }] };
    expect(scenario(part).venue[0]?.positions).toEqual({ read: 'unknown', reason: 'timeout' });
  });

  it('spells the markets of an expectation canonically where it knows them', () => {
    const findings = [
      { symbol: 'PF_TONUSD', finding: 'orphan' },
      { symbol: 'PF_NOSUCH', finding: 'malformed.venue' },
    ];
    const read = scenario({ expect: { findings, after_apply: { positions: [] } } }).expect;
    expect(read.findings?.map((one) => one.symbol)).toEqual(['TON/USD:USD', 'PF_NOSUCH']);
    expect(read.positionsAfter).toEqual([]);
    expect(read).not.toHaveProperty('ordersSent');
  });
});

describe('a bad value is refused with its key and the value', () => {
  it.each<[string, Part, string]>([
    ['a name that is no text', { name: 5 }, 'name: expected a text, was 5'],
    ['a time that is text', { now_ms: '0' }, 'now_ms: expected whole milliseconds'],
    ['no instruments', { instruments: undefined }, 'instruments: expected a value, was absent'],
    [
      'a market that is not canonical',
      { instruments: [{ ...TON, symbol: 'TON' }] },
      'instruments[0].symbol: expected BASE/QUOTE:SETTLE, was "TON"',
    ],
    [
      'a step of zero',
      { instruments: [{ ...TON, lot_step: '0' }] },
      'instruments[0].lot_step: expected a decimal text above zero, was "0"',
    ],
    [
      'a leverage below one',
      { instruments: [{ ...TON, max_leverage: 0 }] },
      'instruments[0].max_leverage: expected a whole number of 1 or more, was 0',
    ],
    ['an unknown key', { venues: [] }, 'venues: expected no such key'],
    ['no observation', { venue: [] }, 'venue: expected at least one observation, was []'],
    ['a venue that is no list', { venue: {} }, 'venue: expected a list, was {}'],
    ['observing never', { observe: 0 }, 'observe: expected a whole number of 1 or more, was 0'],
    ['a policy that is a list', { policy: [] }, 'policy: expected an object, was []'],
    [
      'a policy with an odd list',
      { policy: { unmanaged_symbols: [1] } },
      'policy.unmanaged_symbols[0]: expected a text, was 1',
    ],
    [
      'a registry row that is no object',
      { registry: { positions: ['x'] } },
      'registry.positions[0]: expected an object, was "x"',
    ],
    [
      'a registry order without any id',
      { registry: { orders: [{ ...ORDER, client_order_id: null }] } },
      'registry.orders[0].client_order_id: expected a text, was absent',
    ],
    [
      'a registry fill without a time',
      { registry: { fills: [{ ...FILL, ts_ms: undefined }] } },
      'registry.fills[0].ts_ms: expected a value, was absent',
    ],
    [
      'a state no venue has',
      venueRow('orders', { ...ORDER, state: 'open' }),
      'venue[0].orders.rows[0].state: expected one of submitted',
    ],
    [
      'a quantity that is a number',
      venueRow('orders', { ...ORDER, quantity: 100 }),
      'venue[0].orders.rows[0].quantity: expected a decimal text of zero or more, was 100',
    ],
    [
      'a negative quantity of an order',
      venueRow('orders', { ...ORDER, quantity: '-1' }),
      'venue[0].orders.rows[0].quantity',
    ],
    [
      'a flag that is text',
      venueRow('orders', { ...ORDER, ours: 'yes' }),
      'venue[0].orders.rows[0].ours: expected true or false, was "yes"',
    ],
    [
      'a kind of fill nobody knows',
      venueRow('fills', { ...FILL, kind: 'gift' }),
      'venue[0].fills.rows[0].kind: expected one of trade',
    ],
    [
      'a price that is no number',
      venueRow('fills', { ...FILL, price: 'two' }),
      'venue[0].fills.rows[0].price: expected a decimal text above zero, was "two"',
    ],
    [
      'a side of an order on a position',
      venueRow('positions', { ...POSITION, side: 'buy' }),
      'venue[0].positions.rows[0].side: expected one of long, short, was "buy"',
    ],
    [
      'a reading that is neither',
      { venue: [{ orders: { read: 'partial' } }] },
      'venue[0].orders.read: expected one of complete, unknown, was "partial"',
    ],
    [
      'a reading without its outcome',
      { venue: [{ orders: { rows: [] } }] },
      'venue[0].orders.read: expected a value, was absent',
    ],
    [
      'two accounts',
      { venue: [{ account: { read: 'complete', rows: [{}, {}] } }] },
      'venue[0].account.rows: expected at most one row',
    ],
    [
      'an account figure that is a number',
      { venue: [{ account: { read: 'complete', balance: 1 } }] },
      'venue[0].account.balance: expected a decimal text, was 1',
    ],
    [
      'a finding nobody knows',
      { expect: { findings: [{ symbol: 'TON', finding: 'lost' }] } },
      'expect.findings[0].finding: expected one of matched',
    ],
    [
      'an action nobody knows',
      { expect: { actions: [{ symbol: 'TON', action: 'pray' }] } },
      'expect.actions[0].action: expected one of record-fill',
    ],
    [
      'an unknown key of an order sent',
      { expect: { orders_sent: [{ symbol: 'TON', stop: '1' }] } },
      'expect.orders_sent[0].stop: expected no such key',
    ],
    [
      'a second plan that is text',
      { expect: { second_plan_empty: 'no' } },
      'expect.second_plan_empty: expected true or false, was "no"',
    ],
  ])('%s', (_what, part, message) => {
    expect(complaint(part)).toContain(`bad.json: ${message}`);
  });
});

describe('a file that is none', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'scenario-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('cannot be read', () => {
    const file = join(folder, 'none.json');
    expect(() => readScenario(file)).toThrow(`${file}: cannot be read`);
  });

  it('is not JSON', () => {
    const file = join(folder, 'half.json');
    writeFileSync(file, '{"name":');
    expect(() => readScenario(file)).toThrow(`${file}: is not JSON`);
  });

  it('holds a list', () => {
    const file = join(folder, 'list.json');
    writeFileSync(file, '[]');
    expect(() => readScenario(file)).toThrow(`${file}: expected an object, was []`);
  });
});
