/**
 * Every fault rule there is, once as what the adapter makes of a read and once of an order: a new rule
 * without a row here fails. What the bot then does is told by its own tests.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ms } from '../../src/domain/clock.ts';
import { quantity } from '../../src/domain/decimal.ts';
import { clientOrderId, type SignalId } from '../../src/domain/ids.ts';
import type { OrderIntent } from '../../src/domain/order.ts';
import { symbol } from '../../src/domain/symbol.ts';
import type { LiveVenue } from '../../src/venue/ccxt/live-venue.ts';
import { FAULT_WORDS } from '../../src/venue/rehearsal/fault-rules.ts';
import type { RehearsedKraken } from './rehearsed-kraken.ts';
import { rehearseKraken } from './rehearsed-kraken.ts';

const BTC = symbol('BTC/USD:USD');
const never = new AbortController().signal;
let kraken: RehearsedKraken;
let venue: LiveVenue;
let sent = 0;

beforeAll(async () => {
  kraken = await rehearseKraken('every fault');
});
beforeEach(async () => {
  await kraken.control('POST', 'clear');
  venue = await kraken.venue({ timeoutMs: ms(500) });
  await venue.reader.instruments();
  await kraken.control('POST', 'order', { orderType: 'mkt', ...MARKET, side: 'buy' });
});
/** Flat again, whatever became of the order. */
afterEach(async () => {
  await kraken.control('POST', 'clear');
  if (sizeOf(await state()) > 0) await kraken.control('POST', 'liquidate', { symbol: 'PF_XBTUSD' });
});
afterAll(() => kraken.close());

const MARKET = { symbol: 'PF_XBTUSD', size: '0.01' };
const fault = (action: unknown, path: string) =>
  kraken.control('POST', 'faults', [{ match: { path }, times: 1, action }]);

interface State {
  readonly openPositions: readonly { readonly size: number }[];
}
const state = async (): Promise<State> => (await kraken.control('GET', 'state')) as State;
const sizeOf = ({ openPositions }: State): number => openPositions[0]?.size ?? 0;

function entry(): OrderIntent {
  sent += 1;
  return {
    ...{ clientOrderId: clientOrderId('every fault' as SignalId, 'entry', sent), symbol: BTC },
    ...{ role: 'entry', purpose: 'entry', side: 'buy', type: 'market', timeInForce: 'gtc' },
    ...{ postOnly: false, reduceOnly: false, quantity: quantity('0.01'), price: null },
    ...{ stopPrice: null, positionId: null, signalId: null, expiresMs: null },
  };
}

type Row = readonly [
  action: unknown,
  /** Of positions, one of which is held. */
  read: 'one' | 'unknown',
  /** Of an entry for as much again. */
  outcome: 'accepted' | 'in_doubt' | 'rejected',
  /** Whether the venue executed it. */
  acted: boolean,
];

const ROWS: readonly Row[] = [
  ['hang', 'unknown', 'in_doubt', false],
  ['stall-after-headers', 'unknown', 'in_doubt', true],
  ['reset', 'unknown', 'in_doubt', false],
  ['truncate', 'unknown', 'in_doubt', true],
  ['execute-then-drop-the-answer', 'unknown', 'in_doubt', true],
  ['maintenance', 'unknown', 'in_doubt', false],
  ['gzip', 'one', 'accepted', true],
  ['empty-instruments', 'one', 'accepted', true],
  ['lower-case-symbols', 'one', 'accepted', true],
  ['omit-list-key', 'unknown', 'accepted', true],
  ['zero-size-rows', 'one', 'accepted', true],
  ['duplicate-rows', 'one', 'accepted', true],
  ['multi-fill-last-first', 'one', 'accepted', true],
  [{ status: 500 }, 'unknown', 'in_doubt', false],
  [{ status: 502, body: '<html>Bad Gateway</html>' }, 'unknown', 'in_doubt', false],
  [{ status: 200, body: '' }, 'unknown', 'in_doubt', false],
  [{ status: 200, body: { result: 'error', error: 'Server Error' } }, 'unknown', 'in_doubt', false],
  [
    { status: 200, body: { result: 'error', error: 'insufficientFunds' } },
    ...(['unknown', 'rejected', false] as const),
  ],
  [{ delay_ms: 100 }, 'one', 'accepted', true],
  [{ delay_ms: 5_000 }, 'unknown', 'in_doubt', true],
];

it('the table has a row for every rule', () => {
  const words = ROWS.map(([action]) => action).filter((action) => typeof action === 'string');
  expect(words.toSorted()).toEqual([...FAULT_WORDS].toSorted());
});

describe('a read of positions', () => {
  it.each(ROWS)('%j: %s', async (action, read) => {
    await fault(action, 'openpositions');
    const first = await venue.reader.positions();
    if (read === 'one') {
      expect(first).toMatchObject({ read: 'complete', rows: [{ symbol: BTC, side: 'long' }] });
      expect(first.read === 'complete' ? (first.malformed ?? []) : []).toEqual([]);
    } else {
      expect(first.read).toBe('unknown');
    }
    expect(await venue.reader.positions()).toMatchObject({ rows: [{ symbol: BTC }] });
  });
});

describe('an entry', () => {
  it.each(ROWS)('%j: %s, %s, executed: %s', async (action, _read, outcome, acted) => {
    await fault(action, 'sendorder');
    expect(await venue.trader.place(entry(), never)).toMatchObject({ kind: outcome });
    expect(sizeOf(await state())).toBe(acted ? 0.02 : 0.01);
  });
});

it('a list of instruments that is empty is unknown, and the held one stays', async () => {
  await fault('empty-instruments', 'instruments');
  expect((await venue.reader.instruments()).read).toBe('unknown');
  expect(await venue.reader.positions()).toMatchObject({ rows: [{ symbol: BTC }] });
});

it('an entry that is executed late may be too late, and is then rejected', async () => {
  const hasty = await kraken.venue({ processWithin: ms(50) });
  await hasty.reader.instruments();
  await fault({ delay_ms: 200, before: true }, 'sendorder');
  expect(await hasty.trader.place(entry(), never)).toEqual({
    kind: 'rejected',
    reason: 'wouldProcessAfterSpecifiedTime',
  });
  expect(sizeOf(await state())).toBe(0.01);
});
