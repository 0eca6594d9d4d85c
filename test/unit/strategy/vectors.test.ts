/** Exact agreement with the shared reference vectors, bar by bar; skipped where they are absent. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Candle } from '../../../src/domain/candle.ts';
import { createAtr, createEma } from '../../../src/strategy/indicators.ts';
import { DEFAULT_STRATEGY } from '../../../src/strategy/settings.ts';
import { structureReport } from '../../../src/strategy/structure-report.ts';
import { candlesFrom, recordStructure } from './recorded-structure.ts';

const FOLDER = new URL('../../../../shared/vectors/', import.meta.url);
const present = existsSync(FOLDER);
const title = (name: string): string =>
  present ? name : `${name} (skipped: ../shared/vectors is absent)`;

type Row = Record<string, string>;

function rows(file: string): Row[] {
  const [head = '', ...lines] = readFileSync(new URL(file, FOLDER), 'utf8').trim().split('\n');
  const names = head.trim().split(',');
  return lines.map((line) => {
    const cells = line.trim().split(',');
    return Object.fromEntries(names.map((name, at) => [name, cells[at] ?? '']));
  });
}

function fourHour(): Candle[] {
  return rows('EURUSD-4h.csv').map((row) => ({
    openMs: Date.parse(row.time!) as Candle['openMs'],
    open: Number(row.open),
    high: Number(row.high),
    low: Number(row.low),
    close: Number(row.close),
    volume: 0,
  }));
}

const number = (cell: string | undefined): number | null =>
  cell === undefined || cell === '' ? null : Number(cell);

describe.skipIf(!present)(title('EURUSD 4H, swing length 5'), () => {
  const candles = present ? fourHour() : [];
  const recorded = recordStructure(candles, DEFAULT_STRATEGY);

  it('has every swing, with its confirmation and whether it is a reference', () => {
    expect(
      recorded.swings.map((s) => [
        s.pivotIndex,
        s.confirmIndex,
        s.type,
        s.price,
        s.usedAsReference,
      ]),
    ).toEqual(
      rows('engine-swings-4h-L5.csv').map((row) => [
        Number(row.pivot_index),
        Number(row.confirm_index),
        Number(row.type),
        Number(row.price),
        row.used_as_reference === '1',
      ]),
    );
  });

  it('has every break, with its level, swing and leg', () => {
    const expected = rows('engine-events-4h-L5.csv').map((row) => {
      const up = row.dir === '1';
      return {
        at: [Number(row.break_index), Date.parse(row.break_time!)],
        what: [row.kind, Number(row.dir), row.initial === '1', Number(row.level)],
        pivot: [Number(row.pivot_index), Number(row.pivot_confirm_index)],
        origin: [Number(up ? row.leg_low : row.leg_high)],
        originIndex: Number(up ? row.leg_low_index : row.leg_high_index),
        extreme: [Number(up ? row.leg_high : row.leg_low)],
        extremeIndex: Number(up ? row.leg_high_index : row.leg_low_index),
      };
    });
    expect(
      recorded.events.map((event) => ({
        at: [event.breakIndex, event.breakMs],
        what: [event.kind, event.dir, event.initial, event.level],
        pivot: [event.pivotIndex, event.pivotConfirmIndex],
        origin: [event.leg.origin],
        originIndex: event.leg.originIndex,
        extreme: [event.leg.extreme],
        extremeIndex: event.leg.extremeIndex,
      })),
    ).toEqual(expected);
    expect(expected).toHaveLength(78);
  });

  it('has every sweep', () => {
    expect(recorded.sweeps.map((s) => [s.barIndex, s.dir, s.pivotIndex, s.level])).toEqual(
      rows('engine-sweeps-4h-L5.csv').map((row) => [
        Number(row.bar_index),
        Number(row.dir),
        Number(row.pivot_index),
        Number(row.level),
      ]),
    );
  });

  it('has the same state after every bar', () => {
    const expected = rows('engine-bars-4h-L5.csv');
    expect(recorded.bars).toHaveLength(expected.length);
    for (const [index, row] of expected.entries()) {
      expect(recorded.bars[index], `bar ${index}`).toEqual({
        trend: Number(row.trend),
        refHigh: number(row.ref_high),
        refLow: number(row.ref_low),
        legDir: number(row.leg_dir),
        legLow: number(row.leg_low),
        legHigh: number(row.leg_high),
        retrace: number(row.retrace_of_close),
        events: Number(row.events_so_far),
      });
      const r = recorded.bars[index]?.retrace ?? null;
      const inOte = r !== null && r >= 0.618 - 1e-9 && r <= 0.786 + 1e-9;
      expect(inOte, `bar ${index} in OTE`).toBe(row.close_in_ote === '1');
    }
  });

  it('reports the same through the structure report', () => {
    const report = structureReport(candles, DEFAULT_STRATEGY);
    expect(report.swings).toHaveLength(recorded.swings.length);
    expect(report.events.map((event) => event.break_index)).toEqual(
      recorded.events.map((event) => event.breakIndex),
    );
  });

  it('has EMA200 and ATR14 within 1e-9', () => {
    const ema = createEma(200);
    const atr = createAtr(14);
    const emas = rows('ema200-4h.csv').map((row) => number(row.ema200_sma_seed));
    const atrs = rows('atr14-4h.csv').map((row) => number(row.atr14_wilder_tv));
    for (const [index, candle] of candles.entries()) {
      expectNear(ema.push(candle.close), emas[index] ?? null, `EMA at ${index}`);
      const value = atr.push(candle.high, candle.low, candle.close);
      expectNear(value, atrs[index] ?? null, `ATR at ${index}`);
    }
  });
});

function expectNear(value: number | null, expected: number | null, what: string): void {
  expect(value === null, what).toBe(expected === null);
  if (value !== null && expected !== null) {
    expect(Math.abs(value - expected), what).toBeLessThan(1e-9);
  }
}

interface SyntheticCase {
  candles: number[][];
  engine: {
    swings: Record<string, number>[];
    events: Record<string, number | string>[];
    sweeps: Record<string, number>[];
    fvgs: Record<string, number>[];
    bars: { trend: number; leg: number[] | null; retrace: number | null }[];
  };
}

describe.skipIf(!present)(title('the eight synthetic cases, swing length 2'), () => {
  const cases = present
    ? (JSON.parse(readFileSync(new URL('synthetic.json', FOLDER), 'utf8')) as {
        cases: Record<string, SyntheticCase>;
      })
    : { cases: {} };
  it.each(Object.entries(cases.cases))('%s', (_name, { candles, engine }) => {
    const recorded = recordStructure(candlesFrom(candles), { ...DEFAULT_STRATEGY, swingLength: 2 });
    expect(
      recorded.swings.map((s) => ({
        pivot: s.pivotIndex,
        confirm: s.confirmIndex,
        type: s.type,
        price: s.price,
        used: s.usedAsReference ? 1 : 0,
      })),
    ).toEqual(engine.swings);
    expect(
      recorded.events.map(({ leg, ...e }) => ({
        bar: e.breakIndex,
        kind: e.kind,
        dir: e.dir,
        level: e.level,
        pivot: e.pivotIndex,
        conf: e.pivotConfirmIndex,
        initial: e.initial ? 1 : 0,
        leg_low: leg.dir === 1 ? leg.origin : leg.extreme,
        leg_low_idx: leg.dir === 1 ? leg.originIndex : leg.extremeIndex,
        leg_high: leg.dir === 1 ? leg.extreme : leg.origin,
        leg_high_idx: leg.dir === 1 ? leg.extremeIndex : leg.originIndex,
      })),
    ).toEqual(engine.events);
    expect(
      recorded.sweeps.map((s) => ({
        bar: s.barIndex,
        dir: s.dir,
        pivot: s.pivotIndex,
        level: s.level,
      })),
    ).toEqual(engine.sweeps);
    expect(
      recorded.gaps.map((g) => ({ known: g.knownIndex, dir: g.dir, bottom: g.bottom, top: g.top })),
    ).toEqual(engine.fvgs);
    for (const [index, bar] of engine.bars.entries()) {
      const state = recorded.bars[index]!;
      expect(state.trend, `trend at ${index}`).toBe(bar.trend);
      expect(state.legDir === null ? null : [state.legDir, state.legLow, state.legHigh]).toEqual(
        bar.leg,
      );
      if (bar.retrace === null) expect(state.retrace).toBeNull();
      else expect(state.retrace).toBeCloseTo(bar.retrace, 8);
    }
  });
});
