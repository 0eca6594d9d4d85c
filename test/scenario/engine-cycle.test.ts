/** What every cycle must keep: candles read once, events that fold to the registry, one mark of a pin. */
import { describe, expect, test } from 'vitest';
import { differences, engineWorld, SOL, TON, type Wish } from '../support/engine-world.ts';
import { flat, openOf, type Bars } from '../support/tiny-recording.ts';

/** Up to 130 and down to 90, over and over: entries, targets, stops and trailing all happen. */
function wave(count: number): Bars {
  return Array.from({ length: count }, (_, bar) => {
    const at = (t: number): number => Math.round(110 + 20 * Math.sin(t / 6)) + 0.5;
    const [open, close] = [at(bar), at(bar + 1)];
    return [open, Math.max(open, close) + 1, Math.min(open, close) - 1, close] as const;
  });
}

const PERIOD = 2 * Math.PI * 6;

/** A long at each low and a short at each high, on both markets. */
const WISHES: readonly Wish[] = [TON, SOL].flatMap((of) =>
  [0, 1, 2, 3, 4].flatMap((n): Wish[] => [
    {
      at: Math.round(PERIOD * (n + 0.75)),
      id: `sig-long-${n}-${of}`,
      symbol: of,
      stop: '85',
      targets: ['106.5', '112.5', '125.5'],
    },
    {
      at: Math.round(PERIOD * (n + 0.25)),
      id: `sig-short-${n}-${of}`,
      symbol: of,
      side: 'short',
      stop: '135',
      targets: ['114.5', '108.5', '95.5'],
    },
  ]),
);

describe('a cycle', () => {
  test('reads only candles that are new: every row is read once, whatever the number of cycles', async () => {
    const bars = flat(180);
    const world = engineWorld({ markets: { TON: { bars }, SOL: { bars } }, wishes: [] });
    const life = await world.start();
    const { candles } = life.assembled;
    const rows = 2 * (180 + 1 + 30);
    const counts: number[] = [];
    life.onCycle = () => counts.push(candles.rowsRead);
    await life.to(180);
    expect(counts).toHaveLength(180);
    expect(candles.rowsRead).toBe(rows);
    // Four series read 64 rows ahead: most cycles read nothing, and none reads what was read before.
    const perCycle = counts.map((count, index) => count - (counts[index - 1] ?? 0));
    expect(perCycle.filter((read) => read === 0).length).toBeGreaterThan(170);
    const announced = life.of('CYCLE_END').reduce((sum, { payload }) => sum + payload.candles, 0);
    const warm = 2;
    expect(announced).toBe(rows - warm);
  });

  test('ends with a registry that is nothing but its events, at every 50th cycle and at the end', async () => {
    const bars = wave(180);
    const world = engineWorld({
      markets: { TON: { bars }, SOL: { bars } },
      wishes: WISHES,
      config: { 'entry.leverage': 1, 'paper.split_fill_rate': 0.5, 'paper.partial_fill_rate': 0.5 },
    });
    const life = await world.start();
    const found: string[] = [];
    life.onCycle = ({ cycle }) => {
      if (cycle % 50 === 0) found.push(...differences(life));
    };
    await life.to(180);
    expect([...found, ...differences(life)]).toEqual([]);
    expect(life.of('POSITION_CLOSED').length).toBeGreaterThan(3);
    expect(life.of('FILL').length).toBeGreaterThan(12);
  });

  test('every fill of the venue is in the journal once, and equity is what the account says', async () => {
    const bars = wave(120);
    const world = engineWorld({
      markets: { TON: { bars }, SOL: { bars } },
      wishes: WISHES,
      config: { 'entry.leverage': 1 },
    });
    const life = await world.start();
    await life.to(120);
    const told = await life.assembled.venue.reader.fills(openOf(0));
    const venue = told.read === 'complete' ? told.rows.map((row) => row.tradeId) : [];
    const journal = life.of('FILL').map((event) => event.payload.trade_id);
    expect([...journal].sort()).toEqual([...venue].map(String).sort());
    expect(new Set(journal).size).toBe(journal.length);
    expect(journal.length).toBeGreaterThan(10);
    const account = await life.assembled.venue.reader.account();
    const equity = account.read === 'complete' ? account.rows[0]?.marginEquity.toFixed() : null;
    expect(life.of('CYCLE_END').at(-1)?.payload.equity).toBe(equity);
  });
});

describe('tiers', () => {
  test('a pinned market says so once, also across restarts', async () => {
    const bars = flat(24);
    const world = engineWorld({
      markets: { BTC: { bars, volume: 10 }, TON: { bars, volume: 10 } },
      wishes: [],
    });
    for (const bar of [3, 10, 24]) {
      const life = await world.start();
      await life.to(bar);
      expect(life.of('MARKET_PINNED').map(({ symbol }) => symbol)).toEqual(['BTC/USD:USD']);
      life.die();
    }
    const last = await world.start();
    expect(last.of('MARKET_TIER').filter(({ symbol }) => symbol === 'BTC/USD:USD')).toHaveLength(1);
  });
});
