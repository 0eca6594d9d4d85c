/** What reaches a screen: safe text, tables in 80 columns, figures, the equity curve. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createContext, hasColour } from '../../../commands/context.ts';
import { equityChart } from '../../../commands/output/equity-chart.ts';
import { jsonLine } from '../../../commands/output/json.ts';
import { money, percent, signedMoney } from '../../../commands/output/numbers.ts';
import { progressText } from '../../../commands/output/progress-line.ts';
import { safeText } from '../../../commands/output/safe-text.ts';
import { fittedWidths, printTable } from '../../../commands/output/table.ts';
import { ms } from '../../../src/domain/clock.ts';
import { duration } from '../../../src/domain/duration.ts';
import { fakeTerminal } from '../../support/fake-terminal.ts';

describe('safe text', () => {
  test.each([
    ['an escape sequence', '\u001b[31mred', '\\x1b[31mred'],
    ['a C1 control sequence', '\u009b31m', '\\x9b31m'],
    ['a carriage return', 'ok\rgone', 'ok\\rgone'],
    ['a line feed', 'a\nb', 'a\\nb'],
    ['a bidi override', 'abc\u202edef', 'abc\\u202edef'],
    ['a bidi isolate', '\u2066x', '\\u2066x'],
    ['a zero-width space', 'BTC\u200b', 'BTC\\u200b'],
    ['words of any language', 'Привет 你好 é', 'Привет 你好 é'],
    ['a pair of surrogates', '🚀', '🚀'],
  ])('%s', (_name, from, to) => expect(safeText(from)).toBe(to));

  test('a JSON line holds the same value and no control character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const line = jsonLine({ schema: 'x/1', value });
        expect(JSON.parse(line)).toEqual({ schema: 'x/1', value });
        expect(line.slice(0, -1)).not.toMatch(/\p{Cc}|[\u202a-\u202e]/u);
      }),
    );
  });

  test('schema is the first key', () => {
    expect(jsonLine({ a: 1, schema: 'x/1' })).toBe('{"schema":"x/1","a":1}\n');
  });
});

describe('tables', () => {
  const columns = [{ header: 'SYMBOL' }, { header: 'PRICE', align: 'right' as const }];
  const long = 'x'.repeat(120);
  const render = async (outIsTty: boolean, rows: string[][]): Promise<string[]> => {
    const fake = fakeTerminal({ outIsTty, columns: 200 });
    await printTable(createContext(fake.terminal, {}), columns, rows);
    return fake.out().trimEnd().split('\n');
  };

  test('piped: aligned, nothing cut', async () => {
    expect(
      await render(false, [
        ['TON', '2.5'],
        [long, '10'],
      ]),
    ).toEqual([
      `SYMBOL${' '.repeat(114)}  PRICE`,
      `TON${' '.repeat(117)}    2.5`,
      `${long}     10`,
    ]);
  });

  test('on a terminal: never wider than 80, the long cell gives way', async () => {
    const lines = await render(true, [
      ['TON', '2.5'],
      [long, '10'],
    ]);
    expect(Math.max(...lines.map((line) => line.length))).toBe(80);
    expect(lines[1]).toMatch(/^TON +2\.5$/);
    expect(lines[2]).toMatch(/^x+… +10$/);
  });

  test('a cell cannot break its line', async () => {
    expect(await render(false, [['a\nb\u001b[2J', '1']])).toHaveLength(2);
  });

  test('widths never go below six', () => {
    expect(fittedWidths([50, 50, 3], 10)).toEqual([6, 6, 3]);
    expect(fittedWidths([50, 10], 40)).toEqual([28, 10]);
  });
});

test.each([
  [money('1234567.891'), '1,234,567.89'],
  [money('-1234.5'), '-1,234.50'],
  [money('-0.001'), '0.00'],
  [money(null), '-'],
  [signedMoney('5'), '+5.00'],
  [signedMoney('0.001'), '0.00'],
  [percent('0.1234'), '12.34%'],
  [duration(250), '250ms'],
  [duration(90_000), '1m 30s'],
  [duration(187_200_000), '2d 4h'],
  [duration(86_400_000), '1d'],
])('%s is written %s', (written, expected) => expect(written).toBe(expected));

test('progress fits a line', () => {
  const now = { cycle: 5, cycles: 10, at: ms(0), equity: '10000', positions: 2 };
  expect(progressText({ ...now, state: 'NORMAL' })).toBe(
    'cycle 5/10 50%  1970-01-01 00:00Z  equity 10,000.00  2 open  NORMAL',
  );
});

describe('the equity curve', () => {
  const points = Array.from({ length: 500 }, (_, index) => ({
    ms: index * 86_400_000,
    equity: String(10_000 + index),
  }));

  test('piped it is ASCII in 80 columns, with its range and dates', () => {
    const lines = equityChart(points, { width: 200, unicode: false });
    expect(lines).toHaveLength(11);
    expect(lines.join('\n')).toMatch(/^[\n -~]+$/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines[0]).toMatch(/^10499\.00 \|.*#$/);
    expect(lines[9]).toMatch(/^10000\.00 \|/);
    expect(lines[10]).toMatch(/1970-01-01 +1971-05-15$/);
  });

  test('nothing is drawn of less than two points', () => {
    expect(equityChart(points.slice(0, 1), { width: 80, unicode: true })).toEqual([]);
  });
});

test.each([
  ['a terminal', true, {}, true],
  ['a pipe', false, {}, false],
  ['NO_COLOR', true, { NO_COLOR: '1' }, false],
  ['an empty NO_COLOR', true, { NO_COLOR: '' }, true],
  ['a dumb terminal', true, { TERM: 'dumb' }, false],
  ['FORCE_COLOR on a pipe', false, { FORCE_COLOR: '1' }, true],
  ['NO_COLOR over FORCE_COLOR', true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
])('colour: %s', (_name, tty, env, colour) => expect(hasColour(tty, env)).toBe(colour));
