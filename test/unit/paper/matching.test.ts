/** Every matching rule of the paper venue, one line each: bars, orders, and the fills they give. */
import { afterEach, describe, expect, it } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import { decimal, price } from '../../../src/domain/decimal.ts';
import type { ClientOrderId } from '../../../src/domain/ids.ts';
import {
  paperWorld,
  rowsOf,
  SOL,
  TON,
  type Bars,
  type PaperWorld,
} from '../../support/paper-world.ts';

const FLAT = [100, 101, 99, 100] as const;
let world: PaperWorld;
afterEach(() => world.dispose());

interface Case {
  readonly name: string;
  /** Bars from 1 on; bar 0 is flat around 100. */
  readonly bars: Bars;
  /** Orders by the bar that opens when they are placed. */
  readonly orders: Readonly<Record<number, readonly string[]>>;
  /** Placed at the moment a resting entry filled. */
  readonly onEntry?: readonly string[];
  readonly slippage?: string;
  readonly fills: readonly string[];
}

const LONG = 'market buy 1';
const SHORT = 'market sell 1';

const CASES: readonly Case[] = [
  {
    name: 'a market order trades at the open of the bar that opens now',
    bars: [[102, 110, 90, 105]],
    orders: { 1: [LONG] },
    fills: ['buy 1 @ 102 taker'],
  },
  {
    name: 'a market order pays the slippage, rounded against it to the tick',
    bars: [[100.01, 110, 90, 105]],
    orders: { 1: [LONG] },
    slippage: '0.001',
    fills: ['buy 1 @ 100.12 taker'],
  },
  {
    name: 'slippage never leaves what the bar traded',
    bars: [[100, 100.03, 90, 95]],
    orders: { 1: [LONG] },
    slippage: '0.001',
    fills: ['buy 1 @ 100.03 taker'],
  },
  {
    name: 'an IOC never pays more than its limit',
    bars: [[100, 110, 90, 105]],
    orders: { 1: ['limit buy 1 100.05 ioc'] },
    slippage: '0.001',
    fills: ['buy 1 @ 100.05 taker'],
  },
  {
    name: 'an IOC whose limit the open is beyond does not trade',
    bars: [[100.1, 110, 90, 105]],
    orders: { 1: ['limit buy 1 100.05 ioc'] },
    fills: [],
  },
  {
    name: 'a limit that is only touched does not fill',
    bars: [[100, 101, 95, 100]],
    orders: { 1: ['limit buy 1 95'] },
    fills: [],
  },
  {
    name: 'a limit traded through by one tick fills at its limit, as maker',
    bars: [[100, 101, 94.99, 100]],
    orders: { 1: ['limit buy 1 95'] },
    fills: ['buy 1 @ 95 maker'],
  },
  {
    name: 'a sell limit needs the same tick on the other side',
    bars: [
      [100, 105, 99, 100],
      [100, 105.01, 99, 100],
    ],
    orders: { 1: ['limit sell 1 105'] },
    fills: ['sell 1 @ 105 maker'],
  },
  {
    name: 'a gap through a limit fills at the open',
    bars: [FLAT, [93, 94, 92, 93]],
    orders: { 1: ['limit buy 1 95'] },
    fills: ['buy 1 @ 93 maker'],
  },
  {
    name: 'a stop triggers at the touch',
    bars: [FLAT, [100, 101, 94, 100]],
    orders: { 1: [LONG, 'stop sell 1 94'] },
    fills: ['buy 1 @ 100 taker', 'sell 1 @ 94 taker'],
  },
  {
    name: 'a stop one tick below the low stays',
    bars: [FLAT, [100, 101, 94, 100]],
    orders: { 1: [LONG, 'stop sell 1 93.99'] },
    fills: ['buy 1 @ 100 taker'],
  },
  {
    name: 'a gap through a stop fills at the open, with slippage, never below the low',
    bars: [FLAT, [90, 91, 89.95, 90]],
    orders: { 1: [LONG, 'stop sell 1 94'] },
    slippage: '0.001',
    fills: ['buy 1 @ 100.1 taker', 'sell 1 @ 89.95 taker'],
  },
  {
    name: 'the stop of a short is the mirror',
    bars: [FLAT, [100, 106, 99, 100]],
    orders: { 1: [SHORT, 'stop buy 1 106'] },
    fills: ['sell 1 @ 100 taker', 'buy 1 @ 106 taker'],
  },
  {
    name: 'entry and stop in one bar: stopped',
    bars: [[100, 120, 94, 118]],
    orders: { 1: [LONG, 'stop sell 1 95'] },
    fills: ['buy 1 @ 100 taker', 'sell 1 @ 95 taker'],
  },
  {
    name: 'entry and target in one bar: no target, the next bar may',
    bars: [[100, 120, 99, 108], FLAT],
    orders: { 1: [LONG, 'target sell 1 110'] },
    fills: ['buy 1 @ 100 taker'],
  },
  {
    name: 'stop and target in one bar: the stop takes everything',
    bars: [FLAT, [100, 120, 90, 118]],
    orders: { 1: [LONG, 'target sell 0.4 110', 'stop sell 1 95'] },
    fills: ['buy 1 @ 100 taker', 'sell 1 @ 95 taker'],
  },
  {
    name: 'a target needs the trade-through of a limit',
    bars: [FLAT, [100, 110, 99, 100], [100, 110.01, 99, 100]],
    orders: { 1: [LONG, 'target sell 1 110'] },
    fills: ['buy 1 @ 100 taker', 'sell 1 @ 110 maker'],
  },
  {
    name: 'several targets of one bar fill in the order of price',
    bars: [FLAT, [100, 130, 99, 125]],
    orders: { 1: [LONG, 'target sell 0.3 120', 'target sell 0.4 110', 'target sell 0.3 125'] },
    fills: [
      'buy 1 @ 100 taker',
      'sell 0.4 @ 110 maker',
      'sell 0.3 @ 120 maker',
      'sell 0.3 @ 125 maker',
    ],
  },
  {
    name: 'a gap through a target fills at the open',
    bars: [FLAT, [115, 116, 114, 115]],
    orders: { 1: [LONG, 'target sell 1 110'] },
    fills: ['buy 1 @ 100 taker', 'sell 1 @ 115 maker'],
  },
  {
    name: 'what follows from TP1 acts from the next bar',
    bars: [FLAT, [100, 111, 99, 105], [105, 106, 100, 101]],
    orders: { 1: [LONG, 'target sell 0.4 110', 'stop sell 1 90'], 3: ['stop sell 0.6 100'] },
    fills: ['buy 1 @ 100 taker', 'sell 0.4 @ 110 maker', 'sell 0.6 @ 100 taker'],
  },
  {
    name: 'of two stops the nearer one fills first',
    bars: [FLAT, [100, 101, 80, 81]],
    orders: { 1: [LONG, 'stop sell 0.5 90', 'stop sell 0.5 95'] },
    fills: ['buy 1 @ 100 taker', 'sell 0.5 @ 95 taker', 'sell 0.5 @ 90 taker'],
  },
  {
    name: 'a reduce-only order is clipped to the position',
    bars: [FLAT, [100, 101, 90, 95]],
    orders: { 1: [LONG, 'stop sell 5 94'] },
    fills: ['buy 1 @ 100 taker', 'sell 1 @ 94 taker'],
  },
  {
    name: 'the stop of a resting entry acts in what is left of its bar',
    bars: [FLAT, [100, 101, 90, 100]],
    orders: { 1: ['limit buy 1 95'] },
    onEntry: ['stop sell 1 92', 'target sell 1 98'],
    fills: ['buy 1 @ 95 maker', 'sell 1 @ 92 taker'],
  },
  {
    name: 'the target of a resting entry waits for the next bar',
    bars: [FLAT, [100, 120, 94, 100], [100, 99.5, 97, 98.5]],
    orders: { 1: ['limit buy 1 95'] },
    onEntry: ['stop sell 1 90', 'target sell 1 98'],
    fills: ['buy 1 @ 95 maker', 'sell 1 @ 100 maker'],
  },
];

