/**
 * Random worlds for the laws of the repair plan: any mixture of what registry, venue and memory may hold, sane
 * enough that each part alone could be true. What contradicts is the point; what the fold forbids is left out.
 */
import fc from 'fast-check';
import { ms } from '../../src/domain/clock.ts';
import { decimal, price, quantity } from '../../src/domain/decimal.ts';
import type { VenueFill } from '../../src/domain/fill.ts';
import type { PositionId, SignalId, VenueOrderId } from '../../src/domain/ids.ts';
import type { Order, OrderState } from '../../src/domain/order.ts';
import type { Position } from '../../src/domain/position.ts';
import type { Sighting } from '../../src/domain/sightings.ts';
import type { StagedRow } from '../../src/domain/staged-row.ts';
import type { Symbol } from '../../src/domain/symbol.ts';
import type { MalformedRow, Snapshot, VenueOrder, VenuePosition } from '../../src/domain/venue.ts';
import { fill, order, position, row, TON } from './protection-world.ts';
import {
  account,
  BTC,
  entry,
  ETH,
  INSTRUMENTS,
  listed,
  NOW,
  ourId,
  stagedRow,
  type RepairWorld,
} from './repair-world.ts';

/** All that is known of one market. */
interface Market {
  readonly positions: readonly Position[];
  readonly orders: readonly Order[];
  readonly staged: readonly StagedRow[];
  readonly listed: readonly VenuePosition[];
  readonly malformed: readonly MalformedRow[];
  readonly open: readonly VenueOrder[];
  readonly history: readonly VenueOrder[];
  readonly fills: readonly VenueFill[];
  readonly known: readonly VenueFill[];
  readonly seen: readonly string[];
}

const size = fc.integer({ min: 1, max: 20 }).map((n) => quantity(n));
const sides = fc.constantFrom('long' as const, 'short' as const);
const sometimes = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<readonly T[]> =>
  fc.option(value).map((it) => (it === null ? [] : [it]));
const entryPrices = fc.constantFrom(null, price('100'), price('101'));

const positionsOf = (symbol: Symbol): fc.Arbitrary<readonly Position[]> =>
  sometimes(
    fc.record({ side: sides, size, entryPrice: entryPrices }).map(({ side, size: open, ...rest }) =>
      position('1', {
        ...rest,
        symbol,
        side,
        positionId: `pos-${symbol}` as PositionId,
        quantity: open,
        enteredQuantity: open,
      }),
    ),
  );

/** An entry of another signal, a stop and a target: each in any state that is alive, or missing. */
function ordersOf(symbol: Symbol): fc.Arbitrary<readonly Order[]> {
  const owner = `pos-${symbol}` as PositionId;
  const common = { symbol, positionId: owner, signalId: null };
  const living = fc.record({
    state: fc.constantFrom<OrderState>('intended', 'submitted', 'in_doubt', 'live'),
    quantity: size,
    side: fc.constantFrom('buy' as const, 'sell' as const),
  });
  const bought = living.map((over) =>
    entry({
      ...over,
      clientOrderId: ourId('entry', 1, owner),
      venueOrderId: `v-e-${symbol}` as VenueOrderId,
      symbol,
      signalId: `sig-${symbol}` as SignalId,
    }),
  );
  const stop = living.map((over) =>
    order(ourId('stop', 1, owner), { ...common, ...over, venueOrderId: null }),
  );
  const target = living.map((over) =>
    order(ourId('target', 1, owner), {
      ...common,
      ...over,
      role: 'target',
      purpose: 'target_1',
      type: 'limit',
      price: price('110'),
      stopPrice: null,
    }),
  );
  return fc.tuple(sometimes(bought), sometimes(stop), sometimes(target)).map((all) => all.flat());
}

interface Told {
  readonly open: readonly VenueOrder[];
  readonly history: readonly VenueOrder[];
}

/** What the venue may say of an order: open, amended, ended, or nothing. */
function toldOf(each: Order): fc.Arbitrary<Told> {
  const ends = fc.constantFrom<OrderState>('filled', 'cancelled', 'rejected', 'expired');
  return fc.oneof<fc.Arbitrary<Told>[]>(
    fc.constant({ open: [], history: [] }),
    fc.constant({ open: [row(each)], history: [] }),
    size.map((other) => ({ open: [row(each, { quantity: other })], history: [] })),
    fc.record({ state: ends, filled: fc.oneof(size, fc.constant(quantity(0))) }).map((over) => ({
      open: [],
      history: [row(each, over)],
    })),
    // The two lists are read one after the other: it ended in between.
    ends.map((state) => ({ open: [row(each)], history: [row(each, { state })] })),
    // Told twice, once without our id.
    fc.constant({ open: [row(each), row(each, { clientOrderId: null })], history: [] }),
  );
}

function strangersOf(symbol: Symbol): fc.Arbitrary<VenueOrder[]> {
  const hand = row(order('hand', { symbol }), {
    clientOrderId: null,
    venueOrderId: `hand-${symbol}` as VenueOrderId,
  });
  const owner = `other-${symbol}` as PositionId;
  const stop = row(order(ourId('stop', 2, owner), { symbol }));
  const second = row(entry({ clientOrderId: ourId('entry', 2, owner), symbol }), {
    venueOrderId: `second-${symbol}` as VenueOrderId,
  });
  return fc.subarray([hand, stop, stop, second]);
}

