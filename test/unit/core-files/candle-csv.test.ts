import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { parseCandleFileName, readCandleFile } from '../../../src/core/candle-csv.ts';
import { scanNumber, significantDigits } from '../../../src/core/csv-number.ts';
import type { Candle } from '../../../src/domain/candle.ts';
import { HOUR, ms } from '../../../src/domain/clock.ts';
import { TradectlError } from '../../../src/domain/errors.ts';

const dir = mkdtempSync(join(tmpdir(), 'tradectl-csv-'));
afterAll(() => rmSync(dir, { recursive: true }));

const HEADER = 'timestamp_ms,open,high,low,close,volume';
const T0 = ms(Date.UTC(2023, 0, 1));
const T1 = ms(T0 + 4 * HOUR);
const CLOSED_BY = ms(T0 + 40 * HOUR);
const GOOD = `${T0},10,12,9,11,100`;

function read(text: string): { candles: Candle[]; lines: number[] } {
  const path = join(dir, 'BTC_USD_USD-4h.csv');
  writeFileSync(path, text);
  const candles: Candle[] = [];
  const lines: number[] = [];
  readCandleFile({ path, timeframe: '4h', closedBy: CLOSED_BY }, (batch, firstLine) => {
    candles.push(...batch);
    lines.push(firstLine);
  });
  return { candles, lines };
}

function refusal(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof TradectlError && error.code === 'FILE_INVALID') {
      return error.message.replace(join(dir, 'BTC_USD_USD-4h.csv'), 'FILE');
    }
    throw error;
  }
  return 'accepted';
}

const REDO = 'fix the line, or download the file again';
const AGAIN = 'the file is incomplete: download it again';
const GRID = 'check the timeframe in the file name';
const at = (openMs: number): string => `${openMs} (${new Date(openMs).toISOString()})`;
const FUTURE = Number(CLOSED_BY) + 4 * HOUR;

/** Rows after the header; a leading `!` is the whole file. */
const VIOLATIONS: readonly [name: string, rows: string, message: string][] = [
  ['empty file', '!', `FILE:1: the file holds no candles; ${AGAIN}`],
  ['header only', '', `FILE:1: the file holds no candles; ${AGAIN}`],
  [
    'unknown header',
    '!time,o,h,l,c\n1,2,3,4,5\n',
    `FILE:1: unknown header "time,o,h,l,c"; expected ${HEADER} or index,time,open,high,low,close`,
  ],
  [
    'binary',
    '!\0\x01\x02\n',
    `FILE:1: unknown header "\\u0000\\u0001\\u0002"; expected ${HEADER} or index,time,open,high,low,close`,
  ],
  ['missing column', `${T0},10,12,9,11\n`, `FILE:2: 5 columns where the header has 6; ${REDO}`],
  ['extra column', `${GOOD},7\n`, `FILE:2: 7 columns where the header has 6; ${REDO}`],
  ['blank line', `${GOOD}\n\n`, `FILE:3: 0 columns where the header has 6; ${REDO}`],
  [
    'cut within the last line',
    `${GOOD}\n${T1},10,1`,
    `FILE:3: the file ends within a line ("${T1},10,1"); ${AGAIN}`,
  ],
  [
    'cut within the last number',
    `${GOOD}\n${T1},10,12,9,11,10`,
    `FILE:3: the file ends within a line ("${T1},10,12,9,11,10"); ${AGAIN}`,
  ],
  ['open is empty', `${T0},,12,9,11,100\n`, `FILE:2: open "" is not a number; ${REDO}`],
  ['high is NaN', `${T0},10,NaN,9,11,100\n`, `FILE:2: high "NaN" is not a number; ${REDO}`],
  [
    'low is Infinity',
    `${T0},10,12,Infinity,11,100\n`,
    `FILE:2: low "Infinity" is not a number; ${REDO}`,
  ],
  [
    'close overflows',
    `${T0},10,12,9,1e999,100\n`,
    `FILE:2: close "1e999" is not a number; ${REDO}`,
  ],
  ['close is text', `${T0},10,12,9,1l,100\n`, `FILE:2: close "1l" is not a number; ${REDO}`],
  ['two points', `${T0},1.0.0,12,9,11,100\n`, `FILE:2: open "1.0.0" is not a number; ${REDO}`],
  ['a lone minus', `${T0},10,12,9,11,-\n`, `FILE:2: volume "-" is not a number; ${REDO}`],
  ['price of zero', `${T0},10,12,0,11,100\n`, `FILE:2: low "0" is not above zero; ${REDO}`],
  ['negative price', `${T0},-10,12,9,11,100\n`, `FILE:2: open "-10" is not above zero; ${REDO}`],
  ['negative volume', `${T0},10,12,9,11,-1\n`, `FILE:2: volume "-1" is below zero; ${REDO}`],
  ['high below low', `${T0},10,8,9,8.5,100\n`, `FILE:2: high 8 is below low 9; ${REDO}`],
  [
    'open above high',
    `${T0},13,12,9,11,100\n`,
    `FILE:2: open 13 is outside low 9 to high 12; ${REDO}`,
  ],
  [
    'close below low',
    `${T0},10,12,9,8,100\n`,
    `FILE:2: close 8 is outside low 9 to high 12; ${REDO}`,
  ],
  [
    '16 digits',
    `${T0},10.00000000000001,12,9,11,100\n`,
    `FILE:2: open "10.00000000000001" has more than 15 significant digits; write the price as the venue does, unrounded and without noise`,
  ],
  [
    'time is text',
    `yesterday,10,12,9,11,100\n`,
    `FILE:2: timestamp_ms "yesterday" is not a number; ${REDO}`,
  ],
  [
    'time has a fraction',
    `1.5,10,12,9,11,100\n`,
    `FILE:2: timestamp_ms "1.5" is not a time; ${REDO}`,
  ],
  [
    'off the grid',
    `${T0 + 1},10,12,9,11,100\n`,
    `FILE:2: time ${at(T0 + 1)} is not on the grid of 4h; ${GRID}`,
  ],
  [
    'of another timeframe',
    `${T0 + HOUR},10,12,9,11,100\n`,
    `FILE:2: time ${at(T0 + HOUR)} is not on the grid of 4h; ${GRID}`,
  ],
  [
    'twice',
    `${GOOD}\n${GOOD}\n`,
    `FILE:3: time ${at(T0)} is there twice; remove one of the two lines`,
  ],
  [
    'unsorted',
    `${T1},10,12,9,11,1\n${GOOD}\n`,
    `FILE:3: time ${at(T0)} is before the line above; sort the file by time`,
  ],
  [
    'future',
    `${FUTURE},10,12,9,11,100\n`,
    `FILE:2: time ${at(FUTURE)} is in the future; remove the line: only closed candles are taken`,
  ],
  [
    'opens now',
    `${CLOSED_BY},10,12,9,11,1\n`,
    `FILE:2: time ${at(CLOSED_BY)} is in the future; remove the line: only closed candles are taken`,
  ],
];

