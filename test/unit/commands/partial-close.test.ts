/** `tradectl partial-close`: the flags, the exit codes, the table, and how a request travels. */
import { describe, expect, it, test } from 'vitest';
import { closeText } from '../../../commands/output/close-text.ts';
import { decimal } from '../../../src/domain/decimal.ts';
import type { Order } from '../../../src/domain/order.ts';
import type { Position } from '../../../src/domain/position.ts';
import { symbol } from '../../../src/domain/symbol.ts';
import {
  partialCloseArguments,
  partialCloseRequestOf,
} from '../../../src/engine/operations/partial-close-request.ts';
import {
  withOutcome,
  type AfterClose,
  type PartialCloseRow,
} from '../../../src/engine/operations/partial-close-row.ts';
import { flatHome, homeHoldingTon } from '../../support/closing-home.ts';
import { printed } from '../../support/fake-terminal.ts';

const run = (home: string, ...words: string[]) =>
  printed(['partial-close', ...words, '--home', home]);
const json = async (home: string, ...words: string[]) => {
  const { exit, out, err } = await run(home, ...words, '--json');
  expect(err).toBe('');
  return { exit, document: JSON.parse(out) as Record<string, unknown> };
};

describe('flags', () => {
  test.each([
    ['neither a symbol nor --all', ['--fraction', '0.5'], 'give either a symbol or --all'],
    ['both', ['TON', '--all', '--fraction', '0.5'], 'give either a symbol or --all'],
    ['no size', ['TON'], '--fraction or --quantity'],
    ['two sizes', ['TON', '--fraction', '1', '--quantity', '1'], 'exclude each other'],
    ['a fraction of zero', ['TON', '--fraction', '0'], '--fraction 0 is not above 0'],
    ['a fraction above one', ['TON', '--fraction', '1.01'], '--fraction 1.01 is not'],
    ['a negative quantity', ['TON', '--quantity', '-1'], '--quantity -1 is not above 0'],
    ['a word', ['TON', '--quantity', 'half'], "'--quantity <q>' argument 'half' is invalid"],
  ])('%s is a usage error that says what is wrong', async (_what, words, said) => {
    const { exit, out, err } = await run(await flatHome(), ...words);
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err).toContain(said);
  });

  test('a request is the same after it travelled through the inbox', () => {
    const by = { uid: 1000, terminal: null, user: null };
    const rest = { roundUp: true, allowFull: false, dryRun: true, reason: 'because', by };
    const requests = [
      { symbol: symbol('TON/USD:USD'), want: { fraction: decimal('0.25') }, ...rest },
      { symbol: null, want: { quantity: decimal('0.0001') }, ...rest, reason: null },
    ];
    for (const request of requests) {
      expect(partialCloseRequestOf(partialCloseArguments(request), by)).toEqual(request);
    }
    expect(() => partialCloseRequestOf({ symbol: 'TON', fraction: '1' }, by)).toThrow(/no symbol/);
  });
});

