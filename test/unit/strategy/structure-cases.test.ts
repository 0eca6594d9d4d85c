/** The situations of the specification as small hand-made markets, swing length 2. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_STRATEGY } from '../../../src/strategy/settings.ts';
import { candlesFrom, recordStructure } from './recorded-structure.ts';

interface Case {
  name: string;
  candles: number[][];
  swings: unknown[];
  breaks: unknown[];
  sweeps: unknown[];
  fair_value_gaps: unknown[];
  retrace_of_last_close: number | null;
}

const FIXTURE = JSON.parse(
  readFileSync(new URL('../../../fixtures/vectors/structure-cases.json', import.meta.url), 'utf8'),
) as { swing_length: number; cases: Case[] };

const word = (dir: number): string => (dir === 1 ? 'up' : 'down');

describe('structure cases', () => {
  it.each(FIXTURE.cases)('$name', (expected) => {
    const settings = { ...DEFAULT_STRATEGY, swingLength: FIXTURE.swing_length };
    const recorded = recordStructure(candlesFrom(expected.candles), settings);
    expect(
      recorded.swings.map((swing) => ({
        bar: swing.pivotIndex,
        known_at: swing.confirmIndex,
        type: swing.type === 1 ? 'high' : 'low',
        price: swing.price,
        reference: swing.usedAsReference,
      })),
    ).toEqual(expected.swings);
    expect(
      recorded.events.map((event) => ({
        bar: event.breakIndex,
        kind: event.kind,
        direction: word(event.dir),
        level: event.level,
        swing_bar: event.pivotIndex,
        first: event.initial,
        leg_origin: [event.leg.originIndex, event.leg.origin],
        leg_extreme: [event.leg.extremeIndex, event.leg.extreme],
      })),
    ).toEqual(expected.breaks);
    expect(
      recorded.sweeps.map((s) => ({ bar: s.barIndex, direction: word(s.dir), level: s.level })),
    ).toEqual(expected.sweeps);
    expect(
      recorded.gaps.map((gap) => ({
        known_at: gap.knownIndex,
        direction: word(gap.dir),
        zone: [gap.bottom, gap.top],
      })),
    ).toEqual(expected.fair_value_gaps);
    const retrace = recorded.bars.at(-1)?.retrace ?? null;
    if (expected.retrace_of_last_close === null) expect(retrace).toBeNull();
    else expect(retrace).toBeCloseTo(expected.retrace_of_last_close, 8);
  });
});
