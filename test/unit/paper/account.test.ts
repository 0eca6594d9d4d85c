/** Balance, margin and liquidation of the paper account, and that it reads the same after a restart. */
import { afterEach, describe, expect, it } from 'vitest';
import { decimal, price, text, ZERO } from '../../../src/domain/decimal.ts';
import type { ClientOrderId } from '../../../src/domain/ids.ts';
import type { VenueAccount } from '../../../src/domain/venue.ts';
import {
  paperWorld,
  rowsOf,
  SOL,
  TON,
  type Bars,
  type PaperWorld,
  type WorldOptions,
} from '../../support/paper-world.ts';

const FLAT = [100, 101, 99, 100] as const;
let world: PaperWorld;
const worlds: PaperWorld[] = [];
afterEach(() => {
  for (const each of worlds.splice(0)) each.dispose();
});

function make(bars: Bars, options: WorldOptions = {}): PaperWorld {
  const made = paperWorld(bars, options);
  worlds.push(made);
  return made;
}

function reopened(old: PaperWorld): PaperWorld {
  const next = old.reopen();
  worlds.splice(worlds.indexOf(old), 1, next);
  return next;
}

async function accountOf({ venue }: PaperWorld): Promise<VenueAccount> {
  const [account] = rowsOf(await venue.reader.account());
  if (account === undefined) throw new Error('no account');
  return account;
}

describe('money', () => {
  it('a round trip costs its fees and earns its price', async () => {
    world = make([FLAT, FLAT, [100, 111, 99, 110], FLAT]);
    await world.walkTo(1);
    await world.place('market buy 10');
    await world.place('target sell 10 110');
    await world.walkTo(3);
    // 10 x 10 earned, 1000 x 0.0005 and 1100 x 0.0002 paid.
    expect(text((await accountOf(world)).balance)).toBe('10099.28');
  });

  it('a short earns when the price falls', async () => {
    world = make([FLAT, FLAT, [100, 101, 80, 90], FLAT], { settings: { takerFee: decimal(0) } });
    await world.walkTo(1);
    await world.place('market sell 10');
    await world.walkTo(3);
    expect(text((await accountOf(world)).unrealizedPnl)).toBe('100');
    expect(text((await accountOf(world)).marginEquity)).toBe('10100');
  });

  it('a contract size counts in profit, fee and margin', async () => {
    const instrument = { contractSize: decimal('10') };
    world = make([FLAT, FLAT, [100, 103, 99, 102], FLAT], { instrument });
    await world.walkTo(1);
    await world.place('market buy 1');
    await world.walkTo(3);
    const account = await accountOf(world);
    expect(text(account.balance)).toBe('9999.5');
    expect(text(account.unrealizedPnl)).toBe('20');
    expect(text(account.initialMargin)).toBe('204');
  });

  it('growing a position averages its entry', async () => {
    world = make([FLAT, FLAT, [110, 111, 109, 110], FLAT]);
    await world.walkTo(1);
    await world.place('market buy 1');
    await world.walkTo(2);
    await world.place('market buy 3');
    const [position] = rowsOf(await world.venue.reader.positions());
    expect(text(position?.entryPrice ?? ZERO)).toBe('107.5');
  });

  it('what the account starts with is no deposit', async () => {
    world = make([FLAT]);
    const { balance, netDeposits } = await accountOf(world);
    expect([text(balance), text(netDeposits)]).toEqual(['10000', '0']);
  });
});

describe('liquidation', () => {
  const options: WorldOptions = { settings: { takerFee: decimal(0) } };

  it('below the maintenance margin everything goes at the adverse extreme of the bar', async () => {
    world = make([FLAT, FLAT, [100, 101, 79, 80.5], FLAT], options);
    await world.walkTo(1);
    await world.place('market buy 500');
    await world.place('stop sell 500 50', 'stop');
    await world.walkTo(3);
    const [, fill] = await world.fills();
    expect(fill).toMatchObject({ kind: 'liquidation', clientOrderId: null, side: 'sell' });
    expect(text(fill?.price ?? ZERO)).toBe('79');
    expect(rowsOf(await world.venue.reader.positions())).toEqual([]);
    expect(rowsOf(await world.venue.reader.openOrders())).toEqual([]);
    expect(text((await accountOf(world)).balance)).toBe('-500');
  });

  it('at the maintenance margin nothing goes', async () => {
    // 500 x 100 at 5x; maintenance is 1 % of 500 x 80.9 = 404.5 and equity 10000 - 9550 = 450.
    world = make([FLAT, FLAT, [100, 101, 79, 80.9], FLAT], options);
    await world.walkTo(1);
    await world.place('market buy 500');
    await world.walkTo(3);
    expect(rowsOf(await world.venue.reader.positions())).toHaveLength(1);
  });

  it('a stop in the same bar comes before it', async () => {
    world = make([FLAT, FLAT, [100, 101, 79, 80.5], FLAT], options);
    await world.walkTo(1);
    await world.place('market buy 500');
    await world.place('stop sell 500 95');
    await world.walkTo(3);
    expect((await world.fills()).map(({ kind }) => kind)).toEqual(['trade', 'trade']);
  });
});

describe('after a restart', () => {
  it('positions and orders are read in the order in which they were before', async () => {
    world = make([FLAT, FLAT, FLAT], { sol: [FLAT, FLAT, FLAT] });
    await world.walkTo(1);
    await world.place('market buy 1', 'a', TON);
    await world.place('market buy 1', 'b', SOL);
    await world.place('stop sell 1 90', 'd', TON);
    await world.place('stop sell 1 90', 'c', SOL);
    const change = { stopPrice: price('91') };
    const signal = new AbortController().signal;
    await world.venue.trader.amend('d' as ClientOrderId, change, signal);
    const read = async (): Promise<unknown[]> => [
      rowsOf(await world.venue.reader.positions()),
      rowsOf(await world.venue.reader.openOrders()),
    ];
    const before = JSON.stringify(await read());
    world = reopened(world);
    expect(JSON.stringify(await read())).toBe(before);
  });
});