describe('one bar at a time', () => {
  it.each(CASES)('$name', async ({ bars, orders, onEntry, slippage, fills }) => {
    const settings = slippage === undefined ? {} : { slippage: decimal(slippage) };
    world = paperWorld([FLAT, ...bars], { settings });
    const protect = async (): Promise<void> => {
      for (const order of onEntry ?? []) expect((await world.place(order)).kind).toBe('accepted');
    };
    for (let bar = 1; bar <= bars.length + 1; bar += 1) {
      await world.walkTo(bar, protect);
      for (const order of orders[bar] ?? []) await world.place(order);
    }
    expect(await world.said()).toEqual(fills);
  });
});

describe('when an order acts', () => {
  it('an order within a minute of the open meets that bar at its open', async () => {
    world = paperWorld([FLAT, [102, 110, 90, 105]]);
    await world.walkTo(1);
    await world.clock.sleep(ms(30_000));
    await world.place(LONG);
    expect(await world.said()).toEqual(['buy 1 @ 102 taker']);
  });

  it('a later one waits for the next bar, and trades at its open', async () => {
    world = paperWorld([FLAT, [102, 110, 90, 105], [107, 108, 106, 107]]);
    await world.walkTo(1);
    await world.clock.sleep(ms(61_000));
    expect((await world.place(LONG)).kind).toBe('accepted');
    await world.walkTo(2);
    expect(await world.said()).toEqual([]);
    await world.walkTo(3);
    expect(await world.said()).toEqual(['buy 1 @ 107 taker']);
  });

  it('a stop placed late in a bar ignores the rest of it', async () => {
    world = paperWorld([FLAT, FLAT, [100, 101, 90, 95], FLAT]);
    await world.walkTo(1);
    await world.place(LONG);
    await world.walkTo(2);
    await world.clock.sleep(ms(61_000));
    await world.place('stop sell 1 94');
    await world.walkTo(4);
    expect(await world.said()).toEqual(['buy 1 @ 100 taker']);
  });

  it('an IOC between two opens is refused: it may not rest, and nothing trades', async () => {
    world = paperWorld([FLAT, FLAT, [101, 102, 90, 95]]);
    await world.walkTo(1);
    await world.clock.sleep(ms(61_000));
    expect(await world.place('limit buy 1 100 ioc')).toEqual({
      kind: 'rejected',
      reason: 'marketSuspended',
    });
    await world.walkTo(3);
    expect(await world.said()).toEqual([]);
  });

  it('a stop amended late in a bar guards all of that bar at its new level', async () => {
    world = paperWorld([FLAT, [100, 101, 85, 100], [100, 101, 90, 95], [100, 101, 96, 97]]);
    await world.walkTo(1);
    await world.place(LONG);
    await world.place('stop sell 1 80', 'stop');
    await world.walkTo(2);
    await world.clock.sleep(ms(61_000));
    const change = { stopPrice: price('96') };
    await world.venue.trader.amend('stop' as ClientOrderId, change, new AbortController().signal);
    world = world.reopen();
    await world.walkTo(4);
    expect(await world.said()).toEqual(['buy 1 @ 100 taker', 'sell 1 @ 96 taker']);
    // In bar 2: bar 1, which went down to 85, was judged at the old level and stays judged.
    expect((await world.fills())[1]?.tsMs).toBeGreaterThan(world.at(2));
  });

  it('orders that only reduce are dropped once the position is flat', async () => {
    world = paperWorld([FLAT, FLAT, [100, 101, 90, 95]]);
    await world.walkTo(1);
    await world.place(LONG);
    await world.place('stop sell 1 94');
    await world.place('target sell 1 110', 'left');
    await world.walkTo(3);
    expect(rowsOf(await world.venue.reader.openOrders())).toEqual([]);
    const history = rowsOf(await world.venue.reader.orderHistory(ms(0)));
    expect(
      history.find(({ clientOrderId }) => clientOrderId === ('left' as ClientOrderId)),
    ).toMatchObject({
      state: 'cancelled',
    });
  });

  it('no fill is dated before one that could already be read', async () => {
    // SOL is judged first and fills in the middle of the bar; TON fills at the open of the same bar.
    world = paperWorld([FLAT, FLAT, [90, 91, 89, 90]], { sol: [FLAT, FLAT, [100, 101, 90, 95]] });
    await world.walkTo(1);
    await world.place('limit buy 1 95', 'z', TON);
    await world.place('limit buy 1 95', 'a', SOL);
    const seen: number[] = [];
    await world.walkTo(3, async () => {
      seen.push((await world.fills()).length);
    });
    expect(seen).toEqual([1, 2]);
    const fills = await world.fills();
    expect(fills.map(({ symbol }) => symbol)).toEqual([SOL, TON]);
    expect(fills[1]?.tsMs).toBeGreaterThanOrEqual(fills[0]?.tsMs ?? Infinity);
  });

  it('an exit that meets a gap waits, and trades at the first open after it', async () => {
    world = paperWorld([FLAT, FLAT, null, null, [97, 98, 96, 97], FLAT]);
    await world.walkTo(1);
    await world.place(LONG);
    await world.walkTo(2);
    expect((await world.place('market sell 1 - reduce ioc')).kind).toBe('accepted');
    await world.walkTo(4);
    expect(await world.said()).toEqual(['buy 1 @ 100 taker']);
    await world.walkTo(5);
    expect(await world.said()).toEqual(['buy 1 @ 100 taker', 'sell 1 @ 97 taker']);
    expect((await world.fills())[1]?.tsMs).toBe(world.at(4));
  });
});

describe('marks', () => {
  it('a row stays the same object until the last bar of its market changes', async () => {
    world = paperWorld([FLAT, FLAT, FLAT], { sol: [FLAT, null, FLAT] });
    const marks = async () => rowsOf(await world.venue.reader.marks());
    await world.walkTo(1);
    const before = await marks();
    expect(await marks()).toBe(before);
    await world.walkTo(2);
    const after = await marks();
    const of = (rows: typeof before, symbol: typeof TON) =>
      rows.find((row) => row.symbol === symbol);
    expect(of(after, TON)).toMatchObject({ tsMs: world.at(2) });
    expect(of(after, TON)).not.toBe(of(before, TON));
    expect(of(after, SOL)).toBe(of(before, SOL));
  });
});
