/**
 * Input that cannot be right. An import refuses it in one line and writes nothing; a run sets the market
 * aside, names it, and trades the others.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cleanUp, document, freshHome, tradectl } from '../support/tradectl.ts';
import { flat, openOf, writeRecording } from '../support/tiny-recording.ts';

afterAll(cleanUp);

const HEADER = 'timestamp_ms,open,high,low,close,volume';
const row = (bar: number, rest = '100,101,99,100,5'): string => `${openOf(bar)},${rest}`;
const file = (...rows: string[]): string => `${[HEADER, ...rows].join('\n')}\n`;
/** The bar that is open while this test runs, and one of the future. */
const BAR = 4 * 3_600_000;
const unfinished = Math.floor(Date.now() / BAR) * BAR;

interface Case {
  readonly what: string;
  readonly content: string | Buffer;
  readonly line: number;
  readonly says: RegExp;
}

const CASES: readonly Case[] = [
  {
    what: 'a corrupt file',
    content: Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0xff, 0xfe, 0x0a, 0x00]),
    line: 1,
    says: /unknown header .*expected timestamp_ms,/,
  },
  {
    what: 'a truncated file',
    content: `${HEADER}\n${row(0)}\n${row(1).slice(0, -9)}`,
    line: 3,
    says: /ends within a line \("?\d+,.*download/,
  },
  { what: 'an empty file', content: '', line: 1, says: /no candles|header|empty/ },
  {
    what: 'an unsorted file',
    content: file(row(1), row(0)),
    line: 3,
    says: /2024-01-01T00:00.*(sort|after)/,
  },
  { what: 'a line twice', content: file(row(0), row(0)), line: 3, says: /2024-01-01T00:00/ },
  {
    what: 'NaN',
    content: file(row(0), row(1, '100,NaN,99,100,5')),
    line: 3,
    says: /high "NaN" is not a number; fix the line/,
  },
  {
    what: 'high below low',
    content: file(row(0, '100,98,99,100,5')),
    line: 2,
    says: /high 98 is below low 99; fix the line/,
  },
  {
    what: 'a price of zero',
    content: file(row(0, '100,101,0,100,5')),
    line: 2,
    says: /low "0" is not above zero/,
  },
  {
    what: 'an unfinished candle',
    content: file(`${unfinished},100,101,99,100,5`),
    line: 2,
    says: /\d{4}-\d\d-\d\dT.*(closed|unfinished|closes)/,
  },
  {
    what: 'a future candle',
    content: file(`${unfinished + 10 * BAR},100,101,99,100,5`),
    line: 2,
    says: /\d{4}-\d\d-\d\dT.*(closed|future|closes)/,
  },
  {
    what: 'a candle off the grid',
    content: file(`${openOf(0) + 60_000},100,101,99,100,5`),
    line: 2,
    says: /2024-01-01T00:01/,
  },
];

