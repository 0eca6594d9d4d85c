/** `run`: flags to options, and the summary in words. */
import { describe, expect, test } from 'vitest';
import { createContext } from '../../../commands/context.ts';
import { summaryText } from '../../../commands/output/run-summary.ts';
import { runOptions } from '../../../commands/run.ts';
import { ms } from '../../../src/domain/clock.ts';
import { fakeTerminal, printed } from '../../support/fake-terminal.ts';

const context = (env = {}) => createContext(fakeTerminal({ env }).terminal, {});

describe('options', () => {
  test('without flags: a scratch home, the bundled recording, as fast as it can', () => {
    expect(runOptions(context(), { speed: 'max' })).toEqual({
      home: null,
      configFile: null,
      feed: null,
      from: null,
      to: null,
      speed: 'max',
      cycles: null,
      once: false,
      rehearse: null,
      confirm: null,
      env: {},
      overrides: {},
    });
  });

  test('TRADECTL_HOME names the home', () => {
    expect(runOptions(context({ TRADECTL_HOME: '/srv/bot' }), { speed: 'real' }).home).toBe(
      '/srv/bot',
    );
  });

  test.each([
    ['an unknown speed', { speed: 'fast' }, '--speed "fast" is unknown'],
    ['an empty window', { speed: 'max', from: ms(5), to: ms(5) }, '--from is not before --to'],
    ['both counts', { speed: 'max', once: true, cycles: 2 }, '--once and --cycles exclude'],
  ])('%s is a usage error', (_name, flags, message) => {
    expect(() => runOptions(context(), flags)).toThrow(message);
  });

  test('times are UTC', async () => {
    const { exit, err } = await printed(['run', '--from', '2023-02-01', '--to', '2023-01-01']);
    expect({ exit, said: err.includes('--from is not before --to') }).toEqual({
      exit: 2,
      said: true,
    });
  });
});

test('the summary: result, reasons by number, where the home is, what to type next', () => {
  const text = summaryText(context(), {
    summary: {
      schema: 'tradectl.run/1',
      state: 'NORMAL',
      cycles: 1200,
      markets: 12,
      markets_set_aside: [{ symbol: 'BAD/USD:USD', reason: 'high < low\u001b[2J' }],
      trades: { count: 7, wins: 4, losses: 3 },
      exits: { stop_loss: 3, target_1: 12 },
      rejections: { BIAS_NEUTRAL: 5, ENTRY_NOT_IN_OTE: 100 },
      denied: {},
      pnl: '120.5',
      fees: '10.25',
      equity_start: '10000',
      equity_end: '10110.25',
      max_drawdown: '0.0312',
      unprotected_ms_max: 380,
    },
    equityCurve: [
      { ms: 0, equity: '10000' },
      { ms: 86_400_000, equity: '10110.25' },
    ],
    home: '/tmp/tradectl-x',
    scratch: true,
    exitCode: 0,
    repeated: false,
  });
  expect(text).toContain('1200 cycles over 12 markets, final state NORMAL');
  expect(text).toMatch(/Equity +10,000\.00 -> 10,110\.25\nProfit +\+120\.50 before 10\.25 fees/);
  expect(text).toContain('7 (4 won, 3 lost)');
  expect(text).toMatch(/Exits\n {2}12 {2}target_1\n {3}3 {2}stop_loss\n/);
  expect(text).toMatch(/Rejections by reason\n {2}100 {2}ENTRY_NOT_IN_OTE\n {4}5 {2}BIAS_NEUTRAL/);
  expect(text).toContain('BAD/USD:USD: high < low\\x1b[2J');
  expect(text).toContain('Home: /tmp/tradectl-x (scratch, made for this run)');
  expect(text).toContain('  tradectl trades --home /tmp/tradectl-x');
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});