describe('a dry run', () => {
  it('exits 0, changes nothing and asks nothing', async () => {
    const home = await homeHoldingTon();
    const { exit, document } = await json(home, 'TON', '--fraction', '0.5', '--dry-run');
    expect(exit).toBe(0);
    expect(document).toMatchObject({
      schema: 'tradectl.partial_close/1',
      dry_run: true,
      executed_by: 'command',
      rows: [{ remaining: '20', quantity: '10', outcome: 'ok', sent: null, remaining_after: null }],
    });
    const { out } = await printed(['positions', '--json', '--home', home]);
    expect(JSON.parse(out)).toMatchObject({ positions: [{ quantity: '20' }] });
  });

  it('exits 1 when a row is refused, and names what would go through within 80 columns', async () => {
    const home = await homeHoldingTon({ lotStep: '20', minQuantity: '20' });
    const { exit, out } = await run(home, 'TON', '--fraction', '0.5', '--dry-run');
    expect(exit).toBe(1);
    expect(out).toContain('    refused: below minimum; nearest valid: 20\n');
    expect(out).toContain('    lot step 20, minimum 20\n');
    expect(out).toContain('Dry run: nothing was sent.');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('for real', () => {
  it('asks first, and refuses where it cannot ask', async () => {
    const { exit, err } = await run(await homeHoldingTon(), 'TON', '--fraction', '0.5');
    expect(exit).toBe(3);
    expect(err).toContain('not confirmed: close 50% of TON/USD:USD at the market');
  });

  it('exits 0 when everything was sent, and tells what is left and covered', async () => {
    const home = await homeHoldingTon();
    const { exit, out } = await run(home, 'TON', '--quantity', '5', '--yes');
    expect(exit).toBe(0);
    expect(out.split('\n')).toEqual([
      'SYMBOL       SIDE  OPEN  ASKED  CLOSE  LEFT  STOP  OUTCOME',
      'TON/USD:USD  long    20      5      5    15    15  ok',
      '    lot step 0.01, minimum 0.01',
      '',
    ]);
  });

  it('exits 6 when a row was refused: look before trying again', async () => {
    const home = await homeHoldingTon({ lotStep: '20', minQuantity: '20' });
    const { exit, document } = await json(home, '--all', '--fraction', '0.5', '--yes');
    expect(exit).toBe(6);
    expect(document['rows']).toMatchObject([{ outcome: 'refused', sent: null, nearest: ['20'] }]);
  });

  it('--all without positions is nothing to do', async () => {
    const { exit, out } = await run(await flatHome(), '--all', '--fraction', '0.5', '--yes');
    expect({ exit, out }).toEqual({ exit: 0, out: 'No open positions.\n' });
  });
});

describe('the rows on the screen', () => {
  const row: PartialCloseRow = {
    symbol: 'TON/USD:USD',
    position_id: 'pos-1',
    side: 'long',
    remaining: '20',
    requested: '10.004',
    lot_step: '0.01',
    minimum: '0.05',
    minimum_notional: '5',
    quantity: '10',
    remainder: '10',
    outcome: 'rounded',
    refusal: null,
    nearest: [],
    sent: null,
    remaining_after: null,
    stop_quantity_after: null,
  };
  const shown = (more: Partial<PartialCloseRow>, dryRun = false): string[] =>
    closeText([{ ...row, ...more }], { dryRun, columns: 200 }).split('\n');

  it('hold what is open, asked for, sent and left, one outcome and the rules it was sized by', () => {
    expect(shown({}, true)).toEqual([
      'SYMBOL       SIDE  OPEN   ASKED  CLOSE  LEFT  OUTCOME',
      'TON/USD:USD  long    20  10.004     10    10  rounded',
      '    lot step 0.01, minimum 0.05, minimum notional 5',
      '',
    ]);
  });

  it.each([
    ['rejected: invalidSize', 'rejected'],
    ['denied: BELOW_MINIMUM', 'denied'],
    ['pending: acts at the next bar (the order is still live)', 'pending'],
    ['in doubt: no answer', 'in doubt'],
  ])('what the venue did counts before the sizing: %s', (sent, outcome) => {
    const lines = shown({ outcome: 'ok', sent, remaining_after: '20', stop_quantity_after: '20' });
    expect(lines[1]).toMatch(new RegExp(` 20 +20 +${outcome}$`));
    expect(lines[2]).toBe(`    ${sent}`);
  });

  it('are told in lines when a table would be wider than 80 columns', () => {
    const long = '123456789.12345678';
    const wide = { remaining: long, requested: long, quantity: long, remainder: long };
    const out = closeText([{ ...row, ...wide }], { dryRun: false, columns: 200 });
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(out).toContain(`open ${long}, asked ${long}`);
    expect(out).not.toContain('SYMBOL');
  });

  it('of an unknown market say so', () => {
    const none = { lot_step: null, minimum: null, minimum_notional: null };
    expect(shown(none).join('\n')).toContain('the rules of this market are not known');
  });
});

describe('an exit that was taken and has closed nothing yet', () => {
  const position = { positionId: 'pos-1', status: 'open', quantity: decimal('20') };
  const order = {
    positionId: 'pos-1',
    role: 'exit',
    quantity: decimal('10'),
    filled: decimal('0'),
  };
  const sent = { kind: 'accepted', venueOrderId: null, serverMs: null } as const;
  const after = (state: string, actsAtBar = true, quantity = '20'): AfterClose => ({
    sent,
    position: { ...position, quantity: decimal(quantity) } as unknown as Position,
    orders: [{ ...order, state } as unknown as Order],
    actsAtBar,
  });
  const start = { remaining: '20', outcome: 'ok' } as unknown as PartialCloseRow;

  it.each([
    ['waits for a bar', after('live'), 'pending: acts at the next bar (the order is still live)'],
    ['is open at a venue', after('live', false), 'pending: the order is still live'],
    ['has ended', after('cancelled'), 'in doubt: accepted, and nothing was seen to close'],
    ['closed a part', after('partially_filled', false, '15'), 'accepted'],
  ])('%s', (_what, facts, said) => {
    expect(withOutcome(start, facts).sent).toBe(said);
  });
});
