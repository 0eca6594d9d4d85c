/** `tradectl flatten`: nothing without the account's name, flat only when it is proven. */
import { describe, expect, it } from 'vitest';
import { flattenExit } from '../../../commands/flatten.ts';
import type { OrderState } from '../../../src/domain/order.ts';
import type { Position } from '../../../src/domain/position.ts';
import { symbol } from '../../../src/domain/symbol.ts';
import type { Bot } from '../../../src/engine/bot.ts';
import { namePending } from '../../../src/engine/operations/flatten-pending.ts';
import { keyOf, type Rows } from '../../../src/engine/operations/flatten-rows.ts';
import { homeHoldingTon } from '../../support/closing-home.ts';
import { printed } from '../../support/fake-terminal.ts';

const TON = symbol('TON/USD:USD');
const run = (home: string, ...words: string[]) => printed(['flatten', ...words, '--home', home]);

describe('flatten', () => {
  it('wants the name of the account, and says what it would do', async () => {
    const home = await homeHoldingTon();
    const unasked = await run(home);
    expect(unasked.exit).toBe(3);
    expect(unasked.err).toContain('1 position is known; stops stay until flat is proven');
    expect(unasked.err).toContain('--confirm paper');
    const wrong = await run(home, '--confirm', 'other');
    expect(wrong.exit).toBe(3);
    expect(wrong.err).toContain('--confirm other is not paper');
    const { out } = await printed(['positions', '--json', '--home', home]);
    expect(JSON.parse(out)).toMatchObject({ total: 1 });
  });

  it('closes everything and proves it', async () => {
    const home = await homeHoldingTon();
    const { exit, out } = await run(home, '--confirm', 'paper', '--json');
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      schema: 'tradectl.flatten/1',
      account: 'paper',
      rows: [{ symbol: 'TON/USD:USD', side: 'long', quantity: '20', outcome: 'flat' }],
      flat: true,
      unreadable: null,
      executed_by: 'command',
    });
    const orders = await printed(['orders', '--json', '--home', home]);
    expect(JSON.parse(orders.out)).toMatchObject({ orders: [] });
    const again = await run(home, '--confirm', 'paper');
    expect(again.exit).toBe(0);
    expect(again.out).toBe('paper is flat: two readings of the venue list no position.\n');
  });

  it.each([
    ['flat', { flat: true, unreadable: null }, 0],
    ['something stays open', { flat: false, unreadable: null }, 6],
    ['positions cannot be read', { flat: false, unreadable: 'connection reset' }, 4],
  ])('exits for a program: %s', (_what, facts, exit) => {
    expect(flattenExit(facts)).toBe(exit);
  });
});

describe('what flatten sent and nobody has seen act', () => {
  const row = { symbol: TON, side: 'long', quantity: '20' };
  const position = { positionId: 'pos-1', symbol: TON, side: 'long' } as unknown as Position;
  const named = (venue: string, states: readonly OrderState[], outcome: string): unknown => {
    const orders = states.map((state, at) => [
      `tc-${at}`,
      { clientOrderId: `tc-${at}`, positionId: 'pos-1', role: 'exit', state },
    ]);
    const registry = { positions: new Map([[TON, position]]), orders: new Map(orders as []) };
    const bot = { config: { venue }, journal: { registry: () => registry } } as unknown as Bot;
    const rows: Rows = new Map([[keyOf(position), { ...row, outcome }]]);
    namePending(bot, rows);
    return [...rows.values()][0]?.outcome;
  };

  it.each([
    ['waits for a bar', 'paper', ['live'], 'pending: acts at the next bar (tc-0 is still live)'],
    ['is alive at a venue', 'bybit', ['live'], 'pending: tc-0 is still live'],
    ['has no answer', 'bybit', ['in_doubt'], 'in doubt: tc-0 has no answer yet'],
    ['has ended', 'bybit', ['filled'], 'in doubt'],
  ] as const)('is named: it %s', (_what, venue, states, said) => {
    expect(named(venue, states, 'in doubt')).toBe(said);
  });

  it('a row that says why it is open keeps its words', () => {
    expect(named('paper', ['live'], 'refused: below minimum')).toBe('refused: below minimum');
  });
});