function fillsOf(symbol: Symbol, orders: readonly Order[]): fc.Arbitrary<VenueFill[]> {
  const nobodys = fc.record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    kind: fc.constantFrom('trade' as const, 'liquidation' as const, 'funding' as const),
  });
  const ours = orders.map(({ clientOrderId, side }) => fc.constant({ clientOrderId, side }));
  const told = fc.record({
    whose: fc.oneof<fc.Arbitrary<Partial<VenueFill>>[]>(nobodys, ...ours),
    quantity: size,
    tsMs: fc.constantFrom(ms(1), ms(2), NOW),
    price: fc.constantFrom(price('100'), price('101.37')),
  });
  return fc
    .array(told, { maxLength: 4 })
    .map((all) =>
      all.map(({ whose, ...rest }, i) => fill(`${symbol}-${i}`, { ...rest, ...whose, symbol })),
    );
}

function rowsOf(symbol: Symbol): fc.Arbitrary<readonly StagedRow[]> {
  const told = { symbol, side: 'long', quantity: '3', entry_price: '2' };
  return fc.subarray([
    stagedRow(`twin-${symbol}`, told, { symbol }),
    stagedRow(`dust-${symbol}`, { ...told, quantity: 0 }, { symbol }),
    stagedRow(`ghost-${symbol}`, told, { symbol, explained: false }),
    stagedRow(`lost-${symbol}`, { ...told, symbol: `PF_LOST${symbol}` }, { symbol: null }),
  ]);
}

function marketOf(symbol: Symbol): fc.Arbitrary<Market> {
  const venueRow = fc
    .record({
      side: sides,
      quantity: fc.oneof(size, fc.constant(quantity(0))),
      entryPrice: entryPrices,
    })
    .map((over) => listed('1', { ...over, symbol }));
  return ordersOf(symbol).chain((orders) => {
    const told = fc.tuple(...orders.map(toldOf));
    const keys = [
      `absent pos-${symbol}`,
      ...orders.map(({ clientOrderId }) => `order ${clientOrderId}`),
    ];
    return fc
      .record({
        positions: positionsOf(symbol),
        staged: rowsOf(symbol),
        listed: fc.oneof(
          { weight: 9, arbitrary: sometimes(venueRow) },
          fc.tuple(venueRow, venueRow),
        ),
        malformed: fc.subarray([{ written: 'PF_X', symbol, why: 'its quantity is null' }], {
          maxLength: 1,
        }),
        told,
        strangers: strangersOf(symbol),
        fills: fillsOf(symbol, orders),
        known: fc.integer({ min: 0, max: 4 }),
        seen: fc.subarray(keys),
        isClear: fc.boolean(),
      })
      .map(({ told: says, strangers, known, fills, malformed, isClear, ...rest }) => ({
        ...rest,
        orders,
        fills,
        known: fills.slice(0, known),
        malformed: isClear ? [] : malformed,
        open: [...says.flatMap(({ open }) => open), ...strangers],
        history: says.flatMap(({ history }) => history),
      }));
  });
}

const READINGS = ['account', 'positions', 'openOrders', 'fills', 'orderHistory'] as const;
const unreadable = { read: 'unknown', reason: 'timed out' } as const;

/** Two or three markets, most readings complete, what was seen before seen long ago. */
export const randomWorld: fc.Arbitrary<RepairWorld> = fc
  .record({
    markets: fc.tuple(marketOf(TON), marketOf(BTC), marketOf(ETH)),
    failed: fc.oneof(
      { weight: 3, arbitrary: fc.constant<(typeof READINGS)[number][]>([]) },
      { weight: 2, arbitrary: fc.subarray([...READINGS], { maxLength: 2 }) },
    ),
    delisted: fc.subarray([TON, BTC], { maxLength: 1 }),
    margin: fc.constantFrom('0', '0', '12.5'),
    vouched: fc.subarray([TON, BTC, ETH]),
  })
  .map(({ markets, failed, delisted, margin, vouched }) => {
    const of = <K extends keyof Market>(key: K): Market[K][number][] =>
      markets.flatMap((market) => market[key] as Market[K][number][]);
    const before: Sighting = { atMs: ms(-600_000), serverMs: null };
    const positions = { read: 'complete', rows: of('listed'), serverMs: NOW } as const;
    const snapshot: Partial<Snapshot> = {
      account: { read: 'complete', rows: [account(margin)], serverMs: NOW },
      positions: { ...positions, malformed: of('malformed') },
      ...Object.fromEntries(failed.map((reading) => [reading, unreadable])),
    };
    return {
      positions: of('positions'),
      orders: of('orders'),
      staged: of('staged'),
      open: of('open'),
      history: of('history'),
      fills: of('fills'),
      past: { fills: of('known') },
      sightings: new Map(of('seen').map((key) => [key, before])),
      instruments: INSTRUMENTS.filter(({ symbol }) => !delisted.includes(symbol)),
      snapshot,
      vouched,
    };
  });

/** Marks for planning protection after a repair. */
export const MARKS = [TON, BTC, ETH].map((symbol) => ({
  symbol,
  mark: price('100'),
  last: price('100'),
  tsMs: NOW,
  quoteVolume24h: decimal('1'),
  spread: null,
}));