describe('a candle file is refused in one line', () => {
  test.each(VIOLATIONS)('%s', (_name, rows, message) => {
    const text = rows.startsWith('!') ? rows.slice(1) : `${HEADER}\n${rows}`;
    expect(refusal(text)).toBe(message);
    expect(message).not.toContain('\n');
  });

  test('a candle that closes after now is unfinished', () => {
    const path = join(dir, 'x.csv');
    writeFileSync(path, `${HEADER}\n${GOOD}\n`);
    const closedBy = ms(T1 - 1);
    expect(() => readCandleFile({ path, timeframe: '4h', closedBy }, () => {})).toThrow(
      `x.csv:2: time ${at(T0)} is of an unfinished candle`,
    );
    expect(readCandleFile({ path, timeframe: '4h', closedBy: T1 }, () => {}).rows).toBe(1);
  });

  test('a file that is not there', () => {
    const path = join(dir, 'absent.csv');
    expect(() => readCandleFile({ path, timeframe: '4h', closedBy: T1 }, () => {})).toThrow(
      /absent\.csv: cannot be read: ENOENT.*; check the path and its permissions/,
    );
  });
});

describe('what is accepted', () => {
  test('both headers, CRLF, a byte order mark, exponents, noisy volumes', () => {
    const text = `\uFEFF${HEADER}\r\n${T0},1e-7,1.20e-6,0.00000009,.0000001,273239141790.44000244\r\n`;
    expect(read(text).candles).toEqual([
      { openMs: T0, open: 1e-7, high: 1.2e-6, low: 9e-8, close: 1e-7, volume: 273239141790.44 },
    ]);
    const other = 'index,time,open,high,low,close\n0,2023-01-01T00:00:00Z,10,12,9,11\n';
    expect(read(other).candles).toEqual([
      { openMs: T0, open: 10, high: 12, low: 9, close: 11, volume: 0 },
    ]);
  });

  test('zeros do not count as digits', () => {
    expect(refusal(`${HEADER}\n${T0},10.000000000000000000,12,9,11,1\n`)).toBe('accepted');
    expect(significantDigits('0.000123400')).toBe(4);
    expect(significantDigits('1200')).toBe(4);
  });

  test('a file larger than the buffer, with the line of each batch', () => {
    const path = join(dir, 'long.csv');
    const row = (i: number): string =>
      `${T0 + i * 60_000},${(10 + i / 1000).toFixed(3)},99,9,11,${i}`;
    writeFileSync(
      path,
      `${HEADER}\n${Array.from({ length: 20_000 }, (_, i) => row(i)).join('\n')}\n`,
    );
    const seen: number[] = [];
    const closedBy = ms(T0 + 20_000 * 60_000);
    const facts = readCandleFile({ path, timeframe: '1m', closedBy }, (batch, firstLine) => {
      for (const [index, candle] of batch.entries()) {
        expect(candle.volume).toBe(firstLine + index - 2);
        seen.push(candle.volume);
      }
    });
    expect(facts.rows).toBe(20_000);
    expect(seen).toEqual(Array.from({ length: 20_000 }, (_, i) => i));
  });

  test.each([
    ['BTC_USD_USD-4h.csv', { market: 'BTC/USD:USD', timeframe: '4h' }],
    ['1INCH_USD_USD-1d.csv', { market: '1INCH/USD:USD', timeframe: '1d' }],
    ['BTC_USD-4h.csv', null],
    ['BTC_USD_USD-2h.csv', null],
    ['btc_usd_usd-4h.csv', null],
  ])('the name %s', (name, expected) => {
    expect(parseCandleFileName(name)).toEqual(expected);
  });

  test('scanning a number equals the language', () => {
    const decimalText = fc
      .tuple(fc.nat({ max: 10 ** 9 }), fc.option(fc.stringMatching(/^[0-9]{0,12}$/)), fc.boolean())
      .map(
        ([whole, part, negative]) =>
          `${negative ? '-' : ''}${whole}${part === null ? '' : `.${part}`}`,
      );
    fc.assert(
      fc.property(decimalText, (text) => {
        const bytes = Buffer.from(`,${text},`);
        expect(scanNumber(bytes, 1, bytes.length - 1)).toBe(Number(text));
      }),
      { numRuns: 2_000 },
    );
  });
});
