/** One home, one recording: what is refused, what is set aside, and what the summary says of it. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ms } from '../../src/domain/clock.ts';
import { runBot } from '../../src/engine/run.ts';
import type { RunOptions, RunResult } from '../../src/engine/run-options.ts';
import { engineWorld, type EngineWorld } from '../support/engine-world.ts';
import { flat, openOf } from '../support/tiny-recording.ts';

function run(world: EngineWorld, over: Partial<RunOptions> = {}): Promise<RunResult> {
  const options: RunOptions = {
    home: world.home.dir,
    configFile: null,
    feed: world.feed,
    from: null,
    to: null,
    speed: 'max',
    cycles: null,
    once: false,
    env: {},
    overrides: {},
    ...over,
  };
  const signal = new AbortController().signal;
  return runBot(options, { progress: () => undefined, log: () => undefined, signal });
}

const fourHour = (world: EngineWorld, base: string): string =>
  join(world.feed, '4h', `${base}_USD_USD-4h.csv`);

describe('a home that belongs to another recording', () => {
  test.each<[what: string, change: (world: EngineWorld) => Partial<RunOptions>]>([
    [
      'recording',
      (world) => {
        appendFileSync(fourHour(world, 'TON'), `${openOf(30)},100,100,100,100,1\n`);
        return {};
      },
    ],
    ['configuration', () => ({ overrides: { 'entry.risk_per_trade': 0.02 } })],
    ['window', () => ({ to: openOf(9) })],
  ])('another %s is refused, and the home goes on with its own', async (what, change) => {
    const world = engineWorld({ markets: { TON: { bars: flat(12) } } });
    await run(world, { cycles: 4 });
    const held = readFileSync(fourHour(world, 'TON'));
    const error: unknown = await run(world, change(world)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'FEED_CHANGED', exitCode: 3 });
    expect(error).toHaveProperty('message', expect.stringContaining(what));
    writeFileSync(fourHour(world, 'TON'), held);
    const { summary } = await run(world);
    expect(summary).toMatchObject({ cycles: 12, finished: true });
  });

  test('two fresh homes give the same head, and so does one that was stopped on the way', async () => {
    const bars = flat(20);
    const one = engineWorld({ markets: { TON: { bars }, SOL: { bars } } });
    const two = engineWorld({ markets: { TON: { bars }, SOL: { bars } } });
    const [a, b] = [await run(one), await run(two)];
    expect(a.summary['head_hash']).toBe(b.summary['head_hash']);
    expect(a.summary['feed_digest']).toBe(b.summary['feed_digest']);
  });
});

describe('a market that cannot be used', () => {
  test('is an event and a line of the summary; the others go on', async () => {
    const bars = flat(12);
    const world = engineWorld({
      markets: { TON: { bars }, SOL: { bars } },
      files: {
        '4h/DOGE_USD_USD-4h.csv': 'timestamp_ms,open,high,low,close,volume\n',
        '4h/what.csv': '',
      },
    });
    const bad = readFileSync(fourHour(world, 'SOL'), 'utf8').replace(
      ',100,100,100,100,',
      ',100,90,100,100,',
    );
    writeFileSync(fourHour(world, 'SOL'), bad);
    const { summary, exitCode } = await run(world);
    expect(exitCode).toBe(0);
    expect(summary).toMatchObject({ markets: 1, cycles: 12 });
    const aside = summary['markets_set_aside'] as { symbol: string; reason: string }[];
    expect(aside.map(({ symbol }) => symbol).sort()).toEqual([
      'DOGE/USD:USD',
      'SOL/USD:USD',
      'what.csv',
    ]);
    expect(aside.find(({ symbol }) => symbol === 'SOL/USD:USD')?.reason).toMatch(/high/);
  });

  test('that is every market: the run is refused and nothing was journaled', async () => {
    const world = engineWorld({ markets: { TON: { bars: flat(3) } } });
    writeFileSync(fourHour(world, 'TON'), 'not a candle\n');
    await expect(run(world)).rejects.toMatchObject({ code: 'FILE_INVALID', exitCode: 2 });
  });

  test('is journaled with its file name only: equal recordings in two places give equal events', async () => {
    const world = engineWorld({
      markets: { TON: { bars: flat(8) } },
      files: { '4h/what.csv': '' },
      wishes: [],
    });
    const life = await world.start();
    expect(
      life.of('MARKET_SET_ASIDE').map(({ payload }) => [payload.market, payload.file]),
    ).toEqual([['what.csv', 'what.csv']]);
    life.die();
    const again = await world.start();
    expect(again.of('MARKET_SET_ASIDE')).toHaveLength(1);
  });
});

describe('an operator script that cannot be read', () => {
  test('refuses the run with the place; mended, the same home starts', async () => {
    const world = engineWorld({
      markets: { TON: { bars: flat(8) } },
      operatorScript: '{"schema":1}',
    });
    await expect(run(world)).rejects.toMatchObject({
      code: 'FILE_INVALID',
      message: expect.stringContaining('operator.json: schema') as string,
    });
    const mended = { schema: 'tradectl.operator_script/1', commands: [] };
    writeFileSync(join(world.feed, 'operator.json'), JSON.stringify(mended));
    expect((await run(world)).summary).toMatchObject({ cycles: 8, finished: true });
  });
});

describe('a window', () => {
  test('that is empty is refused, and does not bind the home to the mistake', async () => {
    const world = engineWorld({ markets: { TON: { bars: flat(12) } } });
    await expect(run(world, { from: openOf(99) })).rejects.toMatchObject({ code: 'USAGE' });
    expect((await run(world)).summary).toMatchObject({ cycles: 12, finished: true });
  });

  test('runs its cycles and no others', async () => {
    const world = engineWorld({ markets: { TON: { bars: flat(24) } } });
    const { summary, equityCurve } = await run(world, { from: openOf(6), to: openOf(12) });
    expect(summary).toMatchObject({ cycles: 6, finished: true });
    expect(equityCurve[0]?.ms).toBeGreaterThanOrEqual(openOf(7));
    expect(equityCurve.at(-1)?.ms).toBeLessThan(ms(openOf(12) + 60_000));
  });
});
