/** The sums of the summary, on a history small enough to add up by hand. */
import { describe, expect, test } from 'vitest';
import { readRunTotals } from '../../../src/core/run-totals.ts';
import { summarise, summaryFacts } from '../../../src/engine/summary.ts';
import { differences, engineWorld, SOL, TON, type Life } from '../../support/engine-world.ts';
import { flat, type Bars } from '../../support/tiny-recording.ts';

/**
 * TON: long 20 at 100, TP1 8 at 110, TP2 6 at 115, TP3 6 at 120: a gain of 80 + 90 + 120.
 * SOL: long 20 at 100, stopped at 95: a loss of 100. Without slippage; fees 0.05 % and 0.02 %.
 */
async function history(): Promise<Life> {
  const ton: Bars = [...flat(3), [100, 121, 100, 121], ...flat(8, 121)];
  const sol: Bars = [...flat(3), [100, 100, 94, 94], ...flat(8, 94)];
  const plan = { stop: '95', targets: ['110', '115', '120'] } as const;
  const world = engineWorld({
    markets: { TON: { bars: ton }, SOL: { bars: sol } },
    wishes: [
      { at: 2, id: 'sig-win', symbol: TON, ...plan },
      { at: 2, id: 'sig-loss', symbol: SOL, ...plan },
    ],
  });
  const life = await world.start();
  await life.to(12);
  return life;
}

describe('totals of a run', () => {
  test('trades, exits, profit, fees and equity are those of the two trades', async () => {
    const life = await history();
    const totals = readRunTotals(life.assembled.home.db);
    expect(totals).toMatchObject({
      cycles: 12,
      signals: 2,
      approved: 2,
      denied: {},
      lost: {},
      orders: 2 + 2 + 6,
      fills: 2 + 3 + 1,
      trades: { count: 2, wins: 1, losses: 1 },
      exits: { target_1: 1, target_2: 1, target_3: 1, stop_loss: 1 },
      equityStart: '10000',
      cyclesByState: { NORMAL: 12 },
      setAside: [],
    });
    const sized = [...life.of('POSITION_OPENED')].map(({ symbol }) => symbol).sort();
    expect(sized).toEqual([SOL, TON]);
    expect(differences(life)).toEqual([]);
  });

  test('profit less fees is the change of equity, to the last digit', async () => {
    const life = await history();
    const totals = readRunTotals(life.assembled.home.db);
    const gained = Number(totals.pnl) - Number(totals.fees);
    expect(Number(totals.equityEnd)).toBeCloseTo(10_000 + gained, 8);
    // 290 of one trade and 100 of the other, less what the second was smaller for the fees of the first.
    expect(Number(totals.pnl)).toBeGreaterThan(189);
    expect(Number(totals.pnl)).toBeLessThanOrEqual(190.5);
  });

  test('the drawdown is the deepest fall from the running peak; the curve has every cycle', async () => {
    const life = await history();
    const { curve, maxDrawdown } = readRunTotals(life.assembled.home.db);
    expect(curve).toHaveLength(12);
    let [peak, deepest] = [0, 0];
    for (const { equity } of curve) {
      peak = Math.max(peak, Number(equity));
      deepest = Math.max(deepest, (peak - Number(equity)) / peak);
    }
    expect(Number(maxDrawdown)).toBeCloseTo(deepest, 6);
  });

  test('unprotected_ms_max is the longest time any position waited for its stop', async () => {
    const life = await history();
    const waits = life.of('POSITION_PROTECTED').map(({ payload }) => payload.unprotected_ms);
    expect(waits).toHaveLength(2);
    expect(readRunTotals(life.assembled.home.db).unprotectedMsMax).toBe(Math.max(...waits));
    expect(Math.max(...waits)).toBeGreaterThan(0);
  });

  test('the document names the state it ended in, its head, and is the same when asked twice', async () => {
    const life = await history();
    const { db } = life.assembled.home;
    const { document, curve } = summarise(db, summaryFacts(db, 'somewhere'));
    expect(document).toMatchObject({
      schema: 'tradectl.run/1',
      state: 'NORMAL',
      open_positions: 0,
      finished: false,
      head_seq: life.events().length,
      head_hash: life.events().at(-1)?.hash,
    });
    expect(curve).toHaveLength(12);
    expect(summarise(db, summaryFacts(db, 'somewhere')).document).toEqual(document);
  });
});