describe('candles import refuses, exit 2, in one line, and writes nothing', () => {
  test.each(CASES)('$what', async ({ content, line, says }) => {
    const folder = freshHome('import');
    const home = join(folder, 'home');
    const path = join(folder, 'TON_USD_USD-4h.csv');
    writeFileSync(path, content);
    const { code, stdout, stderr } = await tradectl(['candles', 'import', path, '--home', home]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toContain(`${path}:${line}: `);
    expect(stderr).toMatch(says);
    expect(existsSync(home)).toBe(false);
  });

  test('an unknown symbol, with the nearest known one', async () => {
    const folder = freshHome('import');
    const feed = join(folder, 'feed');
    writeRecording(feed, { markets: { TON: { bars: flat(20) } } });
    const home = join(folder, 'home');
    await document(['run', '--feed', feed, '--home', home]);
    const path = join(folder, 'TOM_USD_USD-4h.csv');
    writeFileSync(path, file(row(0)));
    const refused = await tradectl(['candles', 'import', path, '--home', home]);
    expect(refused.code).toBe(2);
    expect(refused.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(refused.stderr).toMatch(
      /unknown symbol "TOM\/USD:USD" \(near: TON\/USD:USD\); add it to/,
    );
  });

  test('one bad file in a folder takes the good ones with it', async () => {
    const folder = freshHome('import');
    const feed = join(folder, 'feed');
    writeRecording(feed, { markets: { ADA: { bars: flat(20) }, TON: { bars: flat(20) } } });
    const home = join(folder, 'home');
    const imported = await document(['candles', 'import', feed, '--home', home]);
    expect(Number(imported['inserted'])).toBeGreaterThan(40);
    writeFileSync(join(feed, '4h/ADA_USD_USD-4h.csv'), file(row(100), row(101)));
    writeFileSync(join(feed, '4h/TON_USD_USD-4h.csv'), file(row(100, '1,2,3,4,5')));
    const refused = await tradectl(['candles', 'import', feed, '--home', home]);
    expect(refused.code).toBe(2);
    const { candles } = JSON.parse(
      (await tradectl(['candles', 'verify', '--home', home, '--json'])).stdout,
    ) as { candles: number };
    expect(candles).toBe(imported['inserted']);
  });

  test('a path that is not there', async () => {
    const home = join(freshHome(), 'home');
    const refused = await tradectl(['candles', 'import', '/nowhere.csv', '--home', home]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('/nowhere.csv');
    expect(existsSync(home)).toBe(false);
  });
});

describe('run --feed sets such a market aside, names it, and the others go on', () => {
  const setAside = async (
    files: Readonly<Record<string, string | Buffer>>,
    without: readonly string[] = [],
  ): Promise<Readonly<Record<string, unknown>>> => {
    const feed = freshHome('feed');
    const markets = { ADA: { bars: flat(40) }, TON: { bars: flat(40) } };
    writeRecording(feed, { markets });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(feed, name), content);
    for (const name of without) rmSync(join(feed, name));
    return document(['run', '--feed', feed, '--home', join(feed, 'home')]);
  };

  test.each(CASES)('$what', async ({ content, says }) => {
    const ran = await setAside({ '4h/TON_USD_USD-4h.csv': content });
    expect(ran).toMatchObject({ finished: true, markets: 1 });
    const [market, ...others] = ran['markets_set_aside'] as { symbol: string; reason: string }[];
    expect(others).toEqual([]);
    expect(market?.symbol).toBe('TON/USD:USD');
    expect(market?.reason.length).toBeGreaterThan(5);
    const [firstWords = ''] = says.source.split(/[.;(\\]/);
    if (/^[a-z ]{6,}$/.test(firstWords)) expect(market?.reason).toContain(firstWords.trim());
  });

  const INSTRUMENTS = 'symbol,venue_id,contract_size,lot_step,tick_size,min_quantity,max_leverage';
  test.each([
    ['a missing instrument', {}, 'instruments.csv'],
    [
      'a contradictory instrument',
      { instrument: 'TON/USD:USD,PF_TONUSD,1,0.3,0.01,0.01,50' },
      'TON',
    ],
  ])('%s', async (_what, { instrument = '' }: { instrument?: string }, said) => {
    const ada = 'ADA/USD:USD,PF_ADAUSD,1,0.01,0.01,0.01,50';
    const ran = await setAside({ 'instruments.csv': `${INSTRUMENTS}\n${ada}\n${instrument}\n` });
    expect(ran).toMatchObject({ finished: true, markets: 1 });
    const aside = ran['markets_set_aside'] as { symbol: string; reason: string }[];
    expect(aside).toHaveLength(1);
    expect(aside[0]?.symbol).toBe('TON/USD:USD');
    expect(JSON.stringify(aside[0])).toContain(said);
  });

  test('a market without daily candles', async () => {
    const ran = await setAside({}, ['1d/TON_USD_USD-1d.csv']);
    expect(ran['markets_set_aside']).toMatchObject([
      { symbol: 'TON/USD:USD', reason: 'no 1d candles' },
    ]);
  });

  test('the summary in words and `markets` name it too', async () => {
    const feed = freshHome('feed');
    writeRecording(feed, { markets: { ADA: { bars: flat(40) }, TON: { bars: flat(40) } } });
    writeFileSync(join(feed, '4h/TON_USD_USD-4h.csv'), file(row(0, '100,98,99,100,5')));
    const home = join(feed, 'home');
    const told = await tradectl(['run', '--feed', feed, '--home', home]);
    expect(told.code).toBe(0);
    expect(told.stdout).toMatch(/TON\/USD:USD: .*high 98 is below low 99/);
    const markets = await tradectl(['markets', '--home', home]);
    expect(markets.stdout).toMatch(/TON\/USD:USD/);
  });

  test('a feed of which nothing is left is an unreadable input: exit 2', async () => {
    const feed = freshHome('feed');
    mkdirSync(join(feed, '4h'));
    writeFileSync(join(feed, '4h/TON_USD_USD-4h.csv'), file(row(0)));
    writeFileSync(join(feed, 'instruments.csv'), `${INSTRUMENTS}\n`);
    const refused = await tradectl(['run', '--feed', feed, '--home', join(feed, 'home')]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('every market was set aside');
  });

  test('a folder that is no feed: exit 2, and no home is made', async () => {
    const folder = freshHome('feed');
    const refused = await tradectl(['run', '--feed', folder, '--home', join(folder, 'home')]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('no candle files');
    expect(readdirSync(folder)).toEqual([]);
  });
});
